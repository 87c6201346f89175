/** Whatever reads a book's history for a replay in another place. */
import type { ForeseenParts, ForeseeSpan } from './foresee.ts';
import type { RecordedBatch } from './recorded-events.ts';

export interface HistoryReader {
  /** @throws UnreadableEvent; EngineUnavailable */
  foresee(span: ForeseeSpan): Promise<ForeseenParts>;
  /** @throws UnreadableEvent; EngineUnavailable */
  read(book: string, from: number, to: number): AsyncIterable<RecordedBatch>;
}
