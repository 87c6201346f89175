/** EventStoreDB in containers: one node, or a cluster of three that is asked who leads it. */
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import { request } from 'undici';
import { ESDB_IMAGE } from './engine.ts';

const PORT = 2113;
const STARTUP_TIMEOUT_MS = 180_000;

export interface Node {
  readonly name: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export interface Cluster {
  readonly nodes: readonly Node[];
  /** What GOODWILL_EVENT_STORE is set to, inside the network. */
  readonly connectionString: string;
  /** The node that leads now. @throws when none does within a minute */
  leader(): Promise<Node>;
  remove(): Promise<void>;
}

interface Member {
  readonly state: string;
  readonly isAlive: boolean;
  readonly httpEndPointIp: string;
}

export async function startCluster(network: StartedNetwork, size: 1 | 3): Promise<Cluster> {
  const names = Array.from({ length: size }, (_, i) => `esdb${i + 1}`);
  const started = await Promise.all(names.map((name) => startNode(network, name, names)));
  const nodes = started.map((container, i) => asNode(names[i] ?? '', container));
  const hosts = names.map((name) => `${name}:${PORT}`).join(',');
  return {
    nodes,
    connectionString: `${size === 1 ? 'esdb' : 'esdb+discover'}://${hosts}?tls=false`,
    leader: async () => {
      const name = await leaderOf(started);
      const node = nodes.find((candidate) => candidate.name === name);
      if (node === undefined) throw new Error(`${name} leads, and is none of ${names.join(', ')}`);
      return node;
    },
    remove: async () => {
      for (const node of nodes) await node.remove();
    },
  };
}

async function startNode(network: StartedNetwork, name: string, all: readonly string[]) {
  const seeds = all.filter((other) => other !== name).map((other) => `${other}:${PORT}`);
  return new GenericContainer(ESDB_IMAGE)
    .withNetwork(network)
    .withNetworkAliases(name)
    .withHostname(name)
    .withExposedPorts(PORT)
    .withEnvironment({
      EVENTSTORE_INSECURE: 'true',
      EVENTSTORE_CLUSTER_SIZE: String(all.length),
      EVENTSTORE_RUN_PROJECTIONS: 'None',
      EVENTSTORE_NODE_IP: '0.0.0.0',
      EVENTSTORE_REPLICATION_IP: '0.0.0.0',
      EVENTSTORE_NODE_HOST_ADVERTISE_AS: name,
      EVENTSTORE_REPLICATION_HOST_ADVERTISE_AS: name,
      EVENTSTORE_TELEMETRY_OPTOUT: 'true',
      ...(seeds.length === 0
        ? {}
        : { EVENTSTORE_DISCOVER_VIA_DNS: 'false', EVENTSTORE_GOSSIP_SEED: seeds.join(',') }),
    })
    .withWaitStrategy(Wait.forHttp('/health/live', PORT).forStatusCodeMatching((status) => status < 300))
    .withStartupTimeout(STARTUP_TIMEOUT_MS)
    .start();
}

function asNode(name: string, started: StartedTestContainer): Node {
  let removed = false;
  return {
    name,
    kill: async () => {
      const { container } = await getContainerRuntimeClient();
      const raw = container.getById(started.getId());
      await raw.kill({ signal: 'SIGKILL' });
      await raw.wait();
    },
    remove: async () => {
      if (removed) return;
      removed = true;
      await started.stop({ timeout: 0, remove: true });
    },
  };
}

/** Asks every node that answers; a node that was killed does not. */
async function leaderOf(started: readonly StartedTestContainer[]): Promise<string> {
  const until = performance.now() + 60_000;
  while (performance.now() < until) {
    for (const container of started) {
      try {
        const url = `http://${container.getHost()}:${container.getMappedPort(PORT)}/gossip`;
        const { statusCode, body } = await request(url, {
          headers: { accept: 'application/json' },
          headersTimeout: 2_000,
        });
        const { members } = (await body.json()) as { members: readonly Member[] };
        const leader = members.find((member) => member.state === 'Leader' && member.isAlive);
        if (statusCode === 200 && leader !== undefined) return leader.httpEndPointIp;
      } catch {
        // The next node is asked.
      }
    }
    await new Promise((settle) => setTimeout(settle, 500));
  }
  throw new Error('no node leads the cluster');
}
