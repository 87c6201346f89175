/** What the nodes of one stand-in share: the log, who leads, the faults to come, and what has been counted. */
import type { EventLog } from './event-log.ts';
import type { Faults, Method } from './faults.ts';
import { failure, grpc } from './protocol.ts';
import type { Relay } from './relay.ts';

export interface Settings {
  /** As the server counts: 1 MiB is its default up to 25.0. */
  readonly maxAppendBytes: number;
  /** How far the server's clock is ahead of the callers'. */
  readonly clockAheadMs: number;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** `name:password`; asked for where set. Needs TLS: the client sends none without it. */
  readonly credentials?: string;
}

export interface Member {
  readonly id: string;
  readonly index: number;
  readonly port: number;
  readonly running: boolean;
  /** Before a node that runs. */
  readonly relay: Relay | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
  endStreams(how: 'end' | 'error'): void;
}

export interface Counts {
  readonly calls: Readonly<Record<Method, number>>;
  readonly connections: number;
  /** Reads and subscriptions under way, and the most there ever were. */
  readonly openStreams: number;
  readonly mostOpenStreams: number;
}

export class Cluster {
  readonly log: EventLog;
  readonly faults: Faults;
  readonly settings: Settings;
  readonly nodes: Member[] = [];
  /** Undefined while none is elected. */
  leader: number | undefined = 0;
  #calls: Record<Method, number> = {
    append: 0,
    batchAppend: 0,
    read: 0,
    subscribe: 0,
    delete: 0,
    tombstone: 0,
    features: 0,
    gossip: 0,
  };
  #open = 0;
  #mostOpen = 0;

  constructor(log: EventLog, faults: Faults, settings: Settings) {
    this.log = log;
    this.faults = faults;
    this.settings = settings;
  }

  count(method: Method): void {
    this.#calls[method] += 1;
  }

  opened(change: number): void {
    this.#open += change;
    this.#mostOpen = Math.max(this.#mostOpen, this.#open);
  }

  counts(): Counts {
    return {
      calls: { ...this.#calls },
      connections: this.nodes.reduce((sum, node) => sum + (node.relay?.connections ?? 0), 0),
      openStreams: this.#open,
      mostOpenStreams: this.#mostOpen,
    };
  }

  /** As the server says who leads, where it knows. */
  notLeader(): ReturnType<typeof failure> {
    const leader = this.leader === undefined ? undefined : this.nodes[this.leader];
    if (leader === undefined) return failure(grpc.status.UNAVAILABLE, 'Server Is Not Ready');
    return failure(grpc.status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': '127.0.0.1',
      'leader-endpoint-port': String(leader.port),
    });
  }
}
