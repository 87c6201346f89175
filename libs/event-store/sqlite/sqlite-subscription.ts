/**
 * Follows the ledger's file: asks cheaply whether anybody has committed, and reads when somebody has. No commit
 * can be missed: the change counter is taken before the page it stands for.
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { StoredEvent, SubscribeOptions, Subscription } from '../event-store.ts';
import { mayPass } from './sqlite-faults.ts';
import type { PageOfAll, SqliteLedgerFile } from './sqlite-ledger-file.ts';

/** How often another process's commits are looked for, and how often when nothing has come for a while. */
const LIVELY_MS = 10;
const QUIET_MS = 50;
const QUIET_AFTER_MS = 2_000;
/** A reading fault that may pass is met with patience for so long. */
const PATIENCE_MS = 30_000;

export type Handler = (events: readonly StoredEvent[]) => Promise<void> | void;

export class SqliteSubscription implements Subscription {
  readonly ended: Promise<void>;
  readonly #file: SqliteLedgerFile;
  readonly #prefix: string;
  readonly #maxBatch: number;
  readonly #handler: Handler;
  #position: bigint;
  #closed = false;
  #nudged = false;
  #wake: AbortController | undefined;

  constructor(file: SqliteLedgerFile, options: SubscribeOptions, maxBatch: number, handler: Handler) {
    this.#file = file;
    this.#position = options.after ?? 0n;
    this.#prefix = options.streamPrefix ?? '';
    this.#maxBatch = maxBatch;
    this.#handler = handler;
    this.ended = this.#follow();
  }

  /** Something may have been appended: look now. */
  nudge(): void {
    this.#nudged = true;
    this.#wake?.abort();
  }

  /** Resolves when the handler is done with what it has. Not to be awaited inside the handler. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake?.abort();
    // Who watches `ended` learns of a rejection there.
    await this.ended.catch(() => undefined);
  }

  async #follow(): Promise<void> {
    // The caller gets its subscription before the first event.
    await nextTurn();
    let lastEventAt = performance.now();
    while (!this.#closed) {
      this.#nudged = false;
      const { counter, page } = await this.#look();
      if (page === undefined) return;
      if (page.events.length > 0) {
        await this.#handler(page.events);
        lastEventAt = performance.now();
      }
      this.#position = page.scannedTo;
      if (page.caughtUp) await this.#untilChanged(counter, lastEventAt);
      // Other work of this thread gets its turn between pages.
      else await nextTurn();
    }
  }

  async #look(): Promise<{ counter: bigint; page: PageOfAll | undefined }> {
    const deadline = performance.now() + PATIENCE_MS;
    for (let pauseMs = 20; !this.#closed; pauseMs = Math.min(pauseMs * 2, 1_000)) {
      try {
        const counter = this.#file.changeCounter();
        return { counter, page: this.#file.pageOfAll(this.#position, this.#prefix, this.#maxBatch) };
      } catch (error) {
        if (!maySurvive(error) || performance.now() > deadline) throw error;
        await this.#pause(pauseMs);
      }
    }
    return { counter: 0n, page: undefined };
  }

  async #untilChanged(counter: bigint, lastEventAt: number): Promise<void> {
    while (!this.#closed && !this.#nudged) {
      const quiet = performance.now() - lastEventAt > QUIET_AFTER_MS;
      await this.#pause(quiet ? QUIET_MS : LIVELY_MS);
      try {
        if (this.#file.changeCounter() !== counter) return;
      } catch (error) {
        if (!maySurvive(error)) throw error;
      }
    }
  }

  async #pause(ms: number): Promise<void> {
    if (this.#closed || this.#nudged) return;
    this.#wake = new AbortController();
    try {
      await sleep(ms, undefined, { signal: this.#wake.signal });
    } catch {
      // Woken.
    } finally {
      this.#wake = undefined;
    }
  }
}

/** The reader wraps SQLite's error as the cause. */
function maySurvive(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return mayPass(cause);
}
