/** Draws of lots: a row for each, and how they are asked for: of one campaign, the newest in the ledger first. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LotDrawn } from '../../domain/book/lot-events.ts';
import { writeCursor } from '../cursor.ts';
import { type Findings, pageStart } from '../page.ts';
import { readDay, readId, storedDay, storedId } from '../stored-form.ts';
import { type PlacedEvent, POSITIONS, positionOf, rowKey } from '../view.ts';
import { WordReader, type Words } from '../words.ts';
import type { DrawFilters, DrawRow } from './facts.ts';

export function drawsSchema(prefix: string): string {
  return `CREATE TABLE ${prefix}_draws (
      key INTEGER PRIMARY KEY,
      id ANY NOT NULL,
      campaign INTEGER NOT NULL,
      customer TEXT NOT NULL,
      assigned INTEGER NOT NULL,
      propensity REAL NOT NULL,
      seed INTEGER NOT NULL,
      location INTEGER,
      region INTEGER,
      day INTEGER NOT NULL,
      occurred_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX ${prefix}_draws_by_campaign ON ${prefix}_draws (campaign);
    CREATE INDEX ${prefix}_draws_by_customer ON ${prefix}_draws (customer);`;
}

export function drawsTaker(
  db: DatabaseSync,
  prefix: string,
  words: Words,
): (place: PlacedEvent, event: LotDrawn) => void {
  const add = db.prepare(`INSERT INTO ${prefix}_draws VALUES (?${', ?'.repeat(11)})`);
  return ({ bookNumber, position }, { id, asked, draw, businessDate, region, occurredAt, recordedAt }) => {
    add.run(
      rowKey(bookNumber, position),
      storedId(id),
      words.numberOf(asked.campaign),
      asked.customer,
      draw.assigned ? 1 : 0,
      draw.propensity,
      words.numberOf(draw.seed),
      words.numberOf(asked.location),
      words.numberOf(region),
      storedDay(businessDate),
      occurredAt,
      recordedAt,
    );
  };
}

interface StoredDraw {
  key: number;
  id: Uint8Array | string;
  campaign: number;
  customer: string;
  assigned: number;
  propensity: number;
  seed: number;
  location: number | null;
  region: number | null;
  day: number;
  occurred_at: number;
  recorded_at: number;
}

export function drawSearch(
  db: DatabaseSync,
  prefix: string,
): (bookNumber: number | undefined, filters: DrawFilters) => Findings<DrawRow> {
  const words = new WordReader(db, prefix);
  const statements = new Map<string, StatementSync>();

  function prepared(index: string, conditions: readonly string[]): StatementSync {
    const sql = `SELECT * FROM ${prefix}_draws INDEXED BY ${prefix}_draws_by_${index}
      WHERE key BETWEEN ? AND ? AND ${conditions.join(' AND ')} ORDER BY key DESC LIMIT ?`;
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  function read(row: StoredDraw): DrawRow {
    return {
      id: readId(row.id),
      position: positionOf(row.key),
      campaign: words.wordOf(row.campaign),
      customer: row.customer,
      assigned: row.assigned === 1,
      propensity: row.propensity,
      seed: words.wordOf(row.seed),
      location: words.wordOf(row.location),
      region: words.wordOf(row.region),
      businessDate: readDay(row.day),
      occurredAt: row.occurred_at,
      recordedAt: row.recorded_at,
    };
  }

  return (bookNumber, filters) => {
    const { campaign, customer, assigned, from, to } = filters;
    const search = ['draws', campaign, customer, assigned, from, to];
    const page = pageStart(filters, search);
    if (!page.ok) return page;
    const number = words.numberOf(campaign);
    if (bookNumber === undefined || number === undefined) return { ok: true, rows: [] };
    const conditions = ['campaign = ?'];
    const values: (string | number)[] = [number];
    const add = (condition: string, ...those: (string | number)[]) => {
      conditions.push(condition);
      values.push(...those);
    };
    if (customer !== undefined) add('customer = ?', customer);
    if (assigned !== undefined) add('assigned = ?', assigned ? 1 : 0);
    if (from !== undefined) add('day >= ?', storedDay(from));
    if (to !== undefined) add('day <= ?', storedDay(to));
    const highest = page.after === undefined ? POSITIONS - 1 : page.after - 1;
    if (highest < 0) return { ok: true, rows: [] };
    // One more than the page tells whether there is another.
    const found = prepared(customer === undefined ? 'campaign' : 'customer', conditions).all(
      rowKey(bookNumber, 0),
      rowKey(bookNumber, highest),
      ...values,
      page.pageSize + 1,
    ) as unknown as StoredDraw[];
    const rows = found.slice(0, page.pageSize).map(read);
    if (found.length <= page.pageSize) return { ok: true, rows };
    return { ok: true, rows, nextCursor: writeCursor(rows.at(-1)!.position, search) };
  };
}
