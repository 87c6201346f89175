/** Incidents by what all their facts make of them, the one that began last first. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { INCIDENT_TYPES } from '../../domain/outcome/incident.ts';
import { writeCursor } from '../cursor.ts';
import { cursorInvalid, type Findings, pageStart } from '../page.ts';
import { readDay, readId, storedDay } from '../stored-form.ts';
import { positionOf, rowKey } from '../view.ts';
import { WordReader } from '../words.ts';
import {
  type IncidentFactRow,
  type IncidentFilters,
  type IncidentFound,
  type IncidentRow,
  MAX_FACTS_SHOWN,
} from './facts.ts';

interface StoredIncident {
  key: number;
  incident: string;
  started_at: number;
  day: number;
  opened_at: number | null;
  first_resolved_at: number | null;
  reopened: number;
  last_at: number;
  last_type: number;
  customer: string | null;
  location: number | null;
  region: number | null;
  channel: number | null;
  reason: number | null;
}

interface StoredFact {
  key: number;
  id: Uint8Array | string;
  type: number;
  customer: string | null;
  act: Uint8Array | string | null;
  location: number | null;
  channel: number | null;
  reason: number | null;
  day: number;
  occurred_at: number;
  recorded_at: number;
}

const RESOLVED = INCIDENT_TYPES.indexOf('resolved');

export interface IncidentSearch {
  search(bookNumber: number | undefined, filters: IncidentFilters): Findings<IncidentRow>;
  find(bookNumber: number | undefined, incident: string): IncidentFound;
}

export function incidentSearch(db: DatabaseSync, prefix: string): IncidentSearch {
  const words = new WordReader(db, prefix);
  const statements = new Map<string, StatementSync>();
  // Of the earliest fact that says; of several at one time the least, so that it is the same in any order.
  const firstTold = (column: string, value = column) =>
    `(SELECT f.${column} FROM ${prefix}_incident_facts AS f
      WHERE f.incident = i.incident AND f.book = i.book AND f.${column} IS NOT NULL
      ORDER BY f.occurred_at, f.type, ${value} LIMIT 1) AS ${column}`;
  const told = (column: string) =>
    firstTold(column, `(SELECT word FROM ${prefix}_words WHERE number = f.${column})`);
  const columns = `i.*, ${firstTold('customer', 'f.customer')}, ${told('location')}, ${told('region')},
    ${told('channel')}, ${told('reason')}`;
  const one = db.prepare(
    `SELECT ${columns} FROM ${prefix}_incidents AS i WHERE i.incident = ? AND i.book = ?`,
  );
  const place = db.prepare(`SELECT started_at, incident FROM ${prefix}_incidents WHERE key = ? AND book = ?`);
  const facts = db.prepare(
    `SELECT * FROM ${prefix}_incident_facts WHERE incident = ? AND book = ?
     ORDER BY occurred_at DESC, type DESC, key DESC LIMIT ${MAX_FACTS_SHOWN}`,
  );

  function prepared(conditions: readonly string[]): StatementSync {
    const sql = `SELECT ${columns} FROM ${prefix}_incidents AS i WHERE i.book = ?
      ${conditions.map((condition) => `AND ${condition}`).join(' ')}
      ORDER BY i.started_at DESC, i.incident DESC LIMIT ?`;
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  }

  function read(row: StoredIncident): IncidentRow {
    const isResolved = row.last_type === RESOLVED;
    return {
      incident: row.incident,
      status: isResolved ? 'resolved' : 'open',
      openedAt: row.opened_at,
      firstResolvedAt: row.first_resolved_at,
      resolvedAt: isResolved ? row.last_at : null,
      reopened: row.reopened,
      businessDate: readDay(row.day),
      customer: row.customer,
      location: words.wordOf(row.location),
      region: words.wordOf(row.region),
      channel: words.wordOf(row.channel),
      reason: words.wordOf(row.reason),
    };
  }

  function readFact(row: StoredFact): IncidentFactRow {
    return {
      id: readId(row.id),
      position: positionOf(row.key),
      type: INCIDENT_TYPES[row.type]!,
      customer: row.customer,
      act: row.act === null ? null : readId(row.act),
      location: words.wordOf(row.location),
      channel: words.wordOf(row.channel),
      reason: words.wordOf(row.reason),
      businessDate: readDay(row.day),
      occurredAt: row.occurred_at,
      recordedAt: row.recorded_at,
    };
  }

  return {
    search(bookNumber, filters) {
      const { customer, location, status, from, to } = filters;
      const search = ['incidents', customer, location, status, from, to];
      const page = pageStart(filters, search);
      if (!page.ok) return page;
      const none = { ok: true, rows: [] } as const;
      if (bookNumber === undefined) return none;
      const conditions: string[] = [];
      const values: (string | number)[] = [];
      const add = (condition: string, ...asked: (string | number)[]) => {
        conditions.push(condition);
        values.push(...asked);
      };
      if (page.after !== undefined) {
        const before = place.get(rowKey(bookNumber, page.after), bookNumber) as StoredIncident | undefined;
        if (before === undefined) return cursorInvalid('The cursor is not one this ledger gives out.');
        add('(i.started_at, i.incident) < (?, ?)', before.started_at, before.incident);
      }
      if (customer !== undefined) {
        add(
          `i.incident IN (SELECT incident FROM ${prefix}_incident_facts WHERE customer = ? AND book = ?)`,
          customer,
          bookNumber,
        );
      }
      if (location !== undefined) {
        const number = words.numberOf(location);
        if (number === undefined) return none;
        add(
          `EXISTS (SELECT 1 FROM ${prefix}_incident_facts AS f
             WHERE f.incident = i.incident AND f.book = i.book AND f.location = ?)`,
          number,
        );
      }
      if (status !== undefined) add(`i.last_type ${status === 'resolved' ? '=' : '<>'} ?`, RESOLVED);
      if (from !== undefined) add('i.day >= ?', storedDay(from));
      if (to !== undefined) add('i.day <= ?', storedDay(to));
      // One more than the page tells whether there is another.
      const found = prepared(conditions).all(
        bookNumber,
        ...values,
        page.pageSize + 1,
      ) as unknown as StoredIncident[];
      const shown = found.slice(0, page.pageSize);
      const rows = shown.map(read);
      if (found.length <= page.pageSize) return { ok: true, rows };
      return { ok: true, rows, nextCursor: writeCursor(positionOf(shown.at(-1)!.key), search) };
    },

    find(bookNumber, incident) {
      const row =
        bookNumber === undefined ? undefined : (one.get(incident, bookNumber) as StoredIncident | undefined);
      if (row === undefined) return { incident: null, facts: [] };
      const told = facts.all(incident, bookNumber!) as unknown as StoredFact[];
      return { incident: read(row), facts: told.reverse().map(readFact) };
    },
  };
}
