/** The thread that writes `cache.db`. */
import { parentPort, workerData } from 'node:worker_threads';
import { runCacheWorker } from '../../libs/books/cache-worker.ts';
import { workInBackground } from '../../libs/platform/thread-priority.ts';

workInBackground();
runCacheWorker(parentPort!, workerData as string);
