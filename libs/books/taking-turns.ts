/**
 * Processes that write to one book and see each other's appends as they come take turns: whoever has not appended for
 * the longest time is next. Nobody hands anything over. Each appends as soon as it has seen all others since its own
 * last append, or when those that are before it have had the time for it. Most appends are then decided on the newest
 * state, and between two of its own a process collects requests into one round.
 */

/** Another that was not seen for so long does not write any more. */
const OTHERS_FOR_MS = 1_000;
/** Turns that another may let pass, one after the other, until nobody waits for it; it comes when it likes. */
const MOST_MISSED = 2;
/** Of the newest append in the average of how long one takes. */
const WEIGHT = 0.2;
/** A turn in appends: what was appended is to be seen, decided upon, and appended to. */
const TURN_APPENDS = 4;
const LEAST_TURN_MS = 2;
const MOST_TURN_MS = 100;

interface Other {
  seenAt: number;
  /** Since our last append. */
  hasHadTurn: boolean;
  missed: number;
}

/** All times in ms of a clock that only runs forward. */
export class TakingTurns {
  readonly #others = new Map<string, Other>();
  #lastAt = Number.NEGATIVE_INFINITY;
  #appendMs = 0;

  /** An append of ours succeeded. */
  appended(now: number, tookMs: number): void {
    this.#appendMs = this.#appendMs === 0 ? tookMs : this.#appendMs * (1 - WEIGHT) + tookMs * WEIGHT;
    this.#lastAt = now;
    for (const [by, other] of this.#others) {
      if (now - other.seenAt > OTHERS_FOR_MS) this.#others.delete(by);
      other.hasHadTurn = false;
    }
  }

  /** An append of another was taken in. */
  saw(by: string, now: number): void {
    this.#lastAt = now;
    this.#others.set(by, { seenAt: now, hasHadTurn: true, missed: 0 });
  }

  /** How long to wait before an append; 0: now. Asked again when something was seen. */
  waitMs(now: number): number {
    const turnMs = Math.min(MOST_TURN_MS, Math.max(LEAST_TURN_MS, this.#appendMs * TURN_APPENDS));
    return Math.max(0, this.#lastAt + turnMs * this.#before(now).length - now);
  }

  /** It has been waited as long as `waitMs` said: who has not come was not there. */
  waited(now: number): void {
    for (const other of this.#before(now)) other.missed += 1;
  }

  #before(now: number): Other[] {
    return [...this.#others.values()].filter(
      ({ seenAt, hasHadTurn, missed }) =>
        !hasHadTurn && missed < MOST_MISSED && now - seenAt <= OTHERS_FOR_MS,
    );
  }
}
