/**
 * Aim: what makes a limit larger or smaller, over HTTP and on a clock that is set: fiscal calendars, carry-over,
 * grants, corrections and transfers; what each answers, and what it refuses.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { expectStatus, LONDON, publish } from '../opened-book.ts';
import {
  endForGood,
  type Reply,
  SANDBOX,
  type ServiceProcess,
  startFresh,
  startService,
} from '../service-process.ts';

let service: ServiceProcess;

let keys = 0;
const post = (path: string, body: object, key = `key-${++keys}`) => service.post(path, key, body);
const setClock = (now: string) => service.put('/v1/sandbox/clock', { now });
const BOOK = '/v1/books/retail';
const book = (fiscalCalendar?: unknown) => ({
  ...LONDON,
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

beforeAll(async () => {
  service = await startFresh('limits', SANDBOX);
  await setClock('2026-11-11T12:00:00Z');
}, 60_000);
afterAll(() => endForGood(service));

describe('a fiscal calendar', () => {
  it('is stated by a name, a pattern, or in full, and read back in full', async () => {
    const stated = async (fiscalCalendar: unknown) => {
      const answer = await service.put(BOOK, book(fiscalCalendar));
      expect([fiscalCalendar, answer.status]).toEqual([fiscalCalendar, 200]);
      return answer.json().fiscalCalendar;
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
    expect((await service.get(BOOK)).json()).toMatchObject({ id: 'retail', fiscalCalendar: NRF });
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
    const answer = await service.put(BOOK, book(fiscalCalendar));
    expect([answer.status, answer.json().code]).toEqual([400, 'body-invalid']);
    expect(answer.json().errors).toMatchObject([{ pointer, code, advice: expect.any(String) }]);
  });

  it('is missed by a policy that counts by it, and cannot be dropped under one', async () => {
    await service.put('/v1/books/plain', book());
    const missed = await post('/v1/books/plain/policies', POLICY);
    expect([missed.status, missed.json().code]).toEqual([422, 'policy-invalid']);
    expect(missed.json().errors).toMatchObject([
      { pointer: '/limits/1/window/fiscal', code: 'fiscal-calendar-missing', line: 1 },
    ]);

    for (const [id, location] of [
      ['soho', { timeZone: 'Europe/London' }],
      ['leeds', { timeZone: 'Europe/London' }],
    ] as const) {
      await service.put(`${BOOK}/locations/${id}`, location);
    }
    for (const id of ['emp-17', 'emp-18']) {
      await service.put(`${BOOK}/employees/${id}`, { roles: [], homeLocation: 'soho' });
    }
    await publish(service, BOOK, 'first', POLICY);
    const dropped = await service.put(BOOK, book());
    expect([dropped.status, dropped.json().code]).toEqual([409, 'fiscal-calendar-fixed']);
    expect(dropped.json().advice).toContain('"pattern":"4-5-4"');
    expect((await service.put(BOOK, book('nrf'))).status).toBe(200);
  });
});

describe('carry-over', () => {
  it('is told before, in and after an act of the next week', async () => {
    expect((await post(`${BOOK}/acts`, coffee())).json().status).toBe('accepted');
    await setClock('2026-11-17T12:00:00Z');
    const { allowances } = (await service.get(`${BOOK}/employees/emp-17/allowances`)).json();
    expect(allowances[0].measures.count).toEqual({
      allowed: 2,
      carriedOver: 1,
      adjusted: 0,
      used: 0,
      reserved: 0,
      remaining: 3,
    });
    const act = await post(`${BOOK}/acts`, coffee());
    expect(act.json().decision.guardrails[0].measures.count).toEqual({
      allowed: 2,
      usedBefore: 0,
      usedAfter: 1,
      reserved: 0,
      carriedOver: 1,
      adjusted: 0,
      remaining: 2,
    });
    // A limit without either names neither.
    expect(act.json().decision.guardrails[1].measures.costMinor).toEqual({
      allowed: 5000,
      usedBefore: 80,
      usedAfter: 160,
      reserved: 0,
      remaining: 4840,
    });
    expect(act.json().decision.guardrails[1].window.from).toBe('2026-11-01T04:00:00.000Z');
  });

  it('says what went beyond what', async () => {
    await post(`${BOOK}/acts`, coffee());
    await post(`${BOOK}/acts`, coffee());
    const declined = await post(`${BOOK}/acts`, coffee());
    expect(declined.json().status).toBe('declined');
    expect(declined.json().decision.guardrails[0].message).toBe(
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
  let granted: Reply;

  it('a grant is answered, counted at once, and answered again byte for byte', async () => {
    granted = await post(`${BOOK}/adjustments`, grant, 'grant-1');
    expect(granted.status).toBe(201);
    expect(granted.json()).toEqual({
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
    const bucket = await service.get(`${BOOK}/buckets?limit=coffees&employee=emp-17`);
    expect(bucket.json().measures.count).toMatchObject({
      carriedOver: 1,
      adjusted: 2,
      used: 3,
      remaining: 2,
    });
    expect((await post(`${BOOK}/acts`, coffee())).json().status).toBe('accepted');

    const again = await post(`${BOOK}/adjustments`, grant, 'grant-1');
    expect([again.status, again.headers['idempotent-replayed'], again.text]).toEqual([
      201,
      'true',
      granted.text,
    ]);
    const reused = await post(`${BOOK}/adjustments`, { ...grant, count: 3 }, 'grant-1');
    expect([reused.status, reused.json().code, reused.json().differs]).toEqual([
      422,
      'idempotency-key-reused',
      ['count'],
    ]);
    const other = await post(`${BOOK}/acts`, coffee(), 'grant-1');
    expect([other.status, other.json().differs]).toEqual([422, ['operation']]);
  });

  it('a correction takes away, a transfer moves what remains and no more', async () => {
    const correction = { ...grant, kind: 'correction', count: -1, reason: 'granted too much' };
    expect((await post(`${BOOK}/adjustments`, correction)).json().amounts.count).toBe(-1);
    const transfer = {
      kind: 'transfer',
      limit: 'coffees',
      from: { employee: 'emp-18' },
      to: { employee: 'emp-17' },
      count: 3,
      reason: 'covers the late shift',
    };
    const moved = await post(`${BOOK}/adjustments`, transfer);
    expect(moved.json()).toMatchObject({
      kind: 'transfer',
      from: { key: { employee: 'emp-18' }, label: 'week:2026-11-16' },
      to: { key: { employee: 'emp-17' }, label: 'week:2026-11-16' },
    });
    expect(moved.json()).not.toHaveProperty('bucket');
    const refused = await post(`${BOOK}/adjustments`, { ...transfer, count: 1 });
    expect([refused.status, refused.json().code]).toEqual([422, 'transfer-exceeds-remaining']);
    expect(refused.json().errors[0].pointer).toBe('/count');
  });

  it('are listed, newest first, by limit, by whose bucket it is, and by author', async () => {
    const list = async (query: string) => {
      return expectStatus(await service.get(`${BOOK}/adjustments?${query}`), 200).json();
    };
    const { position } = (await service.get(BOOK)).json();
    const all = await list(`atLeast=${position}`);
    expect(all.adjustments.map(({ kind }: { kind: string }) => kind)).toEqual([
      'transfer',
      'correction',
      'grant',
    ]);
    expect(all.adjustments[2]).toEqual(granted.json());
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
    const strayed = await service.get(`${BOOK}/adjustments?cursor=${first.nextCursor}`);
    expect(strayed.json().errors).toMatchObject([{ parameter: 'cursor', code: 'bad-cursor' }]);
    expect((await service.get(`${BOOK}/adjustments?pageSize=0`)).status).toBe(400);
    expect((await service.get('/v1/books/nowhere/adjustments')).status).toBe(404);
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
    expect([answer.status, answer.json().code]).toEqual([400, 'body-invalid']);
    expect(answer.json().errors).toMatchObject([{ pointer, code, advice: expect.any(String) }]);
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
    expect([answer.status, answer.json().code]).toEqual([status, code]);
  });

  it('need a key', async () => {
    const answer = await service.call('POST', `${BOOK}/adjustments`, { body: grant });
    expect([answer.status, answer.json().code]).toEqual([400, 'idempotency-key-missing']);
  });

  it('are there after a restart, and are answered as before', async () => {
    const before = await service.get(`${BOOK}/buckets?limit=coffees&employee=emp-17`);
    await service.stop();
    service = await startService(service.dataDir, SANDBOX);
    await setClock('2026-11-17T12:00:00Z');
    const after = await service.get(`${BOOK}/buckets?limit=coffees&employee=emp-17`);
    expect(after.json()).toEqual(before.json());
    expect((await post(`${BOOK}/adjustments`, grant, 'grant-1')).text).toBe(granted.text);
  });
});
