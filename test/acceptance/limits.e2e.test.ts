/**
 * Aim: what makes a limit larger or smaller, over HTTP and on a clock that is set: fiscal calendars, carry-over,
 * grants, corrections and transfers; what each answers, and what it refuses.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Service, startService } from '../../apps/ledger/service.ts';
import { readSettings } from '../../apps/ledger/settings.ts';

const KEY = 'a-key-for-the-tests';
const dataDir = mkdtempSync(join(tmpdir(), 'goodwill-limits-'));
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
  readonly replayed: string | null;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
  readonly body: any;
}

async function call(method: string, path: string, body?: unknown, key?: string): Promise<Answer> {
  const response = await fetch(service.url + path, {
    method,
    headers: {
      authorization: `Bearer ${KEY}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(key !== undefined && { 'idempotency-key': key }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const replayed = response.headers.get('idempotent-replayed');
  return { status: response.status, replayed, text, body: JSON.parse(text) };
}

let keys = 0;
const post = (path: string, body: unknown, key = `key-${++keys}`) => call('POST', path, body, key);
const setClock = (now: string) => call('PUT', '/v1/sandbox/clock', { now });
const BOOK = '/v1/books/retail';
const book = (fiscalCalendar?: unknown) => ({
  currency: 'GBP',
  timeZone: 'Europe/London',
  fourEyes: false,
  ...(fiscalCalendar !== undefined && { fiscalCalendar }),
});
const coffee = (more: object = {}) => ({
  kind: 'comp',
  trigger: 'recovery',
  employee: 'emp-17',
  location: 'soho',
  retailMinor: 390,
  costMinor: 80,
  ...more,
});
const NRF = {
  pattern: '4-5-4',
  yearEnds: { rule: 'nearest', weekday: 'saturday', month: 1 },
  yearNamedBy: 'start',
};
const POLICY = {
  currency: 'GBP',
  limits: [
    {
      id: 'coffees',
      per: ['employee'],
      window: 'week',
      allow: { count: 2 },
      carryOver: { upTo: 1 },
      beyond: 'decline',
    },
    {
      id: 'month',
      per: ['location'],
      window: { fiscal: 'month' },
      allow: { costMinor: 5000 },
      beyond: 'warn',
    },
  ],
};

async function activate(policy: unknown): Promise<void> {
  const drafted = await post(`${BOOK}/policies`, policy);
  expect(drafted.status).toBe(201);
  expect((await post(`${BOOK}/policies/${drafted.body.version}/activate`, {})).status).toBe(201);
}

beforeAll(async () => {
  await start();
  await setClock('2026-11-11T12:00:00Z');
});
afterAll(async () => {
  await service.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('a fiscal calendar', () => {
  it('is stated by a name, a pattern, or in full, and read back in full', async () => {
    const stated = async (fiscalCalendar: unknown) => {
      const answer = await call('PUT', BOOK, book(fiscalCalendar));
      expect([fiscalCalendar, answer.status]).toEqual([fiscalCalendar, 200]);
      return answer.body.fiscalCalendar;
    };
    expect(await stated(undefined)).toBeUndefined();
    expect(await stated('4-4-5')).toEqual({ ...NRF, pattern: '4-4-5' });
    expect(await stated({ pattern: '5-4-4' })).toEqual({ ...NRF, pattern: '5-4-4' });
    const own = {
      pattern: '4-4-5',
      yearEnds: { rule: 'last', weekday: 'friday', month: 9 },
      yearNamedBy: 'end',
    };
    expect(await stated(own)).toEqual(own);
    expect(await stated('nrf')).toEqual(NRF);
    expect((await call('GET', BOOK)).body).toMatchObject({ id: 'retail', fiscalCalendar: NRF });
  });

  it.each<[unknown, string, string]>([
    ['NRF', '/fiscalCalendar', 'not-allowed'],
    ['4-4-4', '/fiscalCalendar', 'not-allowed'],
    [454, '/fiscalCalendar', 'wrong-type'],
    [['nrf'], '/fiscalCalendar', 'wrong-type'],
    [{}, '/fiscalCalendar/pattern', 'missing'],
    [{ pattern: 'nrf' }, '/fiscalCalendar/pattern', 'not-allowed'],
    [{ pattern: '4-5-4', yearEnd: {} }, '/fiscalCalendar/yearEnd', 'unknown-field'],
    [{ pattern: '4-5-4', yearNamedBy: 'middle' }, '/fiscalCalendar/yearNamedBy', 'not-allowed'],
    [{ pattern: '4-5-4', yearEnds: 'january' }, '/fiscalCalendar/yearEnds', 'wrong-type'],
    [
      { pattern: '4-5-4', yearEnds: { rule: 'nearest', weekday: 'saturday', month: 13 } },
      '/fiscalCalendar/yearEnds/month',
      'out-of-range',
    ],
    [
      { pattern: '4-5-4', yearEnds: { rule: 'first', weekday: 'saturday', month: 1 } },
      '/fiscalCalendar/yearEnds/rule',
      'not-allowed',
    ],
  ])('is refused as %j', async (fiscalCalendar, pointer, code) => {
    const answer = await call('PUT', BOOK, book(fiscalCalendar));
    expect([answer.status, answer.body.code]).toEqual([400, 'body-invalid']);
    expect(answer.body.errors).toMatchObject([{ pointer, code, advice: expect.any(String) }]);
  });

  it('is missed by a policy that counts by it, and cannot be dropped under one', async () => {
    await call('PUT', '/v1/books/plain', book());
    const missed = await post('/v1/books/plain/policies', POLICY);
    expect([missed.status, missed.body.code]).toEqual([422, 'policy-invalid']);
    expect(missed.body.errors).toMatchObject([
      { pointer: '/limits/1/window/fiscal', code: 'fiscal-calendar-missing', line: 1 },
    ]);

    for (const [id, location] of [
      ['soho', { timeZone: 'Europe/London' }],
      ['leeds', { timeZone: 'Europe/London' }],
    ] as const) {
      await call('PUT', `${BOOK}/locations/${id}`, location);
    }
    for (const id of ['emp-17', 'emp-18']) {
      await call('PUT', `${BOOK}/employees/${id}`, { roles: [], homeLocation: 'soho' });
    }
    await activate(POLICY);
    const dropped = await call('PUT', BOOK, book());
    expect([dropped.status, dropped.body.code]).toEqual([409, 'fiscal-calendar-fixed']);
    expect(dropped.body.advice).toContain('"pattern":"4-5-4"');
    expect((await call('PUT', BOOK, book('nrf'))).status).toBe(200);
  });
});

describe('carry-over', () => {
  it('is told before, in and after an act of the next week', async () => {
    expect((await post(`${BOOK}/acts`, coffee())).body.status).toBe('accepted');
    await setClock('2026-11-17T12:00:00Z');
    const { body } = await call('GET', `${BOOK}/employees/emp-17/allowances`);
    expect(body.allowances[0].measures.count).toEqual({
      allowed: 2,
      carriedOver: 1,
      adjusted: 0,
      used: 0,
      reserved: 0,
      remaining: 3,
    });
    const act = await post(`${BOOK}/acts`, coffee());
    expect(act.body.decision.guardrails[0].measures.count).toEqual({
      allowed: 2,
      usedBefore: 0,
      usedAfter: 1,
      reserved: 0,
      carriedOver: 1,
      adjusted: 0,
      remaining: 2,
    });
    // A limit without either names neither.
    expect(act.body.decision.guardrails[1].measures.costMinor).toEqual({
      allowed: 5000,
      usedBefore: 80,
      usedAfter: 160,
      reserved: 0,
      remaining: 4840,
    });
    expect(act.body.decision.guardrails[1].window.from).toBe('2026-11-01T04:00:00.000Z');
  });

  it('says what went beyond what', async () => {
    await post(`${BOOK}/acts`, coffee());
    await post(`${BOOK}/acts`, coffee());
    const declined = await post(`${BOOK}/acts`, coffee());
    expect(declined.body.status).toBe('declined');
    expect(declined.body.decision.guardrails[0].message).toBe(
      'Beyond the limit "coffees" for employee emp-17: 2 allowed and 1 carried over, 3 used before, this act asks 1. It resets at 2026-11-23T04:00:00.000Z.',
    );
  });
});

describe('adjustments', () => {
  const grant = {
    kind: 'grant',
    limit: 'coffees',
    key: { employee: 'emp-17' },
    count: 2,
    reason: 'Christmas week',
  };
  let granted: Answer;

  it('a grant is answered, counted at once, and answered again byte for byte', async () => {
    granted = await post(`${BOOK}/adjustments`, grant, 'grant-1');
    expect(granted.status).toBe(201);
    expect(granted.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-/),
      kind: 'grant',
      limit: 'coffees',
      bucket: { key: { employee: 'emp-17' }, label: 'week:2026-11-16' },
      amounts: { count: 2, costMinor: 0, retailMinor: 0 },
      reason: 'Christmas week',
      author: 'admin',
      recordedAt: '2026-11-17T12:00:00.000Z',
      position: expect.any(Number),
    });
    const bucket = await call('GET', `${BOOK}/buckets?limit=coffees&employee=emp-17`);
    expect(bucket.body.measures.count).toMatchObject({ carriedOver: 1, adjusted: 2, used: 3, remaining: 2 });
    expect((await post(`${BOOK}/acts`, coffee())).body.status).toBe('accepted');

    const again = await post(`${BOOK}/adjustments`, grant, 'grant-1');
    expect([again.status, again.replayed, again.text]).toEqual([201, 'true', granted.text]);
    const reused = await post(`${BOOK}/adjustments`, { ...grant, count: 3 }, 'grant-1');
    expect([reused.status, reused.body.code, reused.body.differs]).toEqual([
      422,
      'idempotency-key-reused',
      ['count'],
    ]);
    const other = await post(`${BOOK}/acts`, coffee(), 'grant-1');
    expect([other.status, other.body.differs]).toEqual([422, ['operation']]);
  });

  it('a correction takes away, a transfer moves what remains and no more', async () => {
    const correction = { ...grant, kind: 'correction', count: -1, reason: 'granted too much' };
    expect((await post(`${BOOK}/adjustments`, correction)).body.amounts.count).toBe(-1);
    const transfer = {
      kind: 'transfer',
      limit: 'coffees',
      from: { employee: 'emp-18' },
      to: { employee: 'emp-17' },
      count: 3,
      reason: 'covers the late shift',
    };
    const moved = await post(`${BOOK}/adjustments`, transfer);
    expect(moved.body).toMatchObject({
      kind: 'transfer',
      from: { key: { employee: 'emp-18' }, label: 'week:2026-11-16' },
      to: { key: { employee: 'emp-17' }, label: 'week:2026-11-16' },
    });
    expect(moved.body).not.toHaveProperty('bucket');
    const refused = await post(`${BOOK}/adjustments`, { ...transfer, count: 1 });
    expect([refused.status, refused.body.code]).toEqual([422, 'transfer-exceeds-remaining']);
    expect(refused.body.errors[0].pointer).toBe('/count');
  });

  it('are listed, newest first, by limit, by whose bucket it is, and by author', async () => {
    const list = async (query: string) => {
      const { status, body } = await call('GET', `${BOOK}/adjustments?${query}`);
      expect([query, status]).toEqual([query, 200]);
      return body;
    };
    const { position } = (await call('GET', BOOK)).body;
    const all = await list(`atLeast=${position}`);
    expect(all.adjustments.map(({ kind }: { kind: string }) => kind)).toEqual([
      'transfer',
      'correction',
      'grant',
    ]);
    expect(all.adjustments[2]).toEqual(granted.body);
    expect(all).toMatchObject({ nextCursor: null, position });
    const many = async (query: string) => (await list(query)).adjustments.length;
    expect(await many('employee=emp-18')).toBe(1);
    expect(await many('employee=emp-17&limit=coffees&author=admin')).toBe(3);
    expect(await many('limit=month')).toBe(0);
    expect(await many('author=nobody')).toBe(0);

    const first = await list('employee=emp-17&pageSize=2');
    const next = await list(`employee=emp-17&pageSize=2&cursor=${first.nextCursor}`);
    expect([...first.adjustments, ...next.adjustments]).toEqual(all.adjustments);
    expect(next.nextCursor).toBeNull();
    const strayed = await call('GET', `${BOOK}/adjustments?cursor=${first.nextCursor}`);
    expect(strayed.body.errors).toMatchObject([{ parameter: 'cursor', code: 'bad-cursor' }]);
    expect((await call('GET', `${BOOK}/adjustments?pageSize=0`)).status).toBe(400);
    expect((await call('GET', '/v1/books/nowhere/adjustments')).status).toBe(404);
  });

  it.each<[object, string, string]>([
    [{ ...grant, kind: 'gift' }, '/kind', 'not-allowed'],
    [{ ...grant, kind: undefined }, '/kind', 'missing'],
    [{ ...grant, reason: undefined }, '/reason', 'missing'],
    [{ ...grant, reason: '' }, '/reason', 'too-short'],
    [{ ...grant, key: undefined }, '/key', 'missing'],
    [{ ...grant, to: { employee: 'emp-18' } }, '/to', 'not-allowed'],
    [{ ...grant, kind: 'transfer', from: { employee: 'emp-18' }, key: undefined }, '/to', 'missing'],
    [{ ...grant, key: { employe: 'emp-17' } }, '/key/employe', 'unknown-field'],
    [{ ...grant, key: { employee: 17 } }, '/key/employee', 'wrong-type'],
    [{ ...grant, key: 'emp-17' }, '/key', 'wrong-type'],
    [{ ...grant, count: 1.5 }, '/count', 'not-whole'],
    [{ ...grant, count: '2' }, '/count', 'wrong-type'],
    [{ ...grant, at: 'tomorrow' }, '/at', 'bad-time'],
    [{ ...grant, amount: 2 }, '/amount', 'unknown-field'],
  ])('are refused as %j', async (body, pointer, code) => {
    const answer = await post(`${BOOK}/adjustments`, body);
    expect([answer.status, answer.body.code]).toEqual([400, 'body-invalid']);
    expect(answer.body.errors).toMatchObject([{ pointer, code, advice: expect.any(String) }]);
  });

  it.each<[object, number, string]>([
    [{ ...grant, limit: 'tea' }, 404, 'limit-not-found'],
    [{ ...grant, key: { employee: 'nobody' } }, 422, 'bucket-not-adjustable'],
    [{ ...grant, count: -1 }, 422, 'bucket-not-adjustable'],
    [{ ...grant, count: undefined, retailMinor: 5 }, 422, 'bucket-not-adjustable'],
    [
      {
        kind: 'transfer',
        limit: 'coffees',
        from: { employee: 'emp-17' },
        to: { employee: 'emp-17' },
        count: 1,
        reason: 'r',
      },
      422,
      'same-bucket',
    ],
  ])('are refused by the book: %j', async (body, status, code) => {
    const answer = await post(`${BOOK}/adjustments`, body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('need a key', async () => {
    const answer = await call('POST', `${BOOK}/adjustments`, grant);
    expect([answer.status, answer.body.code]).toEqual([400, 'idempotency-key-missing']);
  });

  it('are there after a restart, and are answered as before', async () => {
    const before = await call('GET', `${BOOK}/buckets?limit=coffees&employee=emp-17`);
    await service.close();
    await start();
    await setClock('2026-11-17T12:00:00Z');
    const after = await call('GET', `${BOOK}/buckets?limit=coffees&employee=emp-17`);
    expect(after.body).toEqual(before.body);
    expect((await post(`${BOOK}/adjustments`, grant, 'grant-1')).text).toBe(granted.text);
  });
});
