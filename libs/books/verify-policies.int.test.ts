/** Aim: `verifyBooks` decides every step of a policy's life again, and names an approval that nobody could have given. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Actor } from '../domain/access/access.ts';
import { ADMIN } from '../domain/access/access.ts';
import type { Command } from '../domain/book/commands.ts';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { openBooks, policyOf, temporaryFolder } from './books.fixture.ts';
import { verifyBooks } from './verify.ts';

const source = { format: 'json', text: '{}' } as const;
const ANN: Actor = { subject: 'ann', roles: ['operations'] };
const BOB: Actor = { subject: 'bob', roles: ['operations'] };

/** Positions 0 to 8. */
const LIFE: readonly (readonly [Actor, Command])[] = [
  [ADMIN, { type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: true } }],
  [ANN, { type: 'DraftPolicy', policy: policyOf([]), source }],
  [ANN, { type: 'EditPolicy', version: 1, policy: policyOf([], { title: 'two' }), source, ifMatch: 0 }],
  [ANN, { type: 'SubmitPolicy', version: 1, comment: 'please' }],
  [BOB, { type: 'RejectPolicy', version: 1, reason: 'no' }],
  [ANN, { type: 'SubmitPolicy', version: 1 }],
  [BOB, { type: 'ApprovePolicy', version: 1 }],
  [ANN, { type: 'ActivatePolicy', version: 1, fromDate: '2026-12-01' }],
  [BOB, { type: 'RollBackPolicy', version: 1 }],
];

let folder: { path: string; remove(): void };
beforeEach(async () => {
  folder = temporaryFolder();
  const { books, close } = await openBooks(folder.path);
  for (const [i, [actor, command]] of LIFE.entries()) {
    const answer = await books.execute('london', command, { actor, key: `step-${i}` });
    if (answer.outcome !== 'recorded') throw new Error(JSON.stringify(answer));
  }
  await close();
});
afterEach(() => folder.remove());

async function difference(): Promise<string | undefined> {
  const eventStore = await SqliteEventStore.open({ file: join(folder.path, 'events.db'), readOnly: true });
  try {
    const [verdict] = await verifyBooks({ eventStore, cacheFiles: [] });
    return verdict!.difference;
  } finally {
    await eventStore.close();
  }
}

describe('verifyBooks', () => {
  it('finds nothing in a sound life', async () => {
    expect(await difference()).toBeUndefined();
  });

  it.each([
    [`'$.actor', 'ann'`, 6, /position 6 is decided otherwise.*self-approval/],
    [`'$.version', 2`, 7, /position 7 is decided otherwise.*policy-not-found/],
    [`'$.edit', 3`, 2, /position 2 is decided otherwise.*precondition-failed/],
    [`'$.policy.uncovered', 'decline'`, 8, /position 8 is decided otherwise/],
    [`'$.unapproved', json('true')`, 7, /position 7 is decided otherwise/],
  ])('notices %s at %i', async (set, revision, expected) => {
    const database = new DatabaseSync(join(folder.path, 'events.db'));
    database.exec(`UPDATE events SET data = json_set(data, ${set}) WHERE revision = ${revision}`);
    database.close();
    expect(await difference()).toMatch(expected);
  });
});
