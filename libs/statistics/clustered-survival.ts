/**
 * Kaplan and Meier's estimate where several cases belong to one another, such as acts for one customer: the estimate is
 * the same, and its variance is taken over the clusters' influence on it (Z. Ying and L. J. Wei, Journal of Multivariate
 * Analysis 50, 1994). With one case to a cluster that is Greenwood's variance.
 */
import { clustersOf, correction, intervalAtVariance, squaresOverClusters } from './clustered.ts';
import type { Interval } from './interval.ts';
import { type Happened, type Median, Survival } from './survival.ts';

export class ClusteredSurvival {
  readonly n: number;
  readonly clusters: number;
  /** Cases that share their cluster with others, and the others by day. */
  readonly #together: { lastDay: number[]; happened: number[]; cluster: number[] };
  readonly #aloneEvents: Float64Array;
  readonly #aloneCensored: Float64Array;
  readonly #plain: Survival;
  /** By day: sum of d / (Y (Y - d)), and 1 / (Y - d) of the day itself. */
  readonly #before: Float64Array;
  readonly #inverse: Float64Array;

  /**
   * @param lastDay of each case: the day it happened, or the last that was watched without it
   * @param happened 1 or 0
   * @param cluster equal ones stand together
   */
  constructor(lastDay: ArrayLike<number>, happened: ArrayLike<number>, cluster: ArrayLike<number>) {
    this.n = lastDay.length;
    this.clusters = clustersOf(cluster);
    // One day more than anybody was watched: nobody is at risk on it.
    let days = 1;
    for (let i = 0; i < this.n; i++) days = Math.max(days, lastDay[i]! + 2);
    const events = new Float64Array(days);
    const censored = new Float64Array(days);
    for (let i = 0; i < this.n; i++) (happened[i] === 1 ? events : censored)[lastDay[i]!]! += 1;
    this.#together = { lastDay: [], happened: [], cluster: [] };
    this.#aloneEvents = new Float64Array(days);
    this.#aloneCensored = new Float64Array(days);
    for (let i = 0; i < this.n; i++) {
      if (cluster[i] !== cluster[i - 1] && cluster[i] !== cluster[i + 1]) {
        (happened[i] === 1 ? this.#aloneEvents : this.#aloneCensored)[lastDay[i]!]! += 1;
        continue;
      }
      this.#together.lastDay.push(lastDay[i]!);
      this.#together.happened.push(happened[i]!);
      this.#together.cluster.push(cluster[i]!);
    }
    this.#plain = new Survival(events, censored);
    this.#before = new Float64Array(days);
    this.#inverse = new Float64Array(days);
    let atRisk = this.n;
    let sum = 0;
    for (let day = 0; day < days; day++) {
      const now = events[day]!;
      if (atRisk > now) {
        sum += now / (atRisk * (atRisk - now));
        this.#inverse[day] = 1 / (atRisk - now);
      }
      this.#before[day] = sum;
      atRisk -= now + censored[day]!;
    }
  }

  /** As `Survival.at`. */
  at(day: number): Happened | undefined {
    const plain = this.#plain.at(day);
    if (plain === undefined || this.clusters === this.n) return plain;
    return { ...plain, interval: this.#interval(plain.share, day) };
  }

  /** As `Survival.median`. */
  median(): Median | undefined {
    const plain = this.#plain.median();
    if (plain === undefined || this.clusters === this.n) return plain;
    const low = this.#firstDay(({ high }) => high >= 0.5) ?? plain.day;
    const high = this.#firstDay(({ low: least }) => least >= 0.5);
    return {
      day: plain.day,
      interval: {
        low: Math.min(low, plain.day),
        high: high === undefined ? null : Math.max(high, plain.day),
      },
    };
  }

  #interval(share: number, day: number): Interval {
    const last = this.#before.length - 1;
    const influence = (lastDay: number, happened: number) => {
      const until = Math.min(lastDay, day, last);
      return (happened === 1 && lastDay <= day ? this.#inverse[until]! : 0) - this.#before[until]!;
    };
    // Cases alone in their cluster are alike by day: they are added up by days, not one by one.
    let alone = 0;
    for (let on = 0; on <= last; on++) {
      const [events, censored] = [this.#aloneEvents[on]!, this.#aloneCensored[on]!];
      if (events > 0) alone += events * influence(on, 1) ** 2;
      if (censored > 0) alone += censored * influence(on, 0) ** 2;
    }
    const { lastDay, happened, cluster } = this.#together;
    const values = Float64Array.from(lastDay, (on, i) => influence(on, happened[i]!));
    const squares = alone + squaresOverClusters(values, cluster);
    const left = 1 - share;
    const variance = left * left * squares * correction(this.n, this.clusters);
    return intervalAtVariance(share, variance, this.n, this.clusters);
  }

  /** The bounds grow with the days, but for a little: the search is by halves. */
  #firstDay(holds: (interval: Interval) => boolean): number | undefined {
    let low = 0;
    let high = this.#before.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const known = this.#plain.at(middle);
      if (known === undefined || holds(this.#interval(known.share, middle))) high = middle;
      else low = middle + 1;
    }
    return this.#plain.at(low) === undefined || low >= this.#before.length ? undefined : low;
  }
}
