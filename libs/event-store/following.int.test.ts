/** A process follows what others append while somebody wants it, each event once and in order, and then no longer. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { StoredEvent } from './event-store.ts';
import { Following } from './following.ts';
import { SqliteEventStore } from './sqlite/sqlite-event-store.ts';

let directory: string;
let store: SqliteEventStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'following-'));
  store = await SqliteEventStore.open({ file: join(directory, 'events.db') });
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

let length = 0;
async function append(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    await store.append('book-a', [{ id: randomUUID(), type: 't', data: '{}' }], length - 1);
    length += 1;
  }
}

async function until(what: () => boolean): Promise<void> {
  const began = performance.now();
  while (!what()) {
    if (performance.now() - began > 10_000) throw new Error('it did not come to be');
    await sleep(5);
  }
}

describe('following', () => {
  it('begins where it is wanted from, ends when nobody wants it, and begins again', async () => {
    length = 0;
    const told: StoredEvent[] = [];
    const afters: bigint[] = [];
    let ends = 0;
    const following = new Following(
      store,
      'book-',
      {
        told: (events, after) => {
          // Nothing is left out between one call and the next.
          expect(after).toBe(told.at(-1)?.global ?? afters[0] ?? after);
          afters.push(after);
          told.push(...events);
        },
        ended: () => {
          ends += 1;
        },
      },
      150,
    );
    await append(3);
    const [, second] = await readAll();
    following.want(second!.global);
    await until(() => told.length === 1);
    expect(afters[0]).toBe(second!.global);
    await append(2);
    await until(() => told.length === 3);
    await until(() => ends === 1);
    await append(1);
    await sleep(50);
    expect(told).toHaveLength(3);
    following.want(told.at(-1)!.global);
    following.want(0n);
    await until(() => told.length === 4);
    expect(told.map(({ revision }) => revision)).toEqual([2, 3, 4, 5]);
    await following.close();
    following.want(0n);
    await append(1);
    await sleep(50);
    expect(told).toHaveLength(4);
  });
});

async function readAll(): Promise<StoredEvent[]> {
  const all: StoredEvent[] = [];
  for await (const batch of store.read('book-a', 0)) all.push(...batch);
  return all;
}
