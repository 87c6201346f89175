/**
 * The distributed engine: EventStoreDB or KurrentDB, through its client and around that client's defects. See
 * docs/adr/0008 for what is avoided and why; `defects.long.test.ts` shows each.
 */
import type {
  AppendResult,
  EventStore,
  EventToAppend,
  StoredEvent,
  SubscribeOptions,
  Subscription,
} from '../event-store.ts';
import { EngineUnavailable, NO_STREAM } from '../event-store.ts';
import { appendForCertain } from './append.ts';
import { Calls, type Timing } from './calls.ts';
import { Connection } from './connection.ts';
import { describe, parseConnectionString } from './connection-string.ts';
import { EventStoreDbSubscription, type Handler } from './eventstoredb-subscription.ts';
import { headOfStream, pageOfStream } from './pages.ts';
import { fromRead, type Recorded, sizeToWrite } from './stored.ts';
import { StreamNames } from './stream-names.ts';

export interface EventStoreDbOptions {
  /** `esdb://…` or `esdb+discover://…`, with several hosts if there are. */
  readonly connectionString: string;
  /**
   * The most one append may hold, as the server counts it: data, and types in two bytes a character. The default
   * leaves room below the 1 MiB that servers up to 25.0 take.
   */
  readonly maxAppendBytes?: number;
  readonly timing?: Partial<Timing>;
  /** For tests: how long a silent subscription is trusted. */
  readonly quietMs?: number;
}

const MAX_APPEND_BYTES = 900 * 1024;
const ATTEMPT_MS = 2_500;
const TOTAL_MS = 8_000;
const CHECK_MS = 2_000;
const CONFIRM_MS = 5_000;
const QUIET_MS = 15_000;
/** Well below the 100 streams of a connection, so that the client's own never come to it. */
const CALL_STREAMS = 48;
const SUBSCRIPTIONS = 48;
const PAGE = 2_048;
const DEFAULT_BATCH = 512;
/** How often a read may end before the stream does until that counts as a failure. */
const SHORT_PAGES = 5;
/** Streams that may never be deleted from: the books, and who may write to them. */
const LEDGER_STREAM = /^(?:book-|access$)/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Sent to a server without TLS, where the client drops them. */
const NOBODY = { username: 'ledger', password: 'ledger' };

export class EventStoreDbEventStore implements EventStore {
  /** Above this an append is refused with a RangeError, and nothing is written. */
  readonly maxAppendBytes: number;
  readonly #calls: Calls;
  readonly #following: Connection;
  /** By prefix. */
  readonly #names = new Map<string, StreamNames>();
  readonly #quietMs: number;
  readonly #subscriptions = new Set<EventStoreDbSubscription>();
  /** The newest append of each stream that has one under way: the next waits for it. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /**
   * Connects when it is first asked something: a server that cannot be reached is no reason not to start.
   * @throws ConnectionStringRefused
   */
  constructor(options: EventStoreDbOptions) {
    const target = parseConnectionString(options.connectionString);
    const { maxAppendBytes = MAX_APPEND_BYTES, timing = {}, quietMs = QUIET_MS } = options;
    const totalMs = timing.totalMs ?? target.deadlineMs ?? TOTAL_MS;
    const attemptMs = Math.min(timing.attemptMs ?? ATTEMPT_MS, totalMs);
    this.maxAppendBytes = maxAppendBytes;
    this.#quietMs = quietMs;
    const connection = new Connection({ target, maxStreams: CALL_STREAMS, nodePreference: 'leader' });
    this.#calls = new Calls(
      connection,
      { credentials: target.credentials ?? NOBODY, requiresLeader: true },
      { attemptMs, totalMs },
      describe(target),
    );
    // Of its own, so that subscriptions take no call's place and a slow view holds up no append.
    this.#following = new Connection({
      target,
      maxStreams: SUBSCRIPTIONS,
      nodePreference: target.nodePreference,
    });
  }

  /** @throws EngineUnavailable, RangeError above `maxAppendBytes`, TypeError for what no engine takes */
  async append(
    stream: string,
    events: readonly EventToAppend[],
    expectedRevision: number,
  ): Promise<AppendResult> {
    this.#assertOpen();
    checkAppend(stream, events, expectedRevision);
    const size = sizeToWrite(events);
    if (size > this.maxAppendBytes) {
      throw new RangeError(
        `An append holds at most ${this.maxAppendBytes} bytes, not ${size}: the engine takes no more at once.`,
      );
    }
    const deadline = this.#calls.deadline();
    return await this.#inTurn(stream, () =>
      appendForCertain(this.#calls, stream, events, expectedRevision, deadline),
    );
  }

  async *read(
    stream: string,
    from: number,
    options: { readonly to?: number; readonly maxBatch?: number } = {},
  ): AsyncGenerator<readonly StoredEvent[], void, void> {
    this.#assertOpen();
    const maxBatch = batchSize(options.maxBatch);
    const to = options.to ?? Number.MAX_SAFE_INTEGER;
    let next = from;
    let short = 0;
    while (next <= to) {
      const count = Math.min(PAGE, to - next + 1);
      const { events, full } = await this.#calls.ask((client, callOptions, ms) =>
        pageOfStream(client, stream, next, count, callOptions, ms),
      );
      for (let i = 0; i < events.length; i += maxBatch) {
        yield batchOf(events.slice(i, i + maxBatch), next > from || i > 0 ? next + i : undefined);
        this.#assertOpen();
      }
      const last = events.at(-1);
      if (last !== undefined) next = Number(last.revision) + 1;
      if (full) continue;
      // A server that is shut down ends a read as if the stream ended there.
      if (next > to || (await this.head(stream)) < next) return;
      short = last === undefined ? short + 1 : 0;
      if (short >= SHORT_PAGES) {
        throw this.#calls.unavailable(new Error('a read ends before its stream'), true);
      }
    }
  }

  async head(stream: string): Promise<number> {
    this.#assertOpen();
    return await this.#calls.ask((client, options, ms) => headOfStream(client, stream, options, ms));
  }

  /** The first call reads the whole log; later ones what has come since. */
  async streams(prefix: string): Promise<readonly string[]> {
    this.#assertOpen();
    const names = await this.#namesOf(prefix).all();
    const there = await Promise.all(
      // Streams of the ledger are never deleted.
      names.map(async (name) => LEDGER_STREAM.test(name) || (await this.head(name)) !== NO_STREAM),
    );
    return names.filter((_, i) => there[i]);
  }

  subscribe(options: SubscribeOptions, handler: Handler): Subscription {
    this.#assertOpen();
    const maxBatch = batchSize(options.maxBatch);
    if (this.#subscriptions.size >= SUBSCRIPTIONS) {
      throw new RangeError(`There are ${SUBSCRIPTIONS} subscriptions already: a connection carries no more.`);
    }
    const { streamPrefix = '' } = options;
    let position = options.after ?? 0n;
    const subscription = new EventStoreDbSubscription(
      this.#following,
      this.#calls,
      { confirmMs: CONFIRM_MS, quietMs: this.#quietMs },
      options,
      maxBatch,
      async (events) => {
        await handler(events);
        this.#names.get(streamPrefix)?.delivered(position, events);
        position = events.at(-1)!.global;
      },
    );
    this.#subscriptions.add(subscription);
    const forget = (): boolean => this.#subscriptions.delete(subscription);
    subscription.ended.then(forget, forget);
    return subscription;
  }

  /**
   * Hides a stream of personal data at once; its bytes go when the server is scavenged, on every node. If it is begun
   * anew, its revisions go on where they stopped.
   */
  async delete(stream: string): Promise<void> {
    this.#assertOpen();
    checkStreamName(stream);
    if (LEDGER_STREAM.test(stream)) {
      throw new Error(`The stream "${stream}" belongs to the ledger, which is never deleted from.`);
    }
    await this.#inTurn(stream, async () => {
      if ((await this.head(stream)) === NO_STREAM) return;
      await this.#calls.ask((client, options, deadline) =>
        client.deleteStream(stream, { ...options, deadline }),
      );
    });
  }

  /**
   * Asks the leader. A leader that has lost its majority gives up its office, and one whose disk is full ends: so
   * whoever answers as leader can be written to, but for the seconds until it knows.
   */
  async check(): Promise<void> {
    this.#assertOpen();
    const deadline = performance.now() + Math.min(CHECK_MS, this.#calls.timing.attemptMs);
    await this.#calls.ask(
      (client, options, ms) => headOfStream(client, 'ledger-check', options, ms),
      deadline,
    );
  }

  /** Ends the subscriptions, finishes the appends in flight, and lets go of the connections. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const ended = [...this.#subscriptions].map((subscription) => subscription.close());
    await Promise.allSettled([...this.#turns.values()]);
    // What is only asked now need not be answered: nobody is to wait for an engine that does not.
    this.#calls.close();
    await Promise.all(ended);
    this.#following.close();
  }

  #namesOf(prefix: string): StreamNames {
    const known = this.#names.get(prefix);
    if (known !== undefined) return known;
    const names = new StreamNames(this.#calls, prefix);
    this.#names.set(prefix, names);
    return names;
  }

  /** Calls of one stream go one after the other: the server may take two at once in either order. */
  async #inTurn<T>(stream: string, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(stream);
    const result = before === undefined ? work() : before.then(work, work);
    this.#turns.set(stream, result);
    try {
      return await result;
    } finally {
      if (this.#turns.get(stream) === result) this.#turns.delete(stream);
    }
  }

  #assertOpen(): void {
    if (this.#closing) {
      throw new EngineUnavailable(`The event store at ${this.#calls.where} is closed.`, {
        nothingWritten: true,
      });
    }
  }
}

/** @param next the revision that must come first; undefined where a stream may begin later */
function batchOf(recorded: readonly Recorded[], next: number | undefined): StoredEvent[] {
  const events = recorded.map(fromRead);
  let expected = next ?? events[0]?.revision ?? 0;
  for (const { stream, revision } of events) {
    if (revision !== expected) {
      throw new Error(
        `Events of "${stream}" are missing in the engine: after ${expected - 1} comes ${revision}.`,
      );
    }
    expected += 1;
  }
  return events;
}

function batchSize(asked = DEFAULT_BATCH): number {
  if (!Number.isSafeInteger(asked) || asked < 1) {
    throw new TypeError(`A batch has at least one event, not ${asked}.`);
  }
  return asked;
}

function checkStreamName(stream: string): void {
  if (typeof stream !== 'string' || stream === '' || !stream.isWellFormed() || stream.startsWith('$')) {
    throw new TypeError('A stream has a name of well-formed Unicode that does not begin with $.');
  }
}

function checkAppend(stream: string, events: readonly EventToAppend[], expectedRevision: number): void {
  checkStreamName(stream);
  if (!Number.isSafeInteger(expectedRevision) || expectedRevision < NO_STREAM) {
    throw new TypeError(`The expected revision is a whole number from -1, not ${expectedRevision}.`);
  }
  if (events.length === 0) throw new TypeError('An append has at least one event.');
  for (const { id, type, data } of events) {
    for (const text of [id, type, data]) {
      if (typeof text !== 'string' || !text.isWellFormed()) {
        throw new TypeError('The id, type and data of an event are texts of well-formed Unicode.');
      }
    }
    if (!UUID.test(id)) throw new TypeError(`The id of an event is a UUID in lower case, not "${id}".`);
    if (type === '' || type.startsWith('$')) {
      throw new TypeError(`The type of an event has a name that does not begin with $, not "${type}".`);
    }
  }
}
