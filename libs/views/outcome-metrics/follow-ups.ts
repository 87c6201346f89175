/** The stored forms of what follows an act, and the timeline of one subject. */
import type { DatabaseSync } from 'node:sqlite';

/** What an outcome is linked by, as stored. */
export const BY_CUSTOMER = 0;
export const BY_INCIDENT = 1;
export const BY_ACT = 2;
export type Link = typeof BY_CUSTOMER | typeof BY_INCIDENT | typeof BY_ACT;

/** A visit or a purchase; a contact. */
export const RETURN = 0;
export const CONTACT = 1;

/** Times in order, and the values up to each: any span of it is two searches, however long it is. */
export class Timeline {
  readonly #times: readonly number[];
  readonly #sums: Float64Array;

  constructor(points: readonly (readonly [at: number, value: number])[]) {
    const inOrder = points.toSorted(([a], [b]) => a - b);
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

/** Reads timelines of one book as far as it is observed. The one read last is kept: acts are asked for by customer. */
export class Timelines {
  readonly #read: (link: Link, subject: number, what: number) => Timeline;
  readonly #linked: ReadonlySet<Link>;
  #last = NOTHING;
  #lastKey = '';

  constructor(db: DatabaseSync, prefix: string, book: number, observedUntil: number) {
    const points = db.prepare(
      `SELECT at, value FROM ${prefix}_follow_ups
       WHERE book = ? AND link = ? AND subject = ? AND what = ? AND at <= ?`,
    );
    points.setReturnArrays(true);
    this.#read = (link, subject, what) =>
      new Timeline(points.all(book, link, subject, what, observedUntil) as unknown as [number, number][]);
    const any = db.prepare(`SELECT 1 FROM ${prefix}_follow_ups WHERE book = ? AND link = ? LIMIT 1`);
    const links = [BY_CUSTOMER, BY_INCIDENT, BY_ACT] as const;
    this.#linked = new Set(links.filter((link) => any.get(book, link) !== undefined));
  }

  /** Whether anything at all is linked that way: mostly everything is by customer. */
  has(link: Link): boolean {
    return this.#linked.has(link);
  }

  of(link: Link, subject: number | null | undefined, what: number): Timeline {
    if (subject === null || subject === undefined || !this.#linked.has(link)) return NOTHING;
    const key = `${link} ${subject} ${what}`;
    if (key !== this.#lastKey) {
      this.#last = this.#read(link, subject, what);
      this.#lastKey = key;
    }
    return this.#last;
  }
}
