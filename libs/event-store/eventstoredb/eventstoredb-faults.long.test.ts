/**
 * Aim: whatever the network and the servers do, the adapter answers within its time, tells the truth about what was
 * written, and recovers by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import v8 from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UNKNOWN_FATE } from '../../../test/stand-in/faults.ts';
import { type Options, type StandIn, startStandIn } from '../../../test/stand-in/start.ts';
import { eventsOf } from '../event-store.conformance.ts';
import { EngineUnavailable, NO_STREAM, type StoredEvent } from '../event-store.ts';
import { EventStoreDbEventStore, type EventStoreDbOptions } from './eventstoredb-event-store.ts';

const TIMING = { attemptMs: 400, totalMs: 2_500 };

v8.setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What this process cannot let go of. */
function bytesHeld(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('the adapter under faults', () => {
  let standIn: StandIn;
  const stores: EventStoreDbEventStore[] = [];

  async function start(options: Options = {}): Promise<void> {
    standIn = await startStandIn(options);
  }
  function open(options: Partial<EventStoreDbOptions> = {}): EventStoreDbEventStore {
    const store = new EventStoreDbEventStore({
      connectionString: standIn.connectionString,
      timing: TIMING,
      ...options,
    });
    stores.push(store);
    return store;
  }
  async function until(what: () => boolean | Promise<boolean>, withinMs = 8_000): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (!(await what())) {
      if (performance.now() > deadline) throw new Error('It did not come to be in time.');
      await sleep(10);
    }
  }
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    await standIn.stop();
  });

  describe('an append', () => {
    beforeEach(() => start());

    it.each(UNKNOWN_FATE)('whose answer meets "%s" succeeds, once, as new', async (kind) => {
      const store = open();
      const events = eventsOf(3);
      await standIn.control.fault({ method: 'append', kind, delayMs: 600 });
      const result = await store.append('book-a', events, NO_STREAM);
      expect(result).toEqual({ ok: true, revision: 2, alreadyThere: false });
      expect(await standIn.control.ids('book-a')).toEqual(events.map(({ id }) => id));
    });

    it('that loses every answer is not known to have been written, and a retry later finds it', async () => {
      const store = open();
      const events = eventsOf(2);
      await standIn.control.fault({ method: 'append', kind: 'hang-after', times: 100 });
      const began = performance.now();
      const failed = store.append('book-a', events, NO_STREAM);
      await expect(failed).rejects.toMatchObject({ name: 'EngineUnavailable', nothingWritten: false });
      expect(performance.now() - began).toBeLessThan(TIMING.totalMs + 1_000);
      await standIn.control.clearFaults();
      expect(await store.append('book-a', events, NO_STREAM)).toEqual({
        ok: true,
        revision: 1,
        alreadyThere: true,
      });
      expect(await standIn.control.ids('book-a')).toHaveLength(2);
    });

    it('that is told to be a conflict and is there is none', async () => {
      const store = open();
      const events = eventsOf(3);
      await standIn.control.fault({ method: 'append', kind: 'conflict-after' });
      expect(await store.append('book-a', events, NO_STREAM)).toEqual({
        ok: true,
        revision: 2,
        alreadyThere: false,
      });
      expect(await standIn.control.ids('book-a')).toEqual(events.map(({ id }) => id));
    });

    it('that another one beats while its answer is lost is a conflict, and nothing of it is there', async () => {
      const [store, other] = [open(), open()];
      await standIn.control.fault({ method: 'append', kind: 'hang-before' });
      const losing = store.append('book-a', eventsOf(2), NO_STREAM);
      await sleep(100);
      const winner = eventsOf(3);
      await other.append('book-a', winner, NO_STREAM);
      expect(await losing).toEqual({ ok: false, actual: 2 });
      expect(await standIn.control.ids('book-a')).toEqual(winner.map(({ id }) => id));
    });

    it('with the ids of another process is told to be there already: whose content it is, must be read', async () => {
      const [store, other] = [open(), open()];
      const events = eventsOf(1);
      const [ours, theirs] = [
        { ...events[0]!, data: '"ours"' },
        { ...events[0]!, data: '"theirs"' },
      ];
      await other.append('book-a', [theirs], NO_STREAM);
      await standIn.control.fault({ method: 'append', kind: 'drop-after' });
      expect(await store.append('book-a', [ours], NO_STREAM)).toMatchObject({ ok: true, alreadyThere: true });
    });

    it('of more bytes than the engine takes at once is refused before anything is sent', async () => {
      const store = open();
      const big = { ...eventsOf(1)[0]!, data: JSON.stringify('x'.repeat(store.maxAppendBytes)) };
      await expect(store.append('book-a', [big], NO_STREAM)).rejects.toThrow(RangeError);
      expect((await standIn.control.counts()).calls.append).toBe(0);
      const most = { ...big, data: JSON.stringify('x'.repeat(store.maxAppendBytes - 500)) };
      expect(await store.append('book-a', [most], NO_STREAM)).toMatchObject({ ok: true });
    });

    it('that a server with a lower limit refuses is said to have written nothing', async () => {
      await standIn.stop();
      await start({ maxAppendBytes: 10_000 });
      const big = { ...eventsOf(1)[0]!, data: JSON.stringify('x'.repeat(20_000)) };
      const refused = open().append('book-a', [big], NO_STREAM);
      await expect(refused).rejects.toThrow(/raise its MaxAppendSize/);
      await expect(refused).rejects.toMatchObject({ nothingWritten: true });
    });

    it('is not disturbed when another call makes the connection be given up', async () => {
      const store = open({ timing: { attemptMs: 3_000, totalMs: 6_000 } });
      await store.append('book-b', eventsOf(1), NO_STREAM);
      await sleep(600);
      await standIn.control.fault({
        method: 'append',
        kind: 'delay-after',
        stream: 'book-a',
        delayMs: 1_200,
      });
      const slow = store.append('book-a', eventsOf(1), NO_STREAM);
      await sleep(100);
      await standIn.control.fault({ method: 'append', kind: 'internal-before', stream: 'book-b' });
      expect(await store.append('book-b', eventsOf(1), 0)).toMatchObject({ ok: true, revision: 1 });
      const { connections } = await standIn.control.counts();
      expect(await slow).toEqual({ ok: true, revision: 0, alreadyThere: false });
      const { calls } = await standIn.control.counts();
      expect({ connections, appends: calls.append }).toEqual({ connections: 2, appends: 4 });
    });

    it('waits behind others of its stream no longer than its own time', async () => {
      const store = open();
      await standIn.control.fault({ method: 'append', kind: 'hang-before', times: 1_000 });
      const began = performance.now();
      const outcomes = await Promise.allSettled(
        eventsOf(20).map((one, i) => store.append('book-a', [one], i - 1)),
      );
      expect(performance.now() - began).toBeLessThan(TIMING.totalMs + 1_500);
      const reasons = outcomes.map(
        (outcome) => (outcome as PromiseRejectedResult).reason as EngineUnavailable,
      );
      expect(reasons.every((reason) => reason instanceof EngineUnavailable)).toBe(true);
      expect(reasons.slice(1).every((reason) => reason.nothingWritten)).toBe(true);
    });
  });

  describe('a read', () => {
    beforeEach(() => start());

    it.each(['end', 'error', 'cut', 'silence', 'drop-before', 'hang-before', 'unavailable-before'] as const)(
      'that meets "%s" half way gives every event all the same',
      async (kind) => {
        const store = open();
        await store.append('book-a', eventsOf(700), NO_STREAM);
        await standIn.control.fault({ method: 'read', kind, afterEvents: 300 });
        const seen: StoredEvent[] = [];
        for await (const batch of store.read('book-a', 0, { maxBatch: 64 })) seen.push(...batch);
        expect(seen.map(({ revision }) => revision)).toEqual(Array.from({ length: 700 }, (_, i) => i));
      },
    );

    it('of an engine that never answers ends with the reason, in time', async () => {
      const store = open();
      await standIn.control.stall(true);
      const began = performance.now();
      await expect(store.head('book-a')).rejects.toThrow(/does not answer in time/);
      await expect(store.check()).rejects.toThrow(EngineUnavailable);
      expect(performance.now() - began).toBeLessThan(TIMING.totalMs + TIMING.attemptMs + 1_500);
      await standIn.control.stall(false);
      await until(() =>
        store.check().then(
          () => true,
          () => false,
        ),
      );
    });

    it('lists streams also while the log is cut short, deleted ones left out', async () => {
      const store = open();
      for (const name of ['customer-a', 'customer-b', 'book-c'])
        await store.append(name, eventsOf(5), NO_STREAM);
      await store.delete('customer-a');
      await standIn.control.fault({ method: 'read', kind: 'end', skip: 1, afterEvents: 4 });
      expect([...(await store.streams(''))].sort()).toEqual(['book-c', 'customer-b']);
      await store.append('customer-d', eventsOf(1), NO_STREAM);
      expect([...(await store.streams('customer-'))].sort()).toEqual(['customer-b', 'customer-d']);
    });
  });

  describe('a subscription', () => {
    beforeEach(() => start());

    it.each(['end', 'error', 'cut', 'silence'] as const)(
      'that meets "%s" again and again delivers every event once, in order',
      async (kind) => {
        const store = open({ quietMs: 300 });
        await store.append('book-a', eventsOf(200), NO_STREAM);
        await standIn.control.fault({ method: 'subscribe', kind, afterEvents: 47, times: 3 });
        const seen: number[] = [];
        store.subscribe({ streamPrefix: 'book-', maxBatch: 10 }, (events) => {
          seen.push(...events.map(({ revision }) => revision));
        });
        await until(() => seen.length >= 200, 12_000);
        await store.append('book-a', eventsOf(1), 199);
        await until(() => seen.length >= 201);
        expect(seen).toEqual(Array.from({ length: 201 }, (_, i) => i));
      },
    );

    it('that the server never confirms is begun anew', async () => {
      const store = open();
      await standIn.control.fault({ method: 'subscribe', kind: 'hang-before' });
      let seen = 0;
      store.subscribe({ streamPrefix: 'book-' }, (events) => {
        seen += events.length;
      });
      await store.append('book-a', eventsOf(3), NO_STREAM);
      await until(() => seen === 3, 9_000);
    });

    it('leaves a quiet engine in peace', async () => {
      const store = open({ quietMs: 100 });
      await store.append('other-a', eventsOf(3), NO_STREAM);
      store.subscribe({ streamPrefix: 'book-' }, () => undefined);
      await sleep(1_500);
      expect((await standIn.control.counts()).calls.subscribe).toBeLessThanOrEqual(4);
    });

    it('with a slow handler holds the server back instead of filling memory', async () => {
      const store = open();
      const text = 'x'.repeat(20_000);
      const big = (): { id: string; type: string; data: string }[] =>
        eventsOf(30).map((one) => ({ ...one, data: JSON.stringify(text) }));
      let revision = NO_STREAM;
      for (let i = 0; i < 60; i++) {
        const result = await store.append('book-a', big(), revision);
        if (result.ok) revision = result.revision;
      }
      const before = bytesHeld();
      let taken = 0;
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const subscription = store.subscribe({ streamPrefix: 'book-', maxBatch: 10 }, async (events) => {
        taken += events.length;
        await held;
      });
      try {
        await until(() => taken > 0);
        await sleep(1_500);
        expect(taken).toBeLessThanOrEqual(10);
        // 36 MB of events are waiting; those between transport and handler are a part of them.
        expect(bytesHeld() - before).toBeLessThan(30_000_000);
      } finally {
        release();
      }
      await until(() => taken >= 1_800, 15_000);
      await subscription.close();
    });

    it('beyond the number that a connection carries is refused by name', async () => {
      const store = open();
      for (let i = 0; i < 48; i++) store.subscribe({ streamPrefix: `book-${i}` }, () => undefined);
      expect(() => store.subscribe({}, () => undefined)).toThrow(/48 subscriptions already/);
      expect(await store.head('book-a')).toBe(NO_STREAM);
    });
  });

  describe('several nodes', () => {
    beforeEach(() => start({ nodes: 3 }));

    it('are all found through any of them: those that are down are passed over', async () => {
      await standIn.control.stopNode(0);
      await standIn.control.setLeader(2);
      const store = open();
      expect(await store.append('book-a', eventsOf(1), NO_STREAM)).toMatchObject({ ok: true });
      expect(await store.head('book-a')).toBe(0);
    });

    it('change their leader under appends, reads and subscriptions, and nothing is lost or doubled', async () => {
      const store = open();
      const events = eventsOf(90);
      const seen: string[] = [];
      store.subscribe({ streamPrefix: 'book-' }, (batch) => {
        seen.push(...batch.map(({ id }) => id));
      });
      for (let i = 0; i < events.length; i++) {
        if (i % 15 === 7) await standIn.control.setLeader(((i / 15) % 3) | 0);
        if (i % 30 === 20) await standIn.control.endStreams('error');
        expect(await store.append('book-a', [events[i]!], i - 1)).toEqual({
          ok: true,
          revision: i,
          alreadyThere: false,
        });
        if (i % 10 === 0) expect(await store.head('book-a')).toBe(i);
      }
      await until(() => seen.length >= 90);
      expect(seen).toEqual(events.map(({ id }) => id));
      expect(await standIn.control.ids('book-a')).toEqual(seen);
    });

    it('lose their leader for a while: appends wait for the next one, or say that nothing was written', async () => {
      const store = open();
      await store.append('book-a', eventsOf(1), NO_STREAM);
      await standIn.control.setLeader(undefined);
      await expect(store.check()).rejects.toThrow(EngineUnavailable);
      const waiting = store.append('book-a', eventsOf(1), 0);
      await sleep(800);
      await standIn.control.setLeader(1);
      expect(await waiting).toEqual({ ok: true, revision: 1, alreadyThere: false });
    });

    it('fall silent one by one: the one that leads is found all the same', async () => {
      const store = open({ timing: { attemptMs: 1_500, totalMs: 8_000 } });
      await store.append('book-a', eventsOf(1), NO_STREAM);
      await standIn.control.stall(true, 0);
      await standIn.control.setLeader(1);
      expect(await store.append('book-a', eventsOf(1), 0)).toMatchObject({ ok: true, revision: 1 });
      await standIn.control.stall(false, 0);
    });
  });

  describe('an engine that is not there', () => {
    it('is no reason not to open; nothing was written, and that is said', async () => {
      await start();
      const { ports } = standIn;
      await standIn.stop();
      const store = open();
      const failed = store.append('book-a', eventsOf(1), NO_STREAM);
      await expect(failed).rejects.toMatchObject({ name: 'EngineUnavailable', nothingWritten: true });
      await expect(store.check()).rejects.toThrow(/cannot be reached/);
      await start({ ports });
      await until(() =>
        store.check().then(
          () => true,
          () => false,
        ),
      );
      expect(await store.append('book-a', eventsOf(1), NO_STREAM)).toMatchObject({ ok: true });
    });

    it('is killed and comes back with its data: appends, reads and subscriptions go on', async () => {
      const file = `${(await import('node:os')).tmpdir()}/stand-in-${crypto.randomUUID()}.jsonl`;
      await start({ file });
      const { ports } = standIn;
      const store = open({ timing: { attemptMs: 1_000, totalMs: 8_000 } });
      const seen: number[] = [];
      store.subscribe({ streamPrefix: 'book-' }, (events) => {
        seen.push(...events.map(({ revision }) => revision));
      });
      for (let i = 0; i < 10; i++) await store.append('book-a', eventsOf(1), i - 1);
      await standIn.kill();
      const waiting = store.append('book-a', eventsOf(1), 9);
      await sleep(300);
      await start({ file, ports });
      expect(await waiting).toMatchObject({ ok: true, revision: 10 });
      await until(() => seen.length >= 11, 12_000);
      expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      await (await import('node:fs/promises')).rm(file);
    });
  });
});
