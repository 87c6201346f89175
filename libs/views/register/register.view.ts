/** Rows of the register: one for every act decided, changed by what settles it and by its reversals. */
import type { DatabaseSync } from 'node:sqlite';
import type {
  ActAccepted,
  ActDeclined,
  ActHeld,
  ActReserved,
  ActReversed,
  GuardrailReceipt,
} from '../../domain/book/events.ts';
import { hexed, OF_BOOK, POSITION, wordOf } from '../comparing.ts';
import { Rows } from '../rows.ts';
import { type Settling, settlingOf } from '../settling.ts';
import {
  ACCEPTED,
  DECLINED,
  PENDING_APPROVAL,
  RESERVED,
  REVERSED,
  storedDay,
  storedId,
} from '../stored-form.ts';
import { type PlacedEvent, type Projection, rowKey, type View } from '../view.ts';
import { Words, wordsSchema } from '../words.ts';
import type { RegisterFilters } from './register.ts';
import { registerSearch } from './search.ts';

/**
 * Each index ends in the row's key, which is book and position: a filter reads its acts newest first without
 * sorting. `days` bounds the positions a span of business dates can lie in.
 */
function schema(prefix: string): string {
  return `${wordsSchema(prefix)}
    CREATE TABLE ${prefix}_acts (
      key INTEGER PRIMARY KEY,
      id ANY NOT NULL,
      status INTEGER NOT NULL,
      mode INTEGER NOT NULL,
      kind INTEGER NOT NULL,
      trigger INTEGER NOT NULL,
      employee INTEGER NOT NULL,
      location INTEGER NOT NULL,
      region INTEGER,
      customer TEXT,
      incident TEXT,
      campaign INTEGER,
      sku INTEGER,
      count INTEGER NOT NULL,
      cost INTEGER NOT NULL,
      retail INTEGER NOT NULL,
      reason INTEGER,
      note TEXT,
      day INTEGER NOT NULL,
      occurred_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL,
      policy_version INTEGER,
      breaches INTEGER NOT NULL,
      declined_by TEXT,
      quantity INTEGER,
      expires_at INTEGER,
      reversed_count INTEGER NOT NULL DEFAULT 0,
      reversed_cost INTEGER NOT NULL DEFAULT 0,
      reversed_retail INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE INDEX ${prefix}_by_id ON ${prefix}_acts (id);
    CREATE INDEX ${prefix}_by_employee ON ${prefix}_acts (employee);
    CREATE INDEX ${prefix}_by_location ON ${prefix}_acts (location);
    CREATE INDEX ${prefix}_by_customer ON ${prefix}_acts (customer) WHERE customer IS NOT NULL;
    CREATE INDEX ${prefix}_by_incident ON ${prefix}_acts (incident) WHERE incident IS NOT NULL;
    CREATE INDEX ${prefix}_by_status ON ${prefix}_acts (status) WHERE status > 0;
    CREATE TABLE ${prefix}_days (
      book INTEGER NOT NULL,
      day INTEGER NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      PRIMARY KEY (book, day)
    ) STRICT, WITHOUT ROWID;`;
}

type ActInRegister = ActAccepted | ActDeclined | ActHeld | ActReserved;

const STATUS: Readonly<Record<ActInRegister['type'], number>> = {
  ActAccepted: ACCEPTED,
  ActDeclined: DECLINED,
  ActHeld: PENDING_APPROVAL,
  ActReserved: RESERVED,
};

function project(db: DatabaseSync, prefix: string): Projection {
  const words = new Words(db, prefix);
  const acts = new Rows(
    db,
    `${prefix}_acts (key, id, status, mode, kind, trigger, employee, location, region, customer,
       incident, campaign, sku, count, cost, retail, reason, note, day, occurred_at, recorded_at,
       policy_version, breaches, declined_by, quantity, expires_at)`,
    26,
  );
  const settle = db.prepare(
    `UPDATE ${prefix}_acts SET status = ?, expires_at = ?, count = ?, cost = ?, retail = ?
     WHERE id = ? AND key BETWEEN ? AND ? AND status IN (${PENDING_APPROVAL}, ${RESERVED})`,
  );
  const reverse = db.prepare(
    `UPDATE ${prefix}_acts
     SET status = ?, reversed_count = ?, reversed_cost = ?, reversed_retail = ?
     WHERE id = ? AND key BETWEEN ? AND ? AND status IN (${ACCEPTED}, ${REVERSED})`,
  );
  const widen = db.prepare(
    `INSERT INTO ${prefix}_days (book, day, first, last) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)`,
  );

  function add(place: PlacedEvent, act: ActInRegister, day: number): void {
    const { asked, amounts } = act;
    acts.add([
      rowKey(place.bookNumber, place.position),
      storedId(act.id),
      STATUS[act.type],
      words.numberOf(asked.mode),
      words.numberOf(asked.kind),
      words.numberOf(asked.trigger),
      words.numberOf(asked.employee),
      words.numberOf(asked.location),
      words.numberOf(act.region),
      asked.customer ?? null,
      asked.incident ?? null,
      words.numberOf(asked.campaign),
      words.numberOf(asked.item?.sku),
      amounts.count,
      amounts.costMinor,
      amounts.retailMinor,
      words.numberOf(asked.reason),
      asked.note ?? null,
      day,
      act.occurredAt,
      act.recordedAt,
      act.policyVersion,
      asked.mode === 'record' ? breachesOf(act.guardrails) : 0,
      act.type === 'ActDeclined' ? JSON.stringify(declinersOf(act.guardrails)) : null,
      asked.item?.quantity ?? null,
      'expiresAt' in act ? act.expiresAt : null,
    ]);
  }

  function change(place: PlacedEvent, { act, status, amounts, expiresAt }: Settling): void {
    acts.write();
    const { changes } = settle.run(
      status,
      expiresAt,
      amounts.count,
      amounts.costMinor,
      amounts.retailMinor,
      storedId(act),
      rowKey(place.bookNumber, 0),
      rowKey(place.bookNumber, place.position),
    );
    if (changes !== 1) throw new Error(`settles act ${act}, which was not open before it`);
  }

  function takeBack(place: PlacedEvent, reversal: ActReversed): void {
    const { count, costMinor, retailMinor } = reversal.reversedInAll;
    acts.write();
    const { changes } = reverse.run(
      reversal.whole ? REVERSED : ACCEPTED,
      count,
      costMinor,
      retailMinor,
      storedId(reversal.act),
      rowKey(place.bookNumber, 0),
      rowKey(place.bookNumber, place.position),
    );
    if (changes !== 1) throw new Error(`reverses act ${reversal.act}, which was not accepted before it`);
  }

  return {
    apply(events) {
      const spans = new Map<number, { book: number; day: number; first: number; last: number }>();
      for (const place of events) {
        const { event, bookNumber, position } = place;
        if (event.type in STATUS) {
          const act = event as ActInRegister;
          const day = storedDay(act.businessDate);
          add(place, act, day);
          const spanKey = bookNumber * 1e8 + day;
          const span = spans.get(spanKey);
          if (span === undefined)
            spans.set(spanKey, { book: bookNumber, day, first: position, last: position });
          else span.last = position;
        } else if (event.type === 'ActReversed') takeBack(place, event);
        else {
          const settling = settlingOf(event);
          if (settling !== undefined) change(place, settling);
        }
      }
      acts.write();
      for (const { book, day, first, last } of spans.values()) widen.run(book, day, first, last);
    },
    rolledBack() {
      words.forget();
      acts.forget();
    },
  };
}

function breachesOf(guardrails: readonly GuardrailReceipt[]): number {
  let breaches = 0;
  for (const { finding } of guardrails) if (finding !== 'within') breaches++;
  return breaches;
}

/** Each id once, in the order of the receipt: a limit may decline in several of its buckets. */
function declinersOf(guardrails: readonly GuardrailReceipt[]): string[] {
  const ids = new Set<string>();
  for (const receipt of guardrails) {
    if (receipt.finding !== 'decline') continue;
    ids.add('limit' in receipt ? receipt.limit : 'rule' in receipt ? receipt.rule : receipt.standing);
  }
  return [...ids];
}

export const registerView: View = {
  name: 'register',
  /** 2: knows acts that wait for approval or are reserved, and when they fall due. */
  version: 2,
  readable: [1],
  schema,
  laterIndexes: ['by_employee', 'by_location', 'by_customer', 'by_incident', 'by_status'],
  project,
  answer(db, prefix) {
    const search = registerSearch(db, prefix);
    return (bookNumber, question) => search(bookNumber, question as RegisterFilters);
  },
  comparisons(prefix) {
    const word = wordOf(prefix);
    const words = ['mode', 'kind', 'trigger', 'employee', 'location', 'region', 'campaign', 'sku', 'reason'];
    return [
      {
        table: 'acts',
        key: ['position'],
        sql: `SELECT ${POSITION}, ${hexed('id')}, status,
                ${words.map(word).join(', ')}, customer, incident, count, cost, retail, note, day,
                occurred_at, recorded_at, policy_version, breaches, declined_by, quantity, expires_at,
                reversed_count, reversed_cost, reversed_retail
              FROM ${prefix}_acts
              WHERE ${OF_BOOK} ORDER BY key`,
      },
      {
        table: 'days',
        key: ['day'],
        sql: `SELECT day, first, last FROM ${prefix}_days WHERE book = ? ORDER BY day`,
      },
    ];
  },
};
