/**
 * Talks to the thread that writes the cache and to those that make snapshots; reads go to the file directly. A thread that
 * dies is started again; what it was asked is refused, and asked again by whoever holds it still.
 */
import { Worker } from 'node:worker_threads';
import type { BookState } from '../domain/book/state.ts';
import { CacheFile, type Mark } from './cache-file.ts';
import type { CacheReply, CacheRequest } from './cache-worker.ts';
import type { SnapshotThreadData } from './snapshot-thread.ts';

const CLOSE_WITHIN_MS = 1_000;
const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 10_000;
/** It adds keys now and then, and gives all of them out at the start: without a bound that start is what it holds for ever. */
const YOUNG_GENERATION_MB = 12;

export interface CacheClientOptions {
  readonly cacheFile: string;
  /** What the engine is opened with. */
  readonly engine: string;
  /** The worker that runs `runCacheWorker`. */
  readonly workerUrl: URL;
  /** The worker that names the engine and runs `runSnapshotThread`. */
  readonly snapshotUrl: URL;
  /** Told that the thread has died; another is started. */
  readonly onDeath?: (error: Error) => void;
}

export class CacheClient {
  readonly #options: CacheClientOptions;
  #worker: Worker;
  #restartMs = FIRST_RESTART_MS;
  #restart: NodeJS.Timeout | undefined;
  readonly #snapshots = new Set<Worker>();
  readonly #waiting = new Map<
    number,
    { resolve(result: unknown): void; reject(error: Error): void; page?(page: Float64Array): void }
  >();
  #calls = 0;
  #reader: CacheFile | undefined;
  #gone: Error | undefined;
  #closed = false;

  constructor(options: CacheClientOptions) {
    this.#options = options;
    this.#worker = this.#start();
  }

  #start(): Worker {
    const { workerUrl, cacheFile, onDeath } = this.#options;
    const worker = new Worker(workerUrl, {
      workerData: cacheFile,
      execArgv: ['--no-warnings'],
      name: 'cache',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    let why = new Error('the cache thread has ended');
    worker.on('message', (reply: CacheReply) => this.#take(reply));
    worker.on('error', (error) => {
      why = error as Error;
    });
    worker.on('exit', () => {
      this.#lose(why);
      if (this.#closed) return;
      onDeath?.(why);
      this.#restart = setTimeout(() => {
        this.#worker = this.#start();
        this.#gone = undefined;
      }, this.#restartMs).unref();
      this.#restartMs = Math.min(this.#restartMs * 2, LONGEST_RESTART_MS);
    });
    return worker;
  }

  marks(book: string): Promise<{ keys: Mark | undefined; snapshot: Mark | undefined }> {
    return this.#ask({ ask: 'marks', book }) as Promise<{
      keys: Mark | undefined;
      snapshot: Mark | undefined;
    }>;
  }

  /** Hands every key hash to `page`, a page at a time. */
  async hashes(page: (hashes: Float64Array) => void): Promise<void> {
    await this.#ask({ ask: 'hashes' }, page);
  }

  async addKeys(book: string, hashes: Float64Array, revisions: Float64Array, mark: Mark): Promise<void> {
    await this.#ask({ ask: 'addKeys', book, hashes, revisions, mark });
  }

  /** Synchronous: a second where a book has a million buckets. The thread has made the file by the time it gave `marks`. */
  loadSnapshot(book: string): BookState | undefined {
    return this.#file().loadSnapshot(book);
  }

  /** One of a book at a time. @returns the revision the snapshot stands at */
  makeSnapshot(book: string): Promise<number> {
    // The next in the queue, when the one before it was given up.
    if (this.#closed) return Promise.reject(new Error('the cache is closed'));
    const { cacheFile, engine, snapshotUrl } = this.#options;
    const workerData: SnapshotThreadData = { book, cacheFile, engine };
    const worker = new Worker(snapshotUrl, { workerData, execArgv: ['--no-warnings'], name: 'snapshot' });
    this.#snapshots.add(worker);
    return new Promise((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
      worker.on('exit', () => {
        this.#snapshots.delete(worker);
        reject(new Error('it was not finished'));
      });
    });
  }

  async forget(book: string): Promise<void> {
    await this.#ask({ ask: 'forget', book });
  }

  /** The revisions at which an event with this key hash may stand. Synchronous: a few microseconds per generation. */
  findKey(hash: number): number[] {
    return this.#file().findKey(hash);
  }

  #file(): CacheFile {
    this.#reader ??= new CacheFile(this.#options.cacheFile, { readOnly: true });
    return this.#reader;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restart);
    this.#reader?.close();
    // Half of a snapshot is never kept.
    await Promise.all([...this.#snapshots].map((worker) => worker.terminate()));
    const late = new Promise((resolve) => setTimeout(resolve, CLOSE_WITHIN_MS).unref());
    if (this.#gone === undefined) await Promise.race([this.#ask({ ask: 'close' }), late]);
    await this.#worker.terminate();
  }

  #ask(request: CacheRequest, page?: (page: Float64Array) => void): Promise<unknown> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const call = ++this.#calls;
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, page === undefined ? { resolve, reject } : { resolve, reject, page });
      this.#worker.postMessage({ call, request });
    });
  }

  #take(reply: CacheReply): void {
    const waiting = this.#waiting.get(reply.call);
    if (waiting === undefined) return;
    if (reply.more === true) {
      waiting.page?.(reply.result as Float64Array);
      return;
    }
    this.#waiting.delete(reply.call);
    this.#restartMs = FIRST_RESTART_MS;
    if (reply.error !== undefined) waiting.reject(new Error(reply.error));
    else waiting.resolve(reply.result);
  }

  #lose(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
