/**
 * Which streams there are. The engine has no list of them (the projection that makes one is off by default), so the
 * log is read through once, and then only from where it was read to.
 */
import type { Position } from '@eventstore/db-client';
import { EngineUnavailable, type StoredEvent } from '../event-store.ts';
import type { Calls } from './calls.ts';
import { pageOfAll, tailOfAll } from './pages.ts';

const PAGE = 4_096;
/** How often the log may end before its end until that counts as a failure. */
const PATIENCE = 5;

export class StreamNames {
  readonly #calls: Calls;
  readonly #prefix: string;
  readonly #names = new Set<string>();
  #position: Position | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param prefix of the names of interest */
  constructor(calls: Calls, prefix: string) {
    this.#calls = calls;
    this.#prefix = prefix;
  }

  /** Streams that were ever appended to and start so, as of now; some may have been deleted since. */
  async all(): Promise<string[]> {
    const read = this.#turn.then(() => this.#readOn());
    this.#turn = read.catch(() => undefined);
    await read;
    return [...this.#names];
  }

  /**
   * What a subscription to the same prefix has delivered need not be read again.
   * @param after the position it went on from: every event of the prefix between there and the last of these is here
   */
  delivered(after: bigint, events: readonly StoredEvent[]): void {
    const last = events.at(-1);
    const known = this.#position?.commit;
    if (last === undefined || known === undefined || known < after || known >= last.global) return;
    for (const { stream } of events) this.#names.add(stream);
    this.#position = { commit: last.global, prepare: last.global };
  }

  async #readOn(): Promise<void> {
    const tail = await this.#calls.ask((client, options, ms) => tailOfAll(client, options, ms));
    let idle = 0;
    while ((this.#position?.commit ?? -1n) < tail) {
      const from = this.#position;
      const page = await this.#calls.ask((client, options, ms) => pageOfAll(client, from, PAGE, options, ms));
      for (const { streamId, position } of page.events) {
        // A subscription may have come further meanwhile.
        if (position !== undefined && position.commit > (this.#position?.commit ?? -1n))
          this.#position = position;
        if (!streamId.startsWith('$') && streamId.startsWith(this.#prefix)) this.#names.add(streamId);
      }
      idle = this.#position === from ? idle + 1 : 0;
      if (idle >= PATIENCE) {
        throw new EngineUnavailable('The engine ends its log before its newest event.', {
          nothingWritten: true,
        });
      }
    }
  }
}
