/** Brings a book's state up to what other processes have appended: as it was told, and where it was not, by reading. */
import type { BookEvent } from '../domain/book/events.ts';
import type { BookState } from '../domain/book/state.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { fold, foldAll } from './fold.ts';
import type { KeyIndex } from './key-index.ts';
import type { OtherWriters } from './other-writers.ts';
import { indexFact } from './recorded-facts.ts';
import { streamOf } from './stream-of.ts';

export interface CatchingUpOptions {
  readonly eventStore: EventStore;
  readonly keys: KeyIndex;
  /** Told when something of another process was taken in, with the global position of the last of it. */
  readonly onOthers?: (global: bigint) => void;
}

export class CatchingUp {
  readonly #state: BookState;
  readonly #options: CatchingUpOptions;
  readonly #others: OtherWriters;

  constructor(state: BookState, options: CatchingUpOptions, others: OtherWriters) {
    this.#state = state;
    this.#options = options;
    this.#others = others;
  }

  /** Up to where the stream was seen to stand. */
  async to(head: number): Promise<void> {
    this.toTold();
    await this.#others.toldTo(head, this.#state.revision);
    this.toTold();
    if (head > this.#state.revision) await this.#read({ to: head });
  }

  /** As far as is likely to be enough for an append, where others write: looking first costs less than losing first. */
  async beforeAppend(): Promise<void> {
    if (this.#others.areSeen(this.#state.revision)) await this.to(this.#others.appendEnds);
    // One call to the engine if there is anything.
    else await this.#read({ firstOnly: true });
  }

  toTold(): void {
    const events = this.#others.take(this.#state.revision);
    this.#took(foldAll(events, this.#state, (event, stored) => this.#takeIn(event, stored)));
  }

  async #read(options: { readonly to?: number; readonly firstOnly?: boolean }): Promise<void> {
    const each = (event: BookEvent, stored: StoredEvent): void => this.#takeIn(event, stored);
    const { eventStore } = this.#options;
    this.#took(await fold(eventStore, streamOf(this.#state.id), this.#state, { ...options, each }));
  }

  #takeIn(event: BookEvent, stored: StoredEvent): void {
    const { keys } = this.#options;
    const { id, revision } = stored;
    const book = this.#state.id;
    indexFact(keys, book, event, revision);
    keys.reached(book, { revision, eventId: id });
    this.#others.took(stored);
  }

  #took(last: StoredEvent | undefined): void {
    if (last !== undefined) this.#options.onOthers?.(last.global);
  }
}
