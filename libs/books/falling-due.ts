/**
 * Wakes the writer of a book when the next of its open acts falls due, so that a hold or reservation ends in time
 * with nobody calling. It looks at the clock again and again and never relies on one long timer: clocks are set, a
 * sandbox's stands still and jumps, and a deadline may be weeks away.
 */

export interface Due {
  /** When the next open act falls due, epoch ms; infinite: none is open. */
  nextDueAt(): number;
  /** Epoch ms. */
  now(): number;
  /** Records what has fallen due. A rejection is tried again at the next look. */
  fallDue(): Promise<void>;
}

export class FallingDue {
  readonly #due: Due;
  readonly #lookEveryMs: number;
  #timer: NodeJS.Timeout | undefined;
  #falling = false;

  /** @param lookEveryMs how often `look` is called; what falls due sooner gets a timer of its own */
  constructor(due: Due, lookEveryMs: number) {
    this.#due = due;
    this.#lookEveryMs = lookEveryMs;
  }

  look(): void {
    const inMs = this.#due.nextDueAt() - this.#due.now();
    if (inMs > this.#lookEveryMs || this.#falling) return;
    if (inMs > 0) {
      // A timer may be early by a fraction of a millisecond.
      this.#timer ??= setTimeout(() => this.#wake(), Math.ceil(inMs) + 1).unref();
      return;
    }
    this.#falling = true;
    this.#due
      .fallDue()
      .catch(() => {})
      .finally(() => {
        this.#falling = false;
      });
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  /** Looks once: where the clock stands still, the next call of `look` is soon enough. */
  #wake(): void {
    this.#timer = undefined;
    if (this.#due.nextDueAt() <= this.#due.now()) this.look();
  }
}
