/**
 * What every adapter of the port must do. Aim: a store that loses, doubles or reorders an acknowledged append, or
 * lets two writers stand on one revision, fails here, whatever engine it is on.
 *
 * Streams and ids are new in each test, so that the suite also runs on an engine that is not emptied between.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { AppendResult, EventStore, EventToAppend, StoredEvent, Subscription } from './event-store.ts';
import { EngineUnavailable, NO_STREAM } from './event-store.ts';

export interface StoreUnderTest {
  readonly store: EventStore;
  /** Another store on the same storage, whether or not the earlier ones are still open. */
  reopen(): Promise<EventStore>;
  /** Closes every store opened, and removes the storage where it is the test's own. */
  close(): Promise<void>;
}

/** Where engines may differ. */
export interface Capabilities {
  /** The biggest event that must go through, in characters of data. */
  readonly bigEventCharacters?: number;
  /** How long something appended may take to reach a subscription. */
  readonly patienceMs?: number;
  /** The most events one append must take. */
  readonly bigBatchEvents?: number;
}

export const event = (data: unknown = {}, type = 'ThingHappened'): EventToAppend => ({
  id: randomUUID(),
  type,
  data: JSON.stringify(data),
});
export const eventsOf = (count: number): EventToAppend[] =>
  Array.from({ length: count }, (_, n) => event({ n }));

async function everything(store: EventStore, stream: string, from = 0): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for await (const batch of store.read(stream, from)) all.push(...batch);
  return all;
}

export function eventStoreConformance(
  name: string,
  open: () => Promise<StoreUnderTest>,
  capabilities: Capabilities = {},
): void {
  const { bigEventCharacters = 5_000_000, patienceMs = 5_000, bigBatchEvents = 1_000 } = capabilities;

  describe(`${name} keeps the promises of an event store`, () => {
    let under: StoreUnderTest;
    const subscriptions: Subscription[] = [];
    const newStream = (): string => `book-${randomUUID()}`;

    async function opened(): Promise<EventStore> {
      under = await open();
      return under.store;
    }
    afterEach(async () => {
      await Promise.all(subscriptions.splice(0).map((subscription) => subscription.close()));
      await under.close();
    });

    async function until(what: () => boolean): Promise<void> {
      const deadline = performance.now() + patienceMs;
      while (!what()) {
        if (performance.now() > deadline) return;
        await sleep(2);
      }
    }
    /** Collects what a subscription delivers of the streams that start so. */
    function follow(
      store: EventStore,
      streamPrefix: string,
      after?: bigint,
      maxBatch?: number,
    ): StoredEvent[] {
      const seen: StoredEvent[] = [];
      subscriptions.push(
        store.subscribe({ after, streamPrefix, maxBatch }, (events) => {
          seen.push(...events);
        }),
      );
      return seen;
    }
    const done = (revision: number, alreadyThere = false): AppendResult => ({
      ok: true,
      revision,
      alreadyThere,
    });

    describe('append', () => {
      it('numbers the events of a stream from 0 without gaps and gives back what was appended', async () => {
        const store = await opened();
        const stream = newStream();
        const [a, b, c] = [event({ a: 1 }, 'FirstThing'), event({ b: [1, 2] }), event('c')];
        expect(await store.append(stream, [a], NO_STREAM)).toEqual(done(0));
        expect(await store.append(stream, [b, c], 0)).toEqual(done(2));
        const stored = await everything(store, stream);
        expect(stored.map(({ global: _, append: __, ...rest }) => rest)).toEqual(
          [a, b, c].map((appended, revision) => ({ ...appended, stream, revision })),
        );
        expect(stored.every((one) => typeof one.global === 'bigint')).toBe(true);
        expect(stored[0]!.global < stored[1]!.global && stored[1]!.global < stored[2]!.global).toBe(true);
      });

      it.each([
        ['a stream that is to be new and is not', 3, NO_STREAM],
        ['a revision the stream has passed', 3, 1],
        ['a revision the stream has not reached', 3, 7],
        ['a stream that is not there', 0, 0],
      ])('refuses %s, tells where the stream stands, and appends nothing', async (_, there, expected) => {
        const store = await opened();
        const stream = newStream();
        if (there > 0) await store.append(stream, eventsOf(there), NO_STREAM);
        const actual = there - 1;
        expect(await store.append(stream, eventsOf(2), expected)).toEqual({ ok: false, actual });
        expect(await store.head(stream)).toBe(actual);
        expect(await everything(store, stream)).toHaveLength(there);
      });

      it('appends all events of a call or none, also when two calls stand on the same revision', async () => {
        const store = await opened();
        const stream = newStream();
        const rivals = Array.from({ length: 8 }, () => eventsOf(20));
        const results = await Promise.all(rivals.map((events) => store.append(stream, events, NO_STREAM)));
        const winners = rivals.filter((_, i) => results[i]!.ok);
        expect(winners).toHaveLength(1);
        expect(results.filter((result) => !result.ok)).toEqual(Array(7).fill({ ok: false, actual: 19 }));
        expect((await everything(store, stream)).map(({ id }) => id)).toEqual(
          winners[0]!.map(({ id }) => id),
        );
      });

      it('keeps the order in which calls were made', async () => {
        const store = await opened();
        const stream = newStream();
        const events = eventsOf(100);
        const results = await Promise.all(events.map((one, i) => store.append(stream, [one], i - 1)));
        expect(results.map((result) => result.ok)).toEqual(Array(100).fill(true));
        expect((await everything(store, stream)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      });

      it('answers an exact retry with the first result and appends nothing, however far the stream went on', async () => {
        const store = await opened();
        const stream = newStream();
        const [first, second] = [eventsOf(3), eventsOf(2)];
        await store.append(stream, first, NO_STREAM);
        expect(await store.append(stream, first, NO_STREAM)).toEqual(done(2, true));
        await store.append(stream, second, 2);
        expect(await store.append(stream, second, 2)).toEqual(done(4, true));
        expect(await store.append(stream, first, NO_STREAM)).toEqual(done(2, true));
        expect(await everything(store, stream)).toHaveLength(5);
      });

      it('appends once when the same call is made many times at once', async () => {
        const store = await opened();
        const stream = newStream();
        const events = eventsOf(3);
        const results = await Promise.all(
          Array.from({ length: 10 }, () => store.append(stream, events, NO_STREAM)),
        );
        expect(results.filter((result) => result.ok && result.revision === 2)).toHaveLength(10);
        expect(results.filter((result) => result.ok && !result.alreadyThere)).toHaveLength(1);
        expect(await everything(store, stream)).toHaveLength(3);
      });

      it('takes a call whose events are all in place as a retry, and one that is there in part as a conflict', async () => {
        const store = await opened();
        const stream = newStream();
        const [a, b, c] = eventsOf(3) as [EventToAppend, EventToAppend, EventToAppend];
        await store.append(stream, [a, b, c], NO_STREAM);
        expect(await store.append(stream, [a, b], NO_STREAM)).toEqual(done(1, true));
        const conflict = { ok: false, actual: 2 };
        expect(await store.append(stream, [a, b, c, event()], NO_STREAM)).toEqual(conflict);
        expect(await store.append(stream, [a, b, event()], NO_STREAM)).toEqual(conflict);
        expect(await store.append(stream, [event(), b, c], NO_STREAM)).toEqual(conflict);
        expect(await store.append(stream, [b, a, c], NO_STREAM)).toEqual(conflict);
        expect(await store.append(stream, [a, b, c], 0)).toEqual(conflict);
        expect(await everything(store, stream)).toHaveLength(3);
      });

      it('keeps streams apart: the same ids may stand in another one', async () => {
        const store = await opened();
        const [one, other] = [newStream(), newStream()];
        const events = eventsOf(2);
        await store.append(one, events, NO_STREAM);
        expect(await store.append(other, events, NO_STREAM)).toEqual(done(1));
        expect(await store.append(one, eventsOf(1), 1)).toEqual(done(2));
        expect(await store.head(other)).toBe(1);
      });

      it.each([
        ['no events', [], NO_STREAM],
        ['a lone surrogate', [{ id: randomUUID(), type: 'T', data: '"\ud800"' }], NO_STREAM],
        ['an expectation below none', eventsOf(1), -2],
        ['an expectation that is no whole number', eventsOf(1), 0.5],
      ])('rejects %s as a fault of the caller', async (_, events, expected) => {
        const store = await opened();
        const stream = newStream();
        await expect(store.append(stream, events, expected)).rejects.toThrow(TypeError);
        expect(await store.head(stream)).toBe(NO_STREAM);
      });

      it('gives back any well-formed text unchanged', async () => {
        const store = await opened();
        const stream = `book-${randomUUID()}-é→𝄞`;
        const texts = ['', 'naïve café', '𝄞🙂\u{10ffff}', 'a\u0000b', '\r\n\t\u2028', '{"a": 1}\n', "'; --"];
        const events = texts.map((text) => event(text, 'Thing/ぁ'));
        await store.append(stream, events, NO_STREAM);
        const stored = await everything(store, stream);
        expect(stored.map(({ id, type, data }) => ({ id, type, data }))).toEqual(events);
        expect(stored[0]!.stream).toBe(stream);
      });

      it(`takes an event of ${bigEventCharacters} characters and ${bigBatchEvents} events in one call`, async () => {
        const store = await opened();
        const stream = newStream();
        const big = event('x'.repeat(bigEventCharacters - 2));
        await store.append(stream, [big], NO_STREAM);
        const many = eventsOf(bigBatchEvents);
        expect(await store.append(stream, many, 0)).toEqual(done(bigBatchEvents));
        const stored = await everything(store, stream);
        expect(stored[0]!.data === big.data).toBe(true);
        expect(stored.slice(1).map(({ id }) => id)).toEqual(many.map(({ id }) => id));
      });
    });

    describe('read, head and streams', () => {
      it('reads from and to the revisions asked for, both included, in batches of the size asked for', async () => {
        const store = await opened();
        const stream = newStream();
        await store.append(stream, eventsOf(25), NO_STREAM);
        const batches: number[][] = [];
        for await (const batch of store.read(stream, 3, { to: 20, maxBatch: 7 })) {
          batches.push(batch.map(({ revision }) => revision));
        }
        expect(batches.every((batch) => batch.length >= 1 && batch.length <= 7)).toBe(true);
        expect(batches.flat()).toEqual(Array.from({ length: 18 }, (_, i) => i + 3));
      });

      it('reads nothing from a stream that is not there, past the end, or from after to', async () => {
        const store = await opened();
        const stream = newStream();
        expect(await everything(store, stream)).toEqual([]);
        await store.append(stream, eventsOf(2), NO_STREAM);
        expect(await everything(store, stream, 2)).toEqual([]);
        const batches = [];
        for await (const batch of store.read(stream, 1, { to: 0 })) batches.push(batch);
        expect(batches).toEqual([]);
      });

      it('lets a reader stop early and goes on', async () => {
        const store = await opened();
        const stream = newStream();
        await store.append(stream, eventsOf(30), NO_STREAM);
        for await (const batch of store.read(stream, 0, { maxBatch: 5 })) {
          expect(batch[0]!.revision).toBe(0);
          break;
        }
        expect(await store.append(stream, eventsOf(1), 29)).toEqual(done(30));
      });

      it('knows the head at once after an append', async () => {
        const store = await opened();
        const stream = newStream();
        expect(await store.head(stream)).toBe(NO_STREAM);
        for (let i = 0; i < 20; i++) {
          await store.append(stream, [event()], i - 1);
          expect(await store.head(stream)).toBe(i);
        }
      });

      it('lists the streams that start with a prefix, and no others', async () => {
        const store = await opened();
        const run = randomUUID();
        const names = ['a', 'a-1', 'b', 'a%', 'a_', 'aé', 'a\u{10ffff}', 'A'].map(
          (end) => `book-${run}-${end}`,
        );
        for (const stream of names) await store.append(stream, [event()], NO_STREAM);
        const listed = async (end: string): Promise<string[]> =>
          [...(await store.streams(`book-${run}-${end}`))].sort();
        const starting = (end: string): string[] =>
          names.filter((stream) => stream.startsWith(`book-${run}-${end}`)).sort();
        for (const end of ['', 'a', 'a-', 'b', 'a%', 'a_', 'a\u{10ffff}', 'c']) {
          expect(await listed(end)).toEqual(starting(end));
        }
      });
    });

    describe('subscribe', () => {
      it('delivers what is there and what comes, in order, each once', async () => {
        const store = await opened();
        const stream = newStream();
        await store.append(stream, eventsOf(40), NO_STREAM);
        const seen = follow(store, stream, undefined, 16);
        for (let i = 40; i < 140; i++) await store.append(stream, [event()], i - 1);
        await until(() => seen.length >= 140);
        // Nothing may come twice, also a moment later.
        await sleep(60);
        expect(seen.map(({ revision }) => revision)).toEqual(Array.from({ length: 140 }, (_, i) => i));
        const stored = await everything(store, stream);
        expect(seen).toEqual(stored);
      });

      it('keeps the order of appends over streams, and leaves out those that do not start with the prefix', async () => {
        const store = await opened();
        const run = `book-${randomUUID()}`;
        const appended: string[] = [];
        for (let i = 0; i < 30; i++) {
          const one = event();
          await store.append(`${run}-${i % 3}`, [one], Math.floor(i / 3) - 1);
          if (i % 3 !== 2) appended.push(one.id);
        }
        const [zero, all] = [follow(store, `${run}-0`), follow(store, run)];
        await until(() => all.length >= 30 && zero.length >= 10);
        expect(zero.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(all.filter(({ stream }) => !stream.endsWith('-2')).map(({ id }) => id)).toEqual(appended);
        expect(all.every((one, i) => i === 0 || one.global > all[i - 1]!.global)).toBe(true);
      });

      it('starts after the position given', async () => {
        const store = await opened();
        const stream = newStream();
        await store.append(stream, eventsOf(10), NO_STREAM);
        const after = (await everything(store, stream))[6]!.global;
        const seen = follow(store, stream, after);
        await until(() => seen.length >= 3);
        await store.append(stream, [event()], 9);
        await until(() => seen.length >= 4);
        expect(seen.map(({ revision }) => revision)).toEqual([7, 8, 9, 10]);
      });

      it('goes on where another subscription stopped, without loss or doubling', async () => {
        const store = await opened();
        const stream = newStream();
        const seen: StoredEvent[] = [];
        let revision = NO_STREAM;
        for (let round = 0; round < 5; round++) {
          const following = store.subscribe(
            { streamPrefix: stream, after: seen.at(-1)?.global, maxBatch: 3 },
            (events) => {
              seen.push(...events);
            },
          );
          for (let i = 0; i < 10; i++) {
            const result = await store.append(stream, [event()], revision);
            if (result.ok) revision = result.revision;
          }
          await until(() => seen.length >= 10 * round + 5);
          await following.close();
        }
        const rest = follow(store, stream, seen.at(-1)!.global);
        await until(() => seen.length + rest.length >= 50);
        expect([...seen, ...rest].map((one) => one.revision)).toEqual(
          Array.from({ length: 50 }, (_, i) => i),
        );
      });

      it('waits for the handler before the next batch, and gives it no more than it asked for', async () => {
        const store = await opened();
        const stream = newStream();
        await store.append(stream, eventsOf(20), NO_STREAM);
        let running = 0;
        const sizes: number[] = [];
        let overlapped = false;
        subscriptions.push(
          store.subscribe({ streamPrefix: stream, maxBatch: 4 }, async (events) => {
            overlapped ||= running > 0;
            running += 1;
            sizes.push(events.length);
            await sleep(5);
            running -= 1;
          }),
        );
        const total = (): number => sizes.reduce((sum, size) => sum + size, 0);
        await until(() => total() >= 20);
        expect(total()).toBe(20);
        expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
        expect(overlapped).toBe(false);
      });

      it.each(['throws', 'rejects'])('ends with the reason when the handler %s', async (how) => {
        const store = await opened();
        const stream = newStream();
        await store.append(stream, eventsOf(4), NO_STREAM);
        let calls = 0;
        const reason = new Error('The view is broken.');
        const subscription = store.subscribe({ streamPrefix: stream, maxBatch: 2 }, () => {
          calls += 1;
          if (how === 'throws') throw reason;
          return Promise.reject(reason);
        });
        await expect(subscription.ended).rejects.toBe(reason);
        await subscription.close();
        await store.append(stream, [event()], 3);
        await sleep(50);
        expect(calls).toBe(1);
      });

      it('delivers nothing after close, which lets the handler finish', async () => {
        const store = await opened();
        const stream = newStream();
        await store.append(stream, eventsOf(10), NO_STREAM);
        let started = 0;
        let finished = 0;
        const subscription = store.subscribe({ streamPrefix: stream, maxBatch: 1 }, async () => {
          started += 1;
          await sleep(20);
          finished += 1;
        });
        await until(() => started > 0);
        await subscription.close();
        await subscription.ended;
        const then = [started, finished];
        expect(started).toBe(finished);
        await store.append(stream, [event()], 9);
        await sleep(50);
        expect([started, finished]).toEqual(then);
      });
    });

    describe('delete', () => {
      it('removes a stream of personal data, which may begin anew, and leaves the others', async () => {
        const store = await opened();
        const run = randomUUID();
        const [gone, kept] = [`customer-${run}-a`, `customer-${run}-b`];
        await store.append(gone, eventsOf(3), NO_STREAM);
        await store.append(kept, eventsOf(2), NO_STREAM);
        await store.delete(gone);
        expect(await store.head(gone)).toBe(NO_STREAM);
        expect(await everything(store, gone)).toEqual([]);
        expect(await store.streams(`customer-${run}`)).toEqual([kept]);
        expect(await everything(store, kept)).toHaveLength(2);
        await store.delete(gone);
      });

      it('shows a subscription what comes after a deletion as new', async () => {
        const store = await opened();
        const run = randomUUID();
        const seen = follow(store, `customer-${run}`);
        await store.append(`customer-${run}-a`, eventsOf(2), NO_STREAM);
        await until(() => seen.length >= 2);
        await store.delete(`customer-${run}-a`);
        await store.append(`customer-${run}-b`, eventsOf(2), NO_STREAM);
        await until(() => seen.length >= 4);
        expect(seen.map(({ stream, revision }) => [stream.at(-1), revision])).toEqual([
          ['a', 0],
          ['a', 1],
          ['b', 0],
          ['b', 1],
        ]);
        expect(seen.every((one, i) => i === 0 || one.global > seen[i - 1]!.global)).toBe(true);
      });

      it('refuses a stream of the ledger', async () => {
        const store = await opened();
        const stream = newStream();
        await store.append(stream, eventsOf(2), NO_STREAM);
        await expect(store.delete(stream)).rejects.toThrow(stream);
        expect(await everything(store, stream)).toHaveLength(2);
      });
    });

    describe('two stores on one storage', () => {
      it('are fenced by the revision: every acknowledged append is there once, in the order acknowledged', async () => {
        const store = await opened();
        const other = await under.reopen();
        const stream = newStream();
        const acknowledged: string[] = [];
        let conflicts = 0;
        const write = async (writer: EventStore): Promise<void> => {
          for (let i = 0; i < 40; ) {
            const one = event();
            const result = await writer.append(stream, [one], await writer.head(stream));
            if (result.ok) {
              acknowledged[result.revision] = one.id;
              i += 1;
            } else conflicts += 1;
          }
        };
        await Promise.all([write(store), write(other), write(store)]);
        expect(acknowledged).toHaveLength(120);
        expect((await everything(store, stream)).map(({ id }) => id)).toEqual(acknowledged);
        expect(await everything(other, stream)).toEqual(await everything(store, stream));
        expect(conflicts).toBeGreaterThan(0);
      });

      it('see each other’s appends: head at once, subscriptions soon', async () => {
        const store = await opened();
        const other = await under.reopen();
        const stream = newStream();
        const seen = follow(other, stream);
        for (let i = 0; i < 10; i++) {
          await store.append(stream, [event()], i - 1);
          expect(await other.head(stream)).toBe(i);
        }
        await until(() => seen.length >= 10);
        expect(seen.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect(await other.append(stream, eventsOf(1), 3)).toEqual({ ok: false, actual: 9 });
      });

      it('know each other’s retries', async () => {
        const store = await opened();
        const stream = newStream();
        const events = eventsOf(3);
        await store.append(stream, events, NO_STREAM);
        const other = await under.reopen();
        expect(await other.append(stream, events, NO_STREAM)).toEqual(done(2, true));
      });
    });

    describe('check and close', () => {
      it('has nothing to complain of when all is well', async () => {
        const store = await opened();
        await expect(store.check()).resolves.toBeUndefined();
      });

      it('finishes the appends in flight before it closes, ends the subscriptions, and keeps what it had', async () => {
        const store = await opened();
        const stream = newStream();
        const events = eventsOf(30);
        const subscription = store.subscribe({ streamPrefix: stream }, () => undefined);
        const appends = events.map((one, i) => store.append(stream, [one], i - 1));
        const [results] = await Promise.all([Promise.all(appends), store.close()]);
        expect(results.every((result) => result.ok)).toBe(true);
        await subscription.ended;
        const again = await under.reopen();
        expect((await everything(again, stream)).map(({ id }) => id)).toEqual(events.map(({ id }) => id));
      });

      it('says that it is closed, as often as it is asked', async () => {
        const store = await opened();
        await store.close();
        await store.close();
        await expect(store.append(newStream(), eventsOf(1), NO_STREAM)).rejects.toThrow(EngineUnavailable);
        await expect(store.append(newStream(), eventsOf(1), NO_STREAM)).rejects.toMatchObject({
          nothingWritten: true,
        });
        await expect(store.head(newStream())).rejects.toThrow(EngineUnavailable);
        await expect(store.check()).rejects.toThrow(EngineUnavailable);
      });
    });
  });
}
