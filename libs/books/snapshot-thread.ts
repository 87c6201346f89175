/**
 * Makes one snapshot, in a thread of its own: it folds the ledger itself, so that the thread that decides is never held
 * up, and what the fold takes of memory is given back with the thread.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { initialState } from '../domain/book/state.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { CacheFile } from './cache-file.ts';
import { fold } from './fold.ts';
import { streamOf } from './stream-of.ts';

export interface SnapshotThreadData {
  readonly book: string;
  readonly cacheFile: string;
  /** What the engine is opened with. */
  readonly engine: string;
}

/** A process that ends in the middle of a long fold has that much of it to do again. */
const EVENTS_PER_SAVE = 250_000;

/** Tells its parent the revision the snapshot stands at, and ends. */
export async function runSnapshotThread(openStore: (engine: string) => Promise<EventStore>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('a snapshot is made in a thread of its own: start it with CacheClient');
  const { book, cacheFile, engine } = workerData as SnapshotThreadData;
  const cache = new CacheFile(cacheFile, { beside: true });
  const eventStore = await openStore(engine);
  try {
    port.postMessage(await foldToItsHead(eventStore, book, cache));
  } finally {
    cache.close();
    await eventStore.close();
    port.close();
  }
}

async function foldToItsHead(eventStore: EventStore, book: string, cache: CacheFile): Promise<number> {
  const state = cache.loadSnapshot(book) ?? initialState(book);
  for (;;) {
    const last = await fold(eventStore, streamOf(book), state, { to: state.revision + EVENTS_PER_SAVE });
    if (last === undefined) return state.revision;
    cache.saveSnapshot(state, last.id);
  }
}
