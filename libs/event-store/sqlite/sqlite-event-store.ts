/** The embedded engine: one SQLite file, written by a thread of its own, read without waiting for it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import type {
  AppendResult,
  EventStore,
  EventToAppend,
  StoredEvent,
  SubscribeOptions,
  Subscription,
} from '../event-store.ts';
import { EngineUnavailable, NO_STREAM } from '../event-store.ts';
import { SqliteLedgerFile } from './sqlite-ledger-file.ts';
import { SqliteSubscription } from './sqlite-subscription.ts';
import { SqliteWriter } from './sqlite-writer.ts';

export interface SqliteEventStoreOptions {
  /** The ledger's file; it is made when it is not there, its directory is not. */
  readonly file: string;
  /** For readers beside the process or thread that appends: no writing thread, no writes. */
  readonly readOnly?: boolean;
}

/** Reading 512 events takes half a millisecond; the main thread has requests to answer in between. */
const MAIN_THREAD_BATCH = 512;
const WORKER_BATCH = 8_192;
const DEFAULT_BATCH = 512;
/** Streams that may never be deleted from: the books, and who may write to them. */
const LEDGER_STREAM = /^(?:book-|access$)/;

export class SqliteEventStore implements EventStore {
  readonly #file: string;
  readonly #reader: SqliteLedgerFile;
  /** Absent when opened read-only. */
  readonly #writer: SqliteWriter | undefined;
  readonly #subscriptions = new Set<SqliteSubscription>();
  #closing: Promise<void> | undefined;

  /** @throws LedgerFileRefused when the file is not one to use, EngineUnavailable when the disk fails. */
  static async open(options: SqliteEventStoreOptions): Promise<SqliteEventStore> {
    const { file, readOnly = false } = options;
    if (readOnly) return new SqliteEventStore(file, undefined);
    const writer = new SqliteWriter(file);
    try {
      await writer.open();
      return new SqliteEventStore(file, writer);
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  private constructor(file: string, writer: SqliteWriter | undefined) {
    this.#file = file;
    this.#writer = writer;
    this.#reader = SqliteLedgerFile.open(file);
  }

  async append(
    stream: string,
    events: readonly EventToAppend[],
    expectedRevision: number,
  ): Promise<AppendResult> {
    checkStreamName(stream);
    if (!Number.isSafeInteger(expectedRevision) || expectedRevision < NO_STREAM) {
      throw new TypeError(`The expected revision is a whole number from -1, not ${expectedRevision}.`);
    }
    const texts = flatten(events);
    const result = await this.#writing().append(stream, expectedRevision, texts);
    if (result.ok) this.nudge();
    return result;
  }

  async *read(
    stream: string,
    from: number,
    options: { readonly to?: number; readonly maxBatch?: number } = {},
  ): AsyncGenerator<readonly StoredEvent[], void, void> {
    this.#assertOpen();
    const pages = this.#reader.readSync(stream, from, {
      to: options.to,
      maxBatch: batchSize(options.maxBatch),
    });
    for (const page of pages) {
      yield page;
      await nextTurn();
      this.#assertOpen();
    }
  }

  async head(stream: string): Promise<number> {
    this.#assertOpen();
    return this.#reader.head(stream);
  }

  async streams(prefix: string): Promise<readonly string[]> {
    this.#assertOpen();
    return this.#reader.streams(prefix);
  }

  subscribe(
    options: SubscribeOptions,
    handler: (events: readonly StoredEvent[]) => Promise<void> | void,
  ): Subscription {
    this.#assertOpen();
    const subscription = new SqliteSubscription(this.#reader, options, batchSize(options.maxBatch), handler);
    this.#subscriptions.add(subscription);
    const forget = (): boolean => this.#subscriptions.delete(subscription);
    subscription.ended.then(forget, forget);
    return subscription;
  }

  /**
   * Wakes the subscriptions at once instead of at their next look. Own appends do so by themselves; whoever
   * learns of an append by another thread or process may.
   */
  nudge(): void {
    for (const subscription of this.#subscriptions) subscription.nudge();
  }

  async delete(stream: string): Promise<void> {
    checkStreamName(stream);
    if (LEDGER_STREAM.test(stream)) {
      throw new Error(`The stream "${stream}" belongs to the ledger, which is never deleted from.`);
    }
    await this.#writing().delete(stream);
  }

  async check(): Promise<void> {
    await this.#writing().check();
  }

  /** Ends the subscriptions, finishes the appends in flight, and lets go of the file. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.close()));
    // The reader goes first: the last connection to close tidies the log away, and a reader cannot.
    this.#reader.close();
    await this.#writer?.close();
  }

  #assertOpen(): void {
    if (this.#closing) {
      throw new EngineUnavailable(`The event store on ${this.#file} is closed.`, { nothingWritten: true });
    }
  }

  #writing(): SqliteWriter {
    this.#assertOpen();
    if (!this.#writer) {
      throw new EngineUnavailable(`${this.#file} was opened for reading only.`, { nothingWritten: true });
    }
    return this.#writer;
  }
}

function batchSize(asked = DEFAULT_BATCH): number {
  const most = isMainThread ? MAIN_THREAD_BATCH : WORKER_BATCH;
  if (!Number.isSafeInteger(asked) || asked < 1) {
    throw new TypeError(`A batch has at least one event, not ${asked}.`);
  }
  return Math.min(asked, most);
}

function checkStreamName(stream: string): void {
  if (typeof stream !== 'string' || stream === '' || !stream.isWellFormed()) {
    throw new TypeError('A stream has a name of well-formed Unicode.');
  }
}

/** A lone surrogate would be stored as another character: refused rather than changed. */
function flatten(events: readonly EventToAppend[]): string[] {
  if (events.length === 0) throw new TypeError('An append has at least one event.');
  const texts = new Array<string>(events.length * 3);
  let i = 0;
  for (const { id, type, data } of events) {
    for (const text of [id, type, data]) {
      if (typeof text !== 'string' || !text.isWellFormed()) {
        throw new TypeError('The id, type and data of an event are texts of well-formed Unicode.');
      }
      texts[i++] = text;
    }
  }
  return texts;
}
