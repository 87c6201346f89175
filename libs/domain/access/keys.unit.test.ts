/** Aim: keys are made and revoked only by whoever may, never in the ledger's own name, and fold to who may do what. */
import { describe, expect, it } from '@jest/globals';
import { ACCESS_ROLES, type AccessRole } from './access.ts';
import {
  type AccessCommand,
  type AccessContext,
  type AccessKeys,
  accessDifferences,
  decideAccess,
  evolveAccess,
} from './keys.ts';

const HASH = 'ab'.repeat(32);
const context = (more: Partial<AccessContext> = {}): AccessContext => ({
  recordedAt: 1_000,
  actor: 'admin',
  roles: ['admin'],
  drawn: { id: 'k1', hash: HASH },
  ...more,
});
const make: AccessCommand = { type: 'MakeKey', subject: 'till-7', roles: ['till'] };

function keysWith(...commands: (readonly [AccessCommand, Partial<AccessContext>])[]): AccessKeys {
  const keys: AccessKeys = new Map();
  for (const [command, more] of commands) {
    const decided = decideAccess(keys, command, context(more));
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    evolveAccess(keys, decided.event);
  }
  return keys;
}

describe('the keys to a ledger', () => {
  it('are made for a subject with roles, and revoked for good', () => {
    const keys = keysWith(
      [make, {}],
      [
        { type: 'RevokeKey', id: 'k1', reason: 'lost' },
        { recordedAt: 2_000, actor: 'olga' },
      ],
    );
    expect([...keys.values()]).toEqual([
      {
        id: 'k1',
        subject: 'till-7',
        roles: ['till'],
        hash: HASH,
        madeAt: 1_000,
        madeBy: 'admin',
        revoked: { at: 2_000, by: 'olga', reason: 'lost' },
      },
    ]);
    expect(decideAccess(keys, { type: 'RevokeKey', id: 'k1' }, context())).toMatchObject({
      refusal: { code: 'key-already-revoked' },
    });
    expect(decideAccess(keys, { type: 'RevokeKey', id: 'k2' }, context())).toMatchObject({
      refusal: { code: 'key-not-found' },
    });
  });

  it.each(Object.keys(ACCESS_ROLES) as AccessRole[])('a key with the role %s', (role) => {
    const keys = keysWith([make, {}]);
    const drawn = { id: 'k2', hash: HASH };
    for (const command of [make, { type: 'RevokeKey', id: 'k1' }] as const) {
      const decided = decideAccess(keys, command, context({ actor: 'x', roles: [role], drawn }));
      expect('event' in decided).toBe(role === 'admin');
      if ('refusal' in decided) expect(decided.refusal.code).toBe('not-allowed');
    }
  });

  it.each(['admin', 'ledger', 'Admin', ' ledger ', 'LEDGER'])('are not made in the name of %p', (subject) => {
    const decided = decideAccess(new Map(), { ...make, subject }, context());
    expect(decided).toMatchObject({ refusal: { code: 'subject-reserved', pointer: '/subject' } });
  });

  it('are told apart from what an idempotency key was used for first', () => {
    const keys: AccessKeys = new Map();
    const decided = decideAccess(keys, make, context({ key: 'i-1' }));
    if (!('event' in decided)) throw new Error('not made');
    expect(accessDifferences(make, decided.event)).toEqual([]);
    expect(accessDifferences({ ...make, subject: 'till-8' }, decided.event)).toEqual(['subject']);
    expect(accessDifferences({ ...make, roles: ['till', 'crm'] }, decided.event)).toEqual(['roles']);
    expect(accessDifferences({ type: 'RevokeKey', id: 'k1' }, decided.event)).toEqual(['operation']);
  });
});
