/** Aim: `verifyKeys` passes a sound stream of keys and names the first thing that is not as it must be. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder } from '../books/books.fixture.ts';
import { ADMIN } from '../domain/access/access.ts';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { Keyring } from './keyring.ts';
import { verifyKeys } from './verify.ts';

let folder: { path: string; remove(): void };
const file = () => join(folder.path, 'events.db');

beforeEach(async () => {
  folder = temporaryFolder();
  const eventStore = await SqliteEventStore.open({ file: file() });
  const keyring = Keyring.open({ eventStore, clock: { now: () => 1_795_248_000_000 } });
  for (const subject of ['till-1', 'till-2']) {
    await keyring.execute({ type: 'MakeKey', subject, roles: ['till'] }, { key: subject, actor: ADMIN });
  }
  const [first] = keyring.all().keys;
  await keyring.execute({ type: 'RevokeKey', id: first!.id }, { key: 'revoke', actor: ADMIN });
  keyring.close();
  await eventStore.close();
});
afterEach(() => folder.remove());

async function verify() {
  const eventStore = await SqliteEventStore.open({ file: file(), readOnly: true });
  try {
    return await verifyKeys(eventStore);
  } finally {
    await eventStore.close();
  }
}

describe('verifyKeys', () => {
  it('finds nothing in a sound stream', async () => {
    expect(await verify()).toEqual({ made: 2, revoked: 1, position: 2 });
  });

  it.each([
    [
      'a key in the name of the ledger',
      `UPDATE events SET data = replace(data, '"till-2"', '"ledger"') WHERE revision = 1`,
      /position 1 is decided otherwise/,
    ],
    ['a revocation that is gone', 'DELETE FROM events WHERE revision = 1', /after position 0 comes 2/],
    [
      'an idempotency key used twice',
      `UPDATE events SET data = replace(data, '"key":"till-2"', '"key":"till-1"')`,
      /uses key "till-1" again, first at 0/,
    ],
    [
      'a revocation of no key',
      `UPDATE events SET data = json_set(data, '$.id', '0000000000') WHERE revision = 2`,
      /position 2 is decided otherwise/,
    ],
  ])('names %s', async (_, sql, difference) => {
    const database = new DatabaseSync(file());
    database.exec(sql);
    database.close();
    expect((await verify()).difference).toMatch(difference);
  });
});
