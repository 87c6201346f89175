import type { BacktestRequested } from '../domain/book/events.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import { indexOfId } from './key-hash.ts';
import type { KeyIndex } from './key-index.ts';
import { streamOf } from './stream-of.ts';

/** The backtest that was asked for under this id, as the ledger has it. */
export async function findBacktest(
  eventStore: EventStore,
  keys: KeyIndex,
  book: string,
  id: string,
): Promise<BacktestRequested | undefined> {
  const index = indexOfId(id);
  if (index === undefined) return undefined;
  for (const revision of keys.find(book, index)) {
    for await (const [stored] of eventStore.read(streamOf(book), revision, { to: revision })) {
      if (stored === undefined) continue;
      const event = decodeEvent(stored);
      if (event.type === 'BacktestRequested' && event.id === id) return event;
    }
  }
  return undefined;
}
