/** Aim: an act shows what became of it, in every order that can happen, and the same bytes for the same facts. */
import { describe, expect, it } from '@jest/globals';
import type { FoundAct } from '../../../libs/books/answers.ts';
import type {
  ActAccepted,
  ActApproved,
  ActExpired,
  ActHeld,
  ActReserved,
  SettlingEvent,
} from '../../../libs/domain/book/events.ts';
import { renderAct, renderEvaluation } from './act.rendering.ts';
import { renderFoundAct } from './found-act.rendering.ts';

const AT = Date.parse('2026-11-21T08:14:05.000Z');
const ID = '0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44';
const AMOUNTS = { count: 2, costMinor: 160, retailMinor: 780 };

const FACTS = {
  id: ID,
  recordedAt: AT,
  actor: 'till-7',
  key: 'till-7-000231',
  asked: { mode: 'reserve', kind: 'comp', trigger: 'recovery', employee: 'emp-17', location: 'soho' },
  occurredAt: AT,
  businessDate: '2026-11-21',
  amounts: AMOUNTS,
  roles: ['barista'],
  policyVersion: 3,
  guardrails: [
    {
      limit: 'weekly-coffees',
      key: { employee: 'emp-17' },
      window: { label: 'lifetime', from: null, to: null },
      measures: { count: [10, 7, 1] },
      finding: 'within',
    },
  ],
} as const;
const ACCEPTED: ActAccepted = { type: 'ActAccepted', ...FACTS };
const RESERVED: ActReserved = { type: 'ActReserved', ...FACTS, expiresAt: AT + 900_000 };
const HELD: ActHeld = { type: 'ActHeld', ...FACTS, expiresAt: AT + 1_800_000, then: 'expire' };

const settling = {
  act: ID,
  occurredAt: AT,
  businessDate: '2026-11-21',
  amounts: AMOUNTS,
  buckets: [],
  recordedAt: AT + 60_000,
  actor: 'dana',
};
const OWN = '0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e45';
const APPROVED: ActApproved = {
  type: 'ActApproved',
  id: OWN,
  ...settling,
  approver: 'dana',
  policyVersion: 3,
  becomes: 'reserved',
  expiresAt: AT + 960_000,
};
const COMMITTED: SettlingEvent = {
  type: 'ActCommitted',
  id: OWN,
  ...settling,
  asked: { retailMinor: 390 },
  amounts: { ...AMOUNTS, retailMinor: 390 },
  released: { count: 0, costMinor: 0, retailMinor: 390 },
};
const EXPIRED: ActExpired = {
  type: 'ActExpired',
  ...settling,
  actor: 'ledger',
  dueAt: AT + 900_000,
  becomes: 'expired',
};

const show = (event: FoundAct['event'], settledBy: SettlingEvent[] = [], more: Partial<FoundAct> = {}) =>
  JSON.parse(renderFoundAct({ event, position: 7, settledBy, ...more }));

describe('an act that waits', () => {
  it('says until when, and counts as reserved', () => {
    const body = JSON.parse(renderAct(RESERVED, 7));
    expect(body).toMatchObject({ status: 'reserved', expiresAt: '2026-11-21T08:29:05.000Z' });
    expect(body.decision.guardrails[0].measures.count).toEqual({
      allowed: 10,
      usedBefore: 7,
      usedAfter: 7,
      reserved: 3,
      remaining: 0,
    });
    expect(JSON.parse(renderAct(HELD, 7)).status).toBe('pending_approval');
    expect(JSON.parse(renderEvaluation(HELD, 7))).toMatchObject({ id: null, status: 'pending_approval' });
    expect(JSON.parse(renderAct(ACCEPTED, 7))).not.toHaveProperty('expiresAt');
  });
});

describe('an act that is found', () => {
  it('is as it was answered while nothing has become of it', () => {
    const { reversed, ...found } = show(RESERVED);
    expect(found).toEqual(JSON.parse(renderAct(RESERVED, 7)));
    expect(reversed).toEqual({ count: 0, costMinor: 0, retailMinor: 0 });
  });

  it('shows who approved it, and by which role', () => {
    const approved = {
      ...APPROVED,
      becomes: 'accepted',
      authority: { role: 'lead', upTo: {} },
      reason: 'yes',
    };
    const { expiresAt: _, ...event } = approved;
    const body = show(HELD, [event as ActApproved]);
    expect(body).toMatchObject({
      status: 'accepted',
      approval: { approver: 'dana', role: 'lead', reason: 'yes', recordedAt: '2026-11-21T08:15:05.000Z' },
    });
    expect(body).not.toHaveProperty('expiresAt');
  });

  it('shows the approval of a reservation, with its new deadline, and then the commit as well', () => {
    expect(show(HELD, [APPROVED])).toMatchObject({
      status: 'reserved',
      expiresAt: '2026-11-21T08:30:05.000Z',
    });
    const body = show(HELD, [APPROVED, COMMITTED]);
    expect(body).toMatchObject({
      status: 'accepted',
      retailMinor: 390,
      costMinor: 160,
      approval: { approver: 'dana' },
      committed: { count: 2, costMinor: 160, retailMinor: 390 },
      released: { count: 0, costMinor: 0, retailMinor: 390 },
    });
    expect(body).not.toHaveProperty('expiresAt');
  });

  it('is reversed when all that was committed has been given back', () => {
    const reversed = { ...AMOUNTS, retailMinor: 390 };
    expect(show(RESERVED, [COMMITTED], { reversed })).toMatchObject({ status: 'reversed', reversed });
    const part = { count: 0, costMinor: 0, retailMinor: 390 };
    expect(show(RESERVED, [COMMITTED], { reversed: part })).toMatchObject({ status: 'accepted' });
    expect(show(ACCEPTED, [], { reversed: AMOUNTS })).toMatchObject({ status: 'reversed' });
  });

  it.each([
    [{ type: 'ActRejected', id: OWN, approver: 'dana', reason: 'no' }, 'rejected', 'rejection'],
    [{ type: 'ActReleased', id: OWN, reason: 'left' }, 'released', 'released'],
  ] as const)('shows %o', (event, status, member) => {
    const body = show(HELD, [{ ...settling, ...event } as SettlingEvent]);
    expect(body).toMatchObject({
      status,
      retailMinor: 780,
      [member]: { reason: event.reason, recordedAt: '2026-11-21T08:15:05.000Z' },
    });
    expect(body).not.toHaveProperty('expiresAt');
  });

  it('shows when it fell due, whether or not that is recorded', () => {
    const recorded = show(RESERVED, [EXPIRED]);
    expect(recorded).toMatchObject({
      status: 'expired',
      expiry: { dueAt: '2026-11-21T08:29:05.000Z', recordedAt: '2026-11-21T08:15:05.000Z' },
    });
    const due = show(RESERVED, [], { due: { ...EXPIRED, becomes: 'accepted' } });
    expect(due).toMatchObject({ status: 'accepted', expiry: { dueAt: '2026-11-21T08:29:05.000Z' } });
    expect(due.expiry).not.toHaveProperty('recordedAt');
    expect(due).not.toHaveProperty('expiresAt');
  });
});
