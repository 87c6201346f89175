/**
 * Facts for what came after acts: a narrow row for every act that was given, for every visit, purchase and contact, and
 * for every fact of an incident. What belongs together is put together when it is asked for, so that an outcome, however
 * late, touches its own row and no other (docs/adr/0015). Every row is a sum or an extreme of the facts it is made of:
 * their order does not matter.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type ActDecision, type ActReversed, isDecision } from '../../domain/book/events.ts';
import type { LotDrawn } from '../../domain/book/lot-events.ts';
import { type IncidentEvent, isAboutIncident, type OutcomeRecorded } from '../../domain/book/told-events.ts';
import { INCIDENT_TYPES } from '../../domain/outcome/incident.ts';
import { hexed, wordOf } from '../comparing.ts';
import { Rows } from '../rows.ts';
import { type Settling, settlingOf } from '../settling.ts';
import { ACCEPTED, REVERSED, storedDay, storedId } from '../stored-form.ts';
import type { PlacedEvent, Projection, View } from '../view.ts';
import { manyWordsSchema, WORDS_INDEX, Words } from '../words.ts';
import { answering } from './answer.ts';
import { dimsWord } from './dims.ts';
import { BY_ACT, BY_CUSTOMER, BY_INCIDENT, CONTACT, RETURN } from './follow-ups.ts';
import { MetricsSpans } from './metrics-spans.ts';

const ACT = `book INTEGER NOT NULL,
      day INTEGER NOT NULL,
      id ANY NOT NULL,
      dims INTEGER NOT NULL,
      customer TEXT,
      incident TEXT,
      at INTEGER NOT NULL,
      cost INTEGER NOT NULL,
      retail INTEGER NOT NULL`;
const NAMES = 'book, day, id, dims, customer, incident, at';

function schema(prefix: string): string {
  return `${manyWordsSchema(prefix)}
    CREATE TABLE ${prefix}_books (
      book INTEGER PRIMARY KEY,
      currency TEXT,
      last_return INTEGER,
      last_contact INTEGER,
      resolutions INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE ${prefix}_acts (
      ${ACT},
      status INTEGER NOT NULL,
      reversed_cost INTEGER NOT NULL DEFAULT 0,
      reversed_retail INTEGER NOT NULL DEFAULT 0,
      PRIMARY KEY (book, day, id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX ${prefix}_acts_by_incident ON ${prefix}_acts (book, incident, at) WHERE incident IS NOT NULL;
    CREATE TABLE ${prefix}_open (
      ${ACT},
      PRIMARY KEY (book, id)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_follow_ups (
      book INTEGER NOT NULL,
      link INTEGER NOT NULL,
      subject TEXT NOT NULL,
      what INTEGER NOT NULL,
      day INTEGER NOT NULL,
      receipt ANY NOT NULL,
      at INTEGER NOT NULL,
      value INTEGER NOT NULL,
      PRIMARY KEY (book, link, subject, what, day, receipt)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_incident_facts (
      book INTEGER NOT NULL,
      incident TEXT NOT NULL,
      at INTEGER NOT NULL,
      type INTEGER NOT NULL,
      told INTEGER NOT NULL,
      customer TEXT NOT NULL,
      day INTEGER NOT NULL,
      PRIMARY KEY (book, incident, at, type, told, customer, day)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_draws (
      book INTEGER NOT NULL,
      campaign INTEGER NOT NULL,
      seed INTEGER NOT NULL,
      customer TEXT NOT NULL,
      at INTEGER NOT NULL,
      day INTEGER NOT NULL,
      assigned INTEGER NOT NULL,
      propensity REAL NOT NULL,
      location INTEGER,
      region INTEGER,
      PRIMARY KEY (book, campaign, seed, customer)
    ) STRICT, WITHOUT ROWID;`;
}

const RESOLVED = INCIDENT_TYPES.indexOf('resolved');

function project(db: DatabaseSync, prefix: string): Projection {
  const words = new Words(db, prefix, true);
  const acts = new Rows(db, `${prefix}_acts (${NAMES}, cost, retail, status)`, 10);
  const open = new Rows(db, `${prefix}_open (${NAMES}, cost, retail)`, 9);
  const acceptOpen = db.prepare(
    `INSERT INTO ${prefix}_acts (${NAMES}, cost, retail, status)
     SELECT ${NAMES}, ?, ?, ${ACCEPTED} FROM ${prefix}_open WHERE book = ? AND id = ?`,
  );
  const close = db.prepare(`DELETE FROM ${prefix}_open WHERE book = ? AND id = ?`);
  const reverse = db.prepare(
    `UPDATE ${prefix}_acts SET status = ?, reversed_cost = ?, reversed_retail = ?
     WHERE book = ? AND day = ? AND id = ?`,
  );
  const follow = db.prepare(
    `INSERT INTO ${prefix}_follow_ups VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET at = min(at, excluded.at), value = value + excluded.value`,
  );
  const addFact = db.prepare(`INSERT OR IGNORE INTO ${prefix}_incident_facts VALUES (?, ?, ?, ?, ?, ?, ?)`);
  // The first draw of a customer counts; of draws at the same time, the one with the smaller share.
  const draw = db.prepare(
    `INSERT INTO ${prefix}_draws VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET at = excluded.at, day = excluded.day, assigned = excluded.assigned,
       propensity = excluded.propensity, location = excluded.location, region = excluded.region
     WHERE (excluded.at, excluded.propensity, excluded.day) < (at, propensity, day)`,
  );
  const spans = new MetricsSpans(db, prefix);

  function take(book: number, act: ActDecision): void {
    const { asked, amounts } = act;
    const facts = [
      book,
      storedDay(act.businessDate),
      storedId(act.id),
      words.numberOf(dimsWord(act)),
      asked.customer ?? null,
      asked.incident ?? null,
      act.occurredAt,
      amounts.costMinor,
      amounts.retailMinor,
    ] as const;
    if (act.type === 'ActAccepted') acts.add([...facts, ACCEPTED]);
    else open.add(facts);
  }

  /**
   * A recorded act is no draw: it tells of those who were given something and never of the others, so that its arms are
   * not those of a lot.
   */
  function takeDraw(book: number, event: LotDrawn | ActDecision): void {
    const { asked, draw: drawn } = event;
    if (drawn === undefined || ('mode' in asked && asked.mode === 'record')) return;
    draw.run(
      book,
      words.numberOf(asked.campaign),
      words.numberOf(drawn.seed),
      asked.customer!,
      event.occurredAt,
      storedDay(event.businessDate),
      drawn.assigned ? 1 : 0,
      drawn.propensity,
      words.numberOf(asked.location),
      words.numberOf(event.region),
    );
  }

  function settle(book: number, { act, status, amounts, expiresAt }: Settling): void {
    if (expiresAt !== null) return;
    const id = storedId(act);
    open.write();
    if (status === ACCEPTED) acceptOpen.run(amounts.costMinor, amounts.retailMinor, book, id);
    const { changes } = close.run(book, id);
    if (changes !== 1) throw new Error(`settles act ${act}, which was not open before it`);
  }

  function takeBack(book: number, { act, businessDate, reversedInAll, whole }: ActReversed): void {
    const { costMinor, retailMinor } = reversedInAll;
    const status = whole ? REVERSED : ACCEPTED;
    acts.write();
    const { changes } = reverse.run(
      status,
      costMinor,
      retailMinor,
      book,
      storedDay(businessDate),
      storedId(act),
    );
    if (changes !== 1)
      throw new Error(`reverses act ${act} of ${businessDate}, which was not accepted before it`);
  }

  /**
   * By the strongest link: a return is the customer's own, a contact is about the incident it names. A purchase with a
   * receipt is one with all lines that carry the same number on the same day at the same place: tills begin again.
   */
  function takeOutcome(
    { bookNumber: book, position }: PlacedEvent,
    { asked, ...event }: OutcomeRecorded,
  ): void {
    const { type, customer, incident, act } = asked;
    if (type !== 'visit' && type !== 'purchase' && type !== 'contact') return;
    const what = type === 'contact' ? CONTACT : RETURN;
    const links = [
      [BY_CUSTOMER, customer],
      [BY_INCIDENT, incident],
      [BY_ACT, act],
    ] as const;
    const order = what === RETURN ? links : [links[1], links[2], links[0]];
    const [link, subject] = order.find(([, name]) => name !== undefined)!;
    const receipt = asked.receipt === undefined ? position : `${asked.location ?? ''}\n${asked.receipt}`;
    const day = storedDay(event.businessDate);
    const value = asked.valueMinor ?? 0;
    follow.run(book, link, subject!, what, day, receipt, event.occurredAt, value);
    spans.widen(book, what, event.occurredAt);
  }

  function takeFact(book: number, { asked, ...event }: IncidentEvent): void {
    const { location, channel, reason } = asked;
    const told = [location ?? null, event.region ?? null, channel ?? null, reason ?? null];
    const type = INCIDENT_TYPES.indexOf(asked.type);
    addFact.run(
      book,
      asked.incident,
      event.occurredAt,
      type,
      words.numberOf(JSON.stringify(told)),
      asked.customer ?? '',
      storedDay(event.businessDate),
    );
    spans.widen(book, CONTACT, event.occurredAt);
    if (type === RESOLVED) spans.resolved(book);
  }

  return {
    apply(events) {
      for (const place of events) {
        const { event, bookNumber: book } = place;
        if (isDecision(event)) {
          if (event.type !== 'ActDeclined') take(book, event);
          if (event.draw !== undefined) takeDraw(book, event);
        } else if (event.type === 'LotDrawn') takeDraw(book, event);
        else if (event.type === 'OutcomeRecorded') takeOutcome(place, event);
        else if (isAboutIncident(event)) takeFact(book, event);
        else if (event.type === 'ActReversed') takeBack(book, event);
        else if (event.type === 'BookDefined') spans.define(book, event.book.currency);
        else {
          const settling = settlingOf(event);
          if (settling !== undefined) settle(book, settling);
        }
      }
      acts.write();
      open.write();
      spans.write();
    },
    rolledBack() {
      words.forget();
      acts.forget();
      open.forget();
      spans.forget();
    },
  };
}

export const outcomeMetricsView: View = {
  name: 'outcomes',
  /** 2: its words have an index by name, to be made later. */
  version: 2,
  readable: [1],
  schema,
  laterIndexes: ['acts_by_incident', WORDS_INDEX],
  project,
  answer: answering,
  comparisons(prefix) {
    const word = wordOf(prefix);
    const id = hexed('id');
    const act = `day, ${id}, ${word('dims')}, customer, incident, at, cost, retail`;
    return [
      {
        table: 'books',
        key: [],
        sql: `SELECT currency, last_return, last_contact, resolutions FROM ${prefix}_books WHERE book = ?`,
      },
      {
        table: 'acts',
        key: ['day', 'id'],
        sql: `SELECT ${act}, status, reversed_cost, reversed_retail FROM ${prefix}_acts AS acts
              WHERE book = ? ORDER BY day, acts.id`,
      },
      {
        table: 'open',
        key: ['id'],
        sql: `SELECT ${act} FROM ${prefix}_open AS open WHERE book = ? ORDER BY open.id`,
      },
      {
        table: 'follow_ups',
        key: ['link', 'subject', 'what', 'day', 'receipt'],
        sql: `SELECT link, subject, what, day,
                iif(typeof(receipt) = 'text', receipt, printf('#%016d', receipt)) AS receipt, at, value
              FROM ${prefix}_follow_ups WHERE book = ? ORDER BY link, subject, what, day, 5`,
      },
      {
        table: 'incident_facts',
        key: ['incident', 'at', 'type', 'told', 'customer', 'day'],
        sql: `SELECT incident, at, type, word AS told, customer, day
              FROM ${prefix}_incident_facts JOIN ${prefix}_words ON number = told
              WHERE book = ? ORDER BY incident, at, type, word, customer, day`,
      },
      {
        table: 'draws',
        key: ['campaign', 'seed', 'customer'],
        sql: `SELECT campaigns.word AS campaign, seeds.word AS seed, customer, at, day, assigned,
                propensity, ${word('location')}, ${word('region')}
              FROM ${prefix}_draws
              JOIN ${prefix}_words AS campaigns ON campaigns.number = campaign
              JOIN ${prefix}_words AS seeds ON seeds.number = seed
              WHERE book = ? ORDER BY 1, 2, 3`,
      },
    ];
  },
};
