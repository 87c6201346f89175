/**
 * Aim: the everyday calls, one after the other as a till, a shop and finance make them, over HTTP and on a
 * clock that stands still: what is asked, what is answered, and what remains.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Service, startService } from '../../apps/ledger/service.ts';
import { readSettings } from '../../apps/ledger/settings.ts';

const KEY = 'a-key-for-the-tests';
const NOW = '2026-11-21T08:14:05.000Z';
const dataDir = mkdtempSync(join(tmpdir(), 'goodwill-coffee-'));
let service: Service;

async function start(): Promise<void> {
  const reading = readSettings({
    GOODWILL_DATA_DIR: dataDir,
    GOODWILL_PORT: '0',
    GOODWILL_ADMIN_KEY: KEY,
    GOODWILL_SANDBOX: 'true',
    GOODWILL_LOG_LEVEL: 'silent',
  });
  if (!reading.ok) throw new Error(reading.line);
  service = await startService(reading.settings);
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
  readonly body: any;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(service.url + path, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  };
}

const post = (path: string, key: string, body?: unknown) =>
  call('POST', path, body, { 'idempotency-key': key });
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
  await start();
  expect((await call('PUT', '/v1/sandbox/clock', { now: NOW })).body).toEqual({ now: NOW });
});
afterAll(async () => {
  await service.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a week of coffees', () => {
  it('begins with a book, its directory and a policy', async () => {
    const book = await call('PUT', BOOK, { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false });
    expect([book.status, book.body.position]).toEqual([200, 0]);
    const again = await call('PUT', BOOK, { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false });
    expect(again.text).toBe(book.text);
    await call('PUT', `${BOOK}/locations/soho`, {
      name: 'Soho',
      region: 'central',
      timeZone: 'Europe/London',
    });
    const employee = await call('PUT', `${BOOK}/employees/emp-17`, {
      roles: ['barista'],
      homeLocation: 'soho',
    });
    expect(employee.body).toEqual({ id: 'emp-17', homeLocation: 'soho', roles: ['barista'], position: 2 });
    const item = await call('PUT', `${BOOK}/items/coffee%2Fflat-white`, { retailMinor: 390, costMinor: 80 });
    expect(item.body).toEqual({ sku: 'coffee/flat-white', retailMinor: 390, costMinor: 80, position: 3 });
    expect((await call('GET', `${BOOK}/items/coffee%2Fflat-white`)).body).toEqual(item.body);
    const campaign = await call('PUT', `${BOOK}/campaigns/kind`, { from: '2026-11-01', to: '2026-11-30' });
    expect(campaign.body).toEqual({ id: 'kind', from: '2026-11-01', to: '2026-11-30', position: 4 });
    const draft = await call('POST', `${BOOK}/policies`, POLICY, {
      'content-type': 'application/yaml',
      'idempotency-key': 'p',
    });
    expect([draft.status, draft.body]).toEqual([
      201,
      { version: 1, status: 'draft', warnings: [], position: 5 },
    ]);
    const active = await post(`${BOOK}/policies/1/activate`, 'a');
    expect([active.status, active.body]).toEqual([
      201,
      { version: 1, status: 'active', from: NOW, unapproved: true, position: 6 },
    ]);
    expect((await call('GET', `${BOOK}/policies/1`)).body).toMatchObject({
      status: 'active',
      source: { text: POLICY },
    });
  });

  it('accepts ten and declines the eleventh, which stays declined', async () => {
    for (let n = 1; n <= 10; n++) {
      const answer = await post(`${BOOK}/acts`, `coffee-${n}`, coffee());
      expect([answer.status, answer.body.status]).toEqual([201, 'accepted']);
      expect(answer.body).toMatchObject({
        businessDate: '2026-11-21',
        occurredAt: NOW,
        position: 6 + n,
        retailMinor: 390,
        costMinor: 80,
      });
      expect(answer.body.decision.guardrails[0].measures.count).toEqual({
        allowed: 10,
        usedBefore: n - 1,
        usedAfter: n,
        reserved: 0,
        remaining: 10 - n,
      });
    }
    const eleventh = await post(`${BOOK}/acts`, 'coffee-11', coffee());
    expect([eleventh.status, eleventh.body.status]).toEqual([201, 'declined']);
    expect(eleventh.body.decision.guardrails[0].message).toContain('It resets at 2026-11-23T04:00:00.000Z');
    const retry = await post(`${BOOK}/acts`, '"coffee-11"', coffee({ customer: null, mode: 'request' }));
    expect(retry.text).toBe(eleventh.text);
    expect(retry.headers.get('idempotent-replayed')).toBe('true');
    expect(eleventh.headers.get('idempotent-replayed')).toBeNull();
  });

  it('answers the first act byte for byte after a restart, and names what differs', async () => {
    const before = await post(`${BOOK}/acts`, 'coffee-1', coffee());
    await service.close();
    await start();
    await call('PUT', '/v1/sandbox/clock', { now: NOW });
    const after = await post(`${BOOK}/acts`, 'coffee-1', coffee());
    expect([after.status, after.text]).toEqual([201, before.text]);
    const other = await post(
      `${BOOK}/acts`,
      'coffee-1',
      coffee({ item: { sku: 'coffee/flat-white', quantity: 2 }, reason: 'spill' }),
    );
    expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    expect([...other.body.differs].sort()).toEqual(['item.quantity', 'reason']);
  });

  it('evaluates as it would decide, and records nothing', async () => {
    const asked = await call('POST', `${BOOK}/acts/evaluate`, coffee({ kind: 'gesture' }));
    expect([asked.status, asked.body.id, asked.body.status, asked.body.position]).toEqual([
      200,
      null,
      'accepted',
      17,
    ]);
    const done = await post(`${BOOK}/acts`, 'gesture-1', coffee({ kind: 'gesture' }));
    expect({ ...asked.body, position: 0 }).toEqual({ ...done.body, id: null, position: 0 });
    expect(done.body.position).toBe(18);
  });

  it('records what has happened, with its breaches', async () => {
    const answer = await post(
      `${BOOK}/acts`,
      'late-1',
      coffee({ mode: 'record', occurredAt: '2026-11-20T10:00:00Z' }),
    );
    expect(answer.body).toMatchObject({ status: 'accepted', businessDate: '2026-11-20' });
    expect(answer.body.breaches).toMatchObject([{ id: 'weekly-coffees', consequence: 'decline' }]);
    expect(answer.body.decision.guardrails[0].measures.count.remaining).toBe(-1);
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
    const batch = await call('POST', `${BOOK}/acts/batch`, { acts });
    expect(batch.status).toBe(200);
    const { results } = batch.body;
    expect(results.map(({ status }: Answer) => status)).toEqual([201, 422, 400, 201, 400, 422, 422]);
    expect(results[3]).toEqual(results[0]);
    expect(results.map(({ body }: Answer) => body.code)).toEqual([
      undefined,
      'void-is-not-an-act',
      'idempotency-key-missing',
      undefined,
      'body-invalid',
      'idempotency-key-reused',
      'unknown-item',
    ]);
    expect(results[4].body.errors[0].pointer).toBe('/acts/4/costMinor');
    const again = await call('POST', `${BOOK}/acts/batch`, { acts });
    expect(again.text).toBe(batch.text);
    const first = await call('POST', `${BOOK}/acts/batch`, { acts: acts.slice(0, 1) });
    expect(first.headers.get('idempotent-replayed')).toBe('true');
  });

  it('gives back what is reversed, once', async () => {
    const [{ id }] = (await call('GET', `${BOOK}/acts?kind=comp&status=accepted&limit=1&atLeast=20`)).body
      .acts;
    const part = await post(`${BOOK}/acts/${id}/reverse`, 'r-1', {
      reason: 'half was paid',
      retailMinor: 195,
    });
    expect(part).toMatchObject({
      status: 201,
      body: { act: id, status: 'accepted', reversed: { count: 0, costMinor: 0, retailMinor: 195 } },
    });
    const rest = await post(`${BOOK}/acts/${id}/reverse`, 'r-2', { reason: 'wrong till' });
    expect(rest.body).toMatchObject({
      status: 'reversed',
      reversedInAll: { count: 1, costMinor: 80, retailMinor: 390 },
    });
    expect((await post(`${BOOK}/acts/${id}/reverse`, 'r-2', { reason: 'wrong till' })).text).toBe(rest.text);
    expect((await post(`${BOOK}/acts/${id}/reverse`, 'r-3', { reason: 'again' })).body.code).toBe(
      'reversal-exceeds-act',
    );
    expect((await call('GET', `${BOOK}/acts/${id}`)).body).toMatchObject({
      id,
      status: 'reversed',
      reversed: { retailMinor: 390 },
    });
    expect((await call('GET', `${BOOK}/acts/0199f3a2-7c1e-7a30-9c5e-2f6d1b7a9e44`)).body.code).toBe(
      'act-not-found',
    );
  });

  it('says what is left, exactly', async () => {
    const { body } = await call('GET', `${BOOK}/employees/emp-17/allowances?at=${encodeURIComponent(NOW)}`);
    expect(body).toMatchObject({ employee: 'emp-17', at: NOW });
    expect(body.allowances).toEqual([
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
    const bucket = await call('GET', `${BOOK}/buckets?limit=weekly-coffees&employee=emp-17&location=soho`);
    expect(bucket.body.measures).toEqual(body.allowances[0].measures);
    expect((await call('GET', `${BOOK}/buckets?limit=weekly-coffees`)).body.errors[0]).toMatchObject({
      parameter: 'employee',
      code: 'missing',
    });
    await call('PUT', '/v1/sandbox/clock', { now: '2026-11-23T04:00:00Z' });
    const next = await call('GET', `${BOOK}/employees/emp-17/allowances`);
    expect(next.body.allowances[0].measures.count).toMatchObject({ used: 0, remaining: 10 });
  });

  it('shows the register page by page, and the spend', async () => {
    const { position } = (await call('GET', BOOK)).body;
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Answer = await call(
        'GET',
        `${BOOK}/acts?limit=4&atLeast=${position}${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(page.body.position).toBe(position);
      ids.push(...page.body.acts.map(({ id }: { id: string }) => id));
      cursor = page.body.nextCursor;
    }
    expect([ids.length, new Set(ids).size]).toEqual([14, 14]);
    const spend = await call('GET', `${BOOK}/metrics/spend?groupBy=day,kind&atLeast=${position}`);
    expect(
      spend.body.rows.map(({ key, acts, costMinor }: { key: object; acts: number; costMinor: number }) => [
        key,
        acts,
        costMinor,
      ]),
    ).toEqual([
      [{ day: '2026-11-20', kind: 'comp' }, 0, 0],
      [{ day: '2026-11-21', kind: 'comp' }, 10, 800],
      [{ day: '2026-11-21', kind: 'gesture' }, 2, 160],
    ]);
    expect(spend.body.total).toMatchObject({
      acts: 12,
      costMinor: 960,
      declined: { acts: 1 },
      reversed: { acts: 1, costMinor: 80 },
      breaches: 1,
    });
    expect((await call('GET', `${BOOK}/metrics/spend?groupBy=shop`)).body).toMatchObject({
      code: 'query-invalid',
    });
    expect((await call('GET', `${BOOK}/acts?employe=emp-17`)).body.errors[0].advice).toBe(
      'Did you mean employee?',
    );
    expect((await call('GET', `${BOOK}/acts?cursor=abc`)).body.errors[0].code).toBe('bad-cursor');
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
    expect((await call('GET', '/health/ready')).body.details).toMatchObject({
      engine: { status: 'up' },
      books: { status: 'up' },
      views: { status: 'up' },
    });
    expect((await call('GET', '/metrics')).text).toMatch(
      /^goodwill_acts_total\{status="accepted",mode="request",replayed="false"\} \d+$/m,
    );
  });

  it('answer a path that is not there, a path too long and a body of another type as problems', async () => {
    expect((await call('GET', '/nowhere')).body.code).toBe('not-found');
    expect((await call('GET', '/v1/books/%E0%A4%A')).body.code).toBe('path-invalid');
    expect((await call('GET', '/v1/books/-london')).body.code).toBe('path-invalid');
    expect((await call('GET', `/v1/books/${'x'.repeat(4000)}`)).body.code).toBe('path-too-long');
    expect(
      (await call('POST', `${BOOK}/acts`, 'a=1', { 'content-type': 'text/plain', 'idempotency-key': 'x' }))
        .body.code,
    ).toBe('content-type-unsupported');
    expect(
      (
        await call('POST', `${BOOK}/acts`, 'kind: comp', {
          'content-type': 'application/yaml',
          'idempotency-key': 'x',
        })
      ).body.code,
    ).toBe('content-type-unsupported');
    expect((await call('POST', `${BOOK}/policies/1/approve`)).body.code).toBe('idempotency-key-missing');
    const large = await call('POST', `${BOOK}/acts`, `{"note":"${'x'.repeat(1024 * 1024)}"}`, {
      'idempotency-key': 'x',
    });
    expect([large.status, large.body.code]).toEqual([413, 'body-too-large']);
  });
});
