/**
 * Aim: the promises hold on the real server. The image on one EventStoreDB node is killed under load; two replicas on
 * three nodes lose their leader under load. Nothing acknowledged is lost, nothing is doubled, no limit is exceeded.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Network, type StartedNetwork } from 'testcontainers';
import { heldToItsAnswers, killRoundsOf, toldTheWhole } from '../crash/kill-rounds.ts';
import { type Ask, POLICY, startLoad } from '../crash/load.ts';
import { seeded, seedFromEnvironment } from '../crash/seeded.ts';
import { openBook } from '../opened-book.ts';
import { buildImage, whyNoEventStoreDb } from './engine.ts';
import { type Cluster, startCluster } from './eventstoredb-containers.ts';
import { type LedgerContainer, removeVolume, startLedger, volumeName } from './ledger-container.ts';

const KILL_ROUNDS = 3;
const CONNECTIONS = 16;
const RECOVERY_TIMEOUT_MS = 60_000;

const reason = whyNoEventStoreDb();
const suite = reason === undefined ? describe : describe.skip;
const why = reason === undefined ? '' : ` [skipped: ${reason}]`;

/** Waits until the service can be written to again. */
async function ready(ledger: LedgerContainer): Promise<void> {
  const until = performance.now() + RECOVERY_TIMEOUT_MS;
  let last = '';
  while (performance.now() < until) {
    const reply = await ledger.get('/health/ready');
    if (reply.status === 200) return;
    last = reply.text;
    await sleep(250);
  }
  throw new Error(`not ready within ${RECOVERY_TIMEOUT_MS} ms: ${last}`);
}

suite(`the image on one EventStoreDB node${why}`, () => {
  let network: StartedNetwork;
  let cluster: Cluster;
  beforeAll(async () => {
    buildImage();
    network = await new Network().start();
    cluster = await startCluster(network, 1);
  }, 1_500_000);
  afterAll(async () => {
    await cluster?.remove();
    await network?.stop();
  }, 60_000);

  it(`is killed ${KILL_ROUNDS} times under load, each time with an empty volume: all of it is in the server`, async () => {
    const volumes: string[] = [];
    const survived = await killRoundsOf(
      {
        start: () => {
          const volume = volumeName();
          volumes.push(volume);
          return startLedger({ volume, network, env: { GOODWILL_EVENT_STORE: cluster.connectionString } });
        },
        // The ledger is the server's: what a stopped replica leaves on its volume is disposable.
        verify: async () => undefined,
      },
      KILL_ROUNDS,
      seedFromEnvironment(),
    );
    for (const volume of volumes) await removeVolume(volume);
    console.info(JSON.stringify(survived));
    expect(survived.rounds).toBe(KILL_ROUNDS);
    expect(survived.acknowledged).toBeGreaterThan(KILL_ROUNDS * 20);
  }, 300_000);
});

suite(`two replicas on three EventStoreDB nodes${why}`, () => {
  const volumes = [volumeName(), volumeName()];
  const replicas: LedgerContainer[] = [];
  let network: StartedNetwork;
  let cluster: Cluster;
  beforeAll(async () => {
    buildImage();
    network = await new Network().start();
    cluster = await startCluster(network, 3);
    await cluster.leader();
    for (const volume of volumes) {
      const env = { GOODWILL_EVENT_STORE: cluster.connectionString };
      replicas.push(await startLedger({ volume, network, env }));
    }
  }, 1_500_000);
  afterAll(async () => {
    for (const replica of replicas) await replica.kill();
    await cluster?.remove();
    await network?.stop();
    if (replicas.length > 0) for (const volume of volumes) await removeVolume(volume);
  }, 120_000);

  it('lose the leader under load: what was acknowledged is there once, and writing goes on', async () => {
    const seed = seedFromEnvironment();
    const random = seeded(seed);
    const [first, second] = replicas as [LedgerContainer, LedgerContainer];
    const { path, position } = await openBook(first, 'leaderless', POLICY);
    await ready(second);

    const before = replicas.map((replica, i) => startLoad(replica, `${path}/acts`, i, CONNECTIONS, random));
    await sleep(1_000);
    const killed = await cluster.leader();
    const from = performance.now();
    await killed.kill();
    await Promise.race([Promise.all(before.map((load) => load.ended)), sleep(10_000)]);
    for (const replica of replicas) await ready(replica);
    console.info(
      `seed ${seed}: ${killed.name} was killed, ${(await cluster.leader()).name} leads; ` +
        `both replicas ready ${Math.round(performance.now() - from)} ms after the kill`,
    );

    const asks: Ask[] = [];
    for (const [i, load] of before.entries()) {
      // Some connections may have met nothing but a slow answer and go on: the replica's end is theirs.
      await (replicas[i] as LedgerContainer).kill();
      await load.ended;
      asks.push(...load.asks);
    }
    replicas.splice(0);
    for (const volume of volumes) {
      const env = { GOODWILL_EVENT_STORE: cluster.connectionString };
      replicas.push(await startLedger({ volume, network, env }));
    }
    const [third, fourth] = replicas as [LedgerContainer, LedgerContainer];
    // Asked at one replica, held to it at the other.
    const held = await heldToItsAnswers(third, path, asks);
    await toldTheWhole(fourth, path, position, asks);
    console.info(JSON.stringify(held));
    expect(held.acknowledged).toBeGreaterThan(CONNECTIONS);
    expect((await cluster.leader()).name).not.toBe(killed.name);
  }, 300_000);
});
