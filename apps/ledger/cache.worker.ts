/** The thread that writes `cache.db`. It reads the ledger through an adapter of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { runCacheWorker } from '../../libs/books/cache-worker.ts';
import { SqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.ts';
import { workInBackground } from '../../libs/platform/thread-priority.ts';

export interface CacheWorkerData {
  readonly cacheFile: string;
  readonly eventsFile: string;
}

workInBackground();
const { cacheFile, eventsFile } = workerData as CacheWorkerData;
runCacheWorker(parentPort!, cacheFile, await SqliteEventStore.open({ file: eventsFile, readOnly: true }));
