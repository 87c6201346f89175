/**
 * A view: rows made from the ledger's events alone, so that deleting them loses nothing. Its tables carry a
 * prefix, which lets a new version be built beside the one that answers.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { BookEvent } from '../domain/book/events.ts';

/** An event with its place. */
export interface PlacedEvent {
  readonly book: string;
  /** The book's number in this file, from 1, in the order books appear; a short key for rows. */
  readonly bookNumber: number;
  /** Its revision in the book's stream. */
  readonly position: number;
  readonly event: BookEvent;
}

/** Writes rows. Statements are prepared once; caches may be kept as long as `rolledBack` empties them. */
export interface Projection {
  /**
   * Called inside a transaction, with events in the order of the ledger.
   * @throws when an event cannot be applied: the view is stopped there, the others go on.
   */
  apply(events: readonly PlacedEvent[]): void;
  /** What was applied since the last commit is undone. */
  rolledBack(): void;
}

/** Rows for `verify`, with every number that stands for a word resolved, so that two builds compare equal. */
export interface Comparison {
  readonly table: string;
  /** Takes the book's number; sorted by `key`. */
  readonly sql: string;
  readonly key: readonly string[];
}

export interface View {
  readonly name: string;
  /** Grows with every change of tables or of `apply`; the new version is built from the start. */
  readonly version: number;
  /** Older versions whose tables `answer` can read while this one is being built. */
  readonly readable?: readonly number[];
  /** Statements that create the tables; every name starts with the prefix. */
  schema(prefix: string): string;
  /** Of its indexes those that `apply` can do without, as named after the prefix: made when the rows are in. */
  readonly laterIndexes?: readonly string[];
  project(db: DatabaseSync, prefix: string): Projection;
  /**
   * Opens the view for questions. Called inside a read transaction; `bookNumber` is undefined while the view
   * knows nothing of the book.
   */
  answer(db: DatabaseSync, prefix: string): (bookNumber: number | undefined, question: unknown) => object;
  comparisons(prefix: string): readonly Comparison[];
}

/** Positions a book may have: every row has a key of its own, the book's number above, the position below. */
export const POSITIONS = 2 ** 36;
const BOOKS = 2 ** 17;

/** A number below 2^53 that grows with the position within a book. */
export function rowKey(bookNumber: number, position: number): number {
  if (!(bookNumber >= 0 && bookNumber < BOOKS) || !(position >= 0 && position < POSITIONS))
    throw new RangeError(
      `book ${bookNumber}, position ${position}: beyond what the views can number; split the ledger`,
    );
  return bookNumber * POSITIONS + position;
}

export function positionOf(key: number): number {
  return key % POSITIONS;
}
