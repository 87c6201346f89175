import type { EventStore } from '../event-store/event-store.ts';
import { BOOK_PREFIX } from './lane.ts';
import type { Head } from './views-file.ts';

/**
 * Whether the ledger is the one that rows were made from: it has the newest event of each book that they reflect, and
 * the last of them where the checkpoint says. A ledger restored from an older copy has other events, one that was moved
 * to another engine the same events in other places.
 */
export async function isLedgerOf(
  store: EventStore,
  heads: ReadonlyMap<string, Head>,
  checkpoint: bigint | null,
): Promise<boolean> {
  let last: bigint | null = null;
  for (const [book, { revision, event }] of heads) {
    let same = false;
    for await (const events of store.read(BOOK_PREFIX + book, revision, { to: revision, maxBatch: 1 })) {
      for (const stored of events) {
        same = stored.id === event;
        if (last === null || stored.global > last) last = stored.global;
      }
    }
    if (!same) return false;
  }
  return last === checkpoint;
}
