/**
 * Aim: a copy is the same events at the same places or it says where not; it goes on where it was broken off, and
 * leaves a target that holds anything else exactly as it was.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openEventStore } from '../../../libs/event-store/engines.ts';
import {
  EngineUnavailable,
  type EventStore,
  type EventToAppend,
  NO_STREAM,
  type StoredEvent,
} from '../../../libs/event-store/event-store.ts';
import { startStandIn } from '../../../test/stand-in/start.ts';
import { type Copied, copyLedger } from './copy-ledger.ts';
import { NO_PATIENCE, type Patience } from './patience.ts';

let directory: string;
const stores: EventStore[] = [];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'goodwill-copy-'));
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await rm(directory, { recursive: true, force: true });
});

const fileOf = (name: string): string => join(directory, `${name}.db`);
async function open(engine: string): Promise<EventStore> {
  const store = await openEventStore(engine);
  stores.push(store);
  return store;
}

/** Data that is easily spoiled on its way: spaces, order of members, numbers, characters of four bytes, escapes. */
const ODD = [
  '{ "b":1,\t"a" : 2.0 }',
  '{"n":1e2,"big":12345678901234567890}',
  '"\\u00e9 é 😀 \u2028"',
  '{"a":1,"a":2}',
  ' null ',
];
const event = (data: string, type = 'ThingHappened'): EventToAppend => ({ id: randomUUID(), type, data });
const eventsOf = (count: number, data = (n: number) => `{"n":${n}}`): EventToAppend[] =>
  Array.from({ length: count }, (_, n) => event(data(n)));

async function append(store: EventStore, stream: string, events: EventToAppend[], at = NO_STREAM) {
  expect(await store.append(stream, events, at)).toMatchObject({ ok: true });
}

async function contents(store: EventStore): Promise<Record<string, Omit<StoredEvent, 'global'>[]>> {
  const all: Record<string, Omit<StoredEvent, 'global'>[]> = {};
  for (const stream of await store.streams('')) {
    const events = [];
    for await (const batch of store.read(stream, 0))
      events.push(...batch.map(({ global: _, ...rest }) => rest));
    all[stream] = events;
  }
  return all;
}

const copy = (source: EventStore, target: EventStore, patience: Patience = NO_PATIENCE): Promise<Copied> =>
  copyLedger({ source: { store: source, patience }, target: { store: target, patience } });

describe('a copy from file to file', () => {
  it('forgets what was erased in the source, and only in a copy of it', async () => {
    const [source, target, other] = await Promise.all(
      ['source', 'target', 'other'].map((name) => open(fileOf(name))),
    );
    await append(source!, 'book-a', eventsOf(3));
    await append(source!, 'story-a:1', eventsOf(1));
    await append(source!, 'story-a:2', eventsOf(1));
    await copy(source!, target!);
    await source!.delete('story-a:1');
    await copy(source!, target!);
    expect(await contents(target!)).toEqual(await contents(source!));
    expect(await target!.streams('story-')).toEqual(['story-a:2']);
    await append(other!, 'book-a', eventsOf(2));
    await append(other!, 'story-a:3', eventsOf(1));
    await expect(copy(source!, other!)).rejects.toThrow(/another ledger/);
    expect(await other!.streams('story-')).toEqual(['story-a:3']);
  });

  it('keeps every stream, revision, id, type and byte', async () => {
    const source = await open(fileOf('source'));
    await append(source, 'book-b', eventsOf(2_500));
    await append(
      source,
      'book-a',
      ODD.map((data, i) => event(data, `Type${i}`)),
    );
    await append(source, 'customer-ü/…', eventsOf(3));
    await append(source, 'book-a', eventsOf(1), ODD.length - 1);
    const target = await open(fileOf('target'));
    const { ledger, copied, behind } = await copy(source, target);
    expect({ copied, behind, events: ledger.events }).toEqual({ copied: 2_509, behind: 0, events: 2_509 });
    expect(await contents(target)).toEqual(await contents(source));
    expect(ledger.streams.map(({ stream }) => stream)).toEqual(['book-a', 'book-b', 'customer-ü/…']);
  });

  it('tells digests that anybody can compute again', async () => {
    const source = await open(fileOf('source'));
    await append(source, 'book-a', [event('{ "x": "ü" }'), event('2')]);
    const { ledger } = await copy(source, await open(fileOf('target')));
    const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
    const { 'book-a': events = [] } = await contents(source);
    const ofStream = sha256(
      events
        .map(({ revision, id, type, data }) => `${JSON.stringify([revision, id, type, data])}\n`)
        .join(''),
    );
    expect(ledger.streams).toEqual([{ stream: 'book-a', events: 2, sha256: ofStream }]);
    expect(ledger.sha256).toBe(sha256(`${JSON.stringify(['book-a', 2, ofStream])}\n`));
  });

  it('goes on where it was broken off, and adds nothing to what is whole', async () => {
    const source = await open(fileOf('source'));
    const events = eventsOf(3_000);
    await append(source, 'book-a', events);
    await append(source, 'book-b', events.slice(0, 10));
    const target = await open(fileOf('target'));
    await append(target, 'book-a', events.slice(0, 1_234));
    expect(await copy(source, target)).toMatchObject({ copied: 3_010 - 1_234 });
    expect(await contents(target)).toEqual(await contents(source));
    expect(await copy(source, target)).toMatchObject({ copied: 0, behind: 0 });
    await append(source, 'book-a', eventsOf(5), 2_999);
    expect(await copy(source, target)).toMatchObject({ copied: 5 });
    expect(await contents(target)).toEqual(await contents(source));
  });

  it('copies an empty ledger', async () => {
    const { ledger } = await copy(await open(fileOf('source')), await open(fileOf('target')));
    expect(ledger).toMatchObject({ streams: [], events: 0 });
  });

  it('of a source in use is a prefix, and says how far behind', async () => {
    const source = await open(fileOf('source'));
    await append(source, 'book-a', eventsOf(4_000));
    const target = await open(fileOf('target'));
    let isOver = false;
    let head = 3_999;
    const appending = (async () => {
      while (!isOver) {
        await append(source, 'book-a', eventsOf(3), head);
        head += 3;
        if (head === 4_002) await append(source, 'book-new', eventsOf(1));
        await sleep(1);
      }
    })();
    while (head === 3_999) await sleep(1);
    const { ledger, copied, behind } = await copy(source, target);
    isOver = true;
    await appending;
    expect(copied).toBeGreaterThanOrEqual(4_003);
    expect(behind).toBeGreaterThan(0);
    const [theirs, ours] = [await contents(target), await contents(source)];
    for (const { stream, events } of ledger.streams) {
      expect(theirs[stream]).toEqual(ours[stream]?.slice(0, events));
    }
    expect(await copy(source, target)).toMatchObject({ behind: 0 });
    expect(await contents(target)).toEqual(await contents(source));
  });
});

describe('a target that holds something else is left as it is', () => {
  const events = eventsOf(1_500);
  const changed = (at: number, more: Partial<EventToAppend>): EventToAppend[] =>
    events.map((one, i) => (i === at ? { ...one, ...more } : one));
  const cases: [string, Record<string, EventToAppend[]>, RegExp][] = [
    ['another id', { 'book-a': changed(700, { id: randomUUID() }) }, /event 700 of "book-a" has the id "/],
    [
      'another type',
      { 'book-a': changed(3, { type: 'Other' }).slice(0, 9) },
      /event 3 of "book-a" has the type "ThingHappened" in the source and "Other"/,
    ],
    [
      'other data',
      { 'book-a': changed(1_499, { data: '{"n": 1499}' }) },
      /event 1499 of "book-a" has the data "\{\\"n\\":1499\}" in the source and "\{\\"n\\": 1499\}"/,
    ],
    [
      'a longer stream',
      { 'book-a': [...events, event('{}')] },
      /"book-a" stands at 1500 in the target and ends at 1499 in the source/,
    ],
    [
      'another stream',
      { 'book-z': eventsOf(1) },
      /"book-z" stands at 0 in the target and is not in the source/,
    ],
    ['a stream of personal data', { 'customer-c': eventsOf(1) }, /"customer-c"/],
  ];
  it.each(cases)('%s', async (_, held, message) => {
    const source = await open(fileOf('source'));
    await append(source, 'book-0', eventsOf(5));
    await append(source, 'book-a', events);
    const target = await open(fileOf('target'));
    for (const [stream, there] of Object.entries(held)) await append(target, stream, there);
    const before = await contents(target);
    await expect(copy(source, target)).rejects.toThrow(message);
    await expect(copy(source, target)).rejects.toThrow(/Nothing was written/);
    expect(await contents(target)).toEqual(before);
  });
});

describe('a source that is damaged', () => {
  const damage = (sql: string): void => {
    const db = new DatabaseSync(fileOf('source'));
    db.exec(sql);
    db.close();
  };
  it.each([
    ['has a gap', 'DELETE FROM events WHERE revision = 5', /has no event 5: after 4 comes 6/],
    ['has no beginning', 'DELETE FROM events WHERE revision < 2', /has no event 0/],
  ])('%s: named, and not copied', async (_, sql, message) => {
    const source = await open(fileOf('source'));
    await append(source, 'book-a', eventsOf(10));
    damage(sql);
    await expect(copy(source, await open(fileOf('target')))).rejects.toThrow(message);
  });
});

/** A store whose calls can be made to fail. */
function faulty(store: EventStore, faults: Partial<EventStore>): EventStore {
  return new Proxy(store, {
    get(of, name) {
      const value = Reflect.get(faults, name) ?? Reflect.get(of, name);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

describe('a target that is difficult', () => {
  it('gets no append above its limit, and each event once though answers are lost and reads break off', async () => {
    const source = await open(fileOf('source'));
    await append(
      source,
      'book-a',
      eventsOf(2_000, (n) => `"${'é'.repeat(n % 400)}"`),
    );
    const target = await open(fileOf('target'));
    let calls = 0;
    const trouble = (): EngineUnavailable => new EngineUnavailable('away', { nothingWritten: false });
    const sizes: number[] = [];
    const shaky = faulty(target, {
      maxAppendBytes: 20_000,
      async append(stream, events, at) {
        sizes.push(
          events.reduce((sum, { type, data }) => sum + Buffer.byteLength(data) + 2 * type.length, 0),
        );
        if (++calls % 7 === 0) throw trouble();
        const result = await target.append(stream, events, at);
        if (calls % 5 === 0) throw trouble();
        return result;
      },
      async *read(stream, from, options) {
        let read = 0;
        for await (const batch of target.read(stream, from, options)) {
          yield batch;
          if (++read % 2 === 0) throw trouble();
        }
      },
    });
    const { ledger } = await copy(source, shaky, { forMs: 30_000 });
    expect(ledger.events).toBe(2_000);
    expect(await contents(target)).toEqual(await contents(source));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(20_000);
    expect(sizes.length).toBeLessThan(200);
  });

  it('is given up when it stays away', async () => {
    const source = await open(fileOf('source'));
    await append(source, 'book-a', eventsOf(1));
    const away = faulty(await open(fileOf('target')), {
      append: () => Promise.reject(new EngineUnavailable('away for long', { nothingWritten: true })),
    });
    await expect(copy(source, away, { forMs: 300 })).rejects.toThrow('away for long');
  });

  it('that somebody else writes to is told of', async () => {
    const source = await open(fileOf('source'));
    await append(source, 'book-a', eventsOf(1_500));
    const target = await open(fileOf('target'));
    let isFirst = true;
    const shared = faulty(target, {
      async append(stream, events, at) {
        if (!isFirst) await target.append(stream, [event('{}')], at);
        isFirst = false;
        return target.append(stream, events, at);
      },
    });
    await expect(copy(source, shared)).rejects.toThrow(
      /Somebody else writes to the target: before event 1000 of "book-a" it stood at 999, now at 1000/,
    );
  });

  it('that does not keep what it was given is found out', async () => {
    const source = await open(fileOf('source'));
    await append(source, 'book-a', eventsOf(20));
    const target = await open(fileOf('target'));
    const spoiling = faulty(target, {
      append: (stream, events, at) =>
        target.append(
          stream,
          events.map((one, i) => (i === 7 ? { ...one, data: '{"n":7.0}' } : one)),
          at,
        ),
    });
    await expect(copy(source, spoiling)).rejects.toThrow(/copy of "book-a" is not equal/);
    await expect(copy(source, target)).rejects.toThrow(/event 7 of "book-a" has the data/);
  });
});

describe('a copy to EventStoreDB (the stand-in) and back', () => {
  it('is the same ledger, though answers are lost and connections cut', async () => {
    const server = await startStandIn({ nodes: 3 });
    try {
      const source = await open(fileOf('source'));
      await append(
        source,
        'book-a',
        eventsOf(3_000, (n) => `{"text":"${'x'.repeat(n % 2_000)}"}`),
      );
      await append(
        source,
        'book-b',
        ODD.map((data) => event(data)),
      );
      const patience = { forMs: 30_000 };
      const cluster = await open(server.connectionString);
      for (const kind of ['drop-after', 'unavailable-after', 'drop-before', 'timeout-after'] as const)
        await server.control.fault({ method: 'append', kind });
      for (const kind of ['drop-before', 'unavailable-before'] as const)
        await server.control.fault({ method: 'read', kind, times: 3, skip: 5 });
      const there = await copy(source, cluster, patience);
      const target = await open(fileOf('target'));
      const back = await copy(cluster, target, patience);
      expect(back.ledger).toEqual(there.ledger);
      expect(await contents(target)).toEqual(await contents(source));
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('names the event that the server does not take, and the part before it stays a prefix', async () => {
    const server = await startStandIn();
    try {
      const source = await open(fileOf('source'));
      await append(source, 'book-a', [...eventsOf(3), event(`"${'x'.repeat(2_000_000)}"`)]);
      await append(source, 'book-b', [{ ...event('{}'), id: 'no-uuid' }]);
      const cluster = await open(server.connectionString);
      await expect(copy(source, cluster)).rejects.toThrow(/cannot hold event 3 of "book-a", or one after it/);
      expect(await cluster.head('book-a')).toBe(2);
      const second = await open(fileOf('second'));
      await append(second, 'book-a', (await contents(source))['book-a']!.slice(0, 3));
      await append(second, 'book-b', [{ ...event('{}'), id: 'no-uuid' }]);
      await expect(copy(second, cluster)).rejects.toThrow(/cannot hold event 0 of "book-b".*UUID/);
    } finally {
      await server.stop();
    }
  }, 60_000);
});
