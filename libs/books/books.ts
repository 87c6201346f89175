/** The books of this process: opens them, keeps one writer for each, and closes them without losing a thing. */

import type { Actor } from '../domain/access/access.ts';
import type { AskedAct } from '../domain/act/act.ts';
import type { Command } from '../domain/book/commands.ts';
import type { BacktestRequested } from '../domain/book/events.ts';
import { type BookState, initialState, type Shadow } from '../domain/book/state.ts';
import { type EventStore, NO_STREAM, type StoredEvent } from '../event-store/event-store.ts';
import type { Answer, Evaluation, FoundAct } from './answers.ts';
import { BookWriter } from './book-writer.ts';
import type { CacheClient } from './cache-client.ts';
import type { Mark } from './cache-file.ts';
import { Deadlines } from './deadlines.ts';

import { FallingDue } from './falling-due.ts';

import { findBacktest } from './find-backtest.ts';

import { fold } from './fold.ts';
import { KeyIndex } from './key-index.ts';
import { indexFact } from './recorded-facts.ts';
import type { By } from './rounds.ts';
import { BOOK_STREAM_PREFIX, bookOf, streamOf } from './stream-of.ts';

/** Events between snapshots: a start folds at most about so many, which takes well under a second. */
const EVENTS_PER_SNAPSHOT = 100_000;
/**
 * How often an idle book looks for what other processes wrote, so that its next request has little to fold, and for
 * what has fallen due.
 */
const FOLLOW_MS = 500;
/** Events that are worth a snapshot at the end. */
const EVENTS_WORTH_KEEPING = 5_000;
/** Every command and question is answered within this time, if only by saying that it could not be. */
const ANSWER_MS = 9_000;
/** How long a read waits to hear whether there is something newer, before it is answered as of what is known. */
const READ_PATIENCE_MS = 1_000;
/** Between tries to open the books. */
const MOST_PAUSE_MS = 1_000;
/** For the last snapshots, which only make the next start faster. */
const LAST_SNAPSHOTS_MS = 4_000;

export interface BooksOptions {
  readonly eventStore: EventStore;
  readonly cache: CacheClient;
  readonly clock: { now(): number };
  /** Told after every round that was made durable. */
  readonly onAppended?: (book: string, revision: number, events: number, tookMs: number) => void;
  /** Told when another process was faster. */
  readonly onConflict?: (book: string) => void;
  /**
   * Told when another process writes to a book, and again and again while it does: what comes after that global
   * position may be `told`, which saves asking for it.
   */
  readonly onOthers?: (after: bigint) => void;
  /** Told once, when every book that the engine holds has been opened: much has been read and thrown away by then. */
  readonly onOpened?: () => void;
}

export interface BooksStatus {
  /** False until every book that the engine holds has been folded to its head. */
  readonly caughtUp: boolean;
  /** Why not. */
  readonly reason?: string;
  readonly books: readonly { readonly book: string; readonly position: number }[];
}

export class Books {
  readonly #options: BooksOptions;
  readonly #keys: KeyIndex;
  readonly #writers = new Map<string, Promise<BookWriter>>();
  readonly #open = new Map<string, BookWriter>();
  readonly #fallingDue = new Map<string, FallingDue>();
  readonly #snapshotAt = new Map<string, number>();
  #reason: string | undefined = 'the books are being opened';
  #snapshots: Promise<unknown> = Promise.resolve();
  #following: NodeJS.Timeout | undefined;
  #closed = false;
  readonly #deadlines = new Deadlines(ANSWER_MS);

  private constructor(options: BooksOptions) {
    this.#options = options;
    this.#keys = new KeyIndex(options.cache);
  }

  /** Returns at once; books are folded in the background, or when first asked for. See `status`. */
  static open(options: BooksOptions): Books {
    const books = new Books(options);
    void books.#openAll();
    books.#following = setInterval(() => books.#follow(), FOLLOW_MS).unref();
    return books;
  }

  /** @throws EngineUnavailable: whether it was recorded is unknown; the same key finds out */
  execute(book: string, command: Command, by: By): Promise<Answer> {
    return this.#deadlines.within(this.#execute(book, command, by), true);
  }

  async #execute(book: string, command: Command, by: By): Promise<Answer> {
    const writer =
      this.#open.get(book) ?? (await this.#writerOf(book, { create: command.type === 'DefineBook' }));
    return writer === undefined ? noSuchBook(book) : writer.execute(command, by);
  }

  /** Events of the books, as a subscription brings them: in order, our own among them, and some may be missing. */
  told(events: readonly StoredEvent[]): void {
    for (let from = 0; from < events.length; ) {
      const { stream } = events[from]!;
      let to = from + 1;
      while (events[to]?.stream === stream) to++;
      this.#open.get(bookOf(stream))?.told(events.slice(from, to));
      from = to;
    }
  }

  /** Each command stands alone; those that come together share an append. Answers in the commands' order. */
  async executeMany(
    book: string,
    commands: readonly { readonly command: Command; readonly key: string }[],
    by: { readonly actor: Actor },
  ): Promise<Answer[]> {
    return Promise.all(
      commands.map(({ command, key }) => this.execute(book, command, { key, actor: by.actor })),
    );
  }

  /** @throws EngineUnavailable: what the newest state would answer is not known */
  evaluate(book: string, asked: AskedAct, by: Actor): Promise<Evaluation> {
    return this.#deadlines.within(this.#evaluate(book, asked, by), false);
  }

  async #evaluate(book: string, asked: AskedAct, by: Actor): Promise<Evaluation> {
    const writer = await this.#writerOf(book);
    if (writer === undefined) return noSuchBook(book);
    return writer.evaluate({ type: 'DecideAct', asked }, by);
  }

  /** The act with this id, from the ledger itself. */
  act(book: string, id: string): Promise<FoundAct | undefined> {
    const found = async () => (await this.#writerOf(book))?.act(id);
    return this.#deadlines.within(found(), false);
  }

  /** The backtest that was asked for under this id, from the ledger itself. */
  backtest(book: string, id: string): Promise<BacktestRequested | undefined> {
    const found = async () => {
      const writer = await this.#writerOf(book);
      await writer?.catchUp();
      return writer && findBacktest(this.#options.eventStore, this.#keys, book, id);
    };
    return this.#deadlines.within(found(), false);
  }

  /**
   * Asks the book's state, caught up with every process that writes to it. While the engine does not answer, the
   * answer is that of the newest event known here: true as of its position. Undefined: no such book.
   * @throws EngineUnavailable when nothing is known of the book yet
   */
  read<T>(
    book: string,
    query: (state: BookState) => T,
  ): Promise<{ readonly value: T; readonly position: number } | undefined> {
    return this.#deadlines.within(this.#read(book, query), false);
  }

  async #read<T>(
    book: string,
    query: (state: BookState) => T,
  ): Promise<{ readonly value: T; readonly position: number } | undefined> {
    const writer = this.#open.get(book) ?? (await this.#writerOf(book));
    if (writer === undefined) return undefined;
    await writer.catchUpWithin(READ_PATIENCE_MS);
    if (writer.state.book === undefined) return undefined;
    return { value: query(writer.state), position: writer.state.revision };
  }

  /** The clock was set: resolves when what has fallen due by it is recorded, where it can be. */
  async fallDue(): Promise<void> {
    await Promise.all([...this.#open.values()].map((writer) => writer.fallDue()));
  }

  /** The shadows of every book that has any, as far as is known here. */
  shadows(): readonly { readonly book: string; readonly shadows: ReadonlyMap<number, Shadow> }[] {
    return [...this.#open].flatMap(([book, { state }]) =>
      state.shadows.size === 0 ? [] : [{ book, shadows: state.shadows }],
    );
  }

  status(): BooksStatus {
    const books = [...this.#open].map(([book, { state }]) => ({ book, position: state.revision }));
    return this.#reason === undefined
      ? { caughtUp: true, books }
      : { caughtUp: false, reason: this.#reason, books };
  }

  /** Answers what has been asked, keeps what makes the next start fast, and closes the cache. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#following);
    for (const falling of this.#fallingDue.values()) falling.close();
    for (const [book, writer] of this.#open) {
      await writer.settled();
      await this.#keys.flush(book);
      const since = writer.state.revision - (this.#snapshotAt.get(book) ?? -1);
      if (since >= EVENTS_WORTH_KEEPING) this.#makeSnapshot(book, writer.state.revision);
    }
    await Promise.race([this.#snapshots, sleep(LAST_SNAPSHOTS_MS)]);
    await this.#options.cache.close();
  }

  #follow(): void {
    // What cannot be followed now is caught up with when it is next asked for, and says so then.
    for (const writer of this.#open.values()) void writer.catchUp().catch(() => {});
    for (const falling of this.#fallingDue.values()) falling.look();
  }

  async #openAll(): Promise<void> {
    for (let waitMs = 100; !this.#closed; waitMs = Math.min(waitMs * 2, MOST_PAUSE_MS)) {
      try {
        const streams = await this.#options.eventStore.streams(BOOK_STREAM_PREFIX);
        await this.#keys.fill();
        for (const stream of streams) await this.#writerOf(bookOf(stream));
        this.#options.onOpened?.();
        this.#reason = undefined;
        return;
      } catch (error) {
        if (this.#closed) return;
        this.#reason = `the books cannot be opened: ${error instanceof Error ? error.message : error}`;
        await sleep(waitMs);
      }
    }
  }

  async #writerOf(book: string, options: { create?: boolean } = {}): Promise<BookWriter | undefined> {
    const known = this.#writers.get(book);
    if (known !== undefined) return known;
    if (options.create !== true) {
      if ((await this.#options.eventStore.head(streamOf(book))) === NO_STREAM) return undefined;
    }
    let opening = this.#writers.get(book);
    if (opening === undefined) {
      opening = this.#openBook(book);
      this.#writers.set(book, opening);
      opening.catch(() => this.#writers.delete(book));
    }
    return opening;
  }

  /** From its snapshot and its stream; keys that the cache does not cover are indexed on the way. */
  async #openBook(book: string): Promise<BookWriter> {
    const { cache, eventStore, clock, onAppended, onConflict, onOthers } = this.#options;
    const stream = streamOf(book);
    const marks = await cache.marks(book);
    if (!(await this.#sameLedger(stream, marks.keys)) || !(await this.#sameLedger(stream, marks.snapshot))) {
      // The ledger was restored or replaced: what was kept of the other one must not answer for this one.
      await cache.forget(book);
      return this.#openBook(book);
    }
    const state = (marks.snapshot && cache.loadSnapshot(book)) ?? initialState(book);
    this.#snapshotAt.set(book, state.revision);
    const indexedTo = marks.keys?.revision ?? -1;
    if (indexedTo < state.revision) await this.#indexBetween(book, indexedTo + 1, state.revision);
    const writer = new BookWriter(state, {
      eventStore,
      keys: this.#keys,
      now: () => clock.now(),
      onAppended: (name, revision, events, tookMs) => {
        onAppended?.(name, revision, events, tookMs);
        this.#considerSnapshot(name, revision);
      },
      ...(onConflict === undefined ? {} : { onConflict }),
      ...(onOthers === undefined ? {} : { onOthers }),
    });
    await fold(eventStore, stream, state, {
      each: (event, stored) => {
        if (stored.revision > indexedTo) {
          indexFact(this.#keys, book, event, stored.revision);
          this.#keys.reached(book, { revision: stored.revision, eventId: stored.id });
        }
      },
    });
    this.#open.set(book, writer);
    // So that the next start need not fold all of it again, however quiet the book stays.
    this.#considerSnapshot(book, state.revision);
    const due = {
      nextDueAt: () => state.open.nextDueAt,
      now: () => clock.now(),
      fallDue: () => writer.fallDue(),
    };
    const falling = new FallingDue(due, FOLLOW_MS);
    this.#fallingDue.set(book, falling);
    if (!this.#closed) falling.look();
    return writer;
  }

  async #sameLedger(stream: string, mark: Mark | undefined): Promise<boolean> {
    if (mark === undefined) return true;
    for await (const [stored] of this.#options.eventStore.read(stream, mark.revision, {
      to: mark.revision,
    })) {
      if (stored !== undefined) return stored.id === mark.eventId;
    }
    return false;
  }

  async #indexBetween(book: string, from: number, to: number): Promise<void> {
    const { eventStore } = this.#options;
    const unfolded = initialState(book);
    unfolded.revision = from - 1;
    await fold(eventStore, streamOf(book), unfolded, {
      to,
      each: (event, stored) => {
        indexFact(this.#keys, book, event, stored.revision);
        this.#keys.reached(book, { revision: stored.revision, eventId: stored.id });
      },
    });
  }

  #considerSnapshot(book: string, revision: number): void {
    if (revision - (this.#snapshotAt.get(book) ?? -1) >= EVENTS_PER_SNAPSHOT)
      this.#makeSnapshot(book, revision);
  }

  #makeSnapshot(book: string, revision: number): void {
    this.#snapshotAt.set(book, revision);
    // A snapshot that fails costs time at the next start, nothing else.
    this.#snapshots = this.#snapshots.then(() => this.#options.cache.makeSnapshot(book)).catch(() => {});
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function noSuchBook(book: string): {
  readonly outcome: 'refused';
  readonly refusal: { readonly code: 'book-not-found'; readonly detail: string; readonly advice: string };
} {
  return {
    outcome: 'refused',
    refusal: {
      code: 'book-not-found',
      detail: `There is no book "${book}".`,
      advice: `Open it first: PUT /v1/books/${book} with its currency and time zone.`,
    },
  };
}
