/** The stored forms of what follows an act, and the timelines of those it follows for. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What an outcome is linked by, as stored. */
export const BY_CUSTOMER = 0;
export const BY_INCIDENT = 1;
export const BY_ACT = 2;
export type Link = typeof BY_CUSTOMER | typeof BY_INCIDENT | typeof BY_ACT;

/** A visit or a purchase; a contact. */
export const RETURN = 0;
export const CONTACT = 1;
export type What = typeof RETURN | typeof CONTACT;

/** Times in order, and the values up to each: any span of it is two searches, however long it is. */
export class Timeline {
  readonly #times: readonly number[];
  readonly #sums: Float64Array;

  constructor(points: readonly (readonly [at: number, value: number])[]) {
    const inOrder = points.length < 2 ? points : points.toSorted(([a], [b]) => a - b);
    this.#times = inOrder.map(([at]) => at);
    this.#sums = new Float64Array(inOrder.length + 1);
    for (const [at, [, value]] of inOrder.entries()) this.#sums[at + 1] = this.#sums[at]! + value;
  }

  /** The first time after `at`; Infinity: none. */
  nextAfter(at: number): number {
    return this.#times[this.#after(at)] ?? Number.POSITIVE_INFINITY;
  }

  /** Values in (after, until]. */
  sum(after: number, until: number): number {
    return this.#sums[this.#after(until)]! - this.#sums[this.#after(after)]!;
  }

  /** How many times are at or before `at`. */
  #after(at: number): number {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#times[middle]! <= at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const NOTHING = new Timeline([]);

/** So many are read with one statement: their rows are all that is held at a time. */
export const READ_TOGETHER = 1_000;

/** Splits a list into parts that are read together. */
export function* together<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += READ_TOGETHER) yield all.slice(from, from + READ_TOGETHER);
}

/**
 * Rows of many subjects with one statement, by subject.
 * @param statement takes `values` and, last, a JSON array of subjects; answers arrays whose first value is the subject
 */
export function rowsOf<Row extends readonly [string, ...unknown[]]>(
  statement: StatementSync,
  values: readonly number[],
  subjects: Iterable<string>,
): ReadonlyMap<string, Row[]> {
  const rows = new Map<string, Row[]>();
  const wanted = JSON.stringify([...subjects]);
  // Those of one subject come one after the other, mostly.
  let last: Row[] = [];
  for (const row of statement.all(...values, wanted) as unknown as Row[]) {
    if (last[0]?.[0] !== row[0]) {
      const known = rows.get(row[0]);
      last = known ?? [];
      if (known === undefined) rows.set(row[0], last);
    }
    last.push(row);
  }
  return rows;
}

export interface TimelinesOf {
  of(subject: string): Timeline;
}

/** Reads timelines of one book, as far as it is observed. */
export class Timelines {
  readonly #rows: StatementSync;
  readonly #book: number;
  readonly #until: number;
  readonly #linked: ReadonlySet<Link>;

  constructor(db: DatabaseSync, prefix: string, book: number, observedUntil: number) {
    this.#book = book;
    this.#until = observedUntil;
    this.#rows = db.prepare(
      `SELECT subject, at, value FROM ${prefix}_follow_ups
       WHERE book = ? AND link = ? AND what = ? AND at <= ? AND subject IN (SELECT value FROM json_each(?))`,
    );
    this.#rows.setReturnArrays(true);
    const any = db.prepare(`SELECT 1 FROM ${prefix}_follow_ups WHERE book = ? AND link = ? LIMIT 1`);
    const links = [BY_CUSTOMER, BY_INCIDENT, BY_ACT] as const;
    this.#linked = new Set(links.filter((link) => any.get(book, link) !== undefined));
  }

  /** Whether anything at all is linked that way: mostly everything is by customer. */
  has(link: Link): boolean {
    return this.#linked.has(link);
  }

  of(link: Link, what: What, subjects: Iterable<string>): TimelinesOf {
    if (!this.#linked.has(link)) return { of: () => NOTHING };
    const rows = rowsOf<[string, number, number]>(
      this.#rows,
      [this.#book, link, what, this.#until],
      new Set(subjects),
    );
    let [last, timeline] = ['', NOTHING];
    return {
      of(subject) {
        if (subject === last) return timeline;
        const points = rows.get(subject);
        timeline = points === undefined ? NOTHING : new Timeline(points.map(([, at, value]) => [at, value]));
        last = subject;
        return timeline;
      },
    };
  }
}
