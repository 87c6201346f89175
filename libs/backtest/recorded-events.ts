/** Where a replay takes a book's recorded events from: batch by batch, in order. */
import type { BookEvent } from '../domain/book/events.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { decodeRecorded } from './decode-recorded.ts';

export interface RecordedBatch {
  /** The position of the first of them. */
  readonly first: number;
  /** Acts may lack what a replay finds anew: see `decode-recorded.ts` and `packed-acts.ts`. */
  readonly events: readonly BookEvent[];
}

/** Events in one batch: some milliseconds of work, after which it is asked whether it is still wanted. */
export const BATCH = 512;

export function streamOf(book: string): string {
  return `book-${book}`;
}

/** @throws UnreadableEvent; EngineUnavailable */
export async function* recordedEvents(
  eventStore: EventStore,
  book: string,
  from: number,
  to: number,
): AsyncGenerator<RecordedBatch, void, void> {
  for await (const batch of eventStore.read(streamOf(book), from, { to, maxBatch: BATCH })) {
    yield { first: batch[0]!.revision, events: batch.map(decodeRecorded) };
  }
}
