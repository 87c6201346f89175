/**
 * Aim: a CRM and a till tell what became of incidents and what customers did later, late, in any order, one by one and
 * by the thousand; nothing is lost, doubled or rewritten, and wrong facts are refused naming what is wrong.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, keyOf, openBook } from '../opened-book.ts';
import { endForGood, goodwill, type ServiceProcess, startFresh, startService } from '../service-process.ts';
import { expectProblem, expectRefused } from './expect-refused.ts';

const POLICY = {
  limits: [{ id: 'many', per: ['employee'], window: 'day', allow: { count: 999 }, beyond: 'warn' }],
};

let service: ServiceProcess;
let path = '';
let act = '';

const visit = (more: object = {}) => ({ type: 'visit', customer: 'c-991', ...more });
const opened = (more: object = {}) => ({ type: 'opened', incident: 'inc-5', ...more });

/** Waits for what has been recorded so far. */
// biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
async function read(query: string): Promise<any> {
  const { position } = expectStatus(await service.get(path), 200).json();
  const joined = `${path}/${query}${query.includes('?') ? '&' : '?'}atLeast=${position}`;
  return expectStatus(await service.get(joined), 200).json();
}

beforeAll(async () => {
  service = await startFresh('outcomes');
  ({ path } = await openBook(service, 'london', POLICY));
  const given = coffee({ trigger: 'recovery', customer: 'c-991', incident: 'inc-5' });
  act = expectStatus(await service.post(`${path}/acts`, 'act-1', given), 201).json().id;
}, 60_000);
afterAll(() => endForGood(service));

describe('an incident', () => {
  it('that acts name and nobody has told of is untold', async () => {
    expect(await read('incidents/inc-5')).toMatchObject({
      incident: 'inc-5',
      status: 'untold',
      facts: [],
      acts: [{ id: act, incident: 'inc-5' }],
      moreActs: false,
    });
    expectProblem(await service.get(`${path}/incidents/inc-0`), 404, 'resource-not-found');
  });

  it('is told backwards, and is what its times make of it', async () => {
    const resolved = { type: 'resolved', incident: 'inc-5', act, occurredAt: '2026-03-02T12:00:00Z' };
    const reply = expectStatus(await service.post(`${path}/incidents`, 'inc-5-done', resolved), 201);
    expect(reply.json()).toMatchObject({ ...resolved, occurredAt: '2026-03-02T12:00:00.000Z' });
    expect(await read('incidents/inc-5')).toMatchObject({ status: 'resolved', openedAt: null });
    // Before the cut-over of the shop's day.
    const began = opened({ customer: 'c-991', location: 'soho', occurredAt: '2026-03-01T03:00:00Z' });
    expectStatus(await service.post(`${path}/incidents`, 'inc-5-open', began), 201);
    expect(await read('incidents/inc-5')).toMatchObject({
      status: 'resolved',
      openedAt: '2026-03-01T03:00:00.000Z',
      resolvedAt: '2026-03-02T12:00:00.000Z',
      reopened: 0,
      businessDate: '2026-02-28',
      customer: 'c-991',
      location: 'soho',
      region: 'london',
      facts: [{ type: 'opened' }, { type: 'resolved', act }],
      acts: [{ id: act }],
    });
    const again = { type: 'reopened', incident: 'inc-5', occurredAt: '2026-03-05T09:00:00Z' };
    expectStatus(await service.post(`${path}/incidents`, 'inc-5-again', again), 201);
    expect(await read('incidents/inc-5')).toMatchObject({ status: 'open', resolvedAt: null, reopened: 1 });
  });

  it('is found by status, customer, location and day, page by page', async () => {
    const incidents = ['a', 'b', 'c'].map((id, n) => ({
      idempotencyKey: `many-${id}`,
      ...opened({ incident: `many-${id}`, customer: 'c-7', occurredAt: `2026-04-0${n + 1}T10:00:00Z` }),
    }));
    const batch = await service.call('POST', `${path}/incidents/batch`, { body: { incidents } });
    expect(batch.json().results.map(({ status }: { status: number }) => status)).toEqual([201, 201, 201]);
    const ids = async (query: string) =>
      (await read(`incidents?${query}`)).incidents.map(({ incident }: { incident: string }) => incident);
    expect(await ids('customer=c-7')).toEqual(['many-c', 'many-b', 'many-a']);
    expect(await ids('customer=c-7&from=2026-04-02&to=2026-04-02')).toEqual(['many-b']);
    expect(await ids('status=resolved')).toEqual([]);
    expect(await ids('location=soho')).toEqual(['inc-5']);
    const first = await read('incidents?customer=c-7&pageSize=2');
    expect(await ids(`customer=c-7&pageSize=2&cursor=${first.nextCursor}`)).toEqual(['many-a']);
    expectProblem(await service.get(`${path}/incidents?cursor=${first.nextCursor}`), 400, 'query-invalid');
    expectProblem(await service.get(`${path}/incidents?status=declined`), 400, 'query-invalid');
  });
});

describe('an outcome', () => {
  it.each<[string, object]>([
    ['visit', visit({ location: 'leeds' })],
    ['purchase', { type: 'purchase', customer: 'c-991', valueMinor: 1250, currency: 'GBP', receipt: '47' }],
    ['contact', { type: 'contact', incident: 'inc-5', channel: 'phone' }],
    ['rating', { type: 'rating', incident: 'inc-5', rating: { score: 4, lowest: 1, highest: 5 } }],
    ['review', { type: 'review', customer: 'c-991' }],
    ['referral', { type: 'referral', customer: 'c-991' }],
    ['churn', { type: 'churn', customer: 'c-8', occurredAt: '2019-01-01T00:00:00+01:00' }],
  ])('of type %s is taken, read back, and its retry is its first answer', async (type, body) => {
    const first = expectStatus(await service.post(`${path}/outcomes`, `told-${type}`, body), 201);
    const { occurredAt: _, currency: __, ...shown } = body as Record<string, unknown>;
    expect(first.json()).toMatchObject(shown);
    const again = await service.post(`${path}/outcomes`, `told-${type}`, body);
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.text,
      'true',
    ]);
    const { outcomes } = await read(`outcomes?type=${type}`);
    expect(outcomes).toEqual([first.json()]);
  });

  it('is linked by act, incident or customer, and found by each', async () => {
    const linked = { type: 'purchase', act, valueMinor: 0 };
    const made = expectStatus(await service.post(`${path}/outcomes`, 'linked', linked), 201).json();
    expect((await read(`outcomes?act=${act}`)).outcomes).toEqual([made]);
    const types = async (query: string) =>
      (await read(`outcomes?${query}`)).outcomes.map(({ type }: { type: string }) => type);
    expect(await types('incident=inc-5')).toEqual(['rating', 'contact']);
    expect(await types('customer=c-991')).toEqual(['referral', 'review', 'purchase', 'visit']);
    expect(await types('to=2019-01-01')).toEqual(['churn']);
    expect(await types('act=nonsense')).toEqual([]);
  });

  it('with a key that was used for something else is refused, naming what differs', async () => {
    const purchase = { type: 'purchase', customer: 'c-991', valueMinor: 1, receipt: '48', channel: 'web' };
    const reply = await service.post(`${path}/outcomes`, 'told-purchase', purchase);
    const problem = expectProblem(reply, 422, 'idempotency-key-reused');
    expect(problem.differs).toEqual(['channel', 'currency', 'receipt', 'valueMinor']);
    expectProblem(
      await service.post(`${path}/outcomes`, 'inc-5-open', visit()),
      422,
      'idempotency-key-reused',
    );
    expectProblem(await service.post(`${path}/incidents`, 'act-1', opened()), 422, 'idempotency-key-reused');
  });
});

describe('a batch', () => {
  it('takes a thousand, each by itself, and answers a second time as the first', async () => {
    const outcomes = Array.from({ length: 1_000 }, (_, n) => ({
      idempotencyKey: `bulk-${n}`,
      type: 'purchase',
      customer: `bulk-${n % 10}`,
      valueMinor: n,
    }));
    const post = (items: readonly object[]) =>
      service.call('POST', `${path}/outcomes/batch`, { body: { outcomes: items } });
    const first = expectStatus(await post(outcomes), 200);
    expect(first.json().results.every(({ status }: { status: number }) => status === 201)).toBe(true);
    const again = expectStatus(await post(outcomes), 200);
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    expect((await read('outcomes?customer=bulk-3&pageSize=500')).outcomes).toHaveLength(100);
    expectProblem(await post([...outcomes, visit()]), 400, 'body-invalid');
    expectProblem(await post([]), 400, 'body-invalid');
  }, 30_000);

  it('lets what is right stand beside what is wrong', async () => {
    const outcomes = [
      { idempotencyKey: 'mix-1', ...visit() },
      { idempotencyKey: 'mix-2', type: 'visit' },
      { ...visit() },
      { idempotencyKey: 'mix-4', ...visit({ valueMinr: 3 }) },
      { idempotencyKey: 'mix-1', ...visit({ customer: 'c-2' }) },
      { idempotencyKey: 'mix-6', type: 'visit', act: 'act-1' },
    ];
    const reply = await service.call('POST', `${path}/outcomes/batch`, { body: { outcomes } });
    const { results } = expectStatus(reply, 200).json();
    const codes = results.map((one: { status: number; body: { code?: string } }) => [
      one.status,
      one.body.code,
    ]);
    expect(codes).toEqual([
      [201, undefined],
      [422, 'outcome-incoherent'],
      [400, 'idempotency-key-missing'],
      [400, 'body-invalid'],
      [422, 'idempotency-key-reused'],
      [422, 'unknown-act'],
    ]);
    expect(results[3].body.errors[0]).toMatchObject({
      pointer: '/outcomes/3/valueMinr',
      advice: 'Did you mean valueMinor?',
    });
  });
});

type Row = [
  what: string,
  resource: string,
  body: object | string,
  status: number,
  code: string,
  at?: [string, string],
];
const ROWS: Row[] = [
  ['no type', 'outcomes', { customer: 'c' }, 400, 'body-invalid', ['/type', 'missing']],
  ['another type', 'outcomes', visit({ type: 'sale' }), 400, 'body-invalid', ['/type', 'not-allowed']],
  ['no link', 'outcomes', { type: 'visit' }, 422, 'outcome-incoherent'],
  ['an unknown member', 'outcomes', visit({ note: 'x' }), 400, 'body-invalid', ['/note', 'unknown-field']],
  [
    'a value that is text',
    'outcomes',
    visit({ valueMinor: '1' }),
    400,
    'body-invalid',
    ['/valueMinor', 'wrong-type'],
  ],
  [
    'a value below zero',
    'outcomes',
    visit({ valueMinor: -1 }),
    400,
    'body-invalid',
    ['/valueMinor', 'negative'],
  ],
  [
    'a part of a penny',
    'outcomes',
    visit({ valueMinor: 0.5 }),
    400,
    'body-invalid',
    ['/valueMinor', 'not-whole'],
  ],
  ['a purchase without value', 'outcomes', visit({ type: 'purchase' }), 422, 'outcome-incoherent'],
  [
    'another currency',
    'outcomes',
    visit({ type: 'purchase', valueMinor: 1, currency: 'EUR' }),
    422,
    'currency-mismatch',
  ],
  [
    'half a rating',
    'outcomes',
    visit({ type: 'rating', rating: { score: 4 } }),
    400,
    'body-invalid',
    ['/rating/highest', 'missing'],
  ],
  [
    'a score beside its scale',
    'outcomes',
    visit({ type: 'rating', rating: { score: 6, lowest: 1, highest: 5 } }),
    422,
    'outcome-incoherent',
    ['/rating/score', 'outcome-incoherent'],
  ],
  [
    'a rating that is a figure',
    'outcomes',
    visit({ rating: 4 }),
    400,
    'body-invalid',
    ['/rating', 'wrong-type'],
  ],
  ['an act of nobody', 'outcomes', visit({ act: 'none' }), 422, 'unknown-act', ['/act', 'unknown-act']],
  [
    'a time without offset',
    'outcomes',
    visit({ occurredAt: '2026-01-01' }),
    400,
    'body-invalid',
    ['/occurredAt', 'bad-time'],
  ],
  ['the future', 'outcomes', visit({ occurredAt: '2999-01-01T00:00:00Z' }), 422, 'occurred-at-in-future'],
  [
    'an id with a line break',
    'outcomes',
    visit({ customer: 'a\nb' }),
    400,
    'body-invalid',
    ['/customer', 'control-character'],
  ],
  ['a list', 'outcomes', [], 400, 'body-invalid'],
  ['no JSON', 'outcomes', '{', 400, 'json-malformed'],
  ['an inherited name', 'outcomes', '{"type":"visit","customer":"c","constructor":1}', 400, 'body-invalid'],
  ['no incident', 'incidents', { type: 'opened' }, 400, 'body-invalid', ['/incident', 'missing']],
  ['another word', 'incidents', opened({ type: 'closed' }), 400, 'body-invalid', ['/type', 'not-allowed']],
  ['an act of nobody in an incident', 'incidents', opened({ act: 'none' }), 422, 'unknown-act'],
  [
    'an incident of the future',
    'incidents',
    opened({ occurredAt: '2999-01-01T00:00:00Z' }),
    422,
    'occurred-at-in-future',
  ],
];
const WRONG = ROWS.map(([what, resource, body, status, code, at]) => ({
  what,
  resource,
  body,
  status,
  code,
  ...(at && { at }),
}));

describe('what is wrong', () => {
  it.each(WRONG)('$what is refused and nothing recorded', async ({ resource, body, ...wrong }) => {
    await expectRefused(service, path, wrong, () =>
      service.call('POST', `${path}/${resource}`, { key: `wrong ${wrong.what}`.replaceAll(' ', '-'), body }),
    );
  });

  it('is a fact without a key, in a book that is not there, or by a key that may not tell', async () => {
    const without = await service.call('POST', `${path}/outcomes`, { body: visit() });
    expectProblem(without, 400, 'idempotency-key-missing');
    expectProblem(await service.post('/v1/books/nowhere/outcomes', 'k', visit()), 404, 'book-not-found');
    expectProblem(await service.get('/v1/books/nowhere/outcomes'), 404, 'book-not-found');
    const headers = { authorization: `Bearer ${await keyOf(service, 'till-7', 'till')}` };
    const told = await service.call('POST', `${path}/outcomes`, { key: 'k', body: visit(), headers });
    expectProblem(told, 403, 'not-allowed');
    expect((await service.call('GET', `${path}/outcomes`, { headers })).status).toBe(200);
    const may = { authorization: `Bearer ${await keyOf(service, 'crm-1', 'crm')}` };
    for (const [resource, body] of [
      ['outcomes', visit()],
      ['incidents', opened()],
    ] as const) {
      const key = `by-crm-${resource}`;
      expectStatus(await service.call('POST', `${path}/${resource}`, { key, body, headers: may }), 201);
    }
  });
});

it('is whole, and the same after the service was killed', async () => {
  const before = await read('outcomes?pageSize=500');
  const incident = await read('incidents/inc-5');
  await service.kill();
  const verified = await goodwill(['verify', '--data-dir', service.dataDir, '--json']);
  expect(JSON.parse(verified.stdout)).toMatchObject({ whole: true });
  service = await startService(service.dataDir);
  expect(await read('outcomes?pageSize=500')).toEqual(before);
  expect(await read('incidents/inc-5')).toEqual(incident);
}, 60_000);
