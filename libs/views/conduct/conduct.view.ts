/**
 * What signals are made of: a narrow row for every accepted act, in the order of business dates, so that a span is read
 * in one sweep; who was in the directory since when; when customers came; and the reviews of signals. An act that
 * waits is kept apart until it is accepted.
 */
import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { type Amounts, MEASURES } from '../../domain/act/act.ts';
import {
  type ActDecision,
  type ActReversed,
  type GuardrailReceipt,
  isDecision,
  type SettlingEvent,
} from '../../domain/book/events.ts';
import { hexed, wordOf } from '../comparing.ts';
import { Rows } from '../rows.ts';
import { settlingOf } from '../settling.ts';
import { ACCEPTED, ROLE_SEPARATOR, storedDay, storedId } from '../stored-form.ts';
import type { PlacedEvent, Projection, View } from '../view.ts';
import { Words, wordsSchema } from '../words.ts';
import type { SignalsQuestion } from './conduct.ts';
import { signalsReport } from './signals-report.ts';

const FACTS = `book INTEGER NOT NULL,
      day INTEGER NOT NULL,
      id ANY NOT NULL,
      employee INTEGER NOT NULL,
      location INTEGER NOT NULL,
      customer TEXT,
      category INTEGER,
      shift INTEGER,
      at INTEGER NOT NULL,
      late INTEGER NOT NULL,
      note INTEGER,
      of_limit INTEGER,
      incident INTEGER NOT NULL,
      approver INTEGER`;
const NAMES =
  'book, day, id, employee, location, customer, category, shift, at, late, note, of_limit, incident, approver';

function schema(prefix: string): string {
  return `${wordsSchema(prefix)}
    CREATE TABLE ${prefix}_acts (
      ${FACTS},
      position INTEGER NOT NULL,
      reversed INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (book, day, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_open (
      ${FACTS},
      PRIMARY KEY (book, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_staff (
      book INTEGER NOT NULL,
      employee INTEGER NOT NULL,
      roles TEXT NOT NULL,
      since INTEGER NOT NULL,
      PRIMARY KEY (book, employee)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_places (
      book INTEGER NOT NULL,
      location INTEGER NOT NULL,
      zone TEXT NOT NULL,
      starts TEXT NOT NULL,
      PRIMARY KEY (book, location)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_books (
      book INTEGER PRIMARY KEY,
      zone TEXT NOT NULL
    ) STRICT;
    CREATE TABLE ${prefix}_visits (
      book INTEGER NOT NULL,
      customer TEXT NOT NULL,
      day INTEGER NOT NULL,
      mark INTEGER NOT NULL,
      PRIMARY KEY (book, customer, day, mark)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_reviews (
      book INTEGER NOT NULL,
      position INTEGER NOT NULL,
      id ANY NOT NULL,
      signal TEXT NOT NULL,
      verdict TEXT NOT NULL,
      reason TEXT NOT NULL,
      reviewer TEXT NOT NULL,
      recorded_at INTEGER NOT NULL,
      span_from INTEGER NOT NULL,
      span_to INTEGER NOT NULL,
      basis_position INTEGER NOT NULL,
      basis_observed INTEGER NOT NULL,
      basis_exposure INTEGER NOT NULL,
      PRIMARY KEY (book, position)
    ) STRICT, WITHOUT ROWID;`;
}

function project(db: DatabaseSync, prefix: string): Projection {
  const words = new Words(db, prefix);
  const acts = new Rows(db, `${prefix}_acts (${NAMES}, position)`, 15);
  const open = new Rows(db, `${prefix}_open (${NAMES})`, 14);
  const answer = db.prepare(`UPDATE ${prefix}_open SET approver = ? WHERE book = ? AND id = ?`);
  const accept = db.prepare(
    `INSERT INTO ${prefix}_acts (${NAMES}, position) SELECT ${NAMES}, ? FROM ${prefix}_open WHERE book = ? AND id = ?`,
  );
  const close = db.prepare(`DELETE FROM ${prefix}_open WHERE book = ? AND id = ?`);
  const reverse = db.prepare(`UPDATE ${prefix}_acts SET reversed = 1 WHERE book = ? AND day = ? AND id = ?`);
  const staff = db.prepare(
    `INSERT INTO ${prefix}_staff VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET roles = excluded.roles, since = min(since, excluded.since)`,
  );
  const place = db.prepare(`INSERT OR REPLACE INTO ${prefix}_places VALUES (?, ?, ?, ?)`);
  const book = db.prepare(`INSERT OR REPLACE INTO ${prefix}_books VALUES (?, ?)`);
  const visit = db.prepare(`INSERT OR IGNORE INTO ${prefix}_visits VALUES (?, ?, ?, ?)`);
  const review = db.prepare(`INSERT INTO ${prefix}_reviews VALUES (${Array(13).fill('?').join(', ')})`);

  function add({ bookNumber, position }: PlacedEvent, act: ActDecision): void {
    const { asked } = act;
    const facts = [
      bookNumber,
      storedDay(act.businessDate),
      storedId(act.id),
      words.numberOf(asked.employee),
      words.numberOf(asked.location),
      asked.customer ?? null,
      words.numberOf(act.category),
      words.numberOf(shiftOf(asked.location, asked.shift)),
      act.occurredAt,
      Math.max(0, Math.floor((act.recordedAt - act.occurredAt) / 60_000)),
      asked.note === undefined ? null : noteMark(asked.note),
      ofActLimit(act.guardrails, act.amounts),
      asked.incident === undefined ? 0 : 1,
      null,
    ] as const;
    if (act.type === 'ActAccepted') acts.add([...facts, position]);
    else open.add(facts);
  }

  function settle({ bookNumber, position }: PlacedEvent, event: SettlingEvent): void {
    const settling = settlingOf(event)!;
    const id = storedId(event.act);
    open.write();
    if (event.type === 'ActApproved') answer.run(words.numberOf(event.approver), bookNumber, id);
    if (settling.expiresAt !== null) return;
    if (settling.status === ACCEPTED) accept.run(position, bookNumber, id);
    if (close.run(bookNumber, id).changes !== 1)
      throw new Error(`settles act ${event.act}, which was not open before it`);
  }

  function takeBack({ bookNumber }: PlacedEvent, reversal: ActReversed): void {
    if (!reversal.whole) return;
    acts.write();
    const { changes } = reverse.run(bookNumber, storedDay(reversal.businessDate), storedId(reversal.act));
    if (changes !== 1) throw new Error(`reverses act ${reversal.act}, which was not accepted before it`);
  }

  function take(placed: PlacedEvent): void {
    const { event, bookNumber, position } = placed;
    if (isDecision(event)) {
      if (event.type !== 'ActDeclined') add(placed, event);
      return;
    }
    switch (event.type) {
      case 'ActApproved':
      case 'ActRejected':
      case 'ActCommitted':
      case 'ActReleased':
      case 'ActExpired':
        settle(placed, event);
        break;
      case 'ActReversed':
        takeBack(placed, event);
        break;
      case 'OutcomeRecorded': {
        const { type, customer, receipt } = event.asked;
        if (customer === undefined || (type !== 'visit' && type !== 'purchase')) break;
        // The lines of one receipt are one visit.
        const mark = receipt === undefined ? event.occurredAt : textMark(receipt);
        visit.run(bookNumber, customer, storedDay(event.businessDate), mark);
        break;
      }
      case 'BookDefined':
        book.run(bookNumber, event.book.timeZone);
        break;
      case 'LocationDefined': {
        const { timeZone, businessDayStartsAt } = event.location;
        place.run(bookNumber, words.numberOf(event.id), timeZone, businessDayStartsAt);
        break;
      }
      case 'EmployeeDefined': {
        const roles = [...new Set(event.employee.roles)].sort().join(ROLE_SEPARATOR);
        const since = Math.floor(event.recordedAt / 86_400_000);
        staff.run(bookNumber, words.numberOf(event.id), roles, since);
        break;
      }
      case 'SignalReviewed': {
        const { asked, basis, actor, recordedAt } = event;
        review.run(
          bookNumber,
          position,
          storedId(event.id),
          asked.signal,
          asked.verdict,
          asked.reason,
          actor,
          recordedAt,
          storedDay(basis.from),
          storedDay(basis.to),
          basis.position,
          basis.observed,
          basis.exposure,
        );
        break;
      }
      default:
      // Nothing that signals look at.
    }
  }

  return {
    apply(events) {
      for (const placed of events) take(placed);
      acts.write();
      open.write();
    },
    rolledBack() {
      words.forget();
      acts.forget();
      open.forget();
    },
  };
}

/**
 * The place and the shift as it comes again every day: ids that differ in nothing but digits (a date, a running number)
 * are taken for the same shift of other days.
 */
function shiftOf(location: string, shift: string | undefined): string | undefined {
  return shift === undefined ? undefined : `${location}\n${shift.replace(/\d+/g, '#')}`;
}

/** Equal texts, but for case and blanks, have equal marks; the text itself is not kept. */
function noteMark(note: string): number | null {
  const text = note.trim().toLowerCase().replace(/\s+/g, ' ');
  return text === '' ? null : textMark(text);
}

/** 48 bits: of a million texts two share a mark with a probability of one in five hundred. */
function textMark(text: string): number {
  return hash('sha256', text, 'buffer').readUIntBE(0, 6);
}

/** Thousandths of the tightest limit on a single act that it took; null where none applied. */
function ofActLimit(guardrails: readonly GuardrailReceipt[], amounts: Amounts): number | null {
  let most: number | null = null;
  for (const receipt of guardrails) {
    if (!('limit' in receipt) || receipt.missing !== undefined) continue;
    if (receipt.window.label !== 'act' && !('act' in receipt.key)) continue;
    for (const measure of MEASURES) {
      const allowed = measure === 'count' ? undefined : receipt.measures[measure]?.[0];
      if (allowed === undefined || allowed <= 0) continue;
      const part = Math.min(30_000, Math.round((1000 * amounts[measure]) / allowed));
      if (most === null || part > most) most = part;
    }
  }
  return most;
}

export const conductView: View = {
  name: 'conduct',
  version: 1,
  schema,
  project,
  answer(db, prefix) {
    const report = signalsReport(db, prefix);
    return (bookNumber, question) => report(bookNumber, question as SignalsQuestion);
  },
  comparisons(prefix) {
    const word = wordOf(prefix);
    const id = hexed('id');
    const facts = `day, ${id}, ${['employee', 'location', 'category', 'shift', 'approver'].map(word).join(', ')},
      customer, at, late, note, of_limit, incident`;
    return [
      {
        // Not "acts": it has no amounts to add up.
        table: 'rows',
        key: ['day', 'id'],
        sql: `SELECT ${facts}, position, reversed FROM ${prefix}_acts AS acts WHERE book = ? ORDER BY day, acts.id`,
      },
      {
        table: 'open',
        key: ['id'],
        sql: `SELECT ${facts} FROM ${prefix}_open AS open WHERE book = ? ORDER BY open.id`,
      },
      {
        table: 'staff',
        key: ['employee'],
        sql: `SELECT ${word('employee')}, roles, since FROM ${prefix}_staff WHERE book = ? ORDER BY 1`,
      },
      {
        table: 'places',
        key: ['location'],
        sql: `SELECT ${word('location')}, zone, starts FROM ${prefix}_places WHERE book = ? ORDER BY 1`,
      },
      { table: 'books', key: [], sql: `SELECT zone FROM ${prefix}_books WHERE book = ?` },
      {
        table: 'visits',
        key: ['customer', 'day', 'mark'],
        sql: `SELECT customer, day, mark FROM ${prefix}_visits WHERE book = ? ORDER BY customer, day, mark`,
      },
      {
        table: 'reviews',
        key: ['position'],
        sql: `SELECT position, ${id}, signal, verdict, reason, reviewer, recorded_at, span_from, span_to,
                basis_position, basis_observed, basis_exposure
              FROM ${prefix}_reviews AS reviews WHERE book = ? ORDER BY position`,
      },
    ];
  },
};
