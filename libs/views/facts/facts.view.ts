/**
 * A row for every outcome, every draw of a lot and every fact of an incident, and one for every incident, which all its facts together
 * make. The latter is told by earliest and latest times alone, so that it is the same in whatever order they came.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type IncidentEvent, isAboutIncident, type OutcomeRecorded } from '../../domain/book/told-events.ts';
import { INCIDENT_TYPES } from '../../domain/outcome/incident.ts';
import { OUTCOME_TYPES } from '../../domain/outcome/outcome.ts';
import { hexed, OF_BOOK, POSITION, wordOf } from '../comparing.ts';
import { Rows } from '../rows.ts';
import { storedDay, storedId } from '../stored-form.ts';
import { type PlacedEvent, type Projection, rowKey, type View } from '../view.ts';
import { Words, wordsSchema } from '../words.ts';
import { drawSearch, drawsSchema, drawsTaker } from './draws.ts';
import { COMMON_OUTCOMES, type FactsQuestion } from './facts.ts';
import { incidentSearch } from './incident-search.ts';
import { outcomeSearch } from './outcome-search.ts';

function schema(prefix: string): string {
  return `${wordsSchema(prefix)}
    CREATE TABLE ${prefix}_outcomes (
      key INTEGER PRIMARY KEY,
      id ANY NOT NULL,
      type INTEGER NOT NULL,
      customer TEXT,
      incident TEXT,
      act ANY,
      location INTEGER,
      region INTEGER,
      channel INTEGER,
      value INTEGER,
      receipt TEXT,
      score INTEGER,
      lowest INTEGER,
      highest INTEGER,
      day INTEGER NOT NULL,
      occurred_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX ${prefix}_outcomes_by_customer ON ${prefix}_outcomes (customer) WHERE customer IS NOT NULL;
    CREATE INDEX ${prefix}_outcomes_by_incident ON ${prefix}_outcomes (incident) WHERE incident IS NOT NULL;
    CREATE INDEX ${prefix}_outcomes_by_act ON ${prefix}_outcomes (act) WHERE act IS NOT NULL;
    CREATE INDEX ${prefix}_outcomes_by_type ON ${prefix}_outcomes (type) WHERE type > ${COMMON_OUTCOMES};
    CREATE TABLE ${prefix}_outcome_days (
      book INTEGER NOT NULL,
      day INTEGER NOT NULL,
      first INTEGER NOT NULL,
      last INTEGER NOT NULL,
      PRIMARY KEY (book, day)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}_incident_facts (
      key INTEGER PRIMARY KEY,
      id ANY NOT NULL,
      type INTEGER NOT NULL,
      book INTEGER NOT NULL,
      incident TEXT NOT NULL,
      customer TEXT,
      act ANY,
      location INTEGER,
      region INTEGER,
      channel INTEGER,
      reason INTEGER,
      day INTEGER NOT NULL,
      occurred_at INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX ${prefix}_facts_by_incident ON ${prefix}_incident_facts (incident, book, occurred_at, type);
    CREATE INDEX ${prefix}_facts_by_customer ON ${prefix}_incident_facts (customer) WHERE customer IS NOT NULL;
    CREATE TABLE ${prefix}_incidents (
      key INTEGER PRIMARY KEY,
      book INTEGER NOT NULL,
      incident TEXT NOT NULL,
      started_at INTEGER NOT NULL,
      day INTEGER NOT NULL,
      opened_at INTEGER,
      first_resolved_at INTEGER,
      reopened INTEGER NOT NULL,
      last_at INTEGER NOT NULL,
      last_type INTEGER NOT NULL,
      UNIQUE (incident, book)
    ) STRICT;
    CREATE INDEX ${prefix}_incidents_by_start ON ${prefix}_incidents (book, started_at, incident);
    ${drawsSchema(prefix)}`;
}

const OPENED = INCIDENT_TYPES.indexOf('opened');
const RESOLVED = INCIDENT_TYPES.indexOf('resolved');
const REOPENED = INCIDENT_TYPES.indexOf('reopened');

function project(db: DatabaseSync, prefix: string): Projection {
  const words = new Words(db, prefix);
  const takeDraw = drawsTaker(db, prefix, words);
  const outcomes = new Rows(db, `${prefix}_outcomes`, 17);
  const facts = new Rows(db, `${prefix}_incident_facts`, 14);
  // min() of a null is null: the other one is taken then.
  const merge = db.prepare(
    `INSERT INTO ${prefix}_incidents VALUES (?${', ?'.repeat(9)})
     ON CONFLICT (incident, book) DO UPDATE SET
       day = CASE WHEN excluded.started_at < started_at THEN excluded.day
                  WHEN excluded.started_at = started_at THEN min(day, excluded.day) ELSE day END,
       started_at = min(started_at, excluded.started_at),
       opened_at = coalesce(min(opened_at, excluded.opened_at), opened_at, excluded.opened_at),
       first_resolved_at = coalesce(min(first_resolved_at, excluded.first_resolved_at), first_resolved_at,
         excluded.first_resolved_at),
       reopened = reopened + excluded.reopened,
       last_type = CASE WHEN excluded.last_at > last_at THEN excluded.last_type
                        WHEN excluded.last_at = last_at THEN max(last_type, excluded.last_type)
                        ELSE last_type END,
       last_at = max(last_at, excluded.last_at)`,
  );
  const widen = db.prepare(
    `INSERT INTO ${prefix}_outcome_days (book, day, first, last) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)`,
  );

  const bytesOf = (id: string | undefined) => (id === undefined ? null : storedId(id));

  function takeOutcome({ bookNumber, position }: PlacedEvent, event: OutcomeRecorded, day: number): void {
    const { asked } = event;
    outcomes.add([
      rowKey(bookNumber, position),
      storedId(event.id),
      OUTCOME_TYPES.indexOf(asked.type),
      asked.customer ?? null,
      asked.incident ?? null,
      bytesOf(asked.act),
      words.numberOf(asked.location),
      words.numberOf(event.region),
      words.numberOf(asked.channel),
      asked.valueMinor ?? null,
      asked.receipt ?? null,
      asked.rating?.score ?? null,
      asked.rating?.lowest ?? null,
      asked.rating?.highest ?? null,
      day,
      event.occurredAt,
      event.recordedAt,
    ]);
  }

  function takeFact({ bookNumber, position }: PlacedEvent, event: IncidentEvent): void {
    const { asked, occurredAt } = event;
    const key = rowKey(bookNumber, position);
    const type = INCIDENT_TYPES.indexOf(asked.type);
    const day = storedDay(event.businessDate);
    facts.add([
      key,
      storedId(event.id),
      type,
      bookNumber,
      asked.incident,
      asked.customer ?? null,
      bytesOf(asked.act),
      words.numberOf(asked.location),
      words.numberOf(event.region),
      words.numberOf(asked.channel),
      words.numberOf(asked.reason),
      day,
      occurredAt,
      event.recordedAt,
    ]);
    merge.run(
      key,
      bookNumber,
      asked.incident,
      occurredAt,
      day,
      type === OPENED ? occurredAt : null,
      type === RESOLVED ? occurredAt : null,
      type === REOPENED ? 1 : 0,
      occurredAt,
      type,
    );
  }

  return {
    apply(events) {
      const spans = new Map<number, { book: number; day: number; first: number; last: number }>();
      for (const place of events) {
        const { event, bookNumber: book, position } = place;
        if (event.type === 'OutcomeRecorded') {
          const day = storedDay(event.businessDate);
          takeOutcome(place, event, day);
          const span = spans.get(book * 1e8 + day);
          if (span === undefined) spans.set(book * 1e8 + day, { book, day, first: position, last: position });
          else span.last = position;
        } else if (event.type === 'LotDrawn') takeDraw(place, event);
        else if (isAboutIncident(event)) takeFact(place, event);
      }
      outcomes.write();
      facts.write();
      for (const { book, day, first, last } of spans.values()) widen.run(book, day, first, last);
    },
    rolledBack() {
      words.forget();
      outcomes.forget();
      facts.forget();
    },
  };
}

export const factsView: View = {
  name: 'facts',
  version: 2,
  schema,
  laterIndexes: ['outcomes_by_customer', 'outcomes_by_incident', 'outcomes_by_act', 'outcomes_by_type'],
  project,
  answer(db, prefix) {
    const incidents = incidentSearch(db, prefix);
    const outcomes = outcomeSearch(db, prefix);
    const draws = drawSearch(db, prefix);
    return (bookNumber, asked) => {
      const question = asked as FactsQuestion;
      if (question.about === 'outcomes') return outcomes(bookNumber, question.filters);
      if (question.about === 'draws') return draws(bookNumber, question.filters);
      if (question.about === 'incident') return incidents.find(bookNumber, question.incident);
      return incidents.search(bookNumber, question.filters);
    };
  },
  comparisons(prefix) {
    const word = wordOf(prefix);
    const placed = `${POSITION}, ${hexed('id')}, type, customer, incident, ${hexed('act')},
      ${['location', 'region', 'channel'].map(word).join(', ')}, day, occurred_at, recorded_at`;
    return [
      {
        table: 'outcomes',
        key: ['position'],
        sql: `SELECT ${placed}, value, receipt, score, lowest, highest
              FROM ${prefix}_outcomes WHERE ${OF_BOOK} ORDER BY key`,
      },
      {
        table: 'incident_facts',
        key: ['position'],
        sql: `SELECT ${placed}, ${word('reason')} FROM ${prefix}_incident_facts WHERE ${OF_BOOK} ORDER BY key`,
      },
      {
        table: 'incidents',
        key: ['incident'],
        sql: `SELECT incident, started_at, day, opened_at, first_resolved_at, reopened, last_at, last_type
              FROM ${prefix}_incidents WHERE book = ?1 ORDER BY incident`,
      },
      {
        table: 'draws',
        key: ['position'],
        sql: `SELECT ${POSITION}, ${hexed('id')}, customer, assigned, propensity,
                ${['campaign', 'seed', 'location', 'region'].map(word).join(', ')}, day, occurred_at, recorded_at
              FROM ${prefix}_draws WHERE ${OF_BOOK} ORDER BY key`,
      },
      {
        table: 'outcome_days',
        key: ['day'],
        sql: `SELECT day, first, last FROM ${prefix}_outcome_days WHERE book = ? ORDER BY day`,
      },
    ];
  },
};
