/**
 * Aim: the everyday calls, one after the other as a till, a shop and finance make them, over HTTP and on a
 * clock that stands still: what is asked, what is answered, and what remains.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  endForGood,
  type Reply,
  SANDBOX,
  type ServiceProcess,
  startFresh,
  startService,
} from '../service-process.ts';

const NOW = '2026-11-21T08:14:05.000Z';
let service: ServiceProcess;
const BOOK = '/v1/books/london';
const coffee = (more: object = {}) => ({
  kind: 'comp',
  trigger: 'recovery',
  employee: 'emp-17',
  location: 'soho',
  item: { sku: 'coffee/flat-white' },
  reason: 'long-wait',
  ...more,
});

const POLICY = `
currency: GBP
limits:
  - id: weekly-coffees
    title: Ten coffees a week for every barista
    appliesTo: { kinds: [comp], items: ["coffee/*"], roles: [barista] }
    per: [employee]
    window: { every: week, startsOn: monday }
    allow: { count: 10 }
    beyond: decline
`;

beforeAll(async () => {
  service = await startFresh('coffee', SANDBOX);
  expect((await service.put('/v1/sandbox/clock', { now: NOW })).json()).toEqual({ now: NOW });
}, 60_000);
afterAll(() => endForGood(service));

describe('a week of coffees', () => {
  it('begins with a book, its directory and a policy', async () => {
    const book = await service.put(BOOK, { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false });
    expect([book.status, book.json().position]).toEqual([200, 0]);
    const again = await service.put(BOOK, { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false });
    expect(again.text).toBe(book.text);
    await service.put(`${BOOK}/locations/soho`, {
      name: 'Soho',
      region: 'central',
      timeZone: 'Europe/London',
    });
    const employee = await service.put(`${BOOK}/employees/emp-17`, {
      roles: ['barista'],
      homeLocation: 'soho',
    });
    expect(employee.json()).toEqual({ id: 'emp-17', homeLocation: 'soho', roles: ['barista'], position: 2 });
    const item = await service.put(`${BOOK}/items/coffee%2Fflat-white`, { retailMinor: 390, costMinor: 80 });
    expect(item.json()).toEqual({ sku: 'coffee/flat-white', retailMinor: 390, costMinor: 80, position: 3 });
    expect((await service.get(`${BOOK}/items/coffee%2Fflat-white`)).json()).toEqual(item.json());
    const campaign = await service.put(`${BOOK}/campaigns/kind`, { from: '2026-11-01', to: '2026-11-30' });
    expect(campaign.json()).toEqual({ id: 'kind', from: '2026-11-01', to: '2026-11-30', position: 4 });
    const draft = await service.call('POST', `${BOOK}/policies`, {
      key: 'p',
      body: POLICY,
      headers: { 'content-type': 'application/yaml' },
    });
    expect([draft.status, draft.json()]).toEqual([
      201,
      { version: 1, status: 'draft', warnings: [], position: 5 },
    ]);
    const active = await service.call('POST', `${BOOK}/policies/1/activate`, { key: 'a' });
    expect([active.status, active.json()]).toEqual([
      201,
      { version: 1, status: 'active', from: NOW, unapproved: true, position: 6 },
    ]);
    expect((await service.get(`${BOOK}/policies/1`)).json()).toMatchObject({
      status: 'active',
      source: { text: POLICY },
    });
  });

  it('accepts ten and declines the eleventh, which stays declined', async () => {
    for (let n = 1; n <= 10; n++) {
      const answer = await service.post(`${BOOK}/acts`, `coffee-${n}`, coffee());
      expect([answer.status, answer.json().status]).toEqual([201, 'accepted']);
      expect(answer.json()).toMatchObject({
        businessDate: '2026-11-21',
        occurredAt: NOW,
        position: 6 + n,
        retailMinor: 390,
        costMinor: 80,
      });
      expect(answer.json().decision.guardrails[0].measures.count).toEqual({
        allowed: 10,
        usedBefore: n - 1,
        usedAfter: n,
        reserved: 0,
        remaining: 10 - n,
      });
    }
    const eleventh = await service.post(`${BOOK}/acts`, 'coffee-11', coffee());
    expect([eleventh.status, eleventh.json().status]).toEqual([201, 'declined']);
    expect(eleventh.json().decision.guardrails[0].message).toContain('It resets at 2026-11-23T04:00:00.000Z');
    const retry = await service.post(
      `${BOOK}/acts`,
      '"coffee-11"',
      coffee({ customer: null, mode: 'request' }),
    );
    expect(retry.text).toBe(eleventh.text);
    expect(retry.headers['idempotent-replayed']).toBe('true');
    expect(eleventh.headers['idempotent-replayed']).toBeUndefined();
  });

  it('answers the first act byte for byte after a restart, and names what differs', async () => {
    const before = await service.post(`${BOOK}/acts`, 'coffee-1', coffee());
    await service.stop();
    service = await startService(service.dataDir, SANDBOX);
    await service.put('/v1/sandbox/clock', { now: NOW });
    const after = await service.post(`${BOOK}/acts`, 'coffee-1', coffee());
    expect([after.status, after.text]).toEqual([201, before.text]);
    const other = await service.post(
      `${BOOK}/acts`,
      'coffee-1',
      coffee({ item: { sku: 'coffee/flat-white', quantity: 2 }, reason: 'spill' }),
    );
    expect([other.status, other.json().code]).toEqual([422, 'idempotency-key-reused']);
    expect([...other.json().differs].sort()).toEqual(['item.quantity', 'reason']);
  });

  it('evaluates as it would decide, and records nothing', async () => {
    const asked = await service.call('POST', `${BOOK}/acts/evaluate`, { body: coffee({ kind: 'gesture' }) });
    expect([asked.status, asked.json().id, asked.json().status, asked.json().position]).toEqual([
      200,
      null,
      'accepted',
      17,
    ]);
    const done = await service.post(`${BOOK}/acts`, 'gesture-1', coffee({ kind: 'gesture' }));
    expect({ ...asked.json(), position: 0 }).toEqual({ ...done.json(), id: null, position: 0 });
    expect(done.json().position).toBe(18);
  });

  it('records what has happened, with its breaches', async () => {
    const answer = await service.post(
      `${BOOK}/acts`,
      'late-1',
      coffee({ mode: 'record', occurredAt: '2026-11-20T10:00:00Z' }),
    );
    expect(answer.json()).toMatchObject({ status: 'accepted', businessDate: '2026-11-20' });
    expect(answer.json().breaches).toMatchObject([{ id: 'weekly-coffees', consequence: 'decline' }]);
    expect(answer.json().decision.guardrails[0].measures.count.remaining).toBe(-1);
  });

  it('takes a batch in which every act stands alone', async () => {
    const acts = [
      { idempotencyKey: 'b-1', ...coffee({ kind: 'gesture' }) },
      { idempotencyKey: 'b-2', ...coffee({ kind: 'void' }) },
      { ...coffee({ kind: 'gesture' }) },
      { idempotencyKey: '"b-1"', ...coffee({ kind: 'gesture' }) },
      { idempotencyKey: 'b-3', ...coffee({ costMinor: 1.5 }) },
      { idempotencyKey: 'coffee-1', ...coffee({ location: 'x' }) },
      { idempotencyKey: 'b-4', ...coffee({ item: { sku: 'tea' } }) },
    ];
    const batch = await service.call('POST', `${BOOK}/acts/batch`, { body: { acts } });
    expect(batch.status).toBe(200);
    const { results } = batch.json();
    expect(results.map(({ status }: { status: number }) => status)).toEqual([
      201, 422, 400, 201, 400, 422, 422,
    ]);
    expect(results[3]).toEqual(results[0]);
    expect(results.map(({ body }: { body: { code?: string } }) => body.code)).toEqual([
      undefined,
      'void-is-not-an-act',
      'idempotency-key-missing',
      undefined,
      'body-invalid',
      'idempotency-key-reused',
      'unknown-item',
    ]);
    expect(results[4].body.errors[0].pointer).toBe('/acts/4/costMinor');
    const again = await service.call('POST', `${BOOK}/acts/batch`, { body: { acts } });
    expect(again.text).toBe(batch.text);
    const first = await service.call('POST', `${BOOK}/acts/batch`, { body: { acts: acts.slice(0, 1) } });
    expect(first.headers['idempotent-replayed']).toBe('true');
  });

  it('gives back what is reversed, once', async () => {
    const [{ id }] = (await service.get(`${BOOK}/acts?kind=comp&status=accepted&limit=1&atLeast=20`)).json()
      .acts;
    const part = await service.post(`${BOOK}/acts/${id}/reverse`, 'r-1', {
      reason: 'half was paid',
      retailMinor: 195,
    });
    expect(part.status).toBe(201);
    expect(part.json()).toMatchObject({
      act: id,
      status: 'accepted',
      reversed: { count: 0, costMinor: 0, retailMinor: 195 },
    });
    const rest = await service.post(`${BOOK}/acts/${id}/reverse`, 'r-2', { reason: 'wrong till' });
    expect(rest.json()).toMatchObject({
      status: 'reversed',
      reversedInAll: { count: 1, costMinor: 80, retailMinor: 390 },
    });
    expect((await service.post(`${BOOK}/acts/${id}/reverse`, 'r-2', { reason: 'wrong till' })).text).toBe(
      rest.text,
    );
    expect((await service.post(`${BOOK}/acts/${id}/reverse`, 'r-3', { reason: 'again' })).json().code).toBe(
      'reversal-exceeds-act',
    );
    expect((await service.get(`${BOOK}/acts/${id}`)).json()).toMatchObject({
      id,
      status: 'reversed',
      reversed: { retailMinor: 390 },
    });
    expect((await service.get(`${BOOK}/acts/0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44`)).json().code).toBe(
      'act-not-found',
    );
  });

  it('says what is left, exactly', async () => {
    const left = (
      await service.get(`${BOOK}/employees/emp-17/allowances?at=${encodeURIComponent(NOW)}`)
    ).json();
    expect(left).toMatchObject({ employee: 'emp-17', at: NOW });
    expect(left.allowances).toEqual([
      {
        limit: 'weekly-coffees',
        title: 'Ten coffees a week for every barista',
        key: { employee: 'emp-17' },
        window: { from: '2026-11-16T04:00:00.000Z', to: '2026-11-23T04:00:00.000Z' },
        resetsAt: '2026-11-23T04:00:00.000Z',
        measures: {
          count: { allowed: 10, carriedOver: 0, adjusted: 0, used: 10, reserved: 0, remaining: 0 },
        },
      },
    ]);
    const bucket = await service.get(`${BOOK}/buckets?limit=weekly-coffees&employee=emp-17&location=soho`);
    expect(bucket.json().measures).toEqual(left.allowances[0].measures);
    expect((await service.get(`${BOOK}/buckets?limit=weekly-coffees`)).json().errors[0]).toMatchObject({
      parameter: 'employee',
      code: 'missing',
    });
    await service.put('/v1/sandbox/clock', { now: '2026-11-23T04:00:00Z' });
    const next = await service.get(`${BOOK}/employees/emp-17/allowances`);
    expect(next.json().allowances[0].measures.count).toMatchObject({ used: 0, remaining: 10 });
  });

  it('shows the register page by page, and the spend', async () => {
    const { position } = (await service.get(BOOK)).json();
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Reply = await service.get(
        `${BOOK}/acts?limit=4&atLeast=${position}${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(page.json().position).toBe(position);
      ids.push(...page.json().acts.map(({ id }: { id: string }) => id));
      cursor = page.json().nextCursor;
    }
    expect([ids.length, new Set(ids).size]).toEqual([14, 14]);
    const spend = await service.get(`${BOOK}/metrics/spend?groupBy=day,kind&atLeast=${position}`);
    expect(
      spend
        .json()
        .rows.map(({ key, acts, costMinor }: { key: object; acts: number; costMinor: number }) => [
          key,
          acts,
          costMinor,
        ]),
    ).toEqual([
      [{ day: '2026-11-20', kind: 'comp' }, 0, 0],
      [{ day: '2026-11-21', kind: 'comp' }, 10, 800],
      [{ day: '2026-11-21', kind: 'gesture' }, 2, 160],
    ]);
    expect(spend.json().total).toMatchObject({
      acts: 12,
      costMinor: 960,
      declined: { acts: 1 },
      reversed: { acts: 1, costMinor: 80 },
      breaches: 1,
    });
    expect((await service.get(`${BOOK}/metrics/spend?groupBy=shop`)).json()).toMatchObject({
      code: 'query-invalid',
    });
    expect((await service.get(`${BOOK}/acts?employe=emp-17`)).json().errors[0].advice).toBe(
      'Did you mean employee?',
    );
    expect((await service.get(`${BOOK}/acts?cursor=abc`)).json().errors[0].code).toBe('bad-cursor');
  });
});

describe('the doors', () => {
  it('open with the key alone, but for health and the description', async () => {
    for (const path of [BOOK, `${BOOK}/acts`, '/metrics', '/nowhere', '/docs/../metrics']) {
      const answer = await fetch(service.url + path);
      expect([path, answer.status, answer.headers.get('www-authenticate') !== null]).toEqual([
        path,
        401,
        true,
      ]);
    }
    for (const path of ['/health/live', '/health/ready', '/openapi.json', '/docs']) {
      expect([path, (await fetch(service.url + path)).status]).toEqual([path, 200]);
    }
    expect((await service.get('/health/ready')).json().details).toMatchObject({
      engine: { status: 'up' },
      books: { status: 'up' },
      views: { status: 'up' },
    });
    expect((await service.get('/metrics')).text).toMatch(
      /^goodwill_acts_total\{status="accepted",mode="request",replayed="false"\} \d+$/m,
    );
  });

  it('answer a path that is not there, a path too long and a body of another type as problems', async () => {
    expect((await service.get('/nowhere')).json().code).toBe('not-found');
    expect((await service.get('/v1/books/%E0%A4%A')).json().code).toBe('path-invalid');
    expect((await service.get('/v1/books/-london')).json().code).toBe('path-invalid');
    expect((await service.get(`/v1/books/${'x'.repeat(4000)}`)).json().code).toBe('path-too-long');
    for (const [type, body] of [
      ['text/plain', 'a=1'],
      ['application/yaml', 'kind: comp'],
    ] as const) {
      const headers = { 'content-type': type };
      const reply = await service.call('POST', `${BOOK}/acts`, { key: 'x', body, headers });
      expect([type, reply.json().code]).toEqual([type, 'content-type-unsupported']);
    }
    expect((await service.call('POST', `${BOOK}/policies/1/approve`)).json().code).toBe(
      'idempotency-key-missing',
    );
    const large = await service.call('POST', `${BOOK}/acts`, {
      key: 'x',
      body: `{"note":"${'x'.repeat(1024 * 1024)}"}`,
    });
    expect([large.status, large.json().code]).toEqual([413, 'body-too-large']);
  });
});
