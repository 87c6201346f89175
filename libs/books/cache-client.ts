/** Talks to the cache worker; the reads that must not wait go to the file directly. */
import type { Worker } from 'node:worker_threads';
import { type BookSnapshot, BookState } from '../domain/book/state.ts';
import { CacheFile, type Mark } from './cache-file.ts';
import type { CacheReply, CacheRequest } from './cache-worker.ts';

const CLOSE_WITHIN_MS = 1_000;

export class CacheClient {
  readonly #worker: Worker;
  readonly #file: string;
  readonly #waiting = new Map<
    number,
    { resolve(result: unknown): void; reject(error: Error): void; page?(page: Float64Array): void }
  >();
  #calls = 0;
  #reader: CacheFile | undefined;
  #gone: Error | undefined;

  /** @param worker a thread that runs `runCacheWorker` on its parent port over the same file */
  constructor(worker: Worker, file: string) {
    this.#worker = worker;
    this.#file = file;
    worker.on('message', (reply: CacheReply) => this.#take(reply));
    worker.on('error', (error) => this.#lose(error as Error));
    worker.on('exit', () => this.#lose(new Error('the cache thread has ended')));
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

  async loadSnapshot(book: string): Promise<BookState | undefined> {
    const snapshot = (await this.#ask({ ask: 'loadSnapshot', book })) as BookSnapshot | undefined;
    return snapshot === undefined ? undefined : BookState.fromSnapshot(snapshot);
  }

  /** @returns the revision the snapshot stands at */
  makeSnapshot(book: string): Promise<number> {
    return this.#ask({ ask: 'makeSnapshot', book }) as Promise<number>;
  }

  async forget(book: string): Promise<void> {
    await this.#ask({ ask: 'forget', book });
  }

  /** The revisions at which an event with this key hash may stand. Synchronous: a few microseconds per generation. */
  findKey(hash: number): number[] {
    this.#reader ??= new CacheFile(this.#file, { readOnly: true });
    return this.#reader.findKey(hash);
  }

  async close(): Promise<void> {
    this.#reader?.close();
    // What the thread may still be at is a snapshot: half of one is never kept.
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
    if (reply.error !== undefined) waiting.reject(new Error(reply.error));
    else waiting.resolve(reply.result);
  }

  #lose(error: Error): void {
    this.#gone ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
