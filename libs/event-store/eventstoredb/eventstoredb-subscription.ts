/**
 * Follows all streams with a prefix. The client's own subscription ends at the first trouble, and a server that goes
 * away politely looks like the end of the log: here both are a drop, and the next one begins after the last event that
 * the handler was done with. The server's checkpoints are not used for that: they run ahead of the handler.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type EventStoreDBClient, START, streamNameFilter } from '@eventstore/db-client';
import type { StoredEvent, SubscribeOptions, Subscription } from '../event-store.ts';
import type { CallOptions } from './call-options.ts';
import type { Calls } from './calls.ts';
import type { Connection } from './connection.ts';
import { tailOfAll } from './pages.ts';
import { pauseBeforeMs } from './pause.ts';
import { fromRead, type Recorded } from './stored.ts';

export type Handler = (events: readonly StoredEvent[]) => Promise<void> | void;

export interface SubscriptionTiming {
  /** The server confirms a subscription at once, or not at all. */
  readonly confirmMs: number;
  /** After so long without a word it is asked whether there is nothing to say. */
  readonly quietMs: number;
}

/** What the client hands out; `read` and pauses come from its being a stream. */
interface Following {
  read(): { readonly event?: unknown } | null;
  on(what: 'readable' | 'end' | 'close' | 'confirmation', listener: () => void): this;
  on(what: 'error', listener: (error: Error) => void): this;
  unsubscribe(): Promise<void>;
  destroy(): unknown;
}

/** Events that wait between the transport and the handler, at most. */
const BUFFERED = 512;
/** Windows of 32 events looked at between two checkpoints: only a sign of life. */
const CHECKPOINT_INTERVAL = 32;
const FIRST_PAUSE_MS = 50;
const MOST_PAUSE_MS = 5_000;
/** Of the silence after which a subscription is begun anew, while that brings nothing. */
const MOST_DOUBLINGS = 5;
/** A subscription that lived so long was well. */
const WELL_AFTER_MS = 10_000;

export class EventStoreDbSubscription implements Subscription {
  readonly ended: Promise<void>;
  readonly #connection: Connection;
  readonly #calls: Calls;
  readonly #callOptions: Omit<CallOptions, 'requiresLeader'>;
  readonly #timing: SubscriptionTiming;
  readonly #prefix: string;
  readonly #maxBatch: number;
  readonly #handler: Handler;
  #position: bigint;
  #closed = false;
  #heardAt = 0;
  /** Times it was begun anew because of silence, and still nothing came. */
  #fruitless = 0;
  #wake: () => void = () => undefined;

  constructor(
    connection: Connection,
    calls: Calls,
    timing: SubscriptionTiming,
    options: SubscribeOptions,
    maxBatch: number,
    handler: Handler,
  ) {
    this.#connection = connection;
    this.#calls = calls;
    this.#callOptions = { credentials: calls.options.credentials };
    this.#timing = timing;
    this.#position = options.after ?? 0n;
    this.#prefix = options.streamPrefix ?? '';
    this.#maxBatch = maxBatch;
    this.#handler = handler;
    this.ended = this.#follow();
  }

  /** Resolves when the handler is done with what it has. Not to be awaited inside the handler. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    // Who watches `ended` learns of a rejection there.
    await this.ended.catch(() => undefined);
  }

  async #follow(): Promise<void> {
    // The caller gets its subscription before the first event.
    await nextTurn();
    let failures = 0;
    while (!this.#closed) {
      const beganAt = performance.now();
      const from = this.#position;
      const { client } = this.#connection;
      const following = this.#subscribe(client);
      let confirmed = false;
      try {
        confirmed = await this.#drain(following);
      } finally {
        // May never settle, when the client never came to ask the server.
        following.unsubscribe().catch(() => undefined);
        following.destroy();
      }
      if (this.#closed) return;
      if (!confirmed) this.#connection.distrust(client);
      const well = this.#position > from || performance.now() - beganAt > WELL_AFTER_MS;
      failures = well ? 0 : failures + 1;
      await this.#pause(pauseBeforeMs(failures, FIRST_PAUSE_MS, MOST_PAUSE_MS));
    }
  }

  #subscribe(client: EventStoreDBClient): Following {
    const fromPosition = this.#position === 0n ? START : { commit: this.#position, prepare: this.#position };
    const filter =
      this.#prefix === ''
        ? undefined
        : streamNameFilter({
            regex: startingWith(this.#prefix),
            checkpointInterval: CHECKPOINT_INTERVAL,
            // What this throws would stop the subscription without a word: it may only note the time.
            checkpointReached: () => {
              this.#heardAt = performance.now();
            },
          });
    return client.subscribeToAll(
      { ...this.#callOptions, fromPosition, ...(filter && { filter }) },
      { highWaterMark: BUFFERED },
    ) as unknown as Following;
  }

  /**
   * Hands over what comes until the subscription drops or is closed.
   * @returns whether the server had confirmed it
   * @throws what the handler throws
   */
  async #drain(following: Following): Promise<boolean> {
    let confirmed = false;
    let dropped = false;
    const noticed = (): void => this.#wake();
    following.on('confirmation', () => {
      confirmed = true;
      noticed();
    });
    following.on('readable', noticed);
    for (const what of ['end', 'close', 'error'] as const) {
      following.on(what as 'end', () => {
        dropped = true;
        noticed();
      });
    }
    this.#heardAt = performance.now();
    const quietMs = this.#timing.quietMs * 2 ** Math.min(this.#fruitless, MOST_DOUBLINGS);
    let tail = 0n;
    while (!this.#closed) {
      const batch = this.#take(following);
      if (batch.length > 0) {
        await this.#handler(batch);
        this.#position = batch.at(-1)!.global;
        this.#heardAt = performance.now();
        this.#fruitless = 0;
        continue;
      }
      if (dropped) return confirmed;
      const patienceMs = confirmed ? quietMs : this.#timing.confirmMs;
      // Never nothing: a timer may fire a little early.
      const leftMs = Math.max(1, patienceMs - (performance.now() - this.#heardAt));
      await this.#pause(leftMs, () => dropped);
      const silentMs = performance.now() - this.#heardAt;
      if (!confirmed && silentMs >= this.#timing.confirmMs) return false;
      if (!confirmed || dropped || silentMs < quietMs) continue;
      // A subscription that hangs looks like a quiet one. If there was something newer when it was last asked, and
      // still nothing has come, it is begun anew; more and more rarely, because what is newer may not be ours.
      const newer = tail > this.#position;
      tail = await this.#tail();
      this.#heardAt = performance.now();
      if (newer) {
        this.#fruitless += 1;
        return false;
      }
    }
    return confirmed;
  }

  /** What has come and is ours, at most a batch. */
  #take(following: Following): StoredEvent[] {
    const batch: StoredEvent[] = [];
    let last = this.#position;
    while (batch.length < this.#maxBatch) {
      const resolved = following.read();
      if (resolved === null) break;
      this.#heardAt = performance.now();
      const recorded = resolved.event as Recorded | undefined;
      // The engine's own events, those of other prefixes, and what came again.
      if (recorded === undefined || recorded.streamId.startsWith('$')) continue;
      if (!recorded.streamId.startsWith(this.#prefix)) continue;
      const event = fromRead(recorded);
      if (event.global <= last) continue;
      last = event.global;
      batch.push(event);
    }
    return batch;
  }

  /** The position of the engine's newest event; one that does not answer is as good as newer. */
  async #tail(): Promise<bigint> {
    try {
      return await this.#calls.ask((client, options, ms) => tailOfAll(client, options, ms));
    } catch {
      return this.#position + 1n;
    }
  }

  /** @param unless looked at before waiting, because what wakes may have come already */
  async #pause(ms: number, unless: () => boolean = () => false): Promise<void> {
    if (this.#closed || unless()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}

/** As a pattern and not as the server's prefix: that one compares by language, in which letters may melt together. */
function startingWith(prefix: string): string {
  let pattern = '^';
  for (let i = 0; i < prefix.length; i++) {
    const unit = prefix[i]!;
    pattern += /[A-Za-z0-9_]/.test(unit) ? unit : `\\u${prefix.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return pattern;
}
