/**
 * Shares of acts that have something about them (at the end of a shift, without a note), against those of colleagues
 * under the same circumstances. Each employee has a share of their own, beta distributed about what the colleagues of
 * the same stratum (a place, a shift) make likely: counts are beta-binomial, so that a trade in which people differ a
 * lot makes nobody unusual for differing. Assumes that acts of one employee are alike but for that share, and that the
 * strata hold what else makes a difference. The spread is estimated from everybody's deviations (Kleinman's moments), one standard error up: with few peers little is unusual.
 */
import type { SignalKind } from '../domain/signal/signal.ts';
import { betaQuantile } from '../statistics/special-functions.ts';
import { logAtLeastSuchPart } from '../statistics/tails.ts';
import type { Grouped } from './conduct.ts';
import { type ExposureUnit, fittedWithoutOutliers, type Tested } from './tested.ts';

/** Per act: not looked at, looked at, and having it. */
export const OUT = 0;
export const IN = 1;
export const HIT = 2;

/** Acts of the whole book that the baseline of a stratum is drawn towards it with. */
const DRAWN_BY = 20;
/** Too few acts to judge anybody by, and too few of others to judge them against. */
export const LEAST_ACTS = 5;
export const LEAST_ACTS_OF_OTHERS = 30;
export const LEAST_PEERS = 5;
/** Fewer acts than this are no pattern, however unlikely they are. */
export const LEAST_BEHIND = 3;

export interface ShareCase {
  readonly kind: SignalKind;
  readonly unit: ExposureUnit;
  /** `OUT`, `IN` or `HIT` of every act. */
  readonly marks: Uint8Array;
  readonly bySubject: Grouped;
  readonly position: Float64Array;
  /** Circumstances of each act, under which colleagues are compared; absent: all the same. */
  readonly stratum?: Int32Array;
  readonly strata?: number;
}

interface Judged {
  readonly subject: number;
  readonly n: number;
  readonly part: number;
  readonly near: number;
  expected: number;
}

export function shareTests(one: ShareCase): Tested {
  const { marks, bySubject, stratum, position } = one;
  const strata = stratum === undefined ? 1 : Math.max(1, one.strata ?? 1);
  const { starts, rows } = bySubject;
  const own = ownCounts(one, strata);
  const sums = new Sums(strata);
  const people = new Int32Array(strata);
  for (const counts of own) {
    sums.add(counts);
    for (const { at } of counts) people[at]!++;
  }
  const allPeople = own.filter((counts) => counts.length > 0).length;
  const judged: Judged[] = [];
  let untested = 0;
  for (const [subject, counts] of own.entries()) {
    if (counts.length === 0) continue;
    const n = counts.reduce((sum, { n: its }) => sum + its, 0);
    const part = counts.reduce((sum, { part: its }) => sum + its, 0);
    const near = Math.max(...counts.map(({ at }) => people[at]! - 1));
    if (n < LEAST_ACTS || sums.all.n - n < LEAST_ACTS_OF_OTHERS || allPeople - 1 < LEAST_PEERS) untested++;
    else judged.push({ subject, n, part, near, expected: 0 });
  }

  let weight = Number.POSITIVE_INFINITY;
  let spread = 0;
  /** Of all, those as well who turn out to be unusual: what one's own share is drawn by. */
  let wide: number | undefined;
  const much = ({ n, part, expected }: Judged) =>
    part < LEAST_BEHIND ? 0 : logAtLeastSuchPart(part, n, expected / n, weight);
  const little = ({ n, part, expected }: Judged) => logAtLeastSuchPart(n - part, n, 1 - expected / n, weight);
  fittedWithoutOutliers(
    judged.length,
    (kept) => {
      const usual = new Sums(strata);
      // Who is too few acts to be judged still shows what is usual.
      usual.addAll(own, new Set(judged.filter((_, at) => kept[at] === 0).map(({ subject }) => subject)));
      for (const [at, its] of judged.entries())
        its.expected = usual.expectedOf(own[its.subject]!, kept[at] === 1);
      spread = spreadOf(judged, kept);
      wide ??= spread;
      weight = weightOf(spread);
    },
    (at) => Math.min(much(judged[at]!), little(judged[at]!)),
  );

  const markedRows = (subject: number, after: number): { n: number; behind: number[] } => {
    const behind: number[] = [];
    let n = 0;
    for (let at = starts[subject]!; at < starts[subject + 1]!; at++) {
      const row = rows[at]!;
      if (marks[row] === OUT || position[row]! <= after) continue;
      n++;
      if (marks[row] === HIT) behind.push(row);
    }
    return { n, behind };
  };
  return {
    kind: one.kind,
    subjects: Int32Array.from(judged, ({ subject }) => subject),
    logP: Float64Array.from(judged, much),
    untested,
    silent: 0,
    spread,
    figures(at) {
      const { subject, n, part, expected, near } = judged[at]!;
      const { behind } = markedRows(subject, Number.NEGATIVE_INFINITY);
      return {
        observed: part,
        exposure: { n, unit: one.unit },
        expected,
        peers: { near, all: allPeople - 1 },
        times: timesOf({ part, n, share: expected / n, weight: weightOf(wide ?? 0) }),
        behind,
      };
    },
    since(at, after) {
      const { subject, n: wholly, expected } = judged[at]!;
      const { n, behind } = markedRows(subject, after);
      return {
        observed: behind.length,
        logP: logAtLeastSuchPart(behind.length, n, expected / wholly, weight),
      };
    },
  };
}

/** How much of a share there is, against what is likely: the posterior beta over its prior mean. */
export function timesOf(its: { part: number; n: number; share: number; weight: number }) {
  const { part, n, share } = its;
  const weight = Math.min(its.weight, 1e6);
  const a = Math.max(1e-9, weight * share) + part;
  const b = Math.max(1e-9, weight * (1 - share)) + n - part;
  return {
    value: a / (a + b) / share,
    low: betaQuantile(0.025, a, b) / share,
    high: betaQuantile(0.975, a, b) / share,
  };
}

function weightOf(spread: number): number {
  return spread > 0 ? 1 / spread - 1 : Number.POSITIVE_INFINITY;
}

interface Count {
  readonly at: number;
  n: number;
  part: number;
}

/** Of each stratum and of all of them. */
class Sums {
  readonly all = { n: 0, part: 0 };
  readonly #n: Float64Array;
  readonly #part: Float64Array;

  constructor(strata: number) {
    this.#n = new Float64Array(strata);
    this.#part = new Float64Array(strata);
  }

  add(counts: readonly Count[]): void {
    for (const { at, n, part } of counts) {
      this.#n[at]! += n;
      this.#part[at]! += part;
      this.all.n += n;
      this.all.part += part;
    }
  }

  addAll(own: readonly (readonly Count[])[], but: ReadonlySet<number>): void {
    for (const [subject, counts] of own.entries()) if (!but.has(subject)) this.add(counts);
  }

  /** What others under the same circumstances would have had. @param isIn whether one's own acts are among the sums */
  expectedOf(counts: readonly Count[], isIn: boolean): number {
    const mine = isIn ? 1 : 0;
    let n = 0;
    let part = 0;
    for (const its of counts) {
      n += its.n;
      part += its.part;
    }
    const ofOthers = (this.all.part - mine * part + 0.5) / (this.all.n - mine * n + 1);
    let expected = 0;
    for (const { at, n: its, part: hits } of counts) {
      const others = this.#n[at]! - mine * its;
      expected += (its * (this.#part[at]! - mine * hits + DRAWN_BY * ofOthers)) / (others + DRAWN_BY);
    }
    return expected;
  }
}

function ownCounts({ marks, bySubject, stratum }: ShareCase, strata: number) {
  const { starts, rows } = bySubject;
  // Of the stratum that the subject was met in last: most have one or a few.
  const index = new Int32Array(strata).fill(-1);
  const counts: Count[][] = [];
  for (let subject = 0; subject + 1 < starts.length; subject++) {
    const its: Count[] = [];
    for (let i = starts[subject]!; i < starts[subject + 1]!; i++) {
      const row = rows[i]!;
      if (marks[row] === OUT) continue;
      const at = stratum === undefined ? 0 : stratum[row]!;
      if (at < 0) continue;
      if (index[at] === -1) {
        index[at] = its.length;
        its.push({ at, n: 0, part: 0 });
      }
      const count = its[index[at]!]!;
      count.n++;
      if (marks[row] === HIT) count.part++;
    }
    for (const { at } of its) index[at] = -1;
    its.sort((one, other) => one.at - other.at);
    counts.push(its);
  }
  return counts;
}

/**
 * ρ of E (x - np)² = np(1 - p)(1 + (n - 1)ρ), one standard error up, from those who are kept. Sums over sums, so that
 * what is rare with everybody is not taken for a difference between them; per act, so that the busiest do not decide alone.
 */
function spreadOf(judged: readonly Judged[], kept: Uint8Array): number {
  let excess = 0;
  let noise = 0;
  let room = 0;
  for (const [at, { n, part, expected }] of judged.entries()) {
    if (kept[at] === 0) continue;
    const chance = expected * (1 - expected / n);
    excess += ((part - expected) ** 2 - chance) / n;
    noise += (2 * chance * chance + chance) / n ** 2;
    room += (chance * (n - 1)) / n;
  }
  if (!(room > 0)) return 0.5;
  return Math.min(0.95, Math.max(0, (excess + Math.sqrt(noise)) / room));
}
