/** A thread that is always there: started again when it ends. */
import { setTimeout as pause } from 'node:timers/promises';
import { ViewsUnavailable } from './status.ts';
import { Thread } from './thread.ts';
import type { Call, FromThread, ThreadData, Tidings } from './thread-messages.ts';

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
  #thread: Thread | undefined;
  #closing = false;
  #restartMs = FIRST_RESTART_MS;
  #restarting: Promise<void> | undefined;

  constructor(url: URL, data: ThreadData, events: ThreadEvents) {
    this.#url = url;
    this.#data = data;
    this.#events = events;
  }

  /** Resolves when the thread is ready. @throws when it dies before. */
  async start(): Promise<void> {
    const thread = new Thread(this.#url, this.#data, (message) => this.#events.said(message));
    this.#thread = thread;
    try {
      await thread.begun;
    } catch (error) {
      // What it opened while it started may have been the old file.
      if (thread.endedOnPurpose && !this.#closing) return this.start();
      throw error;
    }
    this.#restartMs = FIRST_RESTART_MS;
    void thread.gone.then((reason) => {
      if (this.#closing) return;
      this.#events.died(reason);
      this.#restarting = this.#restart();
    });
  }

  /** @throws ViewsUnavailable while the thread is down, or when it dies before it has answered. */
  call(call: Call): Promise<unknown> {
    return (
      this.#thread?.call(call) ??
      Promise.reject(new ViewsUnavailable(`the views' ${this.#data.role} thread is not there yet`))
    );
  }

  /** Not answered, and lost while the thread is down. */
  tell(tidings: Tidings): void {
    this.#thread?.tell(tidings);
  }

  /** Ends the thread, to be started again. */
  async recycle(): Promise<void> {
    await this.#thread?.end();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#restarting;
    const thread = this.#thread;
    if (thread === undefined) return;
    await thread.call({ call: 'close' }).catch(() => thread.end());
    await thread.gone;
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
}
