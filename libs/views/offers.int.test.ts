/**
 * Aim: what a view is handed is the ledger, each event once and in order, whether it comes by offers or by a
 * subscription of its own, and whatever of the offers is missing, late, old or comes twice.
 */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seeded, seedFromEnvironment } from '../../test/crash/seeded.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { OfferedStore } from './offers.ts';

const STREAMS = ['book-a', 'book-b', 'book-c'];

let directory: string;
let engine: SqliteEventStore;
let subscriptions: number;
let store: OfferedStore;
const lengths = new Map<string, number>();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'offers-'));
  engine = await SqliteEventStore.open({ file: join(directory, 'events.db') });
  subscriptions = 0;
  lengths.clear();
  store = new OfferedStore(counting(engine), 'book-');
});
afterEach(async () => {
  await engine.close();
  await rm(directory, { recursive: true, force: true });
});

/** The engine, and how many subscriptions it has at the moment. */
function counting(inner: SqliteEventStore): EventStore {
  return new Proxy(inner, {
    get(target, name) {
      if (name !== 'subscribe') {
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      }
      return (...asked: Parameters<EventStore['subscribe']>) => {
        subscriptions += 1;
        const subscription = target.subscribe(...asked);
        const count = (): void => {
          subscriptions -= 1;
        };
        subscription.ended.then(count, count);
        return subscription;
      };
    },
  });
}

/** @returns what was appended, as it is stored */
async function append(stream: string, count: number): Promise<StoredEvent[]> {
  const from = lengths.get(stream) ?? 0;
  const events = Array.from({ length: count }, () => ({ id: randomUUID(), type: 't', data: '{}' }));
  await engine.append(stream, events, from - 1);
  lengths.set(stream, from + count);
  const stored: StoredEvent[] = [];
  for await (const batch of engine.read(stream, from)) stored.push(...batch);
  return stored;
}

async function until(what: () => boolean): Promise<void> {
  const began = performance.now();
  while (!what()) {
    if (performance.now() - began > 10_000) throw new Error('it did not come to be');
    await sleep(2);
  }
}

const ids = (events: readonly StoredEvent[]): string[] => events.map(({ id }) => id);

describe('a view that is offered what comes', () => {
  it('gives up its own subscription for offers that join on, and takes it up where they end', async () => {
    const all = await append('book-a', 3);
    const handed: StoredEvent[] = [];
    const following = store.subscribe({ streamPrefix: 'book-' }, (events) => void handed.push(...events));
    await until(() => handed.length === 3);
    expect(subscriptions).toBe(1);
    expect(await store.streams('book-')).toEqual(['book-a']);

    const more = await append('book-b', 2);
    all.push(...more);
    store.offer({ after: all[2]!.global, events: more });
    await until(() => handed.length === 5 && subscriptions === 0);
    expect(new Set(await store.streams('book-'))).toEqual(new Set(['book-a', 'book-b']));

    all.push(...(await append('book-a', 1)));
    await sleep(30);
    expect(handed).toHaveLength(5);
    store.offersEnd();
    await until(() => handed.length === 6 && subscriptions === 1);
    expect(ids(handed)).toEqual(ids(all));
    await following.close();
    expect(subscriptions).toBe(0);
  });

  it('does not join what leaves a gap', async () => {
    const all = await append('book-a', 2);
    const handed: StoredEvent[] = [];
    const following = store.subscribe({ streamPrefix: 'book-' }, (events) => void handed.push(...events));
    await until(() => handed.length === 2);
    all.push(...(await append('book-a', 1)));
    store.offer({ after: all[1]!.global, events: all.slice(2) });
    await until(() => handed.length === 3 && subscriptions === 0);
    all.push(...(await append('book-a', 2)));
    store.offer({ after: all[3]!.global, events: [all[4]!] });
    await until(() => handed.length === 5);
    expect(ids(handed)).toEqual(ids(all));
    await following.close();
  });

  it('rethrows what the handler throws, also of offers', async () => {
    const [first] = await append('book-a', 1);
    const following = store.subscribe({ streamPrefix: 'book-' }, ([event]) => {
      if (event!.revision > 0) throw new RangeError('not this one');
    });
    await until(() => subscriptions === 1);
    await sleep(50);
    store.offer({ after: first!.global, events: await append('book-a', 1) });
    await expect(following.ended).rejects.toThrow(RangeError);
    await following.close();
  });

  it('is handed the ledger whatever becomes of the offers', async () => {
    const seed = seedFromEnvironment();
    const dice = seeded(seed);
    const all: StoredEvent[] = [];
    const handed: StoredEvent[] = [];
    const joined = new Set<number>();
    const following = store.subscribe({ streamPrefix: 'book-', maxBatch: 7 }, async (events) => {
      handed.push(...events);
      if (dice.below(3) === 0) await sleep(dice.below(4));
    });
    for (let i = 0; i < 300; i++) {
      const after = all.at(-1)?.global ?? 0n;
      const events = await append(dice.pick(STREAMS), 1 + dice.below(9));
      all.push(...events);
      const fate = dice.below(20);
      if (fate === 0) store.offersEnd();
      else if (fate === 1) continue;
      else if (fate === 2) store.offer({ after: all[0]!.global, events: all.slice(1, 9) });
      else store.offer({ after, events });
      if (fate === 3) store.offer({ after, events });
      if (dice.below(4) === 0) await sleep(dice.below(12));
      joined.add(subscriptions);
    }
    store.offersEnd();
    await until(() => handed.length >= all.length);
    await following.close();
    // Otherwise one of the two ways was never taken.
    expect({ seed, ways: [...joined].sort() }).toEqual({ seed, ways: [0, 1] });
    expect({ seed, ids: ids(handed) }).toEqual({ seed, ids: ids(all) });
  }, 60_000);
});
