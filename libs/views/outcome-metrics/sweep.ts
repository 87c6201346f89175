/** Reads the acts of a span, and puts to each what followed it. */
import type { DatabaseSync } from 'node:sqlite';
import { DayByDay } from '../day-by-day.ts';
import { ACCEPTED, readId, storedDay } from '../stored-form.ts';
import { WordReader } from '../words.ts';
import { type Followed, watchedDays } from './cases.ts';
import { type Dims, readDims } from './dims.ts';
import {
  BY_ACT,
  BY_CUSTOMER,
  BY_INCIDENT,
  READ_TOGETHER,
  RETURN,
  rowsOf,
  Timelines,
  together,
} from './follow-ups.ts';
import { type ActFilters, DAY_MS, type Observed, WITHIN_DAYS } from './outcome-metrics.ts';

export interface SweptAct {
  /** Number of the combination of dims. */
  readonly dims: number;
  /** As stored: 20261121. */
  readonly day: number;
  /** The customer of the act or of its incident; empty: unknown. */
  readonly customer: string;
  readonly incident: string | null;
  readonly at: number;
  readonly cost: number;
  readonly retail: number;
  /** The act's id, where outcomes name it alone. */
  readonly link: string | undefined;
}

type ActRow = [number, number, string | null, string | null, number, number, number, (Uint8Array | string)?];

/** Whatever has a moment to look on from. */
export type Followable = Pick<SweptAct, 'customer' | 'incident' | 'at' | 'cost' | 'link'> & {
  /** Where a return between then and `at` matters. */
  readonly since?: number;
};

/** How what followed is found. */
const WAYS = [
  { link: BY_CUSTOMER, by: 'customer' },
  { link: BY_INCIDENT, by: 'incident' },
  { link: BY_ACT, by: 'link' },
] as const;

export interface Span {
  readonly from?: string;
  readonly to?: string;
}

/** One report's look at one book, in one read transaction. */
export class Sweep {
  readonly words: WordReader;
  readonly observed: Observed;
  readonly resolutions: boolean;
  readonly book: number;
  readonly currency: string | null;
  readonly timelines: Timelines;
  readonly #db: DatabaseSync;
  readonly #prefix: string;
  readonly #dims = new Map<number, Dims>();

  constructor(db: DatabaseSync, prefix: string, book: number, words: WordReader, observedUntil?: number) {
    this.#db = db;
    this.#prefix = prefix;
    this.book = book;
    this.words = words;
    const known = db
      .prepare(`SELECT currency, last_return, last_contact, resolutions FROM ${prefix}_books WHERE book = ?`)
      .get(book) as
      | {
          currency: string | null;
          last_return: number | null;
          last_contact: number | null;
          resolutions: number;
        }
      | undefined;
    this.currency = known?.currency ?? null;
    this.observed = {
      returns: known?.last_return == null ? null : (observedUntil ?? known.last_return),
      contacts: known?.last_contact == null ? null : (observedUntil ?? known.last_contact),
    };
    this.resolutions = (known?.resolutions ?? 0) > 0;
    this.timelines = new Timelines(db, prefix, book, observedUntil ?? Number.MAX_SAFE_INTEGER);
  }

  dimsOf(number: number): Dims {
    let dims = this.#dims.get(number);
    if (dims === undefined) {
      dims = readDims(this.words.wordOf(number));
      this.#dims.set(number, dims);
    }
    return dims;
  }

  /** Acts that were given and not wholly taken back, as far as they pass: in no order to rely on. */
  acts({ from, to }: Span, passes: (dims: number) => boolean): SweptAct[] {
    const links = this.#actLinks();
    const days = new DayByDay<ActRow>(
      this.#db,
      `${this.#prefix}_acts`,
      `dims, day, customer, incident, at, cost - reversed_cost, retail - reversed_retail
         ${links.size > 0 ? ', id' : ''}`,
      `AND status = ${ACCEPTED}`,
    );
    const first = from === undefined ? 0 : storedDay(from);
    const last = to === undefined ? 99_991_231 : storedDay(to);
    const found: (Omit<SweptAct, 'customer'> & { customer: string })[] = [];
    const nameless = new Set<string>();
    const known = new Map<number, boolean>();
    for (const rows of days.of(this.book, first, last)) {
      for (const row of rows) {
        const dims = row[0];
        let passed = known.get(dims);
        if (passed === undefined) {
          passed = passes(dims);
          known.set(dims, passed);
        }
        if (!passed) continue;
        const [, day, customer, incident] = row;
        const name = row[7] === undefined ? undefined : readId(row[7]);
        const link = name !== undefined && links.has(name) ? name : undefined;
        if (customer === null && incident !== null) nameless.add(incident);
        found.push({
          dims,
          day,
          customer: customer ?? '',
          incident,
          at: row[4],
          cost: row[5],
          retail: row[6],
          link,
        });
      }
    }
    const customers = this.#customersOf(nameless);
    if (customers.size > 0) {
      for (const act of found)
        if (act.customer === '' && act.incident !== null) act.customer = customers.get(act.incident) ?? '';
    }
    return found;
  }

  /** Who had each of the incidents, as the earliest fact that says so tells; those of whom nobody says are left out. */
  #customersOf(incidents: Iterable<string>): ReadonlyMap<string, string> {
    const customers = new Map<string, string>();
    const facts = this.#db.prepare(
      `SELECT incident, at, type, customer FROM ${this.#prefix}_incident_facts
       WHERE book = ? AND incident IN (SELECT value FROM json_each(?)) AND customer <> ''
       ORDER BY incident, at, type, customer`,
    );
    facts.setReturnArrays(true);
    type Fact = [incident: string, at: number, type: number, customer: string];
    for (const part of together([...incidents])) {
      for (const [incident, [first]] of rowsOf<Fact>(facts, [this.book], part))
        customers.set(incident, first![3]);
    }
    return customers;
  }

  /**
   * What followed each act from its moment on, for its customer and by whatever else leads to them.
   * @param acts in the order of customers; those of nobody known are left out
   */
  *followed<Act extends Followable>(acts: readonly Act[]): Generator<readonly [Act, Followed]> {
    const until = this.observed.returns;
    const known = acts.filter(({ customer }) => customer !== '');
    // A number is all that figures need to know of a customer: the next one for the next.
    let [customer, last] = [0, ''];
    for (const part of byWholeCustomers(known)) {
      const timelines = WAYS.filter(({ link }) => this.timelines.has(link)).map(({ link, by }) => ({
        by,
        all: this.timelines.of(
          link,
          RETURN,
          part.flatMap((act) => act[by] ?? []),
        ),
      }));
      for (const act of part) {
        const { at, cost, since } = act;
        if (act.customer !== last) customer++;
        last = act.customer;
        let returnedBefore = false;
        let next = Number.POSITIVE_INFINITY;
        let [short, long] = [0, 0];
        for (const { all, by } of timelines) {
          const subject = act[by];
          if (subject === null || subject === undefined) continue;
          const timeline = all.of(subject);
          next = Math.min(next, timeline.nextAfter(at));
          if (since !== undefined && timeline.nextAfter(since) <= at) returnedBefore = true;
          short += timeline.sum(at, at + WITHIN_DAYS[0] * DAY_MS);
          long += timeline.sum(at, at + WITHIN_DAYS[1] * DAY_MS);
        }
        const watched = watchedDays(at, until ?? at);
        const spent = [short, long] as const;
        yield [act, { customer, watched, returnMs: next - at, returnedBefore, cost, spent }];
      }
    }
  }

  /**
   * Orders acts by customer, earliest first. Of acts at the same time those come first that stand first by what they
   * are: which the ledger learned of first is not looked at.
   */
  readonly byCustomer = (one: SweptAct, other: SweptAct): number => {
    if (one.customer !== other.customer) return one.customer < other.customer ? -1 : 1;
    if (one.at !== other.at) return one.at - other.at;
    if (one.incident !== other.incident) return (one.incident ?? '') < (other.incident ?? '') ? -1 : 1;
    return one.cost - other.cost || Number(one.link !== undefined) - Number(other.link !== undefined);
  };

  /** Acts that outcomes name and nothing else: mostly there are none. */
  #actLinks(): ReadonlySet<string> {
    if (!this.timelines.has(BY_ACT)) return new Set();
    const subjects = this.#db
      .prepare(`SELECT DISTINCT subject FROM ${this.#prefix}_follow_ups WHERE book = ? AND link = ${BY_ACT}`)
      .all(this.book) as { subject: string }[];
    return new Set(subjects.map(({ subject }) => subject));
  }
}

/** Parts to read together, none of which ends within the acts of one customer: nobody's purchases are read twice. */
function* byWholeCustomers<Act extends Followable>(acts: readonly Act[]): Generator<readonly Act[]> {
  for (let from = 0, to = 0; from < acts.length; from = to) {
    to = Math.min(from + READ_TOGETHER, acts.length);
    while (to < acts.length && acts[to]!.customer === acts[to - 1]!.customer) to++;
    yield acts.slice(from, to);
  }
}

export function passesFilters(dims: Dims, filters: ActFilters): boolean {
  for (const [name, wanted] of Object.entries(filters)) {
    if (wanted === undefined) continue;
    if (name === 'role') {
      if (!dims.roles.includes(wanted as string)) return false;
    } else if (dims[name as keyof Dims] !== wanted) return false;
  }
  return true;
}
