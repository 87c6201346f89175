/** The fold of a book's stream. */
import type { BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import type { BookState } from '../domain/book/state.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';

/**
 * Folds everything after the state's revision into it.
 * @param options.firstOnly only what comes with the first batch
 * @param options.each sees every event folded
 * @returns the last event folded, undefined if there was none
 */
export async function fold(
  eventStore: EventStore,
  stream: string,
  state: BookState,
  options: {
    readonly to?: number;
    readonly firstOnly?: boolean;
    readonly each?: (event: BookEvent, stored: StoredEvent) => void;
  } = {},
): Promise<StoredEvent | undefined> {
  let last: StoredEvent | undefined;
  const { to, firstOnly, each } = options;
  for await (const batch of eventStore.read(stream, state.revision + 1, to === undefined ? {} : { to })) {
    last = foldAll(batch, state, each) ?? last;
    if (firstOnly) break;
  }
  return last;
}

/** Folds events that follow the state's revision without a gap. @returns the last of them */
export function foldAll(
  events: readonly StoredEvent[],
  state: BookState,
  each?: (event: BookEvent, stored: StoredEvent) => void,
): StoredEvent | undefined {
  for (const stored of events) {
    const event = decodeEvent(stored);
    evolve(state, event, stored.revision);
    each?.(event, stored);
  }
  return events.at(-1);
}
