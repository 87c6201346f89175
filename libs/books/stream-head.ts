/** Where a stream stands: many who ask at the same time share one look. */
import { setImmediate as endOfTurn } from 'node:timers/promises';

export class StreamHead {
  readonly #ask: () => Promise<number>;
  #looking: Promise<number> | undefined;
  #next: Promise<number> | undefined;
  /** Since when it has been asked for without an answer, in ms of `performance.now`. */
  #askedSince: number | undefined;

  constructor(ask: () => Promise<number>) {
    this.#ask = ask;
  }

  /**
   * The head at some moment after the call. All who ask in one turn of the event loop share one look, taken when the
   * turn ends and the look before it has been answered.
   */
  look(): Promise<number> {
    this.#next ??= this.#lookSoon();
    return this.#next;
  }

  /** How long there has been no answer. */
  get silentMs(): number {
    return this.#askedSince === undefined ? 0 : performance.now() - this.#askedSince;
  }

  async #lookSoon(): Promise<number> {
    await endOfTurn();
    await this.#looking?.catch(() => {});
    this.#next = undefined;
    this.#askedSince ??= performance.now();
    this.#looking = this.#ask();
    const head = await this.#looking;
    this.#askedSince = undefined;
    return head;
  }
}
