/**
 * Questions that sweep a book, in a thread of their own, so that no other question waits for them. One is answered at a
 * time, the others queue; the thread is started with the first and ended when there have been none for a while.
 */
import { TooManyReports, ViewsUnavailable } from './status.ts';
import { Thread } from './thread.ts';
import type { Call, FromThread, ThreadData } from './thread-messages.ts';

/** A report takes up to some ten seconds. */
export const MOST_WAITING = 32;
/** What a sweep has taken up of memory is given back then. */
const IDLE_MS = 300_000;

export type Ask = (call: Call & { readonly call: 'ask' }) => Promise<unknown>;

export interface ReportsOptions {
  readonly url: URL;
  readonly data: ThreadData;
  said(message: FromThread): void;
  /** The thread died, and why; the next report starts another. */
  died(reason: string): void;
  /** Absent: five minutes. */
  readonly idleMs?: number;
}

export interface Report<Answer> {
  /** Names the question: equal names ask for the same. */
  readonly name: string;
  /** How far the views are, as far as the asker may know: an answer that was begun before is not for them. */
  reflects(): string;
  /** Asks the thread what it takes to answer; nothing else. */
  answer(ask: Ask): Promise<Answer>;
}

interface Queued {
  readonly report: Report<unknown>;
  readonly settled: PromiseWithResolvers<unknown>;
  /** Undefined while it waits. */
  reflected?: string;
}

export class Reports {
  readonly #options: ReportsOptions;
  readonly #waiting: Queued[] = [];
  #running: Queued | undefined;
  #thread: Thread | undefined;
  #idle: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: ReportsOptions) {
    this.#options = options;
  }

  /** How many wait for the one that is being made. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws TooManyReports, ViewsUnavailable, or what the thread answers. */
  ask<Answer>(report: Report<Answer>): Promise<Answer> {
    if (this.#closed) return Promise.reject(closing());
    let queued = this.#alike(report);
    if (queued === undefined) {
      if (this.#waiting.length >= MOST_WAITING)
        return Promise.reject(new TooManyReports(`${MOST_WAITING} reports wait already`));
      queued = { report, settled: Promise.withResolvers() };
      this.#waiting.push(queued);
      if (this.#running === undefined) void this.#answerAll();
    }
    return queued.settled.promise as Promise<Answer>;
  }

  /** Ends the thread, which the next report starts again: it may have an old file open. */
  async recycle(): Promise<void> {
    await this.#thread?.end();
  }

  /** Whoever waits is told; what is under way is given up. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#idle);
    this.#running?.settled.reject(closing());
    for (const { settled } of this.#waiting.splice(0)) settled.reject(closing());
    await this.#thread?.end();
  }

  /** The same question that waits, or is being answered as of nothing earlier than is known by now. */
  #alike({ name, reflects }: Report<unknown>): Queued | undefined {
    const running = this.#running;
    if (running?.report.name === name && running.reflected === reflects()) return running;
    return this.#waiting.find(({ report }) => report.name === name);
  }

  async #answerAll(): Promise<void> {
    clearTimeout(this.#idle);
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { report, settled } = next;
      this.#running = next;
      next.reflected = report.reflects();
      try {
        const thread = await this.#started();
        settled.resolve(await report.answer((call) => thread.call(call)));
      } catch (error) {
        settled.reject(error);
      }
      this.#running = undefined;
    }
    if (this.#closed) return;
    this.#idle = setTimeout(() => void this.recycle(), this.#options.idleMs ?? IDLE_MS).unref();
  }

  async #started(): Promise<Thread> {
    // One that is being ended answers nothing any more.
    if (this.#thread?.endedOnPurpose) await this.#thread.gone;
    if (this.#closed) throw closing();
    if (this.#thread === undefined || this.#thread.isGone) {
      const { url, data, said, died } = this.#options;
      const thread = new Thread(url, data, said);
      this.#thread = thread;
      void thread.gone.then((reason) => {
        if (!thread.endedOnPurpose) died(reason);
      });
    }
    const thread = this.#thread;
    await thread.begun;
    return thread;
  }
}

function closing(): ViewsUnavailable {
  return new ViewsUnavailable('the views are closing');
}
