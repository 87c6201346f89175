/**
 * To whom, with what, by whom: the labels of one's acts (customers, notes, categories, approvers) against those of others
 * under the same circumstances. What is likely of a label is learned from the others' acts, drawn towards equal chances:
 * some customers come much more often than others, whoever serves them. Labels never met are allowed for (A. Chao,
 * Scandinavian Journal of Statistics 11, 1984), and so is that people differ in whom they meet (regulars who come
 * when their barista works): the collisions within everybody's acts say how much. Counts are then beta-binomial.
 *
 * The labels in question are chosen after the fact, so the probability is that of the most unusual set of so many labels,
 * times the number of such sets (Bonferroni): never too small.
 */
import type { SignalKind } from '../domain/signal/signal.ts';
import { logAtLeastSuchPart } from '../statistics/tails.ts';
import { ABSENT, type Grouped } from './conduct.ts';
import { LEAST_ACTS, LEAST_ACTS_OF_OTHERS, LEAST_BEHIND, timesOf } from './share-tests.ts';
import { type ExposureUnit, type Figures, fittedWithoutOutliers, type Tested } from './tested.ts';

export interface LabelCase {
  readonly kind: SignalKind;
  readonly unit: ExposureUnit;
  /** -1: the act is not looked at. */
  readonly label: Int32Array;
  readonly labels: number;
  readonly bySubject: Grouped;
  readonly position: Float64Array;
  readonly stratum?: Int32Array;
  readonly strata?: number;
  /** At most so many labels together; 0: each label with each subject is a pair of its own. */
  readonly together: number;
}

interface Stratum {
  acts: number;
  people: number;
  /** Labels there are, those not met included. */
  labels: number;
  /** The parameter of each in the Dirichlet that chances are drawn from. */
  alpha: number;
  /** Of the acts of each label, summed. */
  squares: number;
}

interface Own {
  readonly subject: number;
  readonly n: number;
  readonly near: number;
  /** Most often first; with what is expected of each. */
  readonly counts: readonly { readonly label: number; readonly count: number; readonly expected: number }[];
  readonly candidates: number;
  /** About what is likely itself. */
  readonly doubt: number;
}

export function labelTests(one: LabelCase): Tested {
  const { stratum } = one;
  const strata = stratum === undefined ? 1 : Math.max(1, one.strata ?? 1);
  const own = ownLabels(one, strata);
  const people = own.filter(({ n }) => n > 0).length;
  const everybody = new Strata(one.labels, strata, own);
  const those: Counted[] = [];
  let untested = 0;
  for (const its of own) {
    if (its.n === 0) continue;
    const others = its.inStrata.reduce((sum, { at, n }) => sum + everybody.of[at]!.acts - n, 0);
    // Labels are of a place: those who are met there are known from nowhere else.
    const isAlone = everybody.near(its) < 1;
    if (its.n < LEAST_ACTS || others < LEAST_ACTS_OF_OTHERS || isAlone) untested++;
    else those.push(its);
  }
  const judged: Own[] = those.map((its) => likely(its, true, everybody));

  let spread = 0;
  let wide = 0;
  const weightOf = (its: Own, by = spread) => 1 / Math.min(0.95, by + its.doubt) - 1;
  const pairs: { readonly at: number; readonly label: number }[] = [];
  if (one.together === 0)
    for (const [at, its] of judged.entries()) for (const { label } of its.counts) pairs.push({ at, label });
  const countedOf = ({ at, label }: (typeof pairs)[number]) =>
    judged[at]!.counts.find((counted) => counted.label === label)!;
  const sets = new Int32Array(judged.length);
  const logPOfSet = (at: number): number => {
    const its = judged[at]!;
    let least = 0;
    sets[at] = 1;
    let count = 0;
    let expected = 0;
    let ways = Math.log(Math.max(1, one.together));
    for (let size = 1; size <= one.together && size <= its.counts.length; size++) {
      const next = its.counts[size - 1]!;
      count += next.count;
      expected += next.expected;
      ways += Math.log(Math.max(1, its.candidates - size + 1) / size);
      if (count < LEAST_BEHIND) continue;
      const logP = ways + logAtLeastSuchPart(count, its.n, Math.min(1, expected / its.n), weightOf(its));
      if (logP < least) {
        least = logP;
        sets[at] = size;
      }
    }
    return least;
  };
  const logPOfPair = (pair: number): number => {
    const its = judged[pairs[pair]!.at]!;
    const counted = countedOf(pairs[pair]!);
    if (counted.count < LEAST_BEHIND) return 0;
    return logAtLeastSuchPart(counted.count, its.n, Math.min(1, counted.expected / its.n), weightOf(its));
  };
  const isPairs = one.together === 0;
  const logPOf = isPairs ? logPOfPair : logPOfSet;
  fittedWithoutOutliers(
    isPairs ? pairs.length : judged.length,
    (kept) => {
      const ordinary = isPairs ? ordinarySubjects(judged.length, pairs, kept) : kept;
      const but = new Set(judged.filter((_, at) => ordinary[at] === 0).map(({ subject }) => subject));
      const usual = new Strata(
        one.labels,
        strata,
        own.filter(({ subject }) => !but.has(subject)),
      );
      for (const [at, its] of those.entries()) {
        judged[at] = likely(its, ordinary[at] === 1, usual);
      }
      spread = usual.spread();
      // Of all, those as well who turn out to be unusual: what one's own share is drawn by.
      if (but.size === 0) wide = spread;
    },
    logPOf,
  );

  const chosen = (at: number) => {
    const its = isPairs ? judged[pairs[at]!.at]! : judged[at]!;
    const set = isPairs ? [countedOf(pairs[at]!)] : its.counts.slice(0, sets[at]);
    return { its, set, labels: new Set(set.map(({ label }) => label)) };
  };
  const rowsOf = (subject: number, labels: ReadonlySet<number>, after: number) => {
    const { starts, rows } = one.bySubject;
    const behind: number[] = [];
    let n = 0;
    for (let i = starts[subject]!; i < starts[subject + 1]!; i++) {
      const row = rows[i]!;
      if (one.label[row]! < 0 || (stratum !== undefined && stratum[row]! < 0)) continue;
      if (one.position[row]! <= after) continue;
      n++;
      if (labels.has(one.label[row]!)) behind.push(row);
    }
    return { n, behind };
  };
  const met = isPairs ? judged.reduce((sum, its) => sum + Math.max(0, Math.round(its.candidates)), 0) : 0;
  return {
    kind: one.kind,
    subjects: Int32Array.from(
      isPairs ? pairs.map(({ at }) => judged[at]!.subject) : judged.map(({ subject }) => subject),
    ),
    ...(isPairs && { seconds: Int32Array.from(pairs, ({ label }) => label) }),
    logP: Float64Array.from({ length: isPairs ? pairs.length : judged.length }, (_, at) => logPOf(at)),
    untested,
    silent: Math.max(0, met - pairs.length),
    spread,
    figures(at): Figures {
      const { its, set, labels } = chosen(at);
      const observed = set.reduce((sum, { count }) => sum + count, 0);
      const expected = set.reduce((sum, { expected: likely }) => sum + likely, 0);
      return {
        observed,
        exposure: { n: its.n, unit: one.unit },
        expected,
        peers: { near: its.near, all: people - 1 },
        times: timesOf({ part: observed, n: its.n, share: expected / its.n, weight: weightOf(its, wide) }),
        behind: rowsOf(its.subject, labels, Number.NEGATIVE_INFINITY).behind,
        labels: set.map(({ label }) => label),
      };
    },
    since(at, after) {
      const { its, set, labels } = chosen(at);
      const { n, behind } = rowsOf(its.subject, labels, after);
      const share = set.reduce((sum, { expected }) => sum + expected, 0) / its.n;
      return { observed: behind.length, logP: logAtLeastSuchPart(behind.length, n, share, weightOf(its)) };
    },
  };
}

interface Counted {
  readonly subject: number;
  readonly n: number;
  readonly inStrata: { at: number; n: number }[];
  /** Stratum and label as one number → acts. */
  readonly cells: ReadonlyMap<number, number>;
}

function ownLabels({ label, labels, bySubject, stratum }: LabelCase, strata: number): Counted[] {
  const { starts, rows } = bySubject;
  const counted: Counted[] = [];
  const inStratum = new Int32Array(strata);
  for (let subject = 0; subject + 1 < starts.length; subject++) {
    const cells = new Map<number, number>();
    const touched: number[] = [];
    let n = 0;
    for (let i = starts[subject]!; i < starts[subject + 1]!; i++) {
      const row = rows[i]!;
      const at = stratum === undefined ? 0 : stratum[row]!;
      if (label[row] === ABSENT || at < 0) continue;
      const cell = at * labels + label[row]!;
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
      if (inStratum[at] === 0) touched.push(at);
      inStratum[at]!++;
      n++;
    }
    touched.sort((one, other) => one - other);
    const inStrata = touched.map((at) => ({ at, n: inStratum[at]! }));
    for (const at of touched) inStratum[at] = 0;
    counted.push({ subject, n, inStrata, cells });
  }
  return counted;
}

/** What the acts of some say of the labels of each stratum. */
class Strata {
  readonly of: readonly Stratum[];
  readonly labels: number;
  readonly #cells = new Map<number, number>();
  readonly #own: readonly Counted[];

  constructor(labels: number, strata: number, own: readonly Counted[]) {
    this.labels = labels;
    this.#own = own;
    this.of = Array.from({ length: strata }, () => ({ acts: 0, people: 0, labels: 0, alpha: 1, squares: 0 }));
    for (const { cells, inStrata } of own) {
      for (const { at, n } of inStrata) {
        this.of[at]!.acts += n;
        this.of[at]!.people++;
      }
      for (const [cell, count] of cells) this.#cells.set(cell, (this.#cells.get(cell) ?? 0) + count);
    }
    const once = new Float64Array(strata);
    const twice = new Float64Array(strata);
    for (const [cell, count] of this.#cells) {
      const at = Math.floor(cell / labels);
      this.of[at]!.labels++;
      this.of[at]!.squares += count * count;
      if (count === 1) once[at]!++;
      if (count === 2) twice[at]!++;
    }
    for (const [at, total] of this.of.entries()) {
      if (total.acts === 0) continue;
      total.labels += Math.round((once[at]! * (once[at]! - 1)) / (2 * (twice[at]! + 1)));
      const mean = total.acts / total.labels;
      const variance = total.squares / total.labels - mean * mean;
      total.alpha = variance > mean ? Math.min(50, Math.max(0.05, (mean * mean) / (variance - mean))) : 50;
    }
  }

  /** Acts of the label in the stratum. */
  acts(at: number, label: number): number {
    return this.#cells.get(at * this.labels + label) ?? 0;
  }

  near({ inStrata }: Counted): number {
    return Math.max(...inStrata.map(({ at }) => this.of[at]!.people - 1));
  }

  /**
   * ρ: how much oftener two acts of the same employee meet the same label than two of different employees at the same
   * place, from 0 for no oftener to 1 for always; one standard error up. Per act, so that the busiest do not decide alone.
   */
  spread(): number {
    const pairs = new Float64Array(this.of.length);
    const within = new Float64Array(this.of.length);
    for (const { cells, inStrata } of this.#own) {
      for (const { at, n } of inStrata) pairs[at]! += n * n;
      for (const [cell, count] of cells) within[Math.floor(cell / this.labels)]! += count * count;
    }
    let excess = 0;
    let noise = 0;
    let room = 0;
    const acts = new Float64Array(this.of.length);
    for (const { cells, inStrata } of this.#own) {
      for (const { at, n } of inStrata) {
        const all = this.of[at]!;
        const across = all.acts ** 2 - pairs[at]!;
        acts[at] = n < 2 || across <= 0 ? 0 : n;
        if (acts[at] === 0) continue;
        const chance = (all.squares - within[at]!) / across;
        excess -= (n - 1) * chance;
        noise += (2 * (n - 1) * chance) / n;
        room += (n - 1) * (1 - chance);
      }
      for (const [cell, count] of cells) {
        const n = count < 2 ? 0 : acts[Math.floor(cell / this.labels)]!;
        if (n > 0) excess += (count * (count - 1)) / n;
      }
    }
    if (!(room > 0)) return 0.5;
    return Math.min(0.95, Math.max(0, (excess + Math.sqrt(noise)) / room));
  }
}

/** What is likely of one's labels, from the acts of the others alone. @param isIn whether one's own are among them */
function likely(its: Counted, isIn: boolean, usual: Strata): Own {
  const { labels } = usual;
  const byLabel = new Map<number, { label: number; count: number; expected: number }>();
  for (const [cell, count] of its.cells) {
    const label = cell % labels;
    const there = byLabel.get(label);
    if (there === undefined) byLabel.set(label, { label, count, expected: 0 });
    else there.count += count;
  }
  let candidates = 0;
  let doubt = 0;
  for (const { at, n } of its.inStrata) {
    const { acts, labels: known, alpha } = usual.of[at]!;
    const others = acts - (isIn ? n : 0);
    const mass = alpha * Math.max(1, known) + others;
    candidates += known;
    for (const counted of byLabel.values()) {
      const mine = isIn ? (its.cells.get(at * labels + counted.label) ?? 0) : 0;
      const theirs = usual.acts(at, counted.label) - mine;
      // Where most are met once and a few again and again, no one gamma fits both: whom others meet again is no stranger.
      counted.expected += n * Math.max((alpha + theirs) / mass, theirs > 1 ? theirs / others : 0);
    }
    doubt += n / its.n / (Math.max(0, others) + 1);
  }
  const counts = [...byLabel.values()].sort(
    (one, other) => other.count - one.count || one.expected - other.expected || one.label - other.label,
  );
  const { subject, n } = its;
  return {
    subject,
    n,
    near: usual.near(its),
    counts,
    candidates: Math.max(candidates, counts.length),
    doubt: Math.min(0.9, doubt),
  };
}

/** Of pairs: whoever has an outlying one is left out. */
function ordinarySubjects(size: number, pairs: readonly { readonly at: number }[], kept: Uint8Array) {
  const ordinary = new Uint8Array(size).fill(1);
  for (const [pair, { at }] of pairs.entries()) if (kept[pair] === 0) ordinary[at] = 0;
  return ordinary;
}
