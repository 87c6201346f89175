/** The child process of `start.ts`: runs the nodes and does what the parent's messages ask. Ends with its parent. */
import { Cluster, type Member } from './cluster.ts';
import { EventLog } from './event-log.ts';
import { Faults } from './faults.ts';
import { Node } from './node.ts';
import type { Ask, Options, Reply } from './start.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as Options;
const faults = new Faults();
faults.reseed(options.seed ?? 0);
const cluster = new Cluster(new EventLog(options.file), faults, {
  maxAppendBytes: options.maxAppendBytes ?? 1024 * 1024,
  clockAheadMs: options.clockAheadMs ?? 0,
  ...(options.tls === undefined ? {} : { tls: options.tls }),
  ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
});
for (let index = 0; index < (options.nodes ?? 1); index++) {
  cluster.nodes.push(new Node(index, cluster, options.ports?.[index] ?? 0));
}
for (const node of cluster.nodes) await node.start();

const deeds: { readonly [Deed in Ask['deed']]: (ask: never) => unknown } = {
  fault: ({ fault }: Extract<Ask, { deed: 'fault' }>) => faults.plan(fault),
  clearFaults: () => faults.clear(),
  setLeader: ({ node }: Extract<Ask, { deed: 'setLeader' }>) => {
    cluster.leader = node ?? undefined;
  },
  endStreams: ({ how, node }: Extract<Ask, { deed: 'endStreams' }>) => {
    for (const one of chosen(node)) one.endStreams(how);
  },
  cut: ({ node }: Extract<Ask, { deed: 'cut' }>) => {
    for (const one of chosen(node)) one.relay?.cut();
  },
  stall: ({ on, node }: Extract<Ask, { deed: 'stall' }>) => {
    for (const one of chosen(node)) one.relay?.stall(on);
  },
  stopNode: ({ node }: Extract<Ask, { deed: 'stopNode' }>) => cluster.nodes[node]!.stop(),
  startNode: ({ node }: Extract<Ask, { deed: 'startNode' }>) => cluster.nodes[node]!.start(),
  counts: () => cluster.counts(),
  ids: ({ stream }: Extract<Ask, { deed: 'ids' }>) => (cluster.log.visible(stream) ?? []).map(({ id }) => id),
};

function chosen(node: number | undefined): readonly Member[] {
  return node === undefined ? cluster.nodes : [cluster.nodes[node]!];
}

const tell = (reply: Reply): void => {
  process.send?.(reply);
};

process.on('message', async ({ number, ask }: { number: number; ask: Ask }) => {
  try {
    tell({ number, value: await deeds[ask.deed](ask as never) });
  } catch (error) {
    tell({ number, error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
tell({ number: 0, value: cluster.nodes.map((node) => node.port) });
