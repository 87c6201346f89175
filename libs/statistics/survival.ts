/**
 * The share to whom something has happened by a day, when some were not watched that long: E. L. Kaplan and P. Meier,
 * Journal of the American Statistical Association 53 (1958).
 */
import { type Interval } from './interval.ts';
import { wilson } from './shares.ts';

/** What is known by the end of a day after the beginning. */
export interface Happened {
  /** The share to whom it has happened, estimated; the rest is not known to be otherwise, it has not happened yet. */
  readonly share: number;
  readonly interval: Interval;
  /** Watched until that day, and it had not happened before. */
  readonly atRisk: number;
  /** To how many it did happen by then, as seen. */
  readonly events: number;
  /** Not watched that long, and it had not happened while they were. */
  readonly censored: number;
}

export interface Median {
  readonly day: number;
  /** `high` is null where too few were watched long enough to say. */
  readonly interval: { readonly low: number; readonly high: number | null };
}

interface Step {
  readonly left: number;
  readonly interval: Interval;
  readonly atRisk: number;
  readonly events: number;
  readonly censored: number;
}

export class Survival {
  readonly n: number;
  readonly #steps: readonly Step[];

  /**
   * @param events how many had it happen on day 0, 1, 2, …
   * @param censored how many were last watched on day 0, 1, 2, … without it; they count as watched all that day
   */
  constructor(events: ArrayLike<number>, censored: ArrayLike<number>) {
    const days = Math.max(events.length, censored.length);
    let n = 0;
    for (let day = 0; day < days; day++) n += (events[day] ?? 0) + (censored[day] ?? 0);
    this.n = n;
    const steps: Step[] = [];
    let atRisk = n;
    let left = 1;
    let greenwood = 0;
    let happened = 0;
    let lost = 0;
    for (let day = 0; day < days; day++) {
      const now = events[day] ?? 0;
      const lostNow = censored[day] ?? 0;
      if (atRisk > 0) {
        left *= 1 - now / atRisk;
        greenwood += now === 0 ? 0 : now / (atRisk * (atRisk - now));
      }
      happened += now;
      const interval = intervalOf(left, greenwood, atRisk, n - lost);
      steps.push({ left, interval, atRisk, events: happened, censored: lost });
      lost += lostNow;
      atRisk -= now + lostNow;
    }
    this.#steps = steps;
  }

  /**
   * By the end of the day.
   * @returns undefined when nobody was watched that long and it had not happened to all before: nothing is known then
   */
  at(day: number): Happened | undefined {
    if (this.n === 0) return undefined;
    const step = this.#steps[Math.min(day, this.#steps.length - 1)]!;
    const known = day < this.#steps.length ? step.atRisk > 0 || step.left === 0 : step.left === 0;
    if (!known) return undefined;
    const { left, interval, atRisk, events, censored } = step;
    return {
      share: 1 - left,
      interval: { low: 1 - interval.high, high: 1 - interval.low },
      atRisk,
      events,
      censored,
    };
  }

  /**
   * The first day by whose end it has happened to half of them, with the days whose own interval holds a half
   * (R. Brookmeyer and J. Crowley, Biometrics 38, 1982).
   * @returns undefined when it has not come to half of them as far as they were watched
   */
  median(): Median | undefined {
    const day = this.#firstDay(({ left }) => left <= 0.5);
    if (day < 0) return undefined;
    const low = this.#firstDay(({ interval }) => interval.low <= 0.5);
    const high = this.#firstDay(({ interval }) => interval.high <= 0.5);
    return { day, interval: { low, high: high < 0 ? null : high } };
  }

  #firstDay(holds: (step: Step) => boolean): number {
    return this.#steps.findIndex((step) => step.atRisk > 0 && holds(step));
  }
}

/**
 * Of the share left: Wilson's interval at the number of cases that would have the same variance without censoring
 * (K. J. Rothman, Journal of Chronic Diseases 31, 1978), with Greenwood's variance. Without censoring it is Wilson's
 * own. At 0 and 1 Greenwood's variance is none; then those count who were watched to that day or had it happen.
 */
function intervalOf(left: number, greenwood: number, atRisk: number, watched: number): Interval {
  const sure = left === 1 ? atRisk : watched;
  const n = left > 0 && left < 1 && greenwood > 0 ? (1 - left) / (left * greenwood) : sure;
  return n > 0 ? wilson({ part: Math.min(n, Math.max(0, left * n)), n }) : { low: 0, high: 1 };
}
