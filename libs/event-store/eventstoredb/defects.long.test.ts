/**
 * Aim: each known defect of the client is shown with the client used as its examples do, and shown to be none of ours.
 * Where the first half fails, the client has been mended, and what the adapter does about it can go.
 */
import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jsonEvent } from '@eventstore/db-client';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Options, type StandIn, startStandIn } from '../../../test/stand-in/start.ts';
import { event, eventsOf } from '../event-store.conformance.ts';
import { NO_STREAM } from '../event-store.ts';
import { ClosableClient } from './connection.ts';
import { EventStoreDbEventStore } from './eventstoredb-event-store.ts';

const NAIVE = fileURLToPath(new URL('./naive-client.fixture.ts', import.meta.url));

interface Seen {
  readonly code: number;
  /** What the case returned; undefined when it did not come so far. */
  readonly saw: unknown;
  readonly stderr: string;
}

function naive(defect: string): Promise<Seen> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--no-warnings', NAIVE, defect],
      { timeout: 25_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : Number(error.code ?? -1);
        resolve({ code, saw: stdout === '' ? undefined : JSON.parse(stdout), stderr });
      },
    );
  });
}

const standIns: StandIn[] = [];
const stores: EventStoreDbEventStore[] = [];

async function start(options: Options = {}): Promise<StandIn> {
  const standIn = await startStandIn(options);
  standIns.push(standIn);
  return standIn;
}
function open(standIn: StandIn, more = '', attemptMs = 1_000): EventStoreDbEventStore {
  const store = new EventStoreDbEventStore({
    connectionString: `${standIn.connectionString}${more}`,
    timing: { attemptMs, totalMs: 6 * attemptMs },
  });
  stores.push(store);
  return store;
}
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all(standIns.splice(0).map((standIn) => standIn.stop()));
});

const NEW = { ok: true, revision: 0, alreadyThere: false };
const until = async (what: () => boolean): Promise<void> => {
  for (let i = 0; i < 800 && !what(); i++) await sleep(10);
};

describe('the defects of the client', () => {
  it('D1: a lost answer leaves an append pending for ever, though it was carried out', async () => {
    expect((await naive('D1')).saw).toEqual({ append: 'pending', committed: 1 });

    const standIn = await start();
    await standIn.control.fault({ method: 'append', kind: 'hang-after' });
    expect(await open(standIn).append('book-a', eventsOf(1), NO_STREAM)).toEqual(NEW);
    expect(await standIn.control.ids('book-a')).toHaveLength(1);
  }, 40_000);

  it('D2: a stream that dies fails the appends of other connections, which are carried out all the same', async () => {
    expect((await naive('D2')).saw).toEqual({ healthy: expect.stringContaining('failed'), committed: 1 });

    const [well, ill] = [await start(), await start()];
    await well.control.fault({ method: 'append', kind: 'delay-after', delayMs: 500 });
    await ill.control.fault({ method: 'append', kind: 'hang-before' });
    const healthy = open(well, '', 5_000).append('book-a', eventsOf(1), NO_STREAM);
    const dying = open(ill).append('book-a', eventsOf(1), NO_STREAM);
    await sleep(150);
    await ill.control.cut();
    expect(await healthy).toEqual(NEW);
    expect((await well.control.counts()).calls).toMatchObject({ append: 1, batchAppend: 0 });
    expect(await dying).toEqual(NEW);
  }, 40_000);

  it('D3: the late answer then ends the process', async () => {
    const { code, saw, stderr } = await naive('D3');
    expect(saw).toBeUndefined();
    expect(code).not.toBe(0);
    expect(stderr).toContain('TypeError');

    // A late answer, after the connection was given up and a new one made, changes nothing.
    const standIn = await start();
    await standIn.control.fault({ method: 'append', kind: 'delay-after', delayMs: 1_500 });
    const store = open(standIn);
    expect(await store.append('book-a', eventsOf(1), NO_STREAM)).toEqual(NEW);
    await sleep(1_000);
    expect(await store.append('book-a', eventsOf(1), 0)).toMatchObject({ revision: 1 });
  }, 40_000);

  it('D4: a conflict that is not thrown always tells revision 1', async () => {
    expect((await naive('D4')).saw).toEqual({ success: false, standsAt: 1 });

    const store = open(await start(), '&throwOnAppendFailure=false');
    await store.append('book-a', eventsOf(6), NO_STREAM);
    expect(await store.append('book-a', eventsOf(1), 2)).toEqual({ ok: false, actual: 5 });
  }, 40_000);

  it('D5: a BigInt in the data ends the process', async () => {
    const { code, saw, stderr } = await naive('D5');
    expect({ code: code === 0, saw }).toEqual({ code: false, saw: undefined });
    expect(stderr).toContain('BigInt');

    const store = open(await start());
    const big = { ...event(), data: '{"big": 12345678901234567890, "exact":1.0}' };
    expect(await store.append('book-a', [big], NO_STREAM)).toEqual(NEW);
    for await (const [stored] of store.read('book-a', 0)) expect(stored!.data).toBe(big.data);
  }, 40_000);

  it('D6: when the first discovery fails, appends never recover', async () => {
    const failed = expect.stringContaining('failed');
    expect((await naive('D6')).saw).toEqual({
      before: failed,
      appends: [failed, failed, failed],
      read: 'succeeded',
    });

    const gone = await startStandIn({ nodes: 2 });
    await gone.stop();
    const store = open(gone);
    await expect(store.append('book-a', eventsOf(1), NO_STREAM)).rejects.toMatchObject({
      nothingWritten: true,
    });
    await start({ nodes: 2, ports: gone.ports });
    expect(await store.append('book-a', eventsOf(1), NO_STREAM)).toEqual(NEW);
  }, 60_000);

  it('D7: when the first check of features fails, appends never recover', async () => {
    const failed = expect.stringContaining('failed');
    expect((await naive('D7')).saw).toEqual({
      before: failed,
      appends: [failed, failed, failed],
      read: 'succeeded',
    });

    const standIn = await start();
    await standIn.control.fault({ method: 'features', kind: 'internal-before', times: 100 });
    expect(await open(standIn).append('book-a', eventsOf(1), NO_STREAM)).toEqual(NEW);
    expect((await standIn.control.counts()).calls.features).toBe(0);
  }, 40_000);

  it('D8: checkpoints run ahead of the handler: who resumes from one loses events', async () => {
    const { saw } = await naive('D8');
    expect((saw as { lost: number }).lost).toBeGreaterThan(0);

    const store = open(await start());
    await store.append('book-a', eventsOf(200), NO_STREAM);
    const seen: number[] = [];
    let position: bigint | undefined;
    // Ends many times, each time in the midst of a backlog, and goes on after the last event handled.
    while (seen.length < 200) {
      let handled = 0;
      const subscription = store.subscribe(
        { streamPrefix: 'book-', maxBatch: 1, ...(position !== undefined && { after: position }) },
        async ([one]) => {
          if (handled >= 25) return;
          await sleep(1);
          handled += 1;
          seen.push(one!.revision);
          position = one!.global;
        },
      );
      await until(() => handled >= 25);
      await subscription.close();
    }
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i));
  }, 40_000);

  it('D9: an error in the callback for checkpoints stops the subscription without a word', async () => {
    expect((await naive('D9')).saw).toEqual({ stuck: true, failed: false });

    const store = open(await start());
    // Many checkpoints: of each window of 32 events, almost none is of the prefix.
    for (let i = 0; i < 3; i++) await store.append(`other-${i}`, eventsOf(1_000), NO_STREAM);
    await store.append('book-a', eventsOf(200), NO_STREAM);
    let seen = 0;
    store.subscribe({ streamPrefix: 'book-' }, (events) => {
      seen += events.length;
    });
    await until(() => seen >= 200);
    expect(seen).toBe(200);
  }, 40_000);

  it('D10: a server that goes away politely looks like the end of the log', async () => {
    expect((await naive('D10')).saw).toEqual({ ended: 'succeeded', seen: 3, of: 5 });

    const standIn = await start();
    const store = open(standIn);
    const seen: number[] = [];
    store.subscribe({ streamPrefix: 'book-' }, (events) => {
      seen.push(...events.map(({ revision }) => revision));
    });
    await store.append('book-a', eventsOf(3), NO_STREAM);
    await until(() => seen.length >= 3);
    await standIn.control.endStreams('end');
    await store.append('book-a', eventsOf(2), 2);
    await until(() => seen.length >= 5);
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  }, 40_000);

  it('D11: the 101st stream of a connection is never answered', async () => {
    expect((await naive('D11')).saw).toEqual({ read: 'pending' });

    const standIn = await start();
    // The last of the 300 wait for all before them.
    const store = open(standIn, '', 5_000);
    await store.append('book-a', eventsOf(1), NO_STREAM);
    for (let i = 0; i < 48; i++) store.subscribe({ streamPrefix: `book-${i}` }, () => undefined);
    await standIn.control.fault({ method: 'read', kind: 'delay-before', delayMs: 80, times: 300 });
    const heads = await Promise.all(Array.from({ length: 300 }, () => store.head('book-a')));
    expect(new Set(heads)).toEqual(new Set([0]));
    const { connections, mostOpenStreams } = await standIn.control.counts();
    expect(connections).toBe(2);
    expect(mostOpenStreams).toBeLessThanOrEqual(2 * 48);
  }, 60_000);

  it('D12: a call that meets another leader fails, and only the next one goes there', async () => {
    expect((await naive('D12')).saw).toEqual({
      first: expect.stringContaining('Leader info available'),
      second: 'succeeded',
    });

    const standIn = await start({ nodes: 2 });
    const store = open(standIn);
    await store.append('book-a', eventsOf(1), NO_STREAM);
    await standIn.control.setLeader(1);
    expect(await store.append('book-a', eventsOf(1), 0)).toEqual({
      ok: true,
      revision: 1,
      alreadyThere: false,
    });
    await standIn.control.setLeader(0);
    expect(await store.head('book-a')).toBe(1);
  }, 40_000);

  it('D13: a server whose clock is ahead refuses appends as too late', async () => {
    expect((await naive('D13')).saw).toEqual({ append: expect.stringContaining('failed'), committed: 0 });

    const standIn = await start({ clockAheadMs: 60_000 });
    expect(await open(standIn).append('book-a', eventsOf(1), NO_STREAM)).toEqual(NEW);
  }, 40_000);

  it('D14: an append on a channel that has just been closed ends the process', async () => {
    const { code, saw, stderr } = await naive('D14');
    expect({ code, saw }).toEqual({ code: 1, saw: undefined });
    expect(stderr).toContain('Channel has been shut down');

    const { port } = await start();
    const client = new ClosableClient({ endpoint: { address: '127.0.0.1', port } }, { insecure: true });
    const older = { credentials: { username: 'admin', password: 'changeit' } };
    const append = () =>
      client.appendToStream('book-a', jsonEvent({ type: 'ThingHappened', data: {} }), older);
    await append();
    client.close();
    await expect(append()).rejects.toThrow('Channel has been shut down');
  }, 40_000);
});
