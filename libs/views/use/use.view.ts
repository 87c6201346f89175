/**
 * What employees used of the limits that are counted for each of them alone, by window; and the few facts that tell who
 * was on the staff and what they were allowed when. What was given is in the view of spend.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Amounts } from '../../domain/act/act.ts';
import type { BookEvent, CountedIn, NamedBucket } from '../../domain/book/events.ts';
import { accepts } from '../../domain/book/evolve.ts';
import { OF_BOOK, POSITION, wordOf } from '../comparing.ts';
import type { PlacedEvent, Projection, View } from '../view.ts';
import { rowKey } from '../view.ts';
import { Words, wordsSchema } from '../words.ts';
import { useReport } from './use.report.ts';
import type { UseQuery } from './use.ts';

function schema(prefix: string): string {
  return `${wordsSchema(prefix)}
    CREATE TABLE ${prefix}_books (
      book INTEGER PRIMARY KEY,
      last_recorded_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE ${prefix}_facts (
      key INTEGER PRIMARY KEY,
      fact TEXT NOT NULL
    ) STRICT;
    CREATE TABLE ${prefix}_used (
      book INTEGER NOT NULL,
      limit_id INTEGER NOT NULL,
      label INTEGER NOT NULL,
      employee INTEGER NOT NULL,
      count INTEGER NOT NULL,
      cost INTEGER NOT NULL,
      retail INTEGER NOT NULL,
      adjusted_count INTEGER NOT NULL,
      adjusted_cost INTEGER NOT NULL,
      adjusted_retail INTEGER NOT NULL,
      PRIMARY KEY (book, limit_id, label, employee)
    ) STRICT, WITHOUT ROWID;`;
}

function project(db: DatabaseSync, prefix: string): Projection {
  const words = new Words(db, prefix);
  const reach = db.prepare(
    `INSERT INTO ${prefix}_books VALUES (?, ?)
     ON CONFLICT DO UPDATE SET last_recorded_at = max(last_recorded_at, excluded.last_recorded_at)`,
  );
  const keep = db.prepare(`INSERT INTO ${prefix}_facts VALUES (?, ?)`);
  const key = 'INSERT INTO %_used VALUES (?, ?, ?, ?, '.replace('%', prefix);
  const use = db.prepare(
    `${key} ?, ?, ?, 0, 0, 0) ON CONFLICT DO UPDATE SET
       count = count + excluded.count, cost = cost + excluded.cost, retail = retail + excluded.retail`,
  );
  const adjust = db.prepare(
    `${key} 0, 0, 0, ?, ?, ?) ON CONFLICT DO UPDATE SET
       adjusted_count = adjusted_count + excluded.adjusted_count,
       adjusted_cost = adjusted_cost + excluded.adjusted_cost,
       adjusted_retail = adjusted_retail + excluded.adjusted_retail`,
  );

  function add(
    statement: typeof use,
    book: number,
    limit: string,
    { label, key }: NamedBucket,
    { count, costMinor, retailMinor }: Amounts,
    sign: 1 | -1,
  ): void {
    if (!isOwnWindow(label, key)) return;
    statement.run(
      book,
      words.numberOf(limit),
      words.numberOf(label),
      words.numberOf(key.employee),
      sign * count,
      sign * costMinor,
      sign * retailMinor,
    );
  }

  function useAll(book: number, buckets: readonly CountedIn[], amounts: Amounts, sign: 1 | -1): void {
    for (const bucket of buckets) add(use, book, bucket.limit, bucket, amounts, sign);
  }

  function take({ bookNumber: book, position }: PlacedEvent, event: BookEvent): void {
    switch (event.type) {
      case 'ActAccepted':
        for (const receipt of event.guardrails) {
          if (!('limit' in receipt) || receipt.missing !== undefined) continue;
          add(use, book, receipt.limit, { label: receipt.window.label, key: receipt.key }, event.amounts, 1);
        }
        break;
      case 'ActApproved':
      case 'ActCommitted':
      case 'ActExpired':
        if (accepts(event)) useAll(book, event.buckets, event.amounts, 1);
        break;
      case 'ActReversed':
        useAll(book, event.buckets, event.amounts, -1);
        break;
      case 'BucketAdjusted':
        add(adjust, book, event.limit, event.bucket, event.amounts, 1);
        break;
      case 'BucketTransferred':
        add(adjust, book, event.limit, event.from, event.amounts, -1);
        add(adjust, book, event.limit, event.to, event.amounts, 1);
        break;
      default: {
        const fact = factOf(event);
        if (fact !== undefined) keep.run(rowKey(book, position), JSON.stringify(fact));
      }
    }
  }

  return {
    apply(events) {
      const reached = new Map<number, number>();
      for (const place of events) {
        take(place, place.event);
        const { bookNumber, event } = place;
        reached.set(bookNumber, Math.max(reached.get(bookNumber) ?? event.recordedAt, event.recordedAt));
      }
      for (const [book, at] of reached) reach.run(book, at);
    },
    rolledBack: () => words.forget(),
  };
}

/** A window of the calendar, of a limit that is counted per employee and nothing else. */
function isOwnWindow(label: string, key: Readonly<Record<string, string>>): boolean {
  if (key.employee === undefined) return false;
  for (const dimension in key) if (dimension !== 'employee') return false;
  return label.includes(':') && !label.startsWith('shift:');
}

/** What tells who was there and what was in force: without texts that no figure is made of. */
function factOf(event: BookEvent): BookEvent | undefined {
  switch (event.type) {
    case 'BookDefined':
    case 'LocationDefined':
    case 'EmployeeDefined':
    case 'PolicyActivated':
      return event;
    case 'PolicyDrafted':
    case 'PolicyEdited': {
      const limits = event.policy.limits.filter(({ per }) => per.includes('employee'));
      return {
        ...event,
        policy: { ...event.policy, limits, rules: [] },
        source: { format: event.source.format, text: '' },
      };
    }
    default:
      return undefined;
  }
}

export const useView: View = {
  name: 'use',
  version: 1,
  schema,
  project,
  answer(db, prefix) {
    const report = useReport(db, prefix);
    return (bookNumber, question) => report(bookNumber, question as UseQuery);
  },
  comparisons(prefix) {
    const word = wordOf(prefix);
    return [
      { table: 'books', key: [], sql: `SELECT last_recorded_at FROM ${prefix}_books WHERE book = ?` },
      {
        table: 'facts',
        key: ['position'],
        sql: `SELECT ${POSITION}, fact FROM ${prefix}_facts
              WHERE ${OF_BOOK} ORDER BY key`,
      },
      {
        table: 'used',
        key: ['limit_id', 'label', 'employee'],
        sql: `SELECT ${['limit_id', 'label', 'employee'].map(word).join(', ')}, count, cost, retail,
                adjusted_count, adjusted_cost, adjusted_retail
              FROM ${prefix}_used WHERE book = ? ORDER BY 1, 2, 3`,
      },
    ];
  },
};
