/** Outcomes after acts, by the dimensions asked. */
import type { DatabaseSync } from 'node:sqlite';
import { LEAST_ROUNDS, ROUNDS } from '../../statistics/means.ts';
import { readDay } from '../stored-form.ts';
import { WordReader } from '../words.ts';
import { Cases, type Told } from './cases.ts';
import type { Dims } from './dims.ts';
import { figuresOf } from './figures.ts';
import { Incidents } from './incidents.ts';
import {
  MAX_OUTCOME_ROWS,
  OUTCOME_DIMENSIONS,
  type OutcomeDimension,
  type OutcomeMetricsFindings,
  type OutcomeMetricsQuery,
  type TooMany,
} from './outcome-metrics.ts';
import { passesFilters, Sweep, type SweptAct } from './sweep.ts';

/** Of a group, at most: beyond it means are not resampled. */
const RESAMPLED = 2_000;
const MOST_DRAWN = 10_000_000;

type Value = string | number | null;
type Key = readonly Value[];

export const NOTES = [
  'Grade D, not causal: this is what followed acts, not what came of them. Who was given something differs from who was not.',
  'An act counts by its own customer; acts for the same customer are not independent, and intervals allow for that.',
  'Who was not watched for all of the days is censored, and never counted as not having returned.',
  'Acts reversed in whole are left out; cost and retail are net of reversals.',
] as const;

/** @param bookNumber undefined while nothing is known of the book */
export function outcomeReport(
  db: DatabaseSync,
  prefix: string,
  bookNumber: number | undefined,
  query: OutcomeMetricsQuery,
): OutcomeMetricsFindings {
  const { groupBy = [], filters = {}, observedUntil } = query;
  if (new Set(groupBy).size !== groupBy.length) throw new RangeError('groupBy names each dimension once');
  for (const dimension of groupBy)
    if (!OUTCOME_DIMENSIONS.includes(dimension)) throw new RangeError(`unknown dimension ${dimension}`);
  const sweep = new Sweep(db, prefix, bookNumber ?? 0, new WordReader(db, prefix), observedUntil);
  const groups = new Groups(sweep, groupBy);
  const passes = (dims: number) => passesFilters(sweep.dimsOf(dims), filters);
  const acts = sweep.acts(query, passes);
  const tooMany = groups.take(acts);
  if (tooMany !== undefined) return tooMany;
  for (const [act, incident] of new Incidents(db, prefix, sweep).answeredBy(acts))
    for (const cases of groups.of(act)) cases.incidents.push(incident);
  const told = toldOf(sweep);
  const rounds = groups.rounds();
  return {
    ok: true,
    currency: sweep.currency,
    groupBy,
    observedUntil: sweep.observed,
    rows: groups.inOrder().map(({ key, cases }) => ({
      key: Object.fromEntries(groupBy.map((dimension, at) => [dimension, key[at]!])),
      ...figuresOf(cases, told, { seed: JSON.stringify(key), rounds }),
    })),
    total: figuresOf(groups.total, told, { seed: 'total', rounds }),
    rowsOverlap: groupBy.includes('role'),
    grade: 'D',
    causal: false,
    notes: NOTES,
  };
}

export function toldOf({ observed, resolutions }: Sweep): Told {
  return { returns: observed.returns !== null, contacts: observed.contacts !== null, resolutions };
}

interface Group {
  readonly key: Key;
  readonly cases: Cases;
}

/** Groups are looked up once for every combination of dims and day, not for every act. */
class Groups {
  readonly total = new Cases();
  readonly #sweep: Sweep;
  readonly #groupBy: readonly OutcomeDimension[];
  readonly #byDay: 'day' | 'month' | undefined;
  readonly #groups = new Map<string, Group>();
  readonly #known = new Map<number, readonly Cases[]>();

  constructor(sweep: Sweep, groupBy: readonly OutcomeDimension[]) {
    this.#sweep = sweep;
    this.#groupBy = groupBy;
    this.#byDay = groupBy.includes('day') ? 'day' : groupBy.includes('month') ? 'month' : undefined;
  }

  take(acts: readonly SweptAct[]): TooMany | undefined {
    for (const act of acts) {
      for (const cases of this.of(act)) {
        cases.acts++;
        cases.cost += act.cost;
        cases.retail += act.retail;
      }
      if (this.#groups.size > MAX_OUTCOME_ROWS) return TOO_MANY;
    }
    // Whoever is unknown is not followed, even where an outcome names their act: only those who came back would be.
    for (const [act, followed] of this.#sweep.followed(sortedByCustomer(this.#sweep, acts))) {
      for (const cases of this.of(act)) {
        cases.identified++;
        cases.following.push(followed);
      }
    }
    return undefined;
  }

  /** The total, and the rows that the act counts in. */
  of({ dims, day }: SweptAct): readonly Cases[] {
    const on = this.#byDay === 'day' ? day : this.#byDay === 'month' ? Math.floor(day / 100) : 0;
    // One number for both, a small one where it can be: a day has eight digits.
    const name = on === 0 ? dims : dims * 100_000_000 + on;
    let known = this.#known.get(name);
    if (known === undefined) {
      known = [this.total, ...this.#rowsOf(this.#sweep.dimsOf(dims), day)];
      this.#known.set(name, known);
    }
    return known;
  }

  /** So many resamples that all groups together take no longer than one large one: reports wait for each other. */
  rounds(): number {
    let cases = 0;
    for (const { following } of [this.total, ...[...this.#groups.values()].map((group) => group.cases)])
      cases += Math.min(following.length, RESAMPLED);
    return Math.min(ROUNDS, Math.max(LEAST_ROUNDS, Math.floor(MOST_DRAWN / (cases + 1))));
  }

  /** Absent values first, numbers by size, words by code unit: the same everywhere. */
  inOrder(): Group[] {
    return [...this.#groups.values()].sort((one, other) => compareKeys(one.key, other.key));
  }

  #rowsOf(dims: Dims, day: number): Cases[] {
    if (this.#groupBy.length === 0) return [];
    let keys: Value[][] = [[]];
    for (const dimension of this.#groupBy) {
      const values = valuesOf(dimension, dims, day);
      keys = keys.flatMap((key) => values.map((value) => [...key, value]));
    }
    return keys.map((key) => {
      const name = JSON.stringify(key);
      let group = this.#groups.get(name);
      if (group === undefined) {
        group = { key, cases: new Cases() };
        this.#groups.set(name, group);
      }
      return group.cases;
    });
  }
}

/** Those of known customers alone: they are what takes time to sort. */
function sortedByCustomer(sweep: Sweep, acts: readonly SweptAct[]): SweptAct[] {
  return acts.filter(({ customer }) => customer !== '').sort(sweep.byCustomer);
}

function valuesOf(dimension: OutcomeDimension, dims: Dims, day: number): readonly Value[] {
  if (dimension === 'day') return [readDay(day)];
  if (dimension === 'month') return [readDay(day).slice(0, 7)];
  if (dimension === 'role') return dims.roles.length === 0 ? [null] : dims.roles;
  return [dims[dimension]];
}

function compareKeys(one: Key, other: Key): number {
  for (const [at, left] of one.entries()) {
    const right = other[at]!;
    if (left === right) continue;
    if (left === null) return -1;
    if (right === null) return 1;
    return left < right ? -1 : 1;
  }
  return 0;
}

const TOO_MANY: TooMany = {
  ok: false,
  code: 'too-many-rows',
  detail: `More than ${MAX_OUTCOME_ROWS} rows.`,
  advice: 'Ask for a shorter span (from, to), or group by fewer dimensions.',
};
