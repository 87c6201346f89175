/**
 * One connection to the engine: the client, its deadlines and its share of streams. The client is thrown away and
 * built anew when it no longer answers: it keeps what failed once (a discovery, a channel to a node that is gone).
 */
import { Writable } from 'node:stream';
import { EventStoreDBClient } from '@eventstore/db-client';
import { EngineUnavailable } from '../event-store.ts';
import type { Target } from './connection-string.ts';
import { failureOf, NoAnswer } from './failures.ts';
import { Slots } from './slots.ts';

export interface ConnectionOptions {
  readonly target: Target;
  /** Calls at once. A server takes 100 streams on a connection; the 101st is never answered. */
  readonly maxStreams: number;
  readonly nodePreference: Target['nodePreference'];
}

interface Channel {
  close(): void;
}

/** What the client calls the server through. */
interface Stub {
  append?(...given: unknown[]): unknown;
}

/**
 * A client whose channels can be closed: the client itself only forgets them. An append that comes to a channel just
 * closed fails as any other: left to itself the client throws it where nobody can catch it, which ends the process.
 */
export class ClosableClient extends EventStoreDBClient {
  readonly #channels = new Set<Channel>();
  #closed = false;
  /** False until it first knew where to send anything. */
  everConnected = false;

  constructor(...settings: ConstructorParameters<typeof EventStoreDBClient>) {
    super(...settings);
    const inner = this as unknown as {
      createChannel(): Promise<Channel>;
      createGRPCClient(kind: unknown): Promise<Stub>;
    };
    const create = inner.createChannel;
    const createStub = inner.createGRPCClient;
    inner.createGRPCClient = async (kind) => failingByCallback(await createStub(kind));
    inner.createChannel = async () => {
      const channel = await create();
      this.everConnected = true;
      if (this.#closed) channel.close();
      else this.#channels.add(channel);
      return channel;
    };
  }

  close(): void {
    this.#closed = true;
    for (const channel of this.#channels) channel.close();
    this.#channels.clear();
  }
}

function failingByCallback(stub: Stub): Stub {
  const append = stub.append?.bind(stub);
  if (append === undefined) return stub;
  stub.append = (...given) => {
    try {
      return append(...given);
    } catch (error) {
      const answered = given.at(-1) as (error: unknown) => void;
      answered(error);
      // Nothing was sent; what the client still writes goes nowhere.
      return new Writable({ objectMode: true, write: (_piece, _encoding, done) => done() });
    }
  };
  return stub;
}

/** Our deadline comes a little after the client's own, so that its error, which tells more, is heard first. */
const GRACE_MS = 150;
/** A slow server must not be met by one new connection for each call that waits. */
const REBUILD_AT_MOST_EVERY_MS = 500;
const KEEP_ALIVE_INTERVAL_MS = 10_000;
/** -1 in a connection string. */
const NEVER_MS = 86_400_000;
const KEEP_ALIVE_TIMEOUT_MS = 10_000;

let built = 0;

export class Connection {
  readonly #options: ConnectionOptions;
  readonly #slots: Slots;
  #client: ClosableClient | undefined;
  #builtAt = 0;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#slots = new Slots(options.maxStreams);
  }

  get client(): ClosableClient {
    if (this.#closed) throw new EngineUnavailable('The event store is closed.', { nothingWritten: true });
    if (this.#client === undefined) {
      this.#client = build(this.#options);
      this.#builtAt = performance.now();
    }
    return this.#client;
  }

  /**
   * One call, answered or failed within the time given whatever the client does. A client that is at fault is
   * replaced for the next call.
   * @throws NoAnswer, and what the client throws
   */
  async call<T>(
    withinMs: number,
    work: (client: EventStoreDBClient, deadlineMs: number) => Promise<T>,
  ): Promise<T> {
    const began = performance.now();
    if (withinMs <= 0 || !(await this.#slots.take(withinMs))) {
      throw new EngineUnavailable('Too many calls to the engine are waiting.', { nothingWritten: true });
    }
    let timer: NodeJS.Timeout | undefined;
    try {
      const leftMs = Math.max(1, withinMs - (performance.now() - began));
      const { client } = this;
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new NoAnswer(`no answer within ${Math.round(leftMs)} ms`, !client.everConnected)),
          leftMs + GRACE_MS,
        );
      });
      try {
        return await Promise.race([work(client, leftMs), late]);
      } catch (error) {
        if (failureOf(error) === 'passing') this.distrust(client);
        throw error;
      }
    } finally {
      clearTimeout(timer);
      this.#slots.release();
    }
  }

  /** Calls under way on the client go on; the next ones get another, on a connection of its own. */
  distrust(client: EventStoreDBClient): void {
    if (client !== this.#client || performance.now() - this.#builtAt < REBUILD_AT_MOST_EVERY_MS) return;
    const old = this.#client;
    this.#client = undefined;
    old.close();
  }

  close(): void {
    this.#closed = true;
    const client = this.#client;
    this.#client = undefined;
    // Cancels what is still under way.
    client?.dispose().catch(() => undefined);
    client?.close();
  }
}

function build({ target, nodePreference }: ConnectionOptions): ClosableClient {
  built += 1;
  const { hosts, discover, keepAliveIntervalMs = KEEP_ALIVE_INTERVAL_MS } = target;
  const settings = {
    ...(discover
      ? hosts.length > 1
        ? { endpoints: [...hosts] }
        : { discover: hosts[0]! }
      : { endpoint: hosts[0]! }),
    nodePreference,
    maxDiscoverAttempts: target.maxDiscoverAttempts ?? 2,
    discoveryInterval: target.discoveryIntervalMs ?? 100,
    gossipTimeout: target.gossipTimeoutSeconds ?? 1,
    throwOnAppendFailure: true,
    // Channels with equal settings share one connection, dead or full as it may be; unequal ones do not.
    keepAliveInterval: (keepAliveIntervalMs < 0 ? NEVER_MS : keepAliveIntervalMs) + (built % 1_000),
    keepAliveTimeout: target.keepAliveTimeoutMs ?? KEEP_ALIVE_TIMEOUT_MS,
    ...(target.connectionName !== undefined && { connectionName: target.connectionName }),
  };
  return new ClosableClient(
    settings as ConstructorParameters<typeof EventStoreDBClient>[0],
    target.tls
      ? { insecure: false, ...(target.authority && { rootCertificate: target.authority }) }
      : { insecure: true },
  );
}
