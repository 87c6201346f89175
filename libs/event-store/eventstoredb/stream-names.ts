/**
 * Which streams there are. The engine has no list of them (the projection that makes one is off by default), so the
 * log is read through once, and then only from where it was read to.
 */
import type { Position } from '@eventstore/db-client';
import { EngineUnavailable } from '../event-store.ts';
import type { Calls } from './calls.ts';
import { pageOfAll, tailOfAll } from './pages.ts';

const PAGE = 4_096;
/** How often the log may end before its end until that counts as a failure. */
const PATIENCE = 5;

export class StreamNames {
  readonly #calls: Calls;
  readonly #names = new Set<string>();
  #position: Position | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(calls: Calls) {
    this.#calls = calls;
  }

  /** Streams that were ever appended to and start so, as of now; some may have been deleted since. */
  async startingWith(prefix: string): Promise<string[]> {
    const read = this.#turn.then(() => this.#readOn());
    this.#turn = read.catch(() => undefined);
    await read;
    return [...this.#names].filter((name) => name.startsWith(prefix));
  }

  async #readOn(): Promise<void> {
    const tail = await this.#calls.ask((client, options, ms) => tailOfAll(client, options, ms));
    let idle = 0;
    while ((this.#position?.commit ?? -1n) < tail) {
      const from = this.#position;
      const page = await this.#calls.ask((client, options, ms) => pageOfAll(client, from, PAGE, options, ms));
      for (const { streamId, position } of page.events) {
        if (position !== undefined) this.#position = position;
        if (!streamId.startsWith('$')) this.#names.add(streamId);
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
