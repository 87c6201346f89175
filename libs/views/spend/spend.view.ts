/**
 * Facts for spend: a narrow row for every act, in the order of business dates, so that a span is read in one
 * sweep and a reversal, which names its act's date, finds its act without another index. An act that waits for
 * approval or is reserved is no spend yet: its row stays apart until it is accepted, and goes when it is not.
 */
import type { DatabaseSync } from 'node:sqlite';
import type {
  ActAccepted,
  ActDeclined,
  ActHeld,
  ActReserved,
  ActReversed,
} from '../../domain/book/events.ts';
import { hexed, wordOf } from '../comparing.ts';
import { Rows } from '../rows.ts';
import { type Settling, settlingOf } from '../settling.ts';
import { ACCEPTED, DECLINED, REVERSED, ROLE_SEPARATOR, storedDay, storedId } from '../stored-form.ts';
import type { Projection, View } from '../view.ts';
import { Words, wordsSchema } from '../words.ts';
import { type GivenQuery, givenReport } from './given.ts';
import { spendReport } from './spend.report.ts';
import type { SpendQuery } from './spend.ts';

/** Columns of an act, whatever became of it. */
const FACTS = `book INTEGER NOT NULL,
      day INTEGER NOT NULL,
      id ANY NOT NULL,
      location INTEGER NOT NULL,
      region INTEGER,
      kind INTEGER NOT NULL,
      reason INTEGER,
      trigger INTEGER NOT NULL,
      employee INTEGER NOT NULL,
      roles INTEGER,
      policy_version INTEGER,
      breach INTEGER NOT NULL,
      count INTEGER NOT NULL,
      cost INTEGER NOT NULL,
      retail INTEGER NOT NULL`;
const NAMES =
  'book, day, id, location, region, kind, reason, trigger, employee, roles, policy_version, breach';

function schema(prefix: string): string {
  return `${wordsSchema(prefix)}
    CREATE TABLE ${prefix}_books (
      book INTEGER PRIMARY KEY,
      currency TEXT NOT NULL
    ) STRICT;
    CREATE TABLE ${prefix}_acts (
      ${FACTS},
      status INTEGER NOT NULL,
      reversed_count INTEGER NOT NULL DEFAULT 0,
      reversed_cost INTEGER NOT NULL DEFAULT 0,
      reversed_retail INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (book, day, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_open (
      ${FACTS},
      PRIMARY KEY (book, id)
    ) STRICT, WITHOUT ROWID;`;
}

function project(db: DatabaseSync, prefix: string): Projection {
  const words = new Words(db, prefix);
  const acts = new Rows(db, `${prefix}_acts (${NAMES}, count, cost, retail, status)`, 16);
  const open = new Rows(db, `${prefix}_open (${NAMES}, count, cost, retail)`, 15);
  const accept = db.prepare(
    `INSERT INTO ${prefix}_acts (${NAMES}, count, cost, retail, status)
     SELECT ${NAMES}, ?, ?, ?, ${ACCEPTED} FROM ${prefix}_open WHERE book = ? AND id = ?`,
  );
  const close = db.prepare(`DELETE FROM ${prefix}_open WHERE book = ? AND id = ?`);
  const reverse = db.prepare(
    `UPDATE ${prefix}_acts
     SET status = ?, reversed_count = ?, reversed_cost = ?, reversed_retail = ?
     WHERE book = ? AND day = ? AND id = ? AND status <> ${DECLINED}`,
  );

  const define = db.prepare(
    `INSERT INTO ${prefix}_books (book, currency) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET currency = excluded.currency`,
  );

  function add(bookNumber: number, act: ActAccepted | ActDeclined | ActHeld | ActReserved): void {
    const { asked, amounts } = act;
    const facts = [
      bookNumber,
      storedDay(act.businessDate),
      storedId(act.id),
      words.numberOf(asked.location),
      words.numberOf(act.region),
      words.numberOf(asked.kind),
      words.numberOf(asked.reason),
      words.numberOf(asked.trigger),
      words.numberOf(asked.employee),
      words.numberOf(rolesWord(act.roles)),
      act.policyVersion,
      act.type === 'ActAccepted' && asked.mode === 'record' && act.guardrails.some(isBreach) ? 1 : 0,
      amounts.count,
      amounts.costMinor,
      amounts.retailMinor,
    ] as const;
    if (act.type === 'ActHeld' || act.type === 'ActReserved') open.add(facts);
    else acts.add([...facts, act.type === 'ActDeclined' ? DECLINED : ACCEPTED]);
  }

  function settle(bookNumber: number, { act, status, amounts, expiresAt }: Settling): void {
    if (expiresAt !== null) return;
    const id = storedId(act);
    open.write();
    if (status === ACCEPTED)
      accept.run(amounts.count, amounts.costMinor, amounts.retailMinor, bookNumber, id);
    const { changes } = close.run(bookNumber, id);
    if (changes !== 1) throw new Error(`settles act ${act}, which was not open before it`);
  }

  function takeBack(bookNumber: number, reversal: ActReversed): void {
    const { count, costMinor, retailMinor } = reversal.reversedInAll;
    acts.write();
    const { changes } = reverse.run(
      reversal.whole ? REVERSED : ACCEPTED,
      count,
      costMinor,
      retailMinor,
      bookNumber,
      storedDay(reversal.businessDate),
      storedId(reversal.act),
    );
    if (changes !== 1)
      throw new Error(
        `reverses act ${reversal.act} of ${reversal.businessDate}, which was not accepted before it`,
      );
  }

  return {
    apply(events) {
      for (const { event, bookNumber } of events) {
        if (event.type === 'ActAccepted' || event.type === 'ActDeclined') add(bookNumber, event);
        else if (event.type === 'ActHeld' || event.type === 'ActReserved') add(bookNumber, event);
        else if (event.type === 'ActReversed') takeBack(bookNumber, event);
        else if (event.type === 'BookDefined') define.run(bookNumber, event.book.currency);
        else {
          const settling = settlingOf(event);
          if (settling !== undefined) settle(bookNumber, settling);
        }
      }
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

function isBreach({ finding }: { readonly finding: string }): boolean {
  return finding !== 'within';
}

function rolesWord(roles: readonly string[]): string | undefined {
  if (roles.length <= 1) return roles[0];
  return [...new Set(roles)].sort().join(ROLE_SEPARATOR);
}

export const spendView: View = {
  name: 'spend',
  /** 2: knows each book's currency. 3: keeps apart what is not accepted yet. */
  version: 3,
  readable: [1, 2],
  schema,
  project,
  answer(db, prefix) {
    const report = spendReport(db, prefix);
    const given = givenReport(db, prefix);
    return (bookNumber, asked) => {
      const question = asked as SpendQuery | GivenQuery;
      return 'about' in question ? given(bookNumber, question) : report(bookNumber, question);
    };
  },
  comparisons(prefix) {
    const word = wordOf(prefix);
    const words = ['location', 'region', 'kind', 'reason', 'trigger', 'employee', 'roles'];
    return [
      { table: 'books', key: [], sql: `SELECT currency FROM ${prefix}_books WHERE book = ?` },
      {
        table: 'acts',
        key: ['day', 'id'],
        sql: `SELECT day, ${hexed('id')}, status, ${words.map(word).join(', ')},
                policy_version, breach, count, cost, retail, reversed_count, reversed_cost, reversed_retail
              FROM ${prefix}_acts AS acts WHERE book = ? ORDER BY day, acts.id`,
      },
      {
        table: 'open',
        key: ['id'],
        sql: `SELECT ${hexed('id')}, day, ${words.map(word).join(', ')},
                policy_version, breach, count, cost, retail
              FROM ${prefix}_open AS open WHERE book = ? ORDER BY open.id`,
      },
    ];
  },
};
