/**
 * The history of every book in the packed form that replays read: blocks of a fixed number of events, and the newest
 * events in pieces, as they came, until their block is whole. Answers no question of a client.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { BookEvent } from '../../domain/book/events.ts';
import { pack } from '../../packed/pack.ts';
import type { PackedEvents } from '../../packed/packed-events.ts';
import { unpack } from '../../packed/unpack.ts';
import { OF_BOOK, POSITION } from '../comparing.ts';
import { type PlacedEvent, type Projection, positionOf, rowKey, type View } from '../view.ts';

/** A block begins at a multiple of it: some milliseconds of a replay. */
export const BLOCK = 512;

/** Whichever events a position is among. */
export interface HistoryQuestion {
  readonly at: number;
}
export interface HistoryAnswer {
  /** Null: the view does not reflect the position. */
  readonly block: { readonly first: number; readonly packed: PackedEvents } | null;
}

/** The row's key is the place of its first event. */
interface Row extends PackedEvents {
  readonly key: number;
  readonly events: number;
}

function schema(prefix: string): string {
  return `CREATE TABLE ${prefix}_blocks (
      key INTEGER PRIMARY KEY,
      events INTEGER NOT NULL,
      numbers BLOB NOT NULL,
      named TEXT NOT NULL,
      texts TEXT NOT NULL
    ) STRICT;`;
}

function project(db: DatabaseSync, prefix: string): Projection {
  const insert = db.prepare(`INSERT INTO ${prefix}_blocks VALUES (?, ?, ?, ?, ?)`);
  const pieces = db.prepare(`SELECT * FROM ${prefix}_blocks WHERE key BETWEEN ? AND ? ORDER BY key`);
  const remove = db.prepare(`DELETE FROM ${prefix}_blocks WHERE key BETWEEN ? AND ?`);

  function add(bookNumber: number, first: number, events: readonly BookEvent[]): void {
    const { numbers, named, texts } = pack(events);
    insert.run(rowKey(bookNumber, first), events.length, numbers, named, texts);
  }

  /** @param events of one block: its last ones, where they make it whole */
  function addPiece(bookNumber: number, first: number, events: readonly BookEvent[]): void {
    const begins = first - (first % BLOCK);
    if (first === begins || first + events.length < begins + BLOCK) {
      add(bookNumber, first, events);
      return;
    }
    const span = [rowKey(bookNumber, begins), rowKey(bookNumber, first - 1)] as const;
    const before = pieces.all(...span) as unknown as Row[];
    remove.run(...span);
    add(bookNumber, begins, [...before.flatMap((row) => unpack(row)), ...events]);
  }

  return {
    apply(events) {
      for (const [bookNumber, placed] of Map.groupBy(events, (place) => place.bookNumber)) {
        for (const piece of inBlocks(placed)) {
          addPiece(
            bookNumber,
            piece[0]!.position,
            piece.map(({ event }) => event),
          );
        }
      }
    },
    rolledBack: () => {},
  };
}

/** @param events of one book, each following the one before it */
function* inBlocks(events: readonly PlacedEvent[]): Generator<readonly PlacedEvent[]> {
  for (let at = 0; at < events.length; ) {
    const to = at + BLOCK - (events[at]!.position % BLOCK);
    yield events.slice(at, to);
    at = to;
  }
}

export const historyView: View = {
  name: 'history',
  version: 1,
  schema,
  project,
  answer(db, prefix) {
    const last = db.prepare(
      `SELECT * FROM ${prefix}_blocks WHERE key BETWEEN ? AND ? ORDER BY key DESC LIMIT 1`,
    );
    return (bookNumber, question): HistoryAnswer => {
      const { at } = question as HistoryQuestion;
      if (bookNumber === undefined) return { block: null };
      const row = last.get(rowKey(bookNumber, 0), rowKey(bookNumber, at)) as unknown as Row | undefined;
      const first = row === undefined ? 0 : positionOf(row.key);
      return { block: row === undefined || at >= first + row.events ? null : { first, packed: row } };
    };
  },
  comparisons(prefix) {
    return [
      {
        table: 'blocks',
        key: ['position'],
        // Pieces are as large as the batches were that they came in.
        sql: `SELECT ${POSITION}, events, hex(numbers) AS numbers, named, texts FROM ${prefix}_blocks
          WHERE ${OF_BOOK} AND events = ${BLOCK} ORDER BY key`,
      },
    ];
  },
};
