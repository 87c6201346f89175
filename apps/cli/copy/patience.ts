/** Engines that do not answer for a while: asked again, so that a copy of hours outlives an election. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  EngineUnavailable,
  type EventStore,
  type StoredEvent,
} from '../../../libs/event-store/event-store.ts';
import { CommandFailure } from '../failure.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** How long an engine may not answer. A file answers at once or needs somebody: no patience with it. */
export interface Patience {
  readonly forMs: number;
}

export const NO_PATIENCE: Patience = { forMs: 0 };

class Pauses {
  readonly #patience: Patience;
  #since = performance.now();
  #pauseMs = FIRST_PAUSE_MS;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  answered(): void {
    this.#since = performance.now();
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /** @throws the error when it is not one that passes, or has lasted too long */
  async after(error: unknown): Promise<void> {
    if (!(error instanceof EngineUnavailable)) throw error;
    if (performance.now() - this.#since + this.#pauseMs > this.#patience.forMs) throw error;
    await sleep(this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** @param ask something that may be asked twice */
export async function askPatiently<T>(patience: Patience, ask: () => Promise<T>): Promise<T> {
  const pauses = new Pauses(patience);
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      await pauses.after(error);
    }
  }
}

/**
 * Every event of the span in batches, in order.
 * @throws CommandFailure when the stream ends before it; what else is wrong with it is the reader's to see
 */
export async function* readPatiently(
  store: EventStore,
  stream: string,
  span: { readonly from: number; readonly to: number },
  patience: Patience,
): AsyncGenerator<readonly StoredEvent[], void, void> {
  const pauses = new Pauses(patience);
  let next = span.from;
  while (next <= span.to) {
    try {
      for await (const batch of store.read(stream, next, { to: span.to })) {
        pauses.answered();
        yield batch;
        next = (batch.at(-1)?.revision ?? next - 1) + 1;
      }
    } catch (error) {
      await pauses.after(error);
      continue;
    }
    if (next <= span.to) {
      throw new CommandFailure(
        `The stream ${JSON.stringify(stream)} ends at ${next - 1}, before its head, ${span.to}: it is damaged, or was deleted meanwhile.`,
        { advice: 'Run `goodwill verify` on it; if it is whole, run this again.' },
      );
    }
  }
}
