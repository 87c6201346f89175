/**
 * Aim: the writer of a book is exact under concurrency and across processes, knows every key for ever, and
 * forgets nothing when it is closed, restored from its cache, or opened without one.
 */
import { randomUUID } from 'node:crypto';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN } from '../domain/access/access.ts';
import type { BookEvent } from '../domain/book/events.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { NO_STREAM } from '../event-store/event-store.ts';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { encodeEvent } from '../events/codec.ts';
import type { Answer } from './answers.ts';
import { coffee, furnish, type OpenBooks, openBooks, policyOf, temporaryFolder } from './books.fixture.ts';
import { CacheClient } from './cache-client.ts';
import { CacheFile, type Mark } from './cache-file.ts';

const BOOK = 'london';
const limitOf = (count: number): Policy =>
  policyOf([
    {
      id: 'all',
      appliesTo: {},
      per: ['book'],
      window: { every: 'lifetime' },
      allow: { count },
      beyond: 'decline',
    },
  ]);

let folder: { path: string; remove(): void };
const opened: OpenBooks[] = [];

async function open(slot = 0): Promise<OpenBooks> {
  const books = await openBooks(folder.path, slot);
  opened.push(books);
  return books;
}

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const books of opened.splice(0)) await books.close();
  folder.remove();
});

function post(process: OpenBooks, key: string, more = {}): Promise<Answer> {
  return process.books.execute(BOOK, { type: 'DecideAct', asked: coffee(more) }, { key, actor: ADMIN });
}

const accepted = (answers: readonly Answer[]) =>
  answers.filter((answer) => answer.outcome === 'recorded' && answer.event.type === 'ActAccepted').length;

describe('one hot limit', () => {
  it('accepts exactly what it allows of many requests at once', async () => {
    const process = await open();
    await furnish(process.books, BOOK, limitOf(100));
    const answers = await Promise.all(Array.from({ length: 1_000 }, (_, i) => post(process, `k-${i}`)));
    expect(accepted(answers)).toBe(100);
    expect(answers.every(({ outcome }) => outcome === 'recorded')).toBe(true);
  });

  it('accepts exactly what it allows when two processes write to the book', async () => {
    const first = await open(0);
    await furnish(first.books, BOOK, limitOf(300));
    const second = await open(1);
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => post(i % 2 === 0 ? first : second, `k-${i}`)),
    );
    expect(accepted(answers)).toBe(300);
    const positions = new Set(answers.map((answer) => ('position' in answer ? answer.position : -1)));
    expect(positions.size).toBe(1_000);
    for (const process of [first, second]) {
      const left = await process.books.read(
        BOOK,
        (state) => state.buckets.used('all\nlifetime\nbook=london').count,
      );
      expect(left?.value).toBe(300);
    }
  });
});

describe('idempotency', () => {
  it('answers equal requests in flight with one act, and a later one with its first answer', async () => {
    const process = await open();
    await furnish(process.books, BOOK, limitOf(100));
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(process, 'same')));
    const fresh = answers.filter((answer) => answer.outcome === 'recorded' && !answer.replayed);
    expect(fresh).toHaveLength(1);
    const first = fresh[0]!;
    for (const answer of [...answers, await post(process, 'same')]) {
      expect({ ...answer, replayed: false }).toEqual(first);
    }
  });

  it('finds the same key in two processes', async () => {
    const first = await open(0);
    await furnish(first.books, BOOK, limitOf(100));
    const second = await open(1);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => post(i % 2 === 0 ? first : second, 'same')),
    );
    expect(answers.filter((answer) => answer.outcome === 'recorded' && !answer.replayed)).toHaveLength(1);
  });

  it('names the members that differ from the first post', async () => {
    const process = await open();
    await furnish(process.books, BOOK, limitOf(100));
    await post(process, 'k', { reason: 'spill' });
    const other = await post(process, 'k', { reason: 'long-wait', retailMinor: 400 });
    expect(other).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'idempotency-key-reused', differs: ['reason', 'retailMinor'] },
    });
  });

  it('knows keys after a restart, with its cache and without', async () => {
    const before = await open();
    await furnish(before.books, BOOK, limitOf(2));
    const answers = await Promise.all(['a', 'b', 'c'].map((key) => post(before, key)));
    await opened.pop()!.close();
    for (const keep of [true, false]) {
      if (!keep)
        for (const suffix of ['', '-wal', '-shm'])
          rmSync(join(folder.path, `cache-0.db${suffix}`), { force: true });
      const after = await open();
      for (const [i, key] of ['a', 'b', 'c'].entries()) {
        expect(await post(after, key)).toEqual({ ...answers[i], replayed: true });
      }
      await opened.pop()!.close();
    }
  });

  it('does not take the cache of another ledger for its own', async () => {
    const before = await open();
    await furnish(before.books, BOOK, limitOf(2));
    for (let i = 0; i < 20; i++) await post(before, `old-${i}`);
    await opened.pop()!.close();
    for (const suffix of ['', '-wal', '-shm'])
      rmSync(join(folder.path, `events.db${suffix}`), { force: true });
    const after = await open();
    await furnish(after.books, BOOK, limitOf(2));
    expect(await post(after, 'old-1')).toMatchObject({ outcome: 'recorded', replayed: false });
    expect(await post(after, 'old-2')).toMatchObject({ event: { type: 'ActAccepted' }, replayed: false });
    expect(await post(after, 'old-3')).toMatchObject({ event: { type: 'ActDeclined' }, replayed: false });
  });
});

describe('a ledger restored from an older copy', () => {
  it('forgets what it no longer holds, and nothing of the books that did not change', async () => {
    const policy = limitOf(100);
    const postTo = (process: OpenBooks, book: string, key: string) =>
      process.books.execute(book, { type: 'DecideAct', asked: coffee() }, { key, actor: ADMIN });
    const first = await open();
    for (const book of ['a', 'b']) await furnish(first.books, book, policy);
    const kept = await postTo(first, 'a', 'kept');
    await opened.pop()!.close();
    copyFileSync(join(folder.path, 'events.db'), join(folder.path, 'copy.db'));

    const second = await open();
    for (let i = 0; i < 20; i++) await postTo(second, 'b', `lost-${i}`);
    await opened.pop()!.close();
    for (const suffix of ['-wal', '-shm']) rmSync(join(folder.path, `events.db${suffix}`), { force: true });
    copyFileSync(join(folder.path, 'copy.db'), join(folder.path, 'events.db'));

    const restored = await open();
    for (let i = 19; i >= 0; i--) {
      expect(await postTo(restored, 'b', `lost-${i}`)).toMatchObject({
        outcome: 'recorded',
        replayed: false,
      });
    }
    expect(await postTo(restored, 'a', 'kept')).toEqual({ ...kept, replayed: true });
  });
});

describe('reversal', () => {
  it('gives back at most what was spent, also when many reverse at once', async () => {
    const process = await open();
    await furnish(process.books, BOOK, limitOf(1));
    const act = await post(process, 'a');
    const id = act.outcome === 'recorded' && act.event.type === 'ActAccepted' ? act.event.id : '';
    const reversals = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        process.books.execute(
          BOOK,
          { type: 'ReverseAct', act: id, reason: 'mistake', asked: { retailMinor: 100 } },
          { key: `r-${i}`, actor: ADMIN },
        ),
      ),
    );
    expect(reversals.filter(({ outcome }) => outcome === 'recorded')).toHaveLength(3);
    expect(await process.books.act(BOOK, id)).toMatchObject({
      reversed: { retailMinor: 300, costMinor: 0, count: 0 },
    });
    expect(await post(process, 'b')).toMatchObject({ event: { type: 'ActDeclined' } });
    await process.books.execute(
      BOOK,
      { type: 'ReverseAct', act: id, reason: 'mistake', asked: {} },
      { key: 'rest', actor: ADMIN },
    );
    expect(await post(process, 'c')).toMatchObject({ event: { type: 'ActAccepted' } });
  });
});

describe('the ledger across a restart', () => {
  it('comes back the same from a snapshot as from the stream', async () => {
    const before = await open();
    await furnish(before.books, BOOK, limitOf(1_000_000), ['emp-1', 'emp-2']);
    await Promise.all(
      Array.from({ length: 6_000 }, (_, i) => post(before, `k-${i}`, { employee: `emp-${1 + (i % 2)}` })),
    );
    const one = (await before.books.read(BOOK, (state) => state.toSnapshot()))?.value;
    await opened.pop()!.close();
    const after = await open();
    const two = (await after.books.read(BOOK, (state) => state.toSnapshot()))?.value;
    expect(two).toEqual(one);
    expect(after.books.status().caughtUp).toBe(true);
    expect(await post(after, 'k-16')).toMatchObject({ replayed: true });
  });
});

describe('a long history that nobody made a snapshot of', () => {
  const events = 100_001;

  it('gets one as soon as it was folded, and other books need not wait for it', async () => {
    const store = await SqliteEventStore.open({ file: join(folder.path, 'events.db') });
    const stamp = { recordedAt: 0, actor: 'admin' };
    const book = { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false };
    const facts: BookEvent[] = [{ type: 'BookDefined', book, ...stamp }];
    while (facts.length < events) {
      const roles = [`role-${facts.length}`];
      facts.push({ type: 'EmployeeDefined', id: 'emp-1', employee: { roles }, ...stamp });
    }
    const appends = facts.map((fact) => ({ id: randomUUID(), ...encodeEvent(fact) }));
    await store.append(`book-${BOOK}`, appends, NO_STREAM);
    await store.close();
    const { books } = await open();
    const employee = () => books.read(BOOK, (state) => state.employees.get('emp-1'));
    expect((await employee())?.value).toEqual({ roles: [`role-${events - 1}`] });
    const beside = books.execute('other', { type: 'DefineBook', book }, { actor: ADMIN });
    expect(await beside).toMatchObject({ outcome: 'recorded' });
    const cache = new CacheFile(join(folder.path, 'cache-0.db'), { readOnly: true });
    let mark: Mark | undefined;
    for (let i = 0; i < 600 && mark === undefined; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      mark = cache.snapshotMark(BOOK);
    }
    cache.close();
    expect(mark?.revision).toBe(events - 1);
  });
});

describe('a snapshot that is asked for when the books have been closed', () => {
  it('is not begun: its thread would write beside the next process', async () => {
    const cacheFile = join(folder.path, 'cache-0.db');
    const worker = (name: string) => new URL(`../../apps/ledger/${name}.worker.ts`, import.meta.url);
    const engine = join(folder.path, 'events.db');
    const cache = new CacheClient({
      cacheFile,
      engine,
      workerUrl: worker('cache'),
      snapshotUrl: worker('snapshot'),
    });
    await cache.marks(BOOK);
    await cache.close();
    await expect(cache.makeSnapshot(BOOK)).rejects.toThrow('the cache is closed');
  });
});

describe('a cache whose thread dies', () => {
  it('refuses what it was asked, and answers when it is asked again', async () => {
    const crashing = join(folder.path, 'crash.worker.mts');
    const here = new URL('.', import.meta.url).href;
    writeFileSync(
      crashing,
      `import { parentPort, workerData } from 'node:worker_threads';
       import { runCacheWorker } from '${here}cache-worker.ts';
       parentPort.on('message', ({ request }) => request.book === 'fatal' && process.exit(7));
       runCacheWorker(parentPort, workerData);`,
    );
    const deaths: Error[] = [];
    const cache = new CacheClient({
      cacheFile: join(folder.path, 'cache-0.db'),
      engine: join(folder.path, 'events.db'),
      workerUrl: pathToFileURL(crashing),
      snapshotUrl: pathToFileURL(crashing),
      onDeath: (error) => deaths.push(error),
    });
    const one = Float64Array.of(1);
    const keys = [BOOK, one, one, { revision: 1, eventId: 'e' }] as const;
    await cache.addKeys(...keys);
    await expect(Promise.all([cache.marks('fatal'), cache.marks(BOOK)])).rejects.toThrow('has ended');
    await expect(cache.marks(BOOK)).rejects.toThrow('has ended');
    expect(deaths).toHaveLength(1);
    const answered = async () => {
      for (let tries = 0; tries < 200; tries++) {
        const marks = await cache.marks(BOOK).catch(() => pause(25));
        if (marks !== undefined) return marks;
      }
      throw new Error('it was never started again');
    };
    expect((await answered()).keys).toEqual(keys[3]);
    await expect(cache.marks('fatal')).rejects.toThrow('has ended');
    await answered();
    expect(cache.findKey(1)).toEqual([1]);
    await expect(cache.marks('fatal')).rejects.toThrow('has ended');
    expect(deaths).toHaveLength(3);
    await cache.close();
    await pause(300);
    await expect(cache.marks(BOOK)).rejects.toThrow('has ended');
  });
});

describe('a book that is not there', () => {
  it('is refused, and named', async () => {
    const process = await open();
    expect(await post(process, 'k')).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'book-not-found' },
    });
    expect(await process.books.read('nowhere', () => 1)).toBeUndefined();
  });
});
