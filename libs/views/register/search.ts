/** Searching the register: one index, read newest first from where the page before ended. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Kind, Mode, Trigger } from '../../domain/act/act.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { indexedBy } from '../later-indexes.ts';
import { DEFAULT_PAGE, type Findings, MAX_PAGE } from '../page.ts';
import { readDay, readId, storedDay } from '../stored-form.ts';
import { POSITIONS, positionOf, rowKey } from '../view.ts';
import { WordReader } from '../words.ts';
import { REGISTER_STATUSES, type RegisterFilters, type RegisterRow } from './register.ts';

interface StoredRow {
  key: number;
  id: Uint8Array | string;
  status: number;
  mode: number;
  kind: number;
  trigger: number;
  employee: number;
  location: number;
  region: number | null;
  customer: string | null;
  incident: string | null;
  campaign: number | null;
  sku: number | null;
  count: number;
  cost: number;
  retail: number;
  reason: number | null;
  note: string | null;
  day: number;
  occurred_at: number;
  recorded_at: number;
  policy_version: number | null;
  breaches: number;
  declined_by: string | null;
  quantity: number | null;
  /** Version 1 has no such column. */
  expires_at?: number | null;
  reversed_count: number;
  reversed_cost: number;
  reversed_retail: number;
}

type Search = (bookNumber: number | undefined, filters: RegisterFilters) => Findings<RegisterRow>;

export function registerSearch(db: DatabaseSync, prefix: string): Search {
  const words = new WordReader(db, prefix);
  const statements = new Map<string, StatementSync>();
  const indexed = indexedBy(db);
  const span = db.prepare(
    `SELECT min(first) AS first, max(last) AS last FROM ${prefix}_days
     WHERE book = ? AND day BETWEEN ? AND ?`,
  );

  function prepared(conditions: readonly string[], index: string | undefined): StatementSync {
    const by = index === undefined ? 'NOT INDEXED' : indexed(`${prefix}_by_${index}`);
    const sql = `SELECT * FROM ${prefix}_acts ${by}
      WHERE key BETWEEN ? AND ? ${conditions.map((condition) => `AND ${condition}`).join(' ')}
      ORDER BY key DESC LIMIT ?`;
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  function read(row: StoredRow): RegisterRow {
    const sku = words.wordOf(row.sku);
    return {
      id: readId(row.id),
      position: positionOf(row.key),
      status: REGISTER_STATUSES[row.status]!,
      mode: words.wordOf(row.mode) as Mode,
      kind: words.wordOf(row.kind) as Kind,
      trigger: words.wordOf(row.trigger) as Trigger,
      employee: words.wordOf(row.employee),
      location: words.wordOf(row.location),
      region: words.wordOf(row.region),
      customer: row.customer,
      incident: row.incident,
      campaign: words.wordOf(row.campaign),
      item: sku === null ? null : { sku, quantity: row.quantity! },
      amounts: { count: row.count, costMinor: row.cost, retailMinor: row.retail },
      reversed: {
        count: row.reversed_count,
        costMinor: row.reversed_cost,
        retailMinor: row.reversed_retail,
      },
      reason: words.wordOf(row.reason),
      note: row.note,
      businessDate: readDay(row.day),
      occurredAt: row.occurred_at,
      recordedAt: row.recorded_at,
      policyVersion: row.policy_version,
      breaches: row.breaches,
      declinedBy: row.declined_by === null ? [] : JSON.parse(row.declined_by),
      expiresAt: row.expires_at ?? null,
    };
  }

  return (bookNumber, filters) => {
    const limit = filters.limit ?? DEFAULT_PAGE;
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE)
      throw new RangeError(`limit must be a whole number from 1 to ${MAX_PAGE}`);
    let before = Number.POSITIVE_INFINITY;
    if (filters.cursor !== undefined) {
      const cursor = readCursor(filters.cursor, searched(filters));
      if (!cursor.ok)
        return {
          ok: false,
          code: 'cursor-invalid',
          detail: cursor.detail,
          advice:
            'Leave the cursor out to start from the newest act, and send the same filters on every page.',
        };
      before = cursor.position;
    }
    const none = { ok: true, rows: [] } as const;
    if (bookNumber === undefined) return none;

    const conditions: string[] = [];
    const values: (string | number)[] = [];
    let index: string | undefined;
    // The most telling filter first: it picks the index.
    for (const column of ['incident', 'customer', 'employee', 'status', 'location', 'kind'] as const) {
      const asked = filters[column];
      if (asked === undefined) continue;
      let value: string | number | undefined;
      if (column === 'status') value = REGISTER_STATUSES.indexOf(filters.status!);
      else if (column === 'incident' || column === 'customer') value = asked;
      else value = words.numberOf(asked);
      if (value === undefined || value === -1) return none;
      // The partial index on status is found by the planner only when its own condition is repeated.
      conditions.push(column === 'status' && value !== 0 ? 'status = ? AND status > 0' : `${column} = ?`);
      values.push(value);
      if (column !== 'kind' && !(column === 'status' && value === 0)) index ??= column;
    }

    let lowest = 0;
    let highest = before - 1;
    if (filters.from !== undefined || filters.to !== undefined) {
      const from = filters.from === undefined ? 0 : storedDay(filters.from);
      const to = filters.to === undefined ? 99_991_231 : storedDay(filters.to);
      const { first, last } = span.get(bookNumber, from, to) as { first: number | null; last: number | null };
      if (first === null || last === null) return none;
      lowest = first;
      highest = Math.min(highest, last);
      conditions.push('day BETWEEN ? AND ?');
      values.push(from, to);
    }
    if (highest < lowest) return none;
    const lastKey =
      highest === Number.POSITIVE_INFINITY ? rowKey(bookNumber, POSITIONS - 1) : rowKey(bookNumber, highest);
    // One more than the page tells whether there is another.
    const found = prepared(conditions, index).all(
      rowKey(bookNumber, lowest),
      lastKey,
      ...values,
      limit + 1,
    ) as unknown as StoredRow[];
    const rows = found.slice(0, limit).map(read);
    if (found.length <= limit) return { ok: true, rows };
    return { ok: true, rows, nextCursor: writeCursor(rows.at(-1)!.position, searched(filters)) };
  };
}

/** All that makes it this search and no other. */
export function searched(filters: RegisterFilters): readonly unknown[] {
  const { employee, location, customer, incident, kind, status, from, to } = filters;
  return [employee, location, customer, incident, kind, status, from, to];
}
