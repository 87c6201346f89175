/**
 * Aim: a till asks what is still possible and shows the answer as it is; what it was told, the ledger then does, act
 * by act, over HTTP and on a clock that stands still.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee as act, expectStatus, openBook } from '../opened-book.ts';
import { endForGood, SANDBOX, type ServiceProcess, startFresh } from '../service-process.ts';

const NOW = '2026-11-21T08:14:05.000Z';
const BOOK = '/v1/books/london';
let service: ServiceProcess;

const POLICY = {
  limits: [
    {
      id: 'weekly-coffees',
      title: 'Ten coffees a week for every barista',
      appliesTo: { kinds: ['comp'], items: ['coffee/*'], roles: ['barista'] },
      per: ['employee'],
      window: { every: 'week', startsOn: 'monday' },
      allow: { count: 10 },
      beyond: 'decline',
    },
    {
      id: 'same-face',
      appliesTo: { kinds: ['comp'] },
      per: ['employee', 'customer'],
      window: { rolling: 'P7D' },
      allow: { count: 2 },
      beyond: 'warn',
    },
    {
      id: 'refunds',
      title: 'Refunds at a café in a month',
      appliesTo: { kinds: ['refund'] },
      per: ['location'],
      window: 'month',
      allow: { retailMinor: 20000 },
      beyond: 'decline',
    },
  ],
  rules: [
    {
      id: 'big-refund-names-incident',
      when: 'act.kind == "refund" && act.retailMinor > 5000 && act.incident == ""',
      then: 'decline',
      message: 'A refund above £50 names the incident it settles.',
    },
  ],
};

async function possible(employee: string, query: Record<string, string>) {
  const reply = await service.get(`${BOOK}/employees/${employee}/possible?${new URLSearchParams(query)}`);
  return { status: reply.status, body: reply.json() };
}
const evaluate = async (body: object) =>
  (await service.call('POST', `${BOOK}/acts/evaluate`, { body })).json().status;

const COFFEE = { kind: 'comp', trigger: 'recovery', item: 'coffee/flat-white' };
const coffee = (quantity: number, more: object = {}) =>
  act({ trigger: 'recovery', item: { sku: 'coffee/flat-white', quantity }, ...more });

beforeAll(async () => {
  service = await startFresh('possible', SANDBOX);
  await service.put('/v1/sandbox/clock', { now: NOW });
  await openBook(service, 'london', POLICY);
  expectStatus(await service.put(`${BOOK}/employees/emp-18`, { roles: ['lead'] }), 200);
  for (let i = 0; i < 4; i++) await service.post(`${BOOK}/acts`, `coffee-${i}`, coffee(1));
}, 60_000);
afterAll(() => endForGood(service));

describe('what is still possible', () => {
  it('is one sentence, the limit that stops first, and figures that evaluate confirms', async () => {
    const { status, body } = await possible('emp-1', COFFEE);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      employee: 'emp-1',
      location: 'soho',
      at: NOW,
      policyVersion: 1,
      sentence: 'Flat white: 6 more this week; then no more.',
      possible: {
        status: 'accepted',
        quantity: { beforeWarning: 6, beforeHold: 6, beforeDecline: 6 },
        costMinor: { beforeDecline: null },
      },
      binds: {
        limit: 'weekly-coffees',
        key: { employee: 'emp-1' },
        measure: 'count',
        remaining: 6,
        resetsAt: '2026-11-23T04:00:00.000Z',
        consequence: 'decline',
        sentence: 'Ten coffees a week for every barista: 6 left, counted anew from Monday 2026-11-23.',
      },
      limits: [
        {
          limit: 'weekly-coffees',
          measures: { count: { used: 4, remaining: 6 } },
          stopsBeyond: { quantity: 6 },
        },
      ],
      rules: [],
      assumes: [
        { about: 'location', value: 'soho', sentence: 'At soho: the home location.' },
        { about: 'customer', guardrails: ['same-face'] },
      ],
    });
    expect(await evaluate(coffee(6))).toBe('accepted');
    expect(await evaluate(coffee(7))).toBe('declined');
  });

  it('says what a customer changes, and what is asked for beyond it', async () => {
    const known = await possible('emp-1', { ...COFFEE, customer: 'c-991' });
    expect(known.body).toMatchObject({
      sentence: 'Flat white: 2 more within any 7 days for this customer; then it is noted.',
      possible: { status: 'accepted', quantity: { beforeWarning: 2, beforeHold: 6, beforeDecline: 6 } },
      binds: { limit: 'same-face', consequence: 'warn', resetsAt: null },
      limits: [{ limit: 'same-face' }, { limit: 'weekly-coffees' }],
    });
    const many = await possible('emp-1', { ...COFFEE, quantity: '7' });
    expect(many.body).toMatchObject({
      sentence: 'Flat white: not possible: only 6 left this week, counted anew from Monday 2026-11-23.',
      possible: { status: 'declined', quantity: { beforeDecline: 6 } },
    });
  });

  it('bounds the value of an act, by limits and by rules that look at it', async () => {
    const { body } = await possible('emp-1', { kind: 'refund', trigger: 'recovery' });
    expect(body).toMatchObject({
      sentence:
        'Up to 50.00 GBP at retail value at a time; beyond that it is declined: A refund above £50 names the incident it settles.',
      possible: {
        status: 'accepted',
        quantity: { beforeDecline: null },
        retailMinor: { beforeDecline: 5000 },
      },
      binds: { rule: 'big-refund-names-incident', consequence: 'decline' },
      limits: [{ limit: 'refunds', stopsBeyond: { retailMinor: 20000, costMinor: null } }],
      rules: [{ rule: 'big-refund-names-incident', speaks: 'beyond', stopsBeyond: { retailMinor: 5000 } }],
      assumes: [{ about: 'location' }, { about: 'value', guardrails: ['refunds'] }],
    });
    const refund = {
      kind: 'refund',
      trigger: 'recovery',
      employee: 'emp-1',
      location: 'soho',
      costMinor: 0,
    };
    expect(await evaluate({ ...refund, retailMinor: 5000 })).toBe('accepted');
    expect(await evaluate({ ...refund, retailMinor: 5001 })).toBe('declined');
    const settled = await possible('emp-1', { kind: 'refund', trigger: 'recovery', incident: 'inc-5' });
    expect(settled.body.sentence).toBe(
      'Up to 200.00 GBP at retail value more this month for everyone together (soho); then no more.',
    );
  });

  it('answers for whatever the kind may be, and says which one it stops', async () => {
    const { body } = await possible('emp-1', { item: 'coffee/flat-white' });
    expect(body.possible).toMatchObject({ status: 'accepted', quantity: { beforeDecline: 6 } });
    expect(body.assumes).toEqual(
      expect.arrayContaining([
        { about: 'kind', sentence: 'For any kind and trigger, whatever applies to it.' },
        {
          about: 'kind',
          guardrails: ['weekly-coffees'],
          sentence: 'What stops first, weekly-coffees, speaks of comp only.',
        },
      ]),
    );
  });

  it('follows the acts at once, to the last one', async () => {
    let { body } = await possible('emp-1', COFFEE);
    for (let left = 6; left > 0; left--) {
      expect(body.possible.quantity.beforeDecline).toBe(left);
      const posted = await service.post(`${BOOK}/acts`, `last-${left}`, coffee(1));
      expect(posted.json().status).toBe('accepted');
      ({ body } = await possible('emp-1', { ...COFFEE, atLeast: String(posted.json().position) }));
      expect(body.position).toBe(posted.json().position);
    }
    expect(body).toMatchObject({
      sentence: 'Flat white: not possible: nothing left this week, counted anew from Monday 2026-11-23.',
      possible: { status: 'declined', quantity: { beforeDecline: 0 }, costMinor: { beforeDecline: -1 } },
    });
    expect((await service.post(`${BOOK}/acts`, 'one-too-many', coffee(1))).json().status).toBe('declined');
    const monday = await possible('emp-1', { ...COFFEE, at: '2026-11-23T04:00:00Z' });
    expect(monday.body).toMatchObject({ sentence: 'Flat white: 10 more that week; then no more.' });
  });

  it('counts what is reserved and what was granted', async () => {
    const reserved = coffee(3, { employee: 'emp-2', mode: 'reserve' });
    expect((await service.post(`${BOOK}/acts`, 'reserved', reserved)).json().status).toBe('reserved');
    const granted = await service.post(`${BOOK}/adjustments`, 'granted', {
      ...{ kind: 'grant', limit: 'weekly-coffees', key: { employee: 'emp-2' } },
      ...{ count: 2, reason: 'a long queue' },
    });
    expectStatus(granted, 201);
    const { body } = await possible('emp-2', COFFEE);
    expect(body).toMatchObject({
      possible: { quantity: { beforeDecline: 9 } },
      limits: [{ measures: { count: { allowed: 10, adjusted: 2, used: 0, reserved: 3, remaining: 9 } } }],
    });
    expect(await evaluate(coffee(9, { employee: 'emp-2' }))).toBe('accepted');
    expect(await evaluate(coffee(10, { employee: 'emp-2' }))).toBe('declined');
  });

  it('says what is wrong with a question', async () => {
    const codes = async (employee: string, query: Record<string, string>) => {
      const { status, body } = await possible(employee, query);
      return [status, body.code, body.errors?.[0]?.parameter];
    };
    expect(await codes('nobody', COFFEE)).toEqual([404, 'resource-not-found', undefined]);
    expect(await codes('emp-18', COFFEE)).toEqual([400, 'query-invalid', 'location']);
    expect(await codes('emp-1', { quantity: '2' })).toEqual([400, 'query-invalid', 'item']);
    expect(await codes('emp-1', { ...COFFEE, quantity: '0' })).toEqual([400, 'query-invalid', 'quantity']);
    expect(await codes('emp-1', { kind: 'void' })).toEqual([400, 'query-invalid', 'kind']);
    expect(await codes('emp-1', { item: 'tea' })).toEqual([422, 'unknown-item', undefined]);
    expect(await codes('emp-1', { at: '2026-11-20T08:00:00Z' })).toEqual([
      422,
      'occurred-at-too-old',
      undefined,
    ]);
    expect(await codes('emp-1', { ...COFFEE, atLeast: '100000' })).toEqual([503, 'view-behind', undefined]);
    const nowhere = await possible('emp-1', { ...COFFEE, location: 'paris' });
    expect(nowhere.body).toMatchObject({
      sentence: 'Flat white: not possible: the location is not in the directory.',
      binds: { standing: 'unknown-location', consequence: 'decline' },
      rules: [{ standing: 'unknown-location', speaks: 'now' }],
    });
  });
});
