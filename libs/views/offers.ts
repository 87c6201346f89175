/**
 * The engine as the views follow it, where this process follows the ledger already for another reason: what it gets is
 * offered to the views, and they need no subscription of their own, which costs the engine and this machine as much
 * again. Offers are no more than a shorter way. Where they leave a gap, or end, the views ask the engine themselves.
 */
import type {
  AppendResult,
  EventStore,
  EventToAppend,
  StoredEvent,
  SubscribeOptions,
  Subscription,
} from '../event-store/event-store.ts';

/** Events held for a view that is behind; beyond it catches up by itself. */
const MOST_HELD = 8_192;
const DEFAULT_BATCH = 512;

/** All events of the prefix that come after a global position, up to the last of them. */
export interface Offer {
  readonly after: bigint;
  readonly events: readonly StoredEvent[];
}

type Handler = (events: readonly StoredEvent[]) => Promise<void> | void;

export class OfferedStore implements EventStore {
  readonly #inner: EventStore & { nudge?(): void };
  readonly #prefix: string;
  readonly #following = new Set<OfferedSubscription>();
  /** Every stream there is or that an event has been seen of; undefined until the engine has told them once. */
  #streams: Set<string> | undefined;

  /** @param prefix of the streams that are offered */
  constructor(inner: EventStore & { nudge?(): void }, prefix: string) {
    this.#inner = inner;
    this.#prefix = prefix;
  }

  offer(offer: Offer): void {
    for (const following of this.#following) following.offer(offer);
  }

  /** Until the next offer nothing is offered. */
  offersEnd(): void {
    for (const following of this.#following) following.offersEnd();
  }

  subscribe(options: SubscribeOptions, handler: Handler): Subscription {
    if (options.streamPrefix !== this.#prefix) return this.#inner.subscribe(options, handler);
    const following = new OfferedSubscription(this.#inner, options, async (events) => {
      await handler(events);
      for (const { stream } of events) this.#streams?.add(stream);
    });
    this.#following.add(following);
    const forget = (): boolean => this.#following.delete(following);
    following.ended.then(forget, forget);
    return following;
  }

  /** While the views are offered what comes, the engine need not be asked for streams that are in it. */
  async streams(prefix: string): Promise<readonly string[]> {
    if (prefix !== this.#prefix) return await this.#inner.streams(prefix);
    const offered = [...this.#following].some(({ isOffered }) => isOffered);
    if (this.#streams !== undefined && offered) return [...this.#streams];
    const streams = await this.#inner.streams(prefix);
    this.#streams = new Set(streams);
    return streams;
  }

  append(stream: string, events: readonly EventToAppend[], expectedRevision: number): Promise<AppendResult> {
    return this.#inner.append(stream, events, expectedRevision);
  }
  read(
    stream: string,
    from: number,
    options?: { readonly to?: number; readonly maxBatch?: number },
  ): AsyncIterable<readonly StoredEvent[]> {
    return this.#inner.read(stream, from, options);
  }
  head(stream: string): Promise<number> {
    return this.#inner.head(stream);
  }
  delete(stream: string): Promise<void> {
    return this.#inner.delete(stream);
  }
  check(): Promise<void> {
    return this.#inner.check();
  }
  close(): Promise<void> {
    return this.#inner.close();
  }
  nudge(): void {
    this.#inner.nudge?.();
  }
}

/** Follows by a subscription of its own until an offer joins on, and again from where offers do not. */
class OfferedSubscription implements Subscription {
  readonly ended: Promise<void>;
  readonly #store: EventStore;
  readonly #options: SubscribeOptions;
  readonly #handler: Handler;
  /** Of the last event that was handled. */
  #position: bigint;
  #offers: Offer[] = [];
  #held = 0;
  #live = false;
  #isOffered = false;
  #closed = false;
  #wake: () => void = () => undefined;

  constructor(store: EventStore, options: SubscribeOptions, handler: Handler) {
    this.#store = store;
    this.#options = options;
    this.#handler = handler;
    this.#position = options.after ?? -1n;
    this.ended = this.#follow();
  }

  /** Whether it lives on offers now. */
  get isOffered(): boolean {
    return this.#isOffered;
  }

  offer(offer: Offer): void {
    if (offer.events.length === 0) return;
    this.#live = true;
    this.#offers.push(offer);
    this.#held += offer.events.length;
    while (this.#held > MOST_HELD) this.#drop();
    this.#wake();
  }

  offersEnd(): void {
    this.#live = false;
    this.#wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await this.ended.catch(() => undefined);
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      if (!(await this.#followAlone())) return;
      this.#isOffered = true;
      try {
        await this.#followOffers();
      } finally {
        this.#isOffered = false;
      }
    }
  }

  /** @returns false when the subscription has ended by itself: there is nothing more to follow */
  async #followAlone(): Promise<boolean> {
    let over = false;
    const own = this.#store.subscribe(
      { ...this.#options, ...(this.#position < 0n ? {} : { after: this.#position }) },
      (events) => this.#hand(events),
    );
    const ended = own.ended.finally(() => {
      over = true;
      this.#wake();
    });
    ended.catch(() => undefined);
    while (!over && !this.#closed && !this.#joins()) await this.#woken();
    const byItself = over;
    await own.close();
    await ended;
    return !byItself;
  }

  async #followOffers(): Promise<void> {
    while (!this.#closed) {
      const events = this.#take();
      if (events.length > 0) await this.#hand(events);
      else if (this.#offers.length > 0 || !this.#live) return;
      else await this.#woken();
    }
  }

  async #hand(events: readonly StoredEvent[]): Promise<void> {
    await this.#handler(events);
    this.#position = events.at(-1)!.global;
    if (this.#offers.length > 0) this.#wake();
  }

  /** Whether what is offered now or next follows what has been handled: offers follow one another without a gap. */
  #joins(): boolean {
    let old = false;
    while (this.#offers[0] !== undefined && this.#offers[0].events.at(-1)!.global <= this.#position) {
      this.#drop();
      old = true;
    }
    const next = this.#offers[0];
    return this.#live && (next === undefined ? old : next.after <= this.#position);
  }

  /** What has been offered and follows without a gap, at most a batch. */
  #take(): readonly StoredEvent[] {
    const most = this.#options.maxBatch ?? DEFAULT_BATCH;
    const batch: StoredEvent[] = [];
    let position = this.#position;
    while (this.#offers[0] !== undefined && this.#offers[0].after <= position && batch.length < most) {
      const { events } = this.#drop();
      const news = events.filter(({ global }) => global > position);
      const taken = news.slice(0, most - batch.length);
      batch.push(...taken);
      position = batch.at(-1)?.global ?? position;
      if (taken.length < news.length) this.#putBack({ after: position, events: news.slice(taken.length) });
    }
    return batch;
  }

  #drop(): Offer {
    const offer = this.#offers.shift()!;
    this.#held -= offer.events.length;
    return offer;
  }

  #putBack(offer: Offer): void {
    this.#offers.unshift(offer);
    this.#held += offer.events.length;
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
