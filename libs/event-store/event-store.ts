/**
 * The port to the engine that keeps the ledger. One conformance suite runs over every adapter
 * (`event-store.conformance.ts`).
 */

export interface EventToAppend {
  /** UUID, derived from the write's idempotency key where there is one, so that a retry is recognised. */
  readonly id: string;
  /** The stored type name, from the explicit map of `libs/events`. */
  readonly type: string;
  /** JSON text. */
  readonly data: string;
}

export interface StoredEvent extends EventToAppend {
  readonly stream: string;
  /** Place in its stream, from 0, without gaps. */
  readonly revision: number;
  /** Place among all events of the engine: grows, may have gaps. Opaque; compare, never compute. */
  readonly global: bigint;
  /** On the first event of an append, by engines that keep it: whose append it was, and how many events it has. */
  readonly append?: { readonly by: string; readonly events: number };
}

/** The revision the stream is expected to stand at; `NO_STREAM` when it must not exist yet. */
export const NO_STREAM = -1;

export type AppendResult =
  /** Durable. `revision` is that of the last event appended. Also the answer to an exact retry. */
  | { readonly ok: true; readonly revision: number; readonly alreadyThere: boolean }
  /** Nothing was appended: the stream stands elsewhere. */
  | { readonly ok: false; readonly actual: number };

export interface Subscription {
  /** Resolves when the subscription has ended, after `close` or the handler's rejection (which it rethrows). */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface SubscribeOptions {
  /** Start after this global position; absent: from the beginning. */
  readonly after?: bigint;
  /** Only streams whose name starts so. */
  readonly streamPrefix?: string;
  /** At most so many events in one call of the handler. */
  readonly maxBatch?: number;
}

/** Thrown when the engine cannot answer now: nothing is known of an append in flight. Retry the same append. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
  /** True when the engine said that nothing was written (a full disk, say); false when that is unknown. */
  readonly nothingWritten: boolean;
  constructor(message: string, options: { nothingWritten: boolean; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.nothingWritten = options.nothingWritten;
  }
}

export interface EventStore {
  /** The most bytes of data and types one append may hold; absent: as many as the caller likes. */
  readonly maxAppendBytes?: number;
  /**
   * Appends all events or none, durably (on disk, or on a majority) before it resolves.
   * An exact retry (same ids, same expected revision, already there) answers with the first result.
   * @throws EngineUnavailable
   */
  append(stream: string, events: readonly EventToAppend[], expectedRevision: number): Promise<AppendResult>;
  /** Events of one stream in order from `from` (included), in batches of at most `maxBatch`. */
  read(
    stream: string,
    from: number,
    options?: { readonly to?: number; readonly maxBatch?: number },
  ): AsyncIterable<readonly StoredEvent[]>;
  /** The revision the stream stands at now, `NO_STREAM` if there is none. Cheap: asked before every exact read. */
  head(stream: string): Promise<number>;
  /** Names of the streams that start with the prefix. */
  streams(prefix: string): Promise<readonly string[]>;
  /**
   * All events after a position, in order, each once, those to come included. The handler is awaited before
   * the next batch is read: it sets the pace.
   */
  subscribe(
    options: SubscribeOptions,
    handler: (events: readonly StoredEvent[]) => Promise<void> | void,
  ): Subscription;
  /** Removes a stream of personal data. Refuses streams of the ledger. */
  delete(stream: string): Promise<void>;
  /** Rejects with the reason when the engine cannot be written to. */
  check(): Promise<void>;
  close(): Promise<void>;
}
