/**
 * Fairness between processes that write to one book. Who has just won needs one append for its next round; who has
 * lost must read before it can try again, and would lose again and again. So the winner waits for about as long as
 * that takes, never twice the same time, while others have been seen to write. It costs little: what comes meanwhile
 * joins the next round. Alone on a book nobody waits.
 */

/** Others count as writing until this long after their last event was seen. */
const OTHERS_FOR_MS = 1_000;
/** Of the newest append in the average of how long one takes. */
const WEIGHT = 0.2;
const MOST_PAUSE_MS = 100;

export class GivingWay {
  readonly #random: () => number;
  #othersAt = Number.NEGATIVE_INFINITY;
  #appendMs = 0;

  /** @param random in [0, 1) */
  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** Events of another process have been read. @param now ms of a clock that only runs forward */
  sawOthers(now: number): void {
    this.#othersAt = now;
  }

  appended(tookMs: number): void {
    this.#appendMs = this.#appendMs === 0 ? tookMs : this.#appendMs * (1 - WEIGHT) + tookMs * WEIGHT;
  }

  /** Whether what is known is likely to be behind. */
  othersWrite(now: number): boolean {
    return now - this.#othersAt <= OTHERS_FOR_MS;
  }

  /** How long to wait after a round that was appended; 0 when there is nobody to wait for. */
  pauseMs(now: number): number {
    if (!this.othersWrite(now)) return 0;
    return Math.min(MOST_PAUSE_MS, this.#appendMs * (1.5 + 1.5 * this.#random()));
  }
}
