/** Every story with its steps, and every recognition, as the ledger has them: they are few. No text is among them. */
import type { DatabaseSync } from 'node:sqlite';
import { isStoryStep, type StoryStepEvent } from '../../domain/book/story-events.ts';
import { STORY_STATUSES, type StoryStatus } from '../../domain/story/story.ts';
import { OF_BOOK, POSITION } from '../comparing.ts';
import { writeCursor } from '../cursor.ts';
import { type Findings, MAX_PAGE, pageStart } from '../page.ts';
import { POSITIONS, type Projection, positionOf, rowKey, type View } from '../view.ts';
import type { RecognitionRow, StoryQuestion, StoryRow } from './stories.ts';

function schema(prefix: string): string {
  return `CREATE TABLE ${prefix}_stories (
      key INTEGER PRIMARY KEY,
      book INTEGER NOT NULL,
      id TEXT NOT NULL,
      status INTEGER NOT NULL,
      event TEXT NOT NULL,
      UNIQUE (id, book)
    ) STRICT;
    CREATE INDEX ${prefix}_stories_by_status ON ${prefix}_stories (book, status);
    CREATE TABLE ${prefix}_steps (
      key INTEGER PRIMARY KEY,
      story TEXT NOT NULL,
      event TEXT NOT NULL
    ) STRICT;
    CREATE INDEX ${prefix}_steps_by_story ON ${prefix}_steps (story);
    CREATE TABLE ${prefix}_recognitions (
      key INTEGER PRIMARY KEY,
      event TEXT NOT NULL
    ) STRICT;`;
}

const BECOMES: Readonly<Partial<Record<StoryStepEvent['type'], StoryStatus>>> = {
  StoryConsented: 'consented',
  StoryPublished: 'published',
  StoryWithdrawn: 'withdrawn',
};

function project(db: DatabaseSync, prefix: string): Projection {
  const addStory = db.prepare(`INSERT INTO ${prefix}_stories VALUES (?, ?, ?, ?, ?)`);
  const addStep = db.prepare(`INSERT INTO ${prefix}_steps VALUES (?, ?, ?)`);
  const become = db.prepare(`UPDATE ${prefix}_stories SET status = ? WHERE id = ? AND book = ?`);
  const recognise = db.prepare(`INSERT INTO ${prefix}_recognitions VALUES (?, ?)`);
  return {
    apply(events) {
      for (const { event, bookNumber, position } of events) {
        const key = rowKey(bookNumber, position);
        if (event.type === 'StoryProposed') addStory.run(key, bookNumber, event.id, 0, JSON.stringify(event));
        else if (event.type === 'RecognitionGiven') recognise.run(key, JSON.stringify(event));
        else if (isStoryStep(event)) {
          addStep.run(key, event.story, JSON.stringify(event));
          const status = BECOMES[event.type];
          if (status === undefined) continue;
          const { changes } = become.run(STORY_STATUSES.indexOf(status), event.story, bookNumber);
          if (changes !== 1) throw new Error(`${event.type} of story ${event.story}, which is not known`);
        }
      }
    },
    rolledBack: () => {},
  };
}

interface Stored {
  readonly key: number;
  readonly event: string;
}

function answering(db: DatabaseSync, prefix: string) {
  const byStatus = db.prepare(
    `SELECT key, event FROM ${prefix}_stories INDEXED BY ${prefix}_stories_by_status
     WHERE book = ? AND status = ? AND key BETWEEN ? AND ? ORDER BY key DESC LIMIT ?`,
  );
  const one = db.prepare(`SELECT key, event FROM ${prefix}_stories WHERE id = ? AND book = ?`);
  const steps = db.prepare(
    `SELECT key, event FROM ${prefix}_steps WHERE story = ? AND key BETWEEN ? AND ? ORDER BY key LIMIT ${MAX_PAGE}`,
  );
  const recognitions = db.prepare(
    `SELECT key, event FROM ${prefix}_recognitions WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT ?`,
  );

  function rowOf(book: number, { key, event }: Stored): StoryRow {
    const proposed = JSON.parse(event);
    const found = steps.all(proposed.id, rowKey(book, 0), rowKey(book, POSITIONS - 1)) as unknown as Stored[];
    return { position: positionOf(key), proposed, steps: found.map((step) => JSON.parse(step.event)) };
  }

  function page<Row extends { readonly position: number }>(
    filters: { readonly pageSize?: number; readonly cursor?: string },
    search: readonly unknown[],
    find: (before: number, limit: number) => readonly Row[],
  ): Findings<Row> {
    const start = pageStart(filters, search);
    if (!start.ok) return start;
    const before = start.after ?? POSITIONS;
    // One more than the page tells whether there is another.
    const found = before === 0 ? [] : find(before - 1, start.pageSize + 1);
    const rows = found.slice(0, start.pageSize);
    if (found.length <= start.pageSize) return { ok: true, rows };
    return { ok: true, rows, nextCursor: writeCursor(rows.at(-1)!.position, search) };
  }

  return (bookNumber: number | undefined, question: StoryQuestion): object => {
    const book = bookNumber ?? 0;
    if (question.about === 'story') {
      const found =
        bookNumber === undefined ? undefined : (one.get(question.story, book) as Stored | undefined);
      return { row: found === undefined ? null : rowOf(book, found) };
    }
    const { filters } = question;
    const first = rowKey(book, 0);
    if (question.about === 'recognitions') {
      return page<RecognitionRow>(filters, ['recognitions'], (last, limit) =>
        bookNumber === undefined
          ? []
          : (recognitions.all(first, rowKey(book, last), limit) as unknown as Stored[]).map(
              ({ key, event }) => ({ position: positionOf(key), event: JSON.parse(event) }),
            ),
      );
    }
    const { status } = question.filters;
    return page<StoryRow>(filters, ['stories', status], (last, limit) => {
      if (bookNumber === undefined) return [];
      const at = STORY_STATUSES.indexOf(status);
      const found = byStatus.all(book, at, first, rowKey(book, last), limit) as unknown as Stored[];
      return found.map((stored) => rowOf(book, stored));
    });
  };
}

export const storiesView: View = {
  name: 'stories',
  version: 1,
  schema,
  project,
  answer(db, prefix) {
    const answer = answering(db, prefix);
    return (bookNumber, question) => answer(bookNumber, question as StoryQuestion);
  },
  comparisons(prefix) {
    return [
      {
        table: 'stories',
        key: ['position'],
        sql: `SELECT ${POSITION}, id, status, event FROM ${prefix}_stories WHERE ${OF_BOOK} ORDER BY key`,
      },
      {
        table: 'steps',
        key: ['position'],
        sql: `SELECT ${POSITION}, story, event FROM ${prefix}_steps WHERE ${OF_BOOK} ORDER BY key`,
      },
      {
        table: 'recognitions',
        key: ['position'],
        sql: `SELECT ${POSITION}, event FROM ${prefix}_recognitions WHERE ${OF_BOOK} ORDER BY key`,
      },
    ];
  },
};
