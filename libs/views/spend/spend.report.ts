/** Adding up the facts of spend by the dimensions asked. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { DECLINED, REVERSED, ROLE_SEPARATOR, readDay, storedDay } from '../stored-form.ts';
import { WordReader } from '../words.ts';
import {
  MAX_SPEND_ROWS,
  SPEND_DIMENSIONS,
  type SpendDimension,
  type SpendFindings,
  type SpendMeasures,
  type SpendQuery,
  type SpendRow,
} from './spend.ts';

const COLUMN: Readonly<Record<SpendDimension, string>> = {
  day: 'day',
  location: 'location',
  region: 'region',
  kind: 'kind',
  reason: 'reason',
  trigger: 'trigger',
  employee: 'employee',
  role: 'roles',
  policyVersion: 'policy_version',
};

type Value = string | number | null;
type Report = (bookNumber: number | undefined, query: SpendQuery) => SpendFindings;

/** One group of acts of the same status as an array, for a row with names takes longer; then its dimensions, from `BY` on. */
type Sums = readonly [
  status: number,
  acts: number,
  breaches: number,
  count: number,
  cost: number,
  retail: number,
  reversedCount: number,
  reversedCost: number,
  reversedRetail: number,
  ...by: (number | null)[],
];
const [STATUS, ACTS, BREACHES, COUNT, COST, RETAIL] = [0, 1, 2, 3, 4, 5] as const;
const [REVERSED_COUNT, REVERSED_COST, REVERSED_RETAIL, BY] = [6, 7, 8, 9] as const;

export function spendReport(db: DatabaseSync, prefix: string): Report {
  const words = new WordReader(db, prefix);
  const currencyOf = currencyReader(db, prefix);
  const statements = new Map<string, StatementSync>();

  function prepared(groupBy: readonly SpendDimension[]): StatementSync {
    const name = groupBy.map((dimension) => COLUMN[dimension]).join(', ');
    let statement = statements.get(name);
    if (statement === undefined) {
      statement = db.prepare(
        `SELECT status, count(*), sum(breach), sum(count), sum(cost), sum(retail), sum(reversed_count),
           sum(reversed_cost), sum(reversed_retail), ${name}
         FROM ${prefix}_acts WHERE book = ? AND day BETWEEN ? AND ?
         GROUP BY ${name}, status`,
      );
      statement.setReturnArrays(true);
      statements.set(name, statement);
    }
    return statement;
  }

  /** The values a stored dimension stands for: several for an act of an employee with several roles. */
  function values(dimension: SpendDimension, stored: number | null): readonly Value[] {
    if (stored === null) return [null];
    if (dimension === 'day') return [readDay(stored)];
    if (dimension === 'policyVersion') return [stored];
    const word = words.wordOf(stored);
    return dimension === 'role' ? word.split(ROLE_SEPARATOR) : [word];
  }

  return (bookNumber, { groupBy, from, to }) => {
    if (groupBy.length === 0 || new Set(groupBy).size !== groupBy.length)
      throw new RangeError('groupBy names one or more dimensions, each once');
    for (const dimension of groupBy)
      if (!SPEND_DIMENSIONS.includes(dimension)) throw new RangeError(`unknown dimension ${dimension}`);
    const total = emptyTally();
    const groups = new Map<string, { key: Value[]; tally: Tally }>();
    const rowsOverlap = groupBy.includes('role');
    if (bookNumber !== undefined) {
      const found = prepared(groupBy).iterate(
        bookNumber,
        from === undefined ? 0 : storedDay(from),
        to === undefined ? 99_991_231 : storedDay(to),
      ) as unknown as IterableIterator<Sums>;
      for (const sums of found) {
        add(total, sums);
        for (const key of combinations(groupBy.map((dimension, at) => values(dimension, sums[BY + at]!)))) {
          const name = JSON.stringify(key);
          let group = groups.get(name);
          if (group === undefined) {
            if (groups.size >= MAX_SPEND_ROWS)
              return {
                ok: false,
                code: 'too-many-rows',
                detail: `More than ${MAX_SPEND_ROWS} rows.`,
                advice: 'Ask for a shorter span (from, to) or group by fewer dimensions.',
              };
            group = { key, tally: emptyTally() };
            groups.set(name, group);
          }
          add(group.tally, sums);
        }
      }
    }
    const rows: SpendRow[] = [...groups.values()]
      .sort((one, other) => compareKeys(one.key, other.key))
      .map(({ key, tally }) => ({
        key: Object.fromEntries(groupBy.map((dimension, at) => [dimension, key[at]!])),
        ...measures(tally),
      }));
    return { ok: true, currency: currencyOf(bookNumber), groupBy, rows, total: measures(total), rowsOverlap };
  };
}

/** Version 1 did not keep it. */
function currencyReader(db: DatabaseSync, prefix: string): (bookNumber: number | undefined) => string | null {
  const table = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(`${prefix}_books`);
  if (table === undefined) return () => null;
  const currency = db.prepare(`SELECT currency FROM ${prefix}_books WHERE book = ?`);
  return (bookNumber) => {
    const row = bookNumber === undefined ? undefined : currency.get(bookNumber);
    return (row?.currency as string | undefined) ?? null;
  };
}

function combinations(lists: readonly (readonly Value[])[]): Value[][] {
  return lists.reduce<Value[][]>(
    (keys, list) =>
      list.length === 1
        ? keys.map((key) => [...key, list[0]!])
        : keys.flatMap((key) => list.map((value) => [...key, value])),
    [[]],
  );
}

/** Absent values first, numbers by size, words by code unit: the same everywhere, whatever the locale. */
function compareKeys(one: readonly Value[], other: readonly Value[]): number {
  for (let at = 0; at < one.length; at++) {
    const left = one[at]!;
    const right = other[at]!;
    if (left === right) continue;
    if (left === null) return -1;
    if (right === null) return 1;
    return left < right ? -1 : 1;
  }
  return 0;
}

interface Tally {
  acts: number;
  count: number;
  cost: number;
  retail: number;
  reversedActs: number;
  reversedCount: number;
  reversedCost: number;
  reversedRetail: number;
  declinedActs: number;
  declinedCost: number;
  declinedRetail: number;
  breaches: number;
}

function emptyTally(): Tally {
  return {
    acts: 0,
    count: 0,
    cost: 0,
    retail: 0,
    reversedActs: 0,
    reversedCount: 0,
    reversedCost: 0,
    reversedRetail: 0,
    declinedActs: 0,
    declinedCost: 0,
    declinedRetail: 0,
    breaches: 0,
  };
}

function add(tally: Tally, sums: Sums): void {
  if (sums[STATUS] === DECLINED) {
    tally.declinedActs += sums[ACTS];
    tally.declinedCost += sums[COST];
    tally.declinedRetail += sums[RETAIL];
    return;
  }
  if (sums[STATUS] === REVERSED) tally.reversedActs += sums[ACTS];
  else tally.acts += sums[ACTS];
  tally.count += sums[COUNT] - sums[REVERSED_COUNT];
  tally.cost += sums[COST] - sums[REVERSED_COST];
  tally.retail += sums[RETAIL] - sums[REVERSED_RETAIL];
  tally.reversedCount += sums[REVERSED_COUNT];
  tally.reversedCost += sums[REVERSED_COST];
  tally.reversedRetail += sums[REVERSED_RETAIL];
  tally.breaches += sums[BREACHES];
}

/** @throws RangeError when a sum is beyond 2^53: an inexact figure is never shown. */
function measures(tally: Tally): SpendMeasures {
  for (const figure of Object.values(tally))
    if (!Number.isSafeInteger(figure))
      throw new RangeError('spend adds up to more than can be shown exactly');
  return {
    acts: tally.acts,
    count: tally.count,
    costMinor: tally.cost,
    retailMinor: tally.retail,
    reversed: {
      acts: tally.reversedActs,
      count: tally.reversedCount,
      costMinor: tally.reversedCost,
      retailMinor: tally.reversedRetail,
    },
    declined: { acts: tally.declinedActs, costMinor: tally.declinedCost, retailMinor: tally.declinedRetail },
    breaches: tally.breaches,
  };
}
