/** One life of a worker thread of the views, with calls that are answered or rejected, never lost. */
import { Worker } from 'node:worker_threads';
import { ViewsUnavailable } from './status.ts';
import type { Call, FromThread, ThreadData, Tidings, ToThread } from './thread-messages.ts';

/**
 * Young memory of those that are always there; V8 would let each grow to 190 MB and keep it. What they hold for longer than a
 * batch or an answer is little. Reports have no bound: their thread ends when none are asked for.
 */
const YOUNG_GENERATION_MB = { follow: 48, read: 12, report: undefined } as const;

export class Thread {
  readonly #worker: Worker;
  readonly #name: string;
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #gone = Promise.withResolvers<string>();
  readonly #begun = Promise.withResolvers<void>();
  #nextId = 1;
  #state: 'starting' | 'ready' | 'gone' = 'starting';
  #endedOnPurpose = false;

  constructor(url: URL, data: ThreadData, said: (message: FromThread) => void) {
    this.#name = `the views' ${data.role} thread`;
    const youngMb = YOUNG_GENERATION_MB[data.role];
    this.#worker = new Worker(url, {
      workerData: data,
      name: `views-${data.role}`,
      ...(youngMb && { resourceLimits: { maxYoungGenerationSizeMb: youngMb } }),
    });
    let reason = 'it ended';
    this.#worker.on('message', (message: FromThread) => {
      if (message.said === 'ready') {
        this.#state = 'ready';
        this.#begun.resolve();
      } else if (message.said === 'answer') this.#take(message.id)?.resolve(message.value);
      else if (message.said === 'error') this.#take(message.id)?.reject(revived(message));
      else said(message);
    });
    this.#worker.on('error', (error) => {
      reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    this.#worker.on('exit', () => {
      this.#state = 'gone';
      const died = new ViewsUnavailable(`${this.#name} died: ${reason}`);
      for (const { reject } of this.#pending.values()) reject(died);
      this.#pending.clear();
      this.#begun.reject(died);
      this.#gone.resolve(reason);
    });
    this.#begun.promise.catch(() => {});
  }

  /** Resolves when it takes calls. Rejects with ViewsUnavailable when it ends before. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  /** Resolves when it is no more, with what ended it. */
  get gone(): Promise<string> {
    return this.#gone.promise;
  }

  get isGone(): boolean {
    return this.#state === 'gone';
  }

  /** It was `end` that ended it. */
  get endedOnPurpose(): boolean {
    return this.#endedOnPurpose;
  }

  /** @throws ViewsUnavailable while it does not take calls, or when it ends before it has answered. */
  call(call: Call): Promise<unknown> {
    if (this.#state !== 'ready')
      return Promise.reject(new ViewsUnavailable(`${this.#name} is starting again`));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker.postMessage({ ...call, id } satisfies ToThread);
    });
  }

  /** Not answered, and lost while it does not take calls. */
  tell(tidings: Tidings): void {
    if (this.#state === 'ready') this.#worker.postMessage(tidings);
  }

  /** Ends it wherever it is, but that SQLite comes to its next row first. Resolves when it is no more. */
  async end(): Promise<void> {
    this.#endedOnPurpose = true;
    await this.#worker.terminate();
    await this.gone;
  }

  #take(id: number) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }
}

function revived({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === 'ViewsUnavailable') return new ViewsUnavailable(message);
  const error = name === 'RangeError' ? new RangeError(message) : new Error(message);
  error.name = name;
  return error;
}
