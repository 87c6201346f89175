/**
 * Holds the views against the ledger: builds them afresh, up to where the live ones stand, and compares every
 * row; and adds the acts up straight from the events, by code the views do not share.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import type { Amounts } from '../domain/act/act.ts';
import type { BookEvent } from '../domain/book/events.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import { BOOK_PREFIX, Lane, type Moving } from './lane.ts';
import type { View } from './view.ts';
import { addBuild, type Build, buildsIn, type Head, headsOf, openViewsFile, prefixOf } from './views-file.ts';

const MAX_BATCH = 2_000;

export interface Difference {
  readonly view: string;
  readonly book: string;
  readonly table: string;
  /** Columns that name the row, with their values. */
  readonly key: Readonly<Record<string, SQLOutputValue>>;
  /** `(row)` when a whole row is missing or too many, `position` when the view cannot be where it says. */
  readonly column: string;
  /** From the ledger; undefined: there should be no such row. */
  readonly expected: unknown;
  /** In the live view; undefined: there is no such row. */
  readonly found: unknown;
}

export interface ComparedView {
  readonly view: string;
  readonly books: number;
  readonly rows: number;
  /** Newest position compared, by book. */
  readonly positions: Readonly<Record<string, number>>;
}

export interface ViewsComparison {
  readonly views: readonly ComparedView[];
  readonly events: number;
  /** The first one found; absent: the views are what the ledger makes them. */
  readonly difference?: Difference;
}

export interface CompareOptions {
  /** The live file; it is read in one snapshot, and may be written to meanwhile. */
  readonly viewsFile: string;
  readonly store: EventStore;
  readonly views: readonly View[];
  /** Where the fresh file is made; absent: the system's place for temporary files. */
  readonly temporaryDirectory?: string;
  /** Called now and then with the events read so far and those to read in all. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** @throws when the views' file is not there or cannot be read, or an event cannot be applied. */
export async function compareViews(options: CompareOptions): Promise<ViewsComparison> {
  const directory = mkdtempSync(join(options.temporaryDirectory ?? tmpdir(), 'goodwill-verify-'));
  const live = new DatabaseSync(options.viewsFile, { readOnly: true, timeout: 5_000 });
  try {
    live.exec('BEGIN');
    const fresh = openViewsFile(join(directory, 'views.db'));
    try {
      // Nothing of it outlives this call.
      fresh.exec('PRAGMA synchronous = OFF');
      return await compare(live, fresh, options);
    } finally {
      fresh.close();
    }
  } finally {
    live.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Pair {
  readonly view: View;
  readonly live: Build;
  readonly heads: ReadonlyMap<string, Head>;
}

async function compare(
  live: DatabaseSync,
  fresh: DatabaseSync,
  { store, views, onProgress }: CompareOptions,
): Promise<ViewsComparison> {
  const compared: ComparedView[] = [];
  const pairs: Pair[] = [];
  for (const build of buildsIn(live)) {
    const view = views.find(({ name, version }) => name === build.view && version === build.version);
    if (view !== undefined && build.state === 'active')
      pairs.push({ view, live: build, heads: headsOf(live, build.number) });
  }
  const all = pairs.reduce((sum, { heads }) => sum + countOf(heads), 0);
  let events = 0;
  for (const { view, live: build, heads } of pairs) {
    const made = addBuild(fresh, view, 'active');
    const prefix = prefixOf(made);
    const moving: Moving = {
      build: made.number,
      view,
      projection: view.project(fresh, prefix),
      answers: true,
    };
    const lane = new Lane(fresh, [moving], new Map(), null);
    let rows = 0;
    // Every book by itself: the rows of one do not depend on those of another.
    for (const [book, { number, revision, event }] of heads) {
      let last: StoredEvent | undefined;
      const pages = store.read(BOOK_PREFIX + book, 0, { to: revision, maxBatch: MAX_BATCH });
      for await (const page of pages) {
        if (page.length === 0) continue;
        const { stopped } = lane.feed(page);
        if (stopped[0] !== undefined) throw new Error(`${view.name}: ${stopped[0].why.reason}`);
        last = page.at(-1);
        events += page.length;
        onProgress?.(events, all);
      }
      const where = { view: view.name, book };
      if (last?.revision !== revision || last.id !== event) {
        const expected = last === undefined ? undefined : { revision: last.revision, event: last.id };
        const found = { revision, event };
        const difference = { ...where, table: 'heads', key: { book }, column: 'position', expected, found };
        return { views: compared, events, difference };
      }
      const ours = lane.heads.get(book)!.number;
      const tables = view.comparisons(prefix);
      for (const [at, { table, key, sql }] of view.comparisons(prefixOf(build)).entries()) {
        const result = compareRows(
          fresh.prepare(tables[at]!.sql).iterate(ours),
          live.prepare(sql).iterate(number),
          key,
        );
        rows += result.rows;
        if (result.difference !== undefined)
          return { views: compared, events, difference: { ...where, table, ...result.difference } };
      }
    }
    const positions = Object.fromEntries([...heads].map(([book, { revision }]) => [book, revision]));
    compared.push({ view: view.name, books: heads.size, rows, positions });
  }
  return { views: compared, events };
}

type Row = Record<string, SQLOutputValue>;

/** Both in the order of their keys. */
function compareRows(
  expected: Iterator<Row>,
  found: Iterator<Row>,
  key: readonly string[],
): { rows: number; difference?: Pick<Difference, 'key' | 'column' | 'expected' | 'found'> } {
  const keyOf = (row: Row) => Object.fromEntries(key.map((column) => [column, row[column]!]));
  for (let rows = 0; ; rows++) {
    const should = nextOf(expected);
    const is = nextOf(found);
    if (should === undefined && is === undefined) return { rows };
    const order = should === undefined ? 1 : is === undefined ? -1 : compareKeys(should, is, key);
    if (order < 0)
      return {
        rows,
        difference: { key: keyOf(should!), column: '(row)', expected: should, found: undefined },
      };
    if (order > 0)
      return { rows, difference: { key: keyOf(is!), column: '(row)', expected: undefined, found: is } };
    for (const column of Object.keys(should!))
      if (should![column] !== is![column])
        return {
          rows,
          difference: { key: keyOf(should!), column, expected: should![column], found: is![column] },
        };
  }
}

/** SQLite's iterators end with null where others end with undefined. */
function nextOf(rows: Iterator<Row>): Row | undefined {
  const { done, value } = rows.next();
  return done === true ? undefined : value;
}

function compareKeys(one: Row, other: Row, key: readonly string[]): number {
  for (const column of key) {
    const left = one[column]!;
    const right = other[column]!;
    if (left !== right) return left < right ? -1 : 1;
  }
  return 0;
}

function countOf(heads: ReadonlyMap<string, Head>): number {
  let count = 0;
  for (const { revision } of heads.values()) count += revision + 1;
  return count;
}

/** What the acts of a book add up to: net of reversals where accepted. */
export interface FoldedTotals {
  readonly position: number;
  readonly accepted: number;
  readonly declined: number;
  readonly reversedInWhole: number;
  readonly count: number;
  readonly costMinor: number;
  readonly retailMinor: number;
}

/** Adds up a book straight from its events, up to `position` (included; absent: all of them). */
export async function foldedTotals(
  store: EventStore,
  book: string,
  position?: number,
): Promise<FoldedTotals> {
  const totals = { accepted: 0, declined: 0, reversedInWhole: 0, count: 0, costMinor: 0, retailMinor: 0 };
  let reached = -1;
  const options = { maxBatch: MAX_BATCH, ...(position === undefined ? {} : { to: position }) };
  if (position !== undefined && position < 0) return { position: -1, ...totals };
  for await (const page of store.read(BOOK_PREFIX + book, 0, options))
    for (const stored of page) {
      reached = stored.revision;
      const event = decodeEvent(stored);
      if (event.type === 'ActDeclined') totals.declined++;
      if (event.type === 'ActReversed' && event.whole) totals.reversedInWhole++;
      // Each reversal's own amounts, where the views keep what each act has had reversed in all.
      if (event.type !== 'ActReversed' && !accepts(event)) continue;
      const sign = event.type === 'ActReversed' ? -1 : 1;
      if (sign === 1) totals.accepted++;
      totals.count += sign * event.amounts.count;
      totals.costMinor += sign * event.amounts.costMinor;
      totals.retailMinor += sign * event.amounts.retailMinor;
    }
  return { position: reached, ...totals };
}

/** Whether the event gives its amounts away: at once, or because it settled what had been held. */
function accepts(event: BookEvent): event is BookEvent & { readonly amounts: Amounts } {
  if (event.type === 'ActAccepted' || event.type === 'ActCommitted') return true;
  return (event.type === 'ActApproved' || event.type === 'ActExpired') && event.becomes === 'accepted';
}

/** The same from the live views' rows, each view by itself; undefined for a book it knows nothing of. */
export function viewTotals(viewsFile: string, view: View, book: string): FoldedTotals | undefined {
  const db = new DatabaseSync(viewsFile, { readOnly: true, timeout: 5_000 });
  try {
    db.exec('BEGIN');
    const build = buildsIn(db).find(({ view: name, state }) => name === view.name && state === 'active');
    const head = build === undefined ? undefined : headsOf(db, build.number).get(book);
    if (build === undefined || head === undefined) return undefined;
    const acts = view.comparisons(prefixOf(build)).find(({ table }) => table === 'acts');
    if (acts === undefined) return undefined;
    const sums = db
      .prepare(
        `SELECT count(*) FILTER (WHERE status IN (0, 2)) AS accepted, count(*) FILTER (WHERE status = 1) AS declined,
           count(*) FILTER (WHERE status = 2) AS reversedInWhole,
           coalesce(sum(count - reversed_count) FILTER (WHERE status IN (0, 2)), 0) AS count,
           coalesce(sum(cost - reversed_cost) FILTER (WHERE status IN (0, 2)), 0) AS costMinor,
           coalesce(sum(retail - reversed_retail) FILTER (WHERE status IN (0, 2)), 0) AS retailMinor
         FROM (${acts.sql})`,
      )
      .get(head.number) as unknown as Omit<FoldedTotals, 'position'>;
    return { position: head.revision, ...sums };
  } finally {
    db.close();
  }
}
