/** A row for every adjustment, as the ledger has it, and the names it is found by. They are few beside the acts. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BucketAdjusted, BucketTransferred } from '../../domain/book/events.ts';
import { OF_BOOK, POSITION } from '../comparing.ts';
import { writeCursor } from '../cursor.ts';
import { type Findings, pageStart } from '../page.ts';
import { POSITIONS, type Projection, positionOf, rowKey, type View } from '../view.ts';
import { type AdjustmentFilters, type AdjustmentRow, KEY_FILTERS } from './adjustments.ts';

type Adjustment = BucketAdjusted | BucketTransferred;

function schema(prefix: string): string {
  return `CREATE TABLE ${prefix}_adjustments (
      key INTEGER PRIMARY KEY,
      event TEXT NOT NULL
    ) STRICT;
    CREATE TABLE ${prefix}_names (
      name TEXT NOT NULL,
      key INTEGER NOT NULL,
      PRIMARY KEY (name, key)
    ) STRICT, WITHOUT ROWID;`;
}

/** No value has a line break in it: ids have no control characters. */
const named = (what: string, value: string) => `${what}\n${value}`;

function namesOf(event: Adjustment): ReadonlySet<string> {
  const buckets = event.type === 'BucketAdjusted' ? [event.bucket] : [event.from, event.to];
  const names = new Set([named('limit', event.limit), named('author', event.actor)]);
  for (const { key, label } of buckets) {
    for (const [dimension, value] of Object.entries(key)) names.add(named(dimension, value));
    if (label.startsWith('shift:')) names.add(named('shift', label.slice('shift:'.length)));
  }
  return names;
}

function project(db: DatabaseSync, prefix: string): Projection {
  const insert = db.prepare(`INSERT INTO ${prefix}_adjustments (key, event) VALUES (?, ?)`);
  const name = db.prepare(`INSERT INTO ${prefix}_names (name, key) VALUES (?, ?)`);
  return {
    apply(events) {
      for (const { event, bookNumber, position } of events) {
        if (event.type !== 'BucketAdjusted' && event.type !== 'BucketTransferred') continue;
        const key = rowKey(bookNumber, position);
        insert.run(key, JSON.stringify(event));
        for (const each of namesOf(event)) name.run(each, key);
      }
    },
    rolledBack: () => {},
  };
}

function searchIn(db: DatabaseSync, prefix: string) {
  const statements = new Map<number, StatementSync>();
  /** @param filters how many names must fit */
  const prepared = (filters: number) => {
    let statement = statements.get(filters);
    if (statement === undefined) {
      const fits = `AND EXISTS (SELECT 1 FROM ${prefix}_names AS n WHERE n.name = ? AND n.key = a.key)`;
      statement = db.prepare(
        `SELECT key, event FROM ${prefix}_adjustments AS a WHERE key BETWEEN ? AND ?
         ${fits.repeat(filters)} ORDER BY key DESC LIMIT ?`,
      );
      statements.set(filters, statement);
    }
    return statement;
  };
  return (bookNumber: number | undefined, filters: AdjustmentFilters): Findings<AdjustmentRow> => {
    const names = ['limit', 'author', ...KEY_FILTERS].flatMap((what) => {
      const value = filters[what as keyof AdjustmentFilters];
      return value === undefined ? [] : [named(what, String(value))];
    });
    const start = pageStart(filters, names);
    if (!start.ok) return start;
    const { pageSize, after: before = POSITIONS } = start;
    if (bookNumber === undefined || before === 0) return { ok: true, rows: [] };
    // One more than the page tells whether there is another.
    const found = prepared(names.length).all(
      rowKey(bookNumber, 0),
      rowKey(bookNumber, before - 1),
      ...names,
      pageSize + 1,
    ) as unknown as { key: number; event: string }[];
    const rows = found
      .slice(0, pageSize)
      .map(({ key, event }) => ({ position: positionOf(key), event: JSON.parse(event) as Adjustment }));
    if (found.length <= pageSize) return { ok: true, rows };
    return { ok: true, rows, nextCursor: writeCursor(rows.at(-1)!.position, names) };
  };
}

export const adjustmentsView: View = {
  name: 'adjustments',
  version: 1,
  schema,
  project,
  answer(db, prefix) {
    const search = searchIn(db, prefix);
    return (bookNumber, question) => search(bookNumber, question as AdjustmentFilters);
  },
  comparisons(prefix) {
    return [
      {
        table: 'adjustments',
        key: ['position'],
        sql: `SELECT ${POSITION}, event FROM ${prefix}_adjustments WHERE ${OF_BOOK} ORDER BY key`,
      },
      {
        table: 'names',
        key: ['position', 'name'],
        sql: `SELECT ${POSITION}, name FROM ${prefix}_names WHERE ${OF_BOOK} ORDER BY key, name`,
      },
    ];
  },
};
