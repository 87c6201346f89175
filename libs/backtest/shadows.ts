/**
 * Shadows as the service sees them: which run, and their reports. The thread is started with the first of them; when it
 * dies it is started again and makes them anew from the ledger.
 */
import { Worker } from 'node:worker_threads';
import { BusyShare } from '../platform/busy-share.ts';
import { BacktestUnavailable } from './backtests.ts';
import type { ShadowReport } from './shadow-follower.ts';
import type { ShadowSpec } from './shadow-run.ts';
import type { FromShadowThread, ShadowCall, ShadowThreadData, ToShadowThread } from './shadow-thread.ts';

const RESTART_AFTER_MS = 1_000;
/** How long the report of a shadow that was stopped is kept at hand. */
const REMEMBERED_MS = 600_000;
const END_WITHIN_MS = 3_000;

export interface ShadowsOptions extends Omit<ShadowThreadData, 'busyShare'> {
  /** The worker that names the engine. */
  readonly workerUrl: URL;
  /** Told when the thread died and is started again. */
  readonly onDeath?: (reason: string) => void;
}

export class Shadows {
  readonly #options: ShadowsOptions;
  /** By book. */
  readonly #running = new Map<string, readonly ShadowSpec[]>();
  /** Stopped, and asked about not long ago: by book and version. */
  readonly #asked = new Map<string, Map<number, { readonly spec: ShadowSpec; readonly at: number }>>();
  /** What the thread was told, by book. */
  readonly #told = new Map<string, string>();
  readonly #pending = new Map<
    number,
    { resolve(value: ShadowReport | undefined): void; reject(error: Error): void }
  >();
  #worker: Worker | undefined;
  #nextId = 1;
  #restarting: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ShadowsOptions) {
    this.#options = options;
  }

  /** These, and no others, of the book's shadows run. Cheap when nothing has changed. */
  run(book: string, specs: readonly ShadowSpec[]): void {
    this.#running.set(book, specs);
    this.#tell(book);
  }

  /**
   * @param spec that of the version; it may have been stopped
   * @returns undefined while the shadow is being made; the position it reflects may be an earlier one
   * @throws BacktestUnavailable
   */
  async report(
    book: string,
    spec: ShadowSpec,
    position: number,
    waitMs: number,
  ): Promise<ShadowReport | undefined> {
    let asked = this.#asked.get(book);
    if (asked === undefined) {
      asked = new Map();
      this.#asked.set(book, asked);
    }
    asked.set(spec.version, { spec, at: performance.now() });
    this.#tell(book);
    return this.#call({ ask: 'report', book, version: spec.version, position, waitMs });
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#restarting);
    const worker = this.#worker;
    if (worker === undefined) return;
    const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const timer = setTimeout(() => void worker.terminate(), END_WITHIN_MS);
    this.#call({ ask: 'close' }).catch(() => {});
    await exit;
    clearTimeout(timer);
  }

  #tell(book: string): void {
    const specs = this.#wantedOf(book);
    const text = JSON.stringify(specs);
    if (text === (this.#told.get(book) ?? '[]')) return;
    // Before the first shadow there is no thread, and while it is being started again it is told of all books.
    if (this.#worker === undefined) this.#start();
    else this.#want(book, specs);
  }

  #want(book: string, specs: readonly ShadowSpec[]): void {
    this.#told.set(book, JSON.stringify(specs));
    this.#call({ ask: 'want', book, specs }).catch(() => {});
  }

  #wantedOf(book: string): readonly ShadowSpec[] {
    const wanted = new Map((this.#running.get(book) ?? []).map((spec) => [spec.version, spec]));
    const asked = this.#asked.get(book);
    for (const [version, { spec, at }] of asked ?? []) {
      if (performance.now() - at > REMEMBERED_MS) asked!.delete(version);
      else if (!wanted.has(version)) wanted.set(version, spec);
    }
    return [...wanted.values()];
  }

  #start(): void {
    if (this.#worker !== undefined || this.#closed || this.#restarting !== undefined) return;
    const { engine, actsFile, workerUrl, onDeath } = this.#options;
    const busy = new BusyShare();
    const workerData: ShadowThreadData = { engine, actsFile, busyShare: busy.shared };
    const worker = new Worker(workerUrl, { workerData, execArgv: ['--no-warnings'], name: 'shadow' });
    this.#worker = worker;
    let reason = 'it ended';
    worker.on('message', ({ id, value, fault }: FromShadowThread) => {
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (fault === undefined) pending?.resolve(value);
      else pending?.reject(new BacktestUnavailable(fault));
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      busy.stop();
      this.#worker = undefined;
      for (const { reject } of this.#pending.values()) {
        reject(new BacktestUnavailable(`the thread of the shadows died: ${reason}`));
      }
      this.#pending.clear();
      this.#told.clear();
      if (this.#closed) return;
      onDeath?.(reason);
      this.#restarting = setTimeout(() => {
        this.#restarting = undefined;
        this.#start();
      }, RESTART_AFTER_MS);
    });
    for (const book of new Set([...this.#running.keys(), ...this.#asked.keys()])) {
      this.#want(book, this.#wantedOf(book));
    }
  }

  #call(call: ShadowCall): Promise<ShadowReport | undefined> {
    const worker = this.#worker;
    if (worker === undefined) {
      return Promise.reject(new BacktestUnavailable('the thread of the shadows is being started'));
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.postMessage({ id, call } satisfies ToShadowThread);
    });
  }
}
