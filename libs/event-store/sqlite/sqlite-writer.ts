/**
 * The writing thread as seen from the calling one: passes calls over in order, and answers them. A thread that
 * dies takes its calls with it, their fate unknown; the next call starts another.
 */
import { Worker } from 'node:worker_threads';
import type { AppendResult } from '../event-store.ts';
import { EngineUnavailable } from '../event-store.ts';
import type { Reply, Request } from './sqlite.worker.ts';
import { LedgerFileRefused } from './sqlite-faults.ts';

const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite.worker.ts' : './sqlite.worker.js',
  import.meta.url,
);

/** A request without its number. */
type Call = Request extends infer R ? (R extends readonly [number, ...infer Rest] ? Rest : never) : never;

interface Pending {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export class SqliteWriter {
  readonly #file: string;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #lastSeq = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** Opens the file, making it if need be. @throws LedgerFileRefused, EngineUnavailable */
  async open(): Promise<void> {
    await this.#call('open');
  }

  async append(stream: string, expectedRevision: number, texts: readonly string[]): Promise<AppendResult> {
    const reply = await this.#call('append', stream, expectedRevision, texts);
    switch (reply[1]) {
      case 'appended':
        return { ok: true, revision: reply[2], alreadyThere: false };
      case 'alreadyThere':
        return { ok: true, revision: reply[2], alreadyThere: true };
      case 'conflict':
        return { ok: false, actual: reply[2] };
      default:
        throw new Error(`The writing thread answered "${reply[1]}" to an append.`);
    }
  }

  async delete(stream: string): Promise<void> {
    await this.#call('delete', stream);
  }

  async check(): Promise<void> {
    await this.#call('check');
  }

  /** Resolves when everything asked before is done and the thread has ended. */
  async close(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    // A thread that dies while closing has let go of the file as well.
    await this.#call('close').catch(() => undefined);
    await ended;
  }

  #call(...call: Call): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#worker ??= this.#start();
      const seq = ++this.#lastSeq;
      this.#pending.set(seq, { resolve, reject });
      this.#worker.postMessage([seq, ...call]);
    });
  }

  #start(): Worker {
    const worker = new Worker(WORKER, { workerData: { file: this.#file }, name: 'event-store' });
    let cause: unknown;
    worker.on('message', (reply: Reply) => this.#answer(reply));
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      const lost = [...this.#pending.values()];
      this.#pending.clear();
      for (const { reject } of lost) {
        reject(
          new EngineUnavailable(
            `The thread that writes ${this.#file} has ended${cause ? ` (${String(cause)})` : ''}: what it had in hand may or may not be written. Try again.`,
            { nothingWritten: false, cause },
          ),
        );
      }
    });
    return worker;
  }

  #answer(reply: Reply): void {
    const pending = this.#pending.get(reply[0]);
    this.#pending.delete(reply[0]);
    switch (reply[1]) {
      case 'refused':
        pending?.reject(new LedgerFileRefused(reply[2]));
        break;
      case 'unavailable':
        pending?.reject(new EngineUnavailable(reply[2], { nothingWritten: reply[3] }));
        break;
      default:
        pending?.resolve(reply);
    }
  }
}
