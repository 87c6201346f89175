/** Where a replay reads a book's history beside the ledger itself. */
import type { PackedEvents } from '../packed/packed-events.ts';
import type { ForeseenParts, ForeseeSpan } from './foresee.ts';
import type { RecordedBatch } from './recorded-events.ts';

/** Reads the ledger in another place. */
export interface HistoryReader {
  /** @throws UnreadableEvent; EngineUnavailable */
  foresee(span: ForeseeSpan): Promise<ForeseenParts>;
  /** @throws UnreadableEvent; EngineUnavailable */
  read(book: string, from: number, to: number): AsyncIterable<RecordedBatch>;
}

export interface PackedBlock {
  /** The position of the first of them; the others follow it. */
  readonly first: number;
  readonly packed: PackedEvents;
}

/** The history of one book, packed beside the ledger: it may end before the ledger does, and be lost at any time. */
export interface PackedHistory {
  /** The events that the position is among; undefined: it does not have them. */
  at(position: number): PackedBlock | undefined;
}
