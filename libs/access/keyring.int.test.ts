/**
 * Aim: a key that was made opens for good, whoever asks and whatever fails, until it is revoked; then it opens nothing,
 * in any process, within the bound that is promised. The key itself is on no disk.
 */
import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../books/books.fixture.ts';
import { ADMIN } from '../domain/access/access.ts';
import type { AccessCommand } from '../domain/access/keys.ts';
import { type AppendResult, EngineUnavailable, type EventStore } from '../event-store/event-store.ts';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { idOfKey } from './key-text.ts';
import { type KeyAnswer, Keyring } from './keyring.ts';

let folder: { path: string; remove(): void };
const closings: (() => Promise<void> | void)[] = [];

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
  folder.remove();
});

async function openStore(): Promise<SqliteEventStore> {
  const store = await SqliteEventStore.open({ file: join(folder.path, 'events.db') });
  closings.push(() => store.close());
  return store;
}
function openKeyring(eventStore: EventStore): Keyring {
  const keyring = Keyring.open({ eventStore, clock: { now: () => Date.now() } });
  closings.push(() => keyring.close());
  return keyring;
}
const make = (subject = 'till-7'): AccessCommand => ({ type: 'MakeKey', subject, roles: ['till'] });
let writes = 0;
const by = (key = `write-${++writes}`) => ({ key, actor: ADMIN });

function recorded(answer: KeyAnswer): Extract<KeyAnswer, { outcome: 'recorded' }> {
  if (answer.outcome !== 'recorded') throw new Error(JSON.stringify(answer));
  return answer;
}

describe('the keyring of a process', () => {
  it('makes a key that is written nowhere, knows it again after a restart, and forgets it when it is revoked', async () => {
    const store = await openStore();
    const { key, event } = recorded(await openKeyring(store).execute(make(), by()));
    expect(key).toMatch(/^glk_[0-9a-hjkmnp-tv-z]{42}$/);
    const again = openKeyring(store);
    await again.look();
    const live = again.live(idOfKey(key!)!)!;
    expect(live.actor).toEqual({ subject: 'till-7', roles: ['till'] });
    expect(live.digest.equals(hash('sha256', key!, 'buffer'))).toBe(true);
    for (const file of readdirSync(folder.path)) {
      const bytes = readFileSync(join(folder.path, file));
      expect(bytes.includes(key!)).toBe(false);
      expect(bytes.includes(key!.slice(14))).toBe(false);
    }
    expect(readFileSync(join(folder.path, 'events.db-wal')).includes(live.digest.toString('hex'))).toBe(true);
    await again.execute({ type: 'RevokeKey', id: event.id }, by());
    expect(again.live(event.id)).toBeUndefined();
  });

  it('answers an idempotency key once with the key, and from then on without it', async () => {
    const keyring = openKeyring(await openStore());
    const answers = await Promise.all(Array.from({ length: 20 }, () => keyring.execute(make(), by('same'))));
    const first = answers.filter((answer) => recorded(answer).key !== null);
    expect(first).toHaveLength(1);
    for (const answer of answers) {
      expect(recorded(answer).event).toEqual(recorded(first[0]!).event);
      expect(recorded(answer).replayed).toBe(answer !== first[0]);
    }
    expect(keyring.all().keys).toHaveLength(1);
    expect(await keyring.execute(make('till-8'), by('same'))).toMatchObject({
      outcome: 'refused',
      refusal: { code: 'idempotency-key-reused', differs: ['subject'] },
    });
    const till = { key: 'same', actor: { subject: 'till-9', roles: ['till'] as const } };
    expect(await keyring.execute(make(), till)).toMatchObject({ refusal: { code: 'not-allowed' } });
  });

  it('tells another process within a second, of keys and of revocations, and at once when it looks', async () => {
    const one = openKeyring(await openStore());
    const other = openKeyring(await openStore());
    const until = async (what: () => boolean): Promise<number> => {
      const from = performance.now();
      while (!what() && performance.now() - from < 5_000) await sleep(5);
      return performance.now() - from;
    };
    const { event } = recorded(await one.execute(make(), by()));
    expect(await until(() => other.live(event.id) !== undefined)).toBeLessThan(1_000);
    let told = 0;
    other.onRevoked = () => {
      told++;
    };
    await one.execute({ type: 'RevokeKey', id: event.id }, by());
    expect(await until(() => other.live(event.id) === undefined)).toBeLessThan(1_000);
    expect(told).toBe(1);
    const second = recorded(await other.execute(make(), by()));
    await one.look();
    expect(one.live(second.event.id)).toBeDefined();
  });

  it('loses and doubles nothing when two processes make keys at once', async () => {
    const rings = [openKeyring(await openStore()), openKeyring(await openStore())];
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        rings[i % 2]!.execute(make(`till-${i}`), by(`both-${i % 30}-${i}`)),
      ),
    );
    expect(new Set(answers.map((answer) => recorded(answer).position)).size).toBe(60);
    for (const ring of rings) {
      await ring.look();
      expect(
        ring
          .all()
          .keys.map(({ subject }) => subject)
          .sort(),
      ).toEqual(Array.from({ length: 60 }, (_, i) => `till-${i}`).sort());
    }
  });

  it('keeps the keys it knows while the engine does not answer, and says what it cannot know', async () => {
    const store = await openStore();
    let cut = false;
    const down = () => Promise.reject(new EngineUnavailable('cut off', { nothingWritten: true }));
    const faulty = new Proxy(store, {
      get: (target, name) => {
        if (cut && (name === 'head' || name === 'append')) return down;
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const keyring = openKeyring(faulty);
    const { event } = recorded(await keyring.execute(make(), by()));
    cut = true;
    await expect(keyring.look()).rejects.toThrow(EngineUnavailable);
    await expect(keyring.execute(make(), by())).rejects.toThrow(EngineUnavailable);
    await sleep(900);
    expect(keyring.live(event.id)).toBeDefined();
    expect(keyring.status().caughtUp).toBe(true);
    const late = openKeyring(faulty);
    await expect(late.look()).rejects.toThrow(EngineUnavailable);
    expect(late.status()).toMatchObject({ caughtUp: false, reason: expect.stringContaining('cut off') });
    cut = false;
    await late.look();
    expect(late.live(event.id)).toBeDefined();
  });

  it('shows the key although the answer of the engine was lost on the way', async () => {
    const store = await openStore();
    let lose = true;
    const lossy = new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name !== 'append') return typeof value === 'function' ? value.bind(target) : value;
        return async (...args: Parameters<EventStore['append']>): Promise<AppendResult> => {
          const result = await target.append(...args);
          if (!lose) return result;
          lose = false;
          throw new EngineUnavailable('the connection broke', { nothingWritten: false });
        };
      },
    });
    const { key, event, position } = recorded(await openKeyring(lossy).execute(make(), by()));
    expect(idOfKey(key!)).toBe(event.id);
    expect(position).toBe(0);
  });

  it('never lets the stream of keys be deleted', async () => {
    const store = await openStore();
    await openKeyring(store).execute(make(), by());
    await expect(store.delete('access')).rejects.toThrow(/belongs to the ledger/);
  });
});

describe('the text of a key', () => {
  it('is nothing else', () => {
    for (const text of [
      '',
      'glk_',
      'a'.repeat(46),
      `glk_${'a'.repeat(41)}`,
      `glk_${'a'.repeat(43)}`,
      `glk_${'u'.repeat(42)}`,
    ]) {
      expect(idOfKey(text)).toBeUndefined();
    }
    expect(idOfKey(`glk_${'a'.repeat(42)}`)).toBe('a'.repeat(10));
    expect(idOfKey(`glk_${'a'.repeat(42)}\n`)).toBeUndefined();
  });
});
