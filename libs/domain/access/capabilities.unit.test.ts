/**
 * Aim: each role may give exactly the commands it is meant to, and the book itself refuses every other, whoever lets
 * the command through to it. The table is written out by hand: it is what the roles mean.
 */
import { describe, expect, it } from '@jest/globals';
import { BookSpec, limit } from '../book/book-spec.fixture.ts';
import type { Command } from '../book/commands.ts';
import type { Policy } from '../policy/policy.ts';
import { ACCESS_ROLES, type AccessRole } from './access.ts';
import { capabilityOf } from './capabilities.ts';

const ROLES = Object.keys(ACCESS_ROLES) as AccessRole[];
const policy: Policy = { currency: 'GBP', uncovered: 'allow', limits: [], rules: [] };
const source = { format: 'json', text: '{}' } as const;

const COMMANDS: readonly (readonly [Command, readonly AccessRole[]])[] = [
  [{ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/Paris', fourEyes: true } }, ['admin']],
  [
    {
      type: 'DefineLocation',
      id: 'leeds',
      location: { timeZone: 'Europe/London', businessDayStartsAt: '04:00' },
    },
    ['operations', 'admin'],
  ],
  [{ type: 'DefineEmployee', id: 'cat', employee: { roles: [] } }, ['operations', 'admin']],
  [{ type: 'DefineItem', sku: 'tea', item: { retailMinor: 1, costMinor: 1 } }, ['operations', 'admin']],
  [{ type: 'DefineCampaign', id: 'may', campaign: {} }, ['operations', 'admin']],
  [{ type: 'DraftPolicy', policy, source }, ['operations', 'admin']],
  [{ type: 'EditPolicy', version: 9, policy, source, ifMatch: 0 }, ['operations', 'admin']],
  [{ type: 'SubmitPolicy', version: 9 }, ['operations', 'admin']],
  [{ type: 'ApprovePolicy', version: 9 }, ['operations', 'admin']],
  [{ type: 'RejectPolicy', version: 9, reason: 'no' }, ['operations', 'admin']],
  [{ type: 'RollBackPolicy', version: 9 }, ['operations', 'admin']],
  [{ type: 'ActivatePolicy', version: 9 }, ['operations', 'admin']],
  [
    {
      type: 'DecideAct',
      asked: {
        mode: 'request',
        kind: 'comp',
        trigger: 'delight',
        employee: 'ann',
        location: 'soho',
        retailMinor: 1,
        costMinor: 1,
      },
    },
    ['till', 'crm', 'admin'],
  ],
  [{ type: 'ReverseAct', act: 'nothing', reason: 'x', asked: {} }, ['till', 'crm', 'admin']],
  [{ type: 'ApproveAct', act: 'nothing' }, ['approver', 'admin']],
  // Whoever made the code approves; whoever types it in is at the till.
  [{ type: 'ApproveAct', act: 'nothing', code: 'hash' }, ['till', 'crm', 'admin']],
  [{ type: 'RejectAct', act: 'nothing', reason: 'x' }, ['approver', 'admin']],
  [{ type: 'CommitAct', act: 'nothing', asked: {} }, ['till', 'crm', 'admin']],
  [{ type: 'ReleaseAct', act: 'nothing' }, ['till', 'crm', 'admin']],
  [{ type: 'MakeApprovalCode', hash: 'hash', expiresInMs: 60_000 }, ['approver', 'admin']],
  [
    { type: 'ProposeStory', asked: { act: 'nothing', about: 'nobody', text: { place: 'p', hash: 'h' } } },
    ['till', 'crm', 'operations', 'admin'],
  ],
  ...(['ConsentToStory', 'WithdrawStory'] as const).map(
    (type) => [{ type, story: 'nothing' }, ['till', 'crm', 'operations', 'admin']] as const,
  ),
  [{ type: 'RetellStory', story: 'nothing', asked: {} }, ['till', 'crm', 'operations', 'admin']],
  [
    { type: 'TakeUpStory', story: 'nothing', asked: { location: 'soho' } },
    ['till', 'crm', 'operations', 'admin'],
  ],
  [{ type: 'PublishStory', story: 'nothing' }, ['operations', 'admin']],
  [
    { type: 'GiveRecognition', asked: { employee: 'ann', for: 'idea', reason: 'tea' } },
    ['operations', 'admin'],
  ],
];

describe('what a role may do', () => {
  const cases = COMMANDS.flatMap(([command, allowed]) =>
    ROLES.map((role) => [role, command.type, allowed.includes(role), command, allowed] as const),
  );

  it.each(cases)('%s gives %s: %s', (role, _, isAllowed, command, allowed) => {
    const spec = BookSpec.open('2026-11-21T12:00:00Z').inForce([
      limit('all', ['book'], { every: 'lifetime' }, { count: 9 }),
    ]);
    const before = spec.state.revision;
    spec.actor = { subject: 'somebody', roles: [role] };
    const decided = spec.when(command);
    const code = 'refusal' in decided ? decided.refusal.code : undefined;
    expect(code === 'not-allowed').toBe(!isAllowed);
    if (!isAllowed && 'refusal' in decided) {
      expect(spec.state.revision).toBe(before);
      expect(decided.refusal.detail).toContain(capabilityOf(command));
      for (const having of allowed) {
        expect(decided.refusal.advice).toContain(having);
      }
    }
  });

  it('adds up over the roles of a key, and gives nothing to no role or to one nobody knows', () => {
    const [act] = COMMANDS.find(([{ type }]) => type === 'DecideAct')!;
    const with_ = (roles: readonly string[]) => {
      const spec = BookSpec.open('2026-11-21T12:00:00Z');
      spec.actor = { subject: 'somebody', roles: roles as AccessRole[] };
      return spec.when(act);
    };
    expect(with_(['reviewer', 'till'])).toHaveProperty('event');
    for (const roles of [[], ['reviewer', 'finance'], ['constructor'], ['toString', '__proto__']]) {
      expect(with_(roles)).toMatchObject({ refusal: { code: 'not-allowed' } });
    }
  });

  it('refuses before it tells whether there is such a book', () => {
    const spec = new BookSpec().at('2026-11-21T12:00:00Z');
    spec.actor = { subject: 'till-7', roles: ['till'] };
    expect(spec.when({ type: 'SubmitPolicy', version: 1 })).toMatchObject({
      refusal: { code: 'not-allowed' },
    });
  });

  it('writes the subject of the key on what is recorded', () => {
    const spec = BookSpec.open('2026-11-21T12:00:00Z');
    spec.actor = { subject: 'till-7', roles: ['till'] };
    expect(spec.act()).toMatchObject({ actor: 'till-7' });
    expect(JSON.stringify(spec.act())).not.toContain('"till"');
  });
});
