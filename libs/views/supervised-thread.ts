/** A worker thread that is started again when it dies, with calls that are answered or rejected, never lost. */
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { ViewsUnavailable } from './status.ts';
import type { Call, FromThread, ThreadData, Tidings, ToThread } from './thread-messages.ts';

const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 10_000;

export interface ThreadEvents {
  said(message: FromThread): void;
  /** It died, and why; it will be started again. */
  died(reason: string): void;
  /** It is there again. */
  restarted?(): void;
}

export class SupervisedThread {
  readonly #url: URL;
  readonly #data: ThreadData;
  readonly #events: ThreadEvents;
  readonly #pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #worker: Worker | undefined;
  #nextId = 1;
  #closing = false;
  #restartMs = FIRST_RESTART_MS;
  #restarting: Promise<void> | undefined;

  constructor(url: URL, data: ThreadData, events: ThreadEvents) {
    this.#url = url;
    this.#data = data;
    this.#events = events;
  }

  /** Resolves when the thread is ready. @throws when it dies before. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(this.#url, { workerData: this.#data, name: `views-${this.#data.role}` });
      let ready = false;
      let reason = 'it ended';
      worker.on('message', (message: FromThread) => {
        if (message.said === 'ready') {
          ready = true;
          this.#worker = worker;
          this.#restartMs = FIRST_RESTART_MS;
          resolve();
        } else if (message.said === 'answer') this.#take(message.id)?.resolve(message.value);
        else if (message.said === 'error') this.#take(message.id)?.reject(revived(message));
        else this.#events.said(message);
      });
      worker.on('error', (error) => {
        reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
      });
      worker.on('exit', () => {
        this.#worker = undefined;
        const died = new ViewsUnavailable(`the views' ${this.#data.role} thread died: ${reason}`);
        for (const { reject } of this.#pending.values()) reject(died);
        this.#pending.clear();
        if (!ready) reject(died);
        else if (!this.#closing) {
          this.#events.died(reason);
          this.#restarting = this.#restart();
        }
      });
    });
  }

  /** @throws ViewsUnavailable while the thread is down, or when it dies before it has answered. */
  call(call: Call): Promise<unknown> {
    const worker = this.#worker;
    if (worker === undefined)
      return Promise.reject(new ViewsUnavailable(`the views' ${this.#data.role} thread is starting again`));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      worker.postMessage({ ...call, id } satisfies ToThread);
    });
  }

  /** Not answered, and lost while the thread is down. */
  tell(tidings: Tidings): void {
    this.#worker?.postMessage(tidings);
  }

  /** Ends the thread, to be started again. */
  async recycle(): Promise<void> {
    await this.#worker?.terminate();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#restarting;
    const worker = this.#worker;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    await this.call({ call: 'close' }).catch(() => worker.terminate());
    await ended;
  }

  async #restart(): Promise<void> {
    while (!this.#closing) {
      await pause(this.#restartMs, undefined, { ref: false });
      if (this.#closing) return;
      this.#restartMs = Math.min(this.#restartMs * 2, LONGEST_RESTART_MS);
      try {
        await this.start();
        this.#events.restarted?.();
        return;
      } catch (error) {
        this.#events.died((error as Error).message);
      }
    }
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
