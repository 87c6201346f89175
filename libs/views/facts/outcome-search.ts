/** Outcomes, the newest in the ledger first: one index, read from where the page before ended. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { OUTCOME_TYPES } from '../../domain/outcome/outcome.ts';
import { writeCursor } from '../cursor.ts';
import { indexedBy } from '../later-indexes.ts';
import { type Findings, pageStart } from '../page.ts';
import { readDay, readId, storedDay, storedId } from '../stored-form.ts';
import { POSITIONS, positionOf, rowKey } from '../view.ts';
import { WordReader } from '../words.ts';
import { COMMON_OUTCOMES, type OutcomeFilters, type OutcomeRow } from './facts.ts';

interface StoredOutcome {
  key: number;
  id: Uint8Array | string;
  type: number;
  customer: string | null;
  incident: string | null;
  act: Uint8Array | string | null;
  location: number | null;
  region: number | null;
  channel: number | null;
  value: number | null;
  receipt: string | null;
  score: number | null;
  lowest: number | null;
  highest: number | null;
  day: number;
  occurred_at: number;
  recorded_at: number;
}

export function outcomeSearch(
  db: DatabaseSync,
  prefix: string,
): (bookNumber: number | undefined, filters: OutcomeFilters) => Findings<OutcomeRow> {
  const words = new WordReader(db, prefix);
  const statements = new Map<string, StatementSync>();
  const indexed = indexedBy(db);
  const span = db.prepare(
    `SELECT min(first) AS first, max(last) AS last FROM ${prefix}_outcome_days
     WHERE book = ? AND day BETWEEN ? AND ?`,
  );

  function prepared(conditions: readonly string[], index: string | undefined): StatementSync {
    const by = index === undefined ? 'NOT INDEXED' : indexed(`${prefix}_outcomes_by_${index}`);
    const sql = `SELECT * FROM ${prefix}_outcomes ${by} WHERE key BETWEEN ? AND ?
      ${conditions.map((condition) => `AND ${condition}`).join(' ')} ORDER BY key DESC LIMIT ?`;
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  function read(row: StoredOutcome): OutcomeRow {
    const { score, lowest, highest } = row;
    return {
      id: readId(row.id),
      position: positionOf(row.key),
      type: OUTCOME_TYPES[row.type]!,
      customer: row.customer,
      incident: row.incident,
      act: row.act === null ? null : readId(row.act),
      location: words.wordOf(row.location),
      region: words.wordOf(row.region),
      channel: words.wordOf(row.channel),
      valueMinor: row.value,
      receipt: row.receipt,
      rating: score === null ? null : { score, lowest: lowest!, highest: highest! },
      businessDate: readDay(row.day),
      occurredAt: row.occurred_at,
      recordedAt: row.recorded_at,
    };
  }

  return (bookNumber, filters) => {
    const { customer, incident, act, type, from, to } = filters;
    const search = ['outcomes', customer, incident, act, type, from, to];
    const page = pageStart(filters, search);
    if (!page.ok) return page;
    const none = { ok: true, rows: [] } as const;
    if (bookNumber === undefined) return none;
    const conditions: string[] = [];
    const values: (string | number | Uint8Array)[] = [];
    let index: string | undefined;
    // The most telling filter first: it picks the index.
    for (const [column, value] of Object.entries({
      act: act === undefined ? undefined : storedId(act),
      incident,
      customer,
    })) {
      if (value === undefined) continue;
      conditions.push(`${column} = ?`);
      values.push(value);
      index ??= column;
    }
    if (type !== undefined) {
      const stored = OUTCOME_TYPES.indexOf(type);
      // A partial index is found only where its own condition is repeated.
      const isFew = stored > COMMON_OUTCOMES;
      conditions.push(isFew ? `type = ? AND type > ${COMMON_OUTCOMES}` : 'type = ?');
      values.push(stored);
      if (isFew) index ??= 'type';
    }
    let lowest = 0;
    let highest = page.after === undefined ? POSITIONS - 1 : page.after - 1;
    if (from !== undefined || to !== undefined) {
      const first = from === undefined ? 0 : storedDay(from);
      const last = to === undefined ? 99_991_231 : storedDay(to);
      const within = span.get(bookNumber, first, last) as { first: number | null; last: number | null };
      if (within.first === null || within.last === null) return none;
      lowest = within.first;
      highest = Math.min(highest, within.last);
      conditions.push('day BETWEEN ? AND ?');
      values.push(first, last);
    }
    if (highest < lowest) return none;
    // One more than the page tells whether there is another.
    const found = prepared(conditions, index).all(
      rowKey(bookNumber, lowest),
      rowKey(bookNumber, highest),
      ...values,
      page.pageSize + 1,
    ) as unknown as StoredOutcome[];
    const rows = found.slice(0, page.pageSize).map(read);
    if (found.length <= page.pageSize) return { ok: true, rows };
    return { ok: true, rows, nextCursor: writeCursor(rows.at(-1)!.position, search) };
  };
}
