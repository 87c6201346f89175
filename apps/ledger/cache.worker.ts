/** The thread that writes `cache.db`. It reads the ledger through an adapter of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { runCacheWorker } from '../../libs/books/cache-worker.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { workInBackground } from '../../libs/platform/thread-priority.ts';

export interface CacheWorkerData {
  readonly cacheFile: string;
  readonly engine: string;
}

workInBackground();
const { cacheFile, engine } = workerData as CacheWorkerData;
runCacheWorker(parentPort!, cacheFile, await openEventStore(engine, { readOnly: true }));
