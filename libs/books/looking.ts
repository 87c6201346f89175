/** Looks at where a stream stands: few of them, however many ask. */
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { EngineUnavailable } from '../event-store/event-store.ts';

export class Looking {
  readonly #ask: () => Promise<number>;
  #now: Promise<number> | undefined;
  #next: Promise<number> | undefined;
  /** Since when the engine has been asked without an answer, in ms of `performance.now`. */
  #since: number | undefined;

  /** @param ask asks the engine for the stream's head */
  constructor(ask: () => Promise<number>) {
    this.#ask = ask;
  }

  /**
   * The stream's head at some moment after the call. All who ask in one turn of the event loop share one look,
   * taken when the turn ends and the look before it has been answered.
   */
  head(): Promise<number> {
    this.#next ??= this.#lookSoon();
    return this.#next;
  }

  /** For how long the engine has been asked without an answer. */
  inVainMs(): number {
    return this.#since === undefined ? 0 : performance.now() - this.#since;
  }

  async #lookSoon(): Promise<number> {
    await endOfTurn();
    await this.#now?.catch(() => {});
    this.#next = undefined;
    this.#since ??= performance.now();
    this.#now = this.#ask();
    const head = await this.#now;
    this.#since = undefined;
    return head;
  }
}

/** Resolves when the work is done or cannot be, or the time is over. */
export function orAfter(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    work.then(resolve, (error) => (error instanceof EngineUnavailable ? resolve() : reject(error)));
    const done = () => clearTimeout(timer);
    work.then(done, done);
  });
}
