/**
 * Backtests as the service sees them: asked for, followed, cancelled. One runs at a time, in a thread of its own; the
 * others wait. The same request while it waits, runs or is remembered is one run.
 */
import { Worker } from 'node:worker_threads';
import { EngineUnavailable } from '../event-store/event-store.ts';
import { BusyShare } from '../platform/busy-share.ts';
import type { BacktestRequest } from './run-backtest.ts';
import type { BacktestThreadData, FromBacktestThread, ToBacktestThread } from './thread-messages.ts';

/** Reports kept to be given again at once; one that is not kept is made again, and is the same. */
const REMEMBERED = 32;
/** More than this many waiting are refused: each takes seconds. */
const MOST_WAITING = 100;
const END_WITHIN_MS = 2_000;
/** Events and decisions are gone after moments: the more of them fit in, the less has to be copied out of their way. */
const YOUNG_GENERATION_MB = 96;

export interface FinishedReport {
  readonly json: string;
  /** For people to read. */
  readonly page: string;
}

export type RunState = 'queued' | 'running' | 'done' | 'cancelled' | 'failed';

/** The run was cancelled before it was done. */
export class BacktestCancelled extends Error {
  override readonly name = 'BacktestCancelled';
}

/** Nothing is wrong with the request: it may be asked again. */
export class BacktestUnavailable extends Error {
  override readonly name = 'BacktestUnavailable';
}

export class Run {
  readonly request: BacktestRequest;
  readonly reversed: readonly string[] | undefined;
  state: RunState = 'queued';
  /** From 0 to 1. */
  progress = 0;
  /** Rejects with BacktestCancelled, BacktestUnavailable, EngineUnavailable, or what else went wrong. */
  readonly report: Promise<FinishedReport>;
  readonly #settle: { resolve(report: FinishedReport): void; reject(error: Error): void };
  readonly #abandoned: () => void;
  #holders = 0;

  constructor(request: BacktestRequest, reversed: readonly string[] | undefined, abandoned: () => void) {
    this.request = request;
    this.reversed = reversed;
    this.#abandoned = abandoned;
    const { promise, resolve, reject } = Promise.withResolvers<FinishedReport>();
    this.report = promise;
    this.#settle = { resolve, reject };
    // Whoever waits is told; if nobody does, nothing is lost.
    promise.catch(() => {});
  }

  get isOver(): boolean {
    return this.state !== 'queued' && this.state !== 'running';
  }

  /** Somebody waits for it. @returns to be called when they no longer do: a run that nobody waits for is cancelled */
  hold(): () => void {
    this.#holders++;
    let released = false;
    return () => {
      if (released) return;
      released = true;
      this.#holders--;
      if (this.#holders === 0 && !this.isOver) this.#abandoned();
    };
  }

  finish(report: FinishedReport): void {
    this.state = 'done';
    this.progress = 1;
    this.#settle.resolve(report);
  }

  fail(state: 'cancelled' | 'failed', error: Error): void {
    this.state = state;
    this.#settle.reject(error);
  }
}

export interface BacktestsOptions {
  /** What the thread opens the engine with. */
  readonly engine: string;
  /** Where the history is packed; absent: backtests read the ledger alone. */
  readonly historyFile?: string;
  /** The worker that names the engine. */
  readonly workerUrl: URL;
  /** The worker that reads for it. */
  readonly readerUrl: URL;
}

export class Backtests {
  readonly #options: BacktestsOptions;
  /** By request, the oldest first. */
  readonly #runs = new Map<string, Run>();
  readonly #queue: Run[] = [];
  #current: { readonly run: Run; readonly worker: Worker } | undefined;
  #closed = false;

  constructor(options: BacktestsOptions) {
    this.#options = options;
  }

  /** How many wait for the one that runs. */
  get waiting(): number {
    return this.#queue.length;
  }

  find(request: BacktestRequest): Run | undefined {
    return this.#runs.get(nameOf(request));
  }

  /**
   * The run of this request: one that is under way or done, or a new one.
   * @param reversed the ids of all acts reversed up to the position; absent: the run looks for them
   * @throws BacktestUnavailable when too many wait already
   */
  begin(request: BacktestRequest, reversed?: readonly string[]): Run {
    const name = nameOf(request);
    const known = this.#runs.get(name);
    if (known !== undefined && (!known.isOver || known.state === 'done')) return known;
    if (this.#closed) throw new BacktestUnavailable('the service is closing');
    if (this.#queue.length >= MOST_WAITING) {
      throw new BacktestUnavailable(`${this.#queue.length} backtests wait already`);
    }
    const run = new Run(request, reversed, () => this.cancel(run));
    this.#runs.delete(name);
    this.#runs.set(name, run);
    this.#queue.push(run);
    this.#forgetOldest();
    this.#startNext();
    return run;
  }

  /** A run that is over stays as it is. */
  cancel(run: Run): void {
    this.#end(run, 'cancelled', new BacktestCancelled('the backtest was cancelled'));
  }

  /** Ends what runs; those who wait for it are told. */
  async close(): Promise<void> {
    this.#closed = true;
    const worker = this.#current?.worker;
    for (const run of this.#runs.values()) {
      this.#end(run, 'failed', new BacktestUnavailable('the service is closing'));
    }
    if (worker !== undefined) await ended(worker);
  }

  #end(run: Run, state: 'cancelled' | 'failed', why: Error): void {
    if (run.isOver) return;
    run.fail(state, why);
    const waiting = this.#queue.indexOf(run);
    if (waiting >= 0) this.#queue.splice(waiting, 1);
    if (this.#current?.run === run) {
      this.#current.worker.postMessage({ say: 'cancel' } satisfies ToBacktestThread);
    }
  }

  #startNext(): void {
    if (this.#current !== undefined || this.#closed) return;
    const run = this.#queue.shift();
    if (run === undefined) return;
    run.state = 'running';
    const { engine, historyFile, workerUrl, readerUrl } = this.#options;
    const { request, reversed } = run;
    const busy = new BusyShare();
    const workerData: BacktestThreadData = {
      engine,
      historyFile,
      request,
      reversed,
      readerUrl: readerUrl.href,
      busyShare: busy.shared,
    };
    const worker = new Worker(workerUrl, {
      workerData,
      execArgv: ['--no-warnings'],
      name: 'backtest',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    this.#current = { run, worker };
    let reason = 'it ended';
    worker.on('message', (message: FromBacktestThread) => {
      if (run.isOver) return;
      if (message.said === 'progress') run.progress = message.progress;
      else if (message.said === 'done') run.finish(message);
      else run.fail('failed', revived(message));
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => {
      busy.stop();
      if (!run.isOver)
        run.fail('failed', new BacktestUnavailable(`the thread of the backtest died: ${reason}`));
      this.#current = undefined;
      this.#startNext();
    });
  }

  #forgetOldest(): void {
    let over = 0;
    for (const run of this.#runs.values()) if (run.isOver) over++;
    for (const [name, run] of this.#runs) {
      if (over <= REMEMBERED) return;
      if (!run.isOver) continue;
      this.#runs.delete(name);
      over--;
    }
  }
}

function nameOf({ book, version, document, position, from, to, fiscalCalendar }: BacktestRequest): string {
  return JSON.stringify([book, version, document, position, from, to, fiscalCalendar]);
}

function revived({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === 'EngineUnavailable') return new EngineUnavailable(message, { nothingWritten: true });
  const error = new Error(message);
  error.name = name;
  return error;
}

async function ended(worker: Worker): Promise<void> {
  const exit = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const timer = setTimeout(() => void worker.terminate(), END_WITHIN_MS);
  await exit;
  clearTimeout(timer);
}
