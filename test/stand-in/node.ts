/** One node of a stand-in: a gRPC server with the calls that a ledger needs, behind a relay, over the shared log. */
import { randomUUID } from 'node:crypto';
import type {
  AppendReq,
  AppendResp,
  BatchAppendReq,
  BatchAppendResp,
  DeleteReq,
  DeleteResp,
  TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import type {
  Server,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  sendUnaryData,
  UntypedHandleCall,
} from '@grpc/grpc-js';
import {
  appendAnswer,
  batchAnswer,
  expectedOf,
  proposedEvent,
  sizeOf,
  streamOf,
  type Wanted,
} from './appending.ts';
import type { Cluster, Member } from './cluster.ts';
import type { Outcome, ProposedEvent } from './event-log.ts';
import type { Fault, Method } from './faults.ts';
import {
  failure,
  featuresPb,
  GossipService,
  gossipPb,
  grpc,
  ServerFeaturesService,
  StreamsService,
  sharedPb,
  streamsPb,
} from './protocol.ts';
import { type ReadCall, Reading } from './reading.ts';
import { Relay } from './relay.ts';

/** The states of a member as gossip numbers them. */
const LEADER = 8;
const FOLLOWER = 6;

interface Met {
  /** Whether the call is carried out. */
  readonly go: boolean;
  /** Gives the answer, unless the fault keeps it. */
  readonly then: (answer: () => void) => void;
  readonly fault: Fault | undefined;
}

interface AnyCall {
  getPeer(): string;
  readonly metadata: { get(name: string): unknown[] };
}

type Failure = ReturnType<typeof failure>;

export class Node implements Member {
  readonly index: number;
  readonly id = randomUUID();
  readonly #cluster: Cluster;
  readonly #readings = new Set<Reading>();
  #server: Server | undefined;
  #relay: Relay | undefined;
  #port: number;

  /** @param port 0 for any free one; a node that is stopped keeps it */
  constructor(index: number, cluster: Cluster, port: number) {
    this.index = index;
    this.#cluster = cluster;
    this.#port = port;
  }

  get port(): number {
    return this.#port;
  }

  get running(): boolean {
    return this.#server !== undefined;
  }

  get relay(): Relay | undefined {
    return this.#relay;
  }

  async start(): Promise<void> {
    const { tls } = this.#cluster.settings;
    const server = new grpc.Server({
      // Kestrel's default.
      'grpc.max_concurrent_streams': 100,
      'grpc.max_receive_message_length': 17 * 1024 * 1024,
    });
    const { append, batchAppend, read, delete: remove, tombstone, gossip, features } = this.#handlers();
    server.addService(StreamsService as never, { append, batchAppend, read, delete: remove, tombstone });
    server.addService(GossipService as never, { read: gossip });
    server.addService(ServerFeaturesService as never, { getSupportedMethods: features });
    const credentials =
      tls === undefined
        ? grpc.ServerCredentials.createInsecure()
        : grpc.ServerCredentials.createSsl(null, [
            { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) },
          ]);
    const inside = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', credentials, (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
    this.#relay = await Relay.listen(inside, this.#port);
    this.#port = this.#relay.port;
    this.#server = server;
  }

  /** The transport does not know the types of what it hands over. */
  #handlers(): Record<Method, UntypedHandleCall> {
    const typed = {
      append: (call: never, answer: never) => this.#append(call, answer),
      batchAppend: (call: never) => this.#batchAppend(call),
      read: (call: never) => this.#read(call),
      subscribe: (call: never) => this.#read(call),
      delete: (call: never, answer: never) => this.#delete(call, answer),
      tombstone: (call: never, answer: never) => this.#tombstone(call, answer),
      gossip: (call: never, answer: never) => this.#gossip(call, answer),
      features: (call: never, answer: never) => this.#features(call, answer),
    };
    return typed as unknown as Record<Method, UntypedHandleCall>;
  }

  async stop(): Promise<void> {
    this.#server?.forceShutdown();
    this.#server = undefined;
    await this.#relay?.close();
    this.#relay = undefined;
  }

  endStreams(how: 'end' | 'error'): void {
    for (const reading of [...this.#readings]) reading.end(how);
  }

  /** Lets the planned fault strike, or finds why the call may not go on. */
  #meet(method: Method, call: AnyCall, stream: string | undefined, fail: (failure: Failure) => void): Met {
    this.#cluster.count(method);
    const fault = this.#cluster.faults.strike(method, this.index, stream);
    const denied = this.#denied(call);
    const refused = (status: Failure): Met => {
      fail(status);
      return { go: false, then: () => undefined, fault };
    };
    if (denied !== undefined) return refused(denied);
    if (fault?.kind === 'not-leader') return refused(this.#cluster.notLeader());
    const needsLeader = call.metadata.get('requires-leader').includes('true');
    const mayServe = method === 'gossip' || method === 'features' || this.#cluster.leader === this.index;
    // Without that wish a follower forwards writes and answers reads itself.
    if (!mayServe && needsLeader) return refused(this.#cluster.notLeader());
    if (fault === undefined) return { go: true, then: (answer) => answer(), fault };
    const strike = (answer: () => void): void => this.#strike(fault, call, fail, answer);
    if (fault.kind.endsWith('-before') && fault.kind !== 'delay-before') {
      strike(() => undefined);
      return { go: false, then: () => undefined, fault };
    }
    return { go: true, then: strike, fault };
  }

  #strike(fault: Fault, call: AnyCall, fail: (failure: Failure) => void, answer: () => void): void {
    const { status } = grpc;
    switch (fault.kind) {
      case 'drop-before':
      case 'drop-after':
        this.#relay?.cut(call.getPeer());
        return;
      case 'hang-before':
      case 'hang-after':
        return;
      case 'unavailable-before':
      case 'unavailable-after':
        fail(failure(status.UNAVAILABLE, 'Server Is Not Ready'));
        return;
      case 'timeout-before':
      case 'timeout-after':
        fail(failure(status.ABORTED, 'Operation timed out: CommitTimeout'));
        return;
      case 'internal-before':
        fail(failure(status.INTERNAL, 'The stand-in was told to fail.'));
        return;
      case 'delay-before':
      case 'delay-after':
        setTimeout(answer, fault.delayMs ?? 100);
        return;
      default:
        answer();
    }
  }

  #denied(call: AnyCall): Failure | undefined {
    const { credentials } = this.#cluster.settings;
    if (credentials === undefined) return undefined;
    const given = String(call.metadata.get('authorization')[0] ?? '');
    if (given === `Basic ${Buffer.from(credentials).toString('base64')}`) return undefined;
    return failure(grpc.status.UNAUTHENTICATED, 'Unauthenticated');
  }

  #append(call: ServerReadableStream<AppendReq, AppendResp>, answer: sendUnaryData<AppendResp>): void {
    let wanted: Omit<Wanted, 'events'> | undefined;
    const events: ProposedEvent[] = [];
    call.on('data', (message: AppendReq) => {
      const options = message.getOptions();
      if (options !== undefined) wanted = { stream: streamOf(options), expected: expectedOf(options) };
      else events.push(proposedEvent(message.getProposedMessage()!));
    });
    call.on('error', () => undefined);
    const whole = (): void => {
      if (wanted === undefined || call.cancelled) return;
      const { stream, expected } = wanted;
      const fail = (status: Failure): void => answer(status);
      const met = this.#meet('append', call, stream, fail);
      if (!met.go) return;
      const size = events.reduce((sum, event) => sum + sizeOf(event), 0);
      const { maxAppendBytes } = this.#cluster.settings;
      if (size > maxAppendBytes) {
        const trailers = {
          exception: 'maximum-append-size-exceeded',
          'maximum-append-size': String(maxAppendBytes),
        };
        fail(failure(grpc.status.INVALID_ARGUMENT, 'Maximum Append Size Exceeded', trailers));
        return;
      }
      const outcome = this.#cluster.log.append(stream, expected, events);
      met.then(() => {
        if (outcome.kind === 'deleted') fail(streamDeleted(stream));
        else if (met.fault?.kind === 'conflict-after' && outcome.kind === 'written')
          answer(null, appendAnswer({ kind: 'wrong', current: outcome.last }, expected));
        else answer(null, appendAnswer(outcome, expected));
      });
    };
    // A connection that is cut ends its streams first and cancels them after: half a request is none.
    call.on('end', () => setImmediate(whole));
  }

  #batchAppend(call: ServerDuplexStream<BatchAppendReq, BatchAppendResp>): void {
    const open = new Map<string, { wanted: Wanted & { events: ProposedEvent[] }; deadlineMs: number }>();
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('data', (message: BatchAppendReq) => {
      const id = message.getCorrelationId()!.getString();
      const options = message.getOptions();
      if (options !== undefined) {
        const deadline = options.getDeadline();
        const deadlineMs =
          deadline === undefined
            ? Number.POSITIVE_INFINITY
            : deadline.getSeconds() * 1_000 + deadline.getNanos() / 1_000_000;
        open.set(id, {
          wanted: { stream: streamOf(options), expected: expectedOf(options), events: [] },
          deadlineMs,
        });
      }
      const entry = open.get(id)!;
      entry.wanted.events.push(...message.getProposedMessagesList().map(proposedEvent));
      if (!message.getIsFinal()) return;
      open.delete(id);
      const fail = (status: Failure): void => {
        call.emit('error', status);
      };
      const met = this.#meet('batchAppend', call, entry.wanted.stream, fail);
      if (!met.go) return;
      // The deadline is a time of day on the caller's clock, held against ours.
      if (entry.deadlineMs < Date.now() + this.#cluster.settings.clockAheadMs) {
        call.write(batchAnswer(message, entry.wanted, 'timeout'));
        return;
      }
      const { stream, expected, events } = entry.wanted;
      const outcome = this.#cluster.log.append(stream, expected, events);
      met.then(() => call.write(batchAnswer(message, entry.wanted, outcome)));
    });
  }

  #read(call: ReadCall): void {
    const options = call.request.getOptions()!;
    const stream = options.getStream()?.getStreamIdentifier()?.getStreamName_asU8();
    const method = options.hasSubscription() ? 'subscribe' : 'read';
    const name = stream === undefined ? '' : Buffer.from(stream).toString('utf8');
    const fail = (status: Failure): void => {
      call.emit('error', status);
    };
    const met = this.#meet(method, call, name, fail);
    if (!met.go) return;
    const cut = (): void => this.#relay?.cut(call.getPeer());
    const reading = new Reading(call, this.#cluster.log, met.fault, cut);
    this.#cluster.opened(1);
    let open = true;
    const closed = (): void => {
      if (open) this.#cluster.opened(-1);
      open = false;
    };
    call.on('cancelled', closed);
    met.then(() => {
      this.#readings.add(reading);
      const work = options.hasStream()
        ? reading.stream()
        : options.hasSubscription()
          ? reading.subscribeToAll()
          : reading.all();
      void work.finally(() => {
        this.#readings.delete(reading);
        closed();
      });
    });
  }

  #delete(call: ServerUnaryCall<DeleteReq, DeleteResp>, answer: sendUnaryData<DeleteResp>): void {
    const options = call.request.getOptions()!;
    this.#remove(
      'delete',
      call,
      streamOf(options),
      (stream) => {
        const outcome = this.#cluster.log.delete(stream, expectedOf(options));
        const done = new streamsPb.DeleteResp();
        done.setNoPosition(new sharedPb.Empty());
        return [outcome, (): void => answer(null, done)];
      },
      answer,
    );
  }

  #tombstone(call: ServerUnaryCall<TombstoneReq, TombstoneResp>, answer: sendUnaryData<TombstoneResp>): void {
    const options = call.request.getOptions()!;
    this.#remove(
      'tombstone',
      call,
      streamOf(options),
      (stream) => {
        const outcome = this.#cluster.log.tombstone(stream, expectedOf(options));
        const done = new streamsPb.TombstoneResp();
        done.setNoPosition(new sharedPb.Empty());
        return [outcome, (): void => answer(null, done)];
      },
      answer,
    );
  }

  #remove(
    method: 'delete' | 'tombstone',
    call: AnyCall,
    stream: string,
    work: (stream: string) => [Outcome, () => void],
    answer: (status: Failure) => void,
  ): void {
    const met = this.#meet(method, call, stream, answer);
    if (!met.go) return;
    const [outcome, succeed] = work(stream);
    met.then(() => {
      if (outcome.kind === 'deleted') answer(streamDeleted(stream));
      else if (outcome.kind === 'wrong') answer(wrongExpectedVersion(stream, outcome.current));
      else succeed();
    });
  }

  #gossip(call: AnyCall, answer: sendUnaryData<unknown>): void {
    const met = this.#meet('gossip', call, undefined, (status) => answer(status));
    if (!met.go) return;
    const info = new gossipPb.ClusterInfo();
    for (const node of this.#cluster.nodes) {
      const member = new gossipPb.MemberInfo();
      const id = new sharedPb.UUID();
      id.setString(node.id);
      member.setInstanceId(id);
      member.setTimeStamp(String(Date.now()));
      member.setState((this.#cluster.leader === node.index ? LEADER : FOLLOWER) as never);
      member.setIsAlive(node.running);
      const endpoint = new gossipPb.EndPoint();
      endpoint.setAddress('127.0.0.1');
      endpoint.setPort(node.port);
      member.setHttpEndPoint(endpoint);
      info.addMembers(member);
    }
    met.then(() => answer(null, info));
  }

  #features(call: AnyCall, answer: sendUnaryData<unknown>): void {
    const met = this.#meet('features', call, undefined, (status) => answer(status));
    if (!met.go) return;
    const methods = new featuresPb.SupportedMethods();
    methods.setEventStoreServerVersion('24.10.0');
    for (const [service, names] of [
      ['event_store.client.streams.Streams', ['Read', 'Append', 'BatchAppend', 'Delete', 'Tombstone']],
      ['event_store.client.gossip.Gossip', ['Read']],
    ] as const) {
      for (const name of names) {
        const method = new featuresPb.SupportedMethod();
        method.setServiceName(service.toLowerCase());
        method.setMethodName(name.toLowerCase());
        methods.addMethods(method);
      }
    }
    met.then(() => answer(null, methods));
  }
}

function streamDeleted(stream: string): Failure {
  return failure(grpc.status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
    exception: 'stream-deleted',
    'stream-name': encodeURIComponent(stream),
  });
}

function wrongExpectedVersion(stream: string, current: number): Failure {
  return failure(grpc.status.FAILED_PRECONDITION, 'WrongExpectedVersion', {
    exception: 'wrong-expected-version',
    'stream-name': encodeURIComponent(stream),
    'expected-version': '-2',
    'actual-version': String(current),
  });
}
