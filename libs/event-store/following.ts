/**
 * What other processes append, as it comes: one subscription for all streams of a prefix, kept only while somebody
 * wants it. A process that has the ledger to itself has none.
 */
import type { EventStore, StoredEvent, Subscription } from './event-store.ts';

/** Wanted for the last time so long ago, it ends. */
const KEEP_MS = 10_000;

export interface Followers {
  /** Every event of the prefix after the position, up to the last of these, once and in order. Must not throw. */
  told(events: readonly StoredEvent[], after: bigint): void;
  /** Nothing more comes, until it is wanted again. */
  ended(): void;
}

export class Following {
  readonly #eventStore: EventStore;
  readonly #streamPrefix: string;
  readonly #followers: Followers;
  readonly #keepMs: number;
  #subscription: Subscription | undefined;
  #ending: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(eventStore: EventStore, streamPrefix: string, followers: Followers, keepMs = KEEP_MS) {
    this.#eventStore = eventStore;
    this.#streamPrefix = streamPrefix;
    this.#followers = followers;
    this.#keepMs = keepMs;
  }

  /** For a while from now. @param after a global position; where it goes on from if nobody wants it yet */
  want(after: bigint): void {
    if (this.#closed) return;
    clearTimeout(this.#ending);
    this.#ending = setTimeout(() => void this.#end(), this.#keepMs).unref();
    if (this.#subscription !== undefined) return;
    let last = after;
    const subscription = this.#eventStore.subscribe({ after, streamPrefix: this.#streamPrefix }, (events) => {
      this.#followers.told(events, last);
      last = events.at(-1)!.global;
    });
    this.#subscription = subscription;
    const forget = (): void => {
      if (this.#subscription === subscription) this.#subscription = undefined;
      if (this.#subscription === undefined) this.#followers.ended();
    };
    // What it does not bring is read: an end needs no more than to be begun anew when next wanted.
    subscription.ended.then(forget, forget);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#end();
  }

  async #end(): Promise<void> {
    clearTimeout(this.#ending);
    const subscription = this.#subscription;
    this.#subscription = undefined;
    await subscription?.close();
  }
}
