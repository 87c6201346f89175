/** Aim: `verifyBooks` passes a sound ledger and names the first thing that is not as it must be. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ADMIN } from '../domain/access/access.ts';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { coffee, furnish, openBooks, policyOf, temporaryFolder } from './books.fixture.ts';
import { verifyBooks } from './verify.ts';

const EMP_1 = { employee: 'emp-1' };

let folder: { path: string; remove(): void };

beforeEach(async () => {
  folder = temporaryFolder();
  const { books, close } = await openBooks(folder.path);
  const policy = policyOf([
    {
      id: 'day',
      appliesTo: {},
      per: ['employee'],
      window: { every: 'day' },
      allow: { count: 3_000 },
      beyond: 'decline',
    },
    {
      id: 'week',
      appliesTo: {},
      per: ['employee'],
      window: { every: 'rolling', durationMs: 604_800_000, duration: 'P7D' },
      allow: { count: 4_000 },
      beyond: 'warn',
    },
  ]);
  await furnish(books, 'london', policy, ['emp-1', 'emp-2']);
  const by = { actor: ADMIN };
  const answers = await Promise.all(
    Array.from({ length: 5_500 }, (_, i) =>
      books.execute('london', { type: 'DecideAct', asked: coffee() }, { ...by, key: `k-${i}` }),
    ),
  );
  const [first] = answers;
  if (first?.outcome !== 'recorded' || first.event.type !== 'ActAccepted') throw new Error('not accepted');
  await books.execute(
    'london',
    { type: 'ReverseAct', act: first.event.id, reason: 'wrong key', asked: {} },
    { ...by, key: 'reverse' },
  );
  const two = { count: 2 };
  await books.execute(
    'london',
    { type: 'AdjustBucket', kind: 'grant', limit: 'week', asked: { key: EMP_1, amounts: two }, reason: 'r' },
    { ...by, key: 'grant' },
  );
  const asked = { from: { employee: 'emp-2' }, to: EMP_1, amounts: two };
  await books.execute(
    'london',
    { type: 'TransferBetweenBuckets', limit: 'day', asked, reason: 'r' },
    { ...by, key: 'transfer' },
  );
  await close();
}, 60_000);
afterEach(() => folder.remove());

async function verify() {
  const eventStore = await SqliteEventStore.open({ file: join(folder.path, 'events.db'), readOnly: true });
  try {
    return await verifyBooks({ eventStore, cacheFiles: [join(folder.path, 'cache-0.db')] });
  } finally {
    await eventStore.close();
  }
}

function tamper(file: string, sql: string): void {
  const db = new DatabaseSync(join(folder.path, file));
  db.exec(sql);
  db.close();
}

describe('verifyBooks', () => {
  it('finds nothing in a sound ledger, and says what it compared', async () => {
    const [verdict] = await verify();
    expect(verdict).toMatchObject({ book: 'london', acts: 5_500, events: 5_509 });
    expect(verdict).not.toHaveProperty('difference');
    expect(verdict?.compared).toEqual([
      expect.stringMatching(/cache-0\.db: snapshot at 5508$/),
      expect.stringMatching(/cache-0\.db: 5505 keys$/),
    ]);
  });

  it.each([
    [
      'a changed amount',
      'UPDATE events SET data = replace(data, \'"retailMinor":390}\', \'"retailMinor":391}\') WHERE revision = 50',
      /position 50 is decided otherwise/,
    ],
    [
      'a changed grant',
      `UPDATE events SET data = replace(data, '"amounts":{"count":2,', '"amounts":{"count":3,') WHERE revision = 5507`,
      /position 5507 is decided otherwise/,
    ],
    [
      'a transfer of more than there was',
      `UPDATE events SET data = replace(data, '"count":2', '"count":9999') WHERE revision = 5508`,
      /position 5508 is decided otherwise today.*transfer-exceeds-remaining/,
    ],
    ['a removed event', 'DELETE FROM events WHERE revision = 60', /after position 59 comes 61/],
    [
      'a key used twice',
      'UPDATE events SET data = replace(data, \'"k-7"\', \'"k-6"\')',
      /uses key "k-6" again/,
    ],
  ])('names %s', async (_, sql, difference) => {
    tamper('events.db', sql);
    expect((await verify())[0]?.difference).toMatch(difference);
  });

  it.each([
    [
      'a key that the cache lost',
      'DELETE FROM keys WHERE revision = 70',
      /key "k-\d+" of position 70 is missing/,
    ],
    [
      'a snapshot that cannot be read',
      'UPDATE snapshots SET checksum = checksum + 1',
      /snapshot cannot be read/,
    ],
  ])('names %s', async (_, sql, difference) => {
    tamper('cache-0.db', sql);
    expect((await verify())[0]?.difference).toMatch(difference);
  });
});
