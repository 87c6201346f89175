/**
 * Aim: whatever is wrong with an input is refused with a stable code, a pointer to the place and advice, and records
 * nothing: the ledger stands where it stood.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import { type Asked, endForGood, type Reply, type ServiceProcess, startFresh } from '../service-process.ts';
import { expectRefused as expectRefusal, positionOf, type Wrong } from './expect-refused.ts';

const POLICY = {
  limits: [{ id: 'ten', per: ['employee'], window: 'day', allow: { count: 10 }, beyond: 'decline' }],
};

let service: ServiceProcess;
let path = '';

beforeAll(async () => {
  service = await startFresh('wrong-input');
  ({ path } = await openBook(service, 'wrong', POLICY));
}, 60_000);
afterAll(() => endForGood(service));

const position = (): Promise<number> => positionOf(service, path);
const expectRefused = (wrong: Wrong, ask: () => Promise<Reply>): Promise<Reply> =>
  expectRefusal(service, path, wrong, ask);

let keys = 0;
const postAct = (body: Asked['body'], headers?: Asked['headers']): Promise<Reply> =>
  service.call('POST', `${path}/acts`, {
    key: `wrong-${++keys}`,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  });

const text = (body: object): string => JSON.stringify(body);
const WITHOUT_ITEM = { ...coffee(), item: null, retailMinor: 390, costMinor: 80 };
/** The act with one member written as it is, which JSON.stringify would not write. */
const withRaw = (member: string, raw: string): string =>
  text({ ...WITHOUT_ITEM, [member]: '@raw@' }).replace('"@raw@"', raw);

const invalid = (
  what: string,
  body: object | string,
  pointer: string,
  code: string,
): Wrong & { body: object | string } => ({
  what,
  body,
  status: 400,
  code: 'body-invalid',
  at: [pointer, code],
});

const BODIES: readonly (Wrong & { readonly body: object | string | Uint8Array })[] = [
  { what: 'broken JSON', body: '{"mode": "request",', status: 400, code: 'json-malformed' },
  { what: 'two JSON values', body: '{} {}', status: 400, code: 'json-malformed' },
  { what: 'an empty body', body: '', status: 400, code: 'body-missing' },
  invalid('a list', [], '', 'wrong-type'),
  invalid('a text', '"act"', '', 'wrong-type'),
  invalid('null', 'null', '', 'wrong-type'),
  invalid('an unknown member', coffee({ employe: 'emp-1' }), '/employe', 'unknown-field'),
  invalid('an unknown member set to null', coffee({ extra: null }), '/extra', 'unknown-field'),
  invalid(
    'an unknown member of the item',
    coffee({ item: { sku: 'x', size: 1 } }),
    '/item/size',
    'unknown-field',
  ),
  invalid(
    '__proto__',
    withRaw('note', '"x", "__proto__": {"mode": "record"}'),
    '/__proto__',
    'unknown-field',
  ),
  invalid('no kind', coffee({ kind: null }), '/kind', 'missing'),
  invalid('no employee', coffee({ employee: null }), '/employee', 'missing'),
  invalid('an unknown kind', coffee({ kind: 'freebie' }), '/kind', 'not-allowed'),
  invalid('a kind of the wrong case', coffee({ kind: 'Comp' }), '/kind', 'not-allowed'),
  invalid('an unknown mode', coffee({ mode: 'maybe' }), '/mode', 'not-allowed'),
  invalid('an unknown trigger', coffee({ trigger: 'whim' }), '/trigger', 'not-allowed'),
  invalid('an employee that is a number', coffee({ employee: 17 }), '/employee', 'wrong-type'),
  invalid('an empty employee', coffee({ employee: '' }), '/employee', 'too-short'),
  invalid('a control character', coffee({ customer: 'c\u0007' }), '/customer', 'control-character'),
  invalid('an over-long id', coffee({ customer: 'c'.repeat(129) }), '/customer', 'too-long'),
  invalid('an over-long note', coffee({ note: 'n'.repeat(2001) }), '/note', 'too-long'),
  invalid('an over-long sku', coffee({ item: { sku: 's'.repeat(257) } }), '/item/sku', 'too-long'),
  invalid('half a surrogate pair', withRaw('note', '"\\ud800"'), '/note', 'not-well-formed'),
  invalid('a negative amount', { ...WITHOUT_ITEM, costMinor: -1 }, '/costMinor', 'negative'),
  invalid('a fractional amount', { ...WITHOUT_ITEM, retailMinor: 3.9 }, '/retailMinor', 'not-whole'),
  invalid('an amount as a text', { ...WITHOUT_ITEM, retailMinor: '390' }, '/retailMinor', 'wrong-type'),
  invalid(
    'a quantity of none',
    coffee({ item: { sku: 'coffee/flat-white', quantity: 0 } }),
    '/item/quantity',
    'out-of-range',
  ),
  invalid(
    'half a coffee',
    coffee({ item: { sku: 'coffee/flat-white', quantity: 0.5 } }),
    '/item/quantity',
    'not-whole',
  ),
  {
    what: 'an amount above 2^53',
    body: withRaw('costMinor', '9007199254740993'),
    status: 400,
    code: 'number-not-exact',
    at: ['/costMinor', 'number-not-exact'],
  },
  invalid('an amount beyond every number', withRaw('costMinor', '1e400'), '/costMinor', 'out-of-range'),
  { what: 'the wrong currency', body: coffee({ currency: 'EUR' }), status: 422, code: 'currency-mismatch' },
  invalid('no currency at all', coffee({ currency: 'pounds' }), '/currency', 'bad-currency'),
  {
    what: 'an item that is not known',
    body: coffee({ item: { sku: 'tea/green' } }),
    status: 422,
    code: 'unknown-item',
  },
  { what: 'no item and no amount', body: { ...coffee(), item: null }, status: 422, code: 'amount-missing' },
  {
    what: 'a void',
    body: coffee({ kind: 'void' }),
    status: 422,
    code: 'void-is-not-an-act',
    at: ['/kind', 'void-is-not-an-act'],
  },
  ...[
    'yesterday',
    '2026-11-21',
    '2026-11-21T08:14:05',
    '2026-02-30T08:00:00Z',
    '2026-11-21T25:00:00Z',
    '2026-13-01T00:00:00Z',
  ].map((occurredAt) => invalid(`the time ${occurredAt}`, coffee({ occurredAt }), '/occurredAt', 'bad-time')),
  invalid('a time as a number', coffee({ occurredAt: 1_790_000_000 }), '/occurredAt', 'wrong-type'),
  {
    what: 'a request for long ago',
    body: coffee({ occurredAt: new Date(Date.now() - 16 * 60_000).toISOString() }),
    status: 422,
    code: 'occurred-at-too-old',
  },
  ...['request', 'record'].map((mode) => ({
    what: `a ${mode} in the future`,
    body: coffee({ mode, occurredAt: new Date(Date.now() + 6 * 60_000).toISOString() }),
    status: 422,
    code: 'occurred-at-in-future',
  })),
  {
    what: 'bytes that are not UTF-8',
    body: Buffer.concat([
      Buffer.from(text(coffee({ note: '@' })).split('@')[0] ?? ''),
      Buffer.from([0xc3, 0x28]),
      Buffer.from(text(coffee({ note: '@' })).split('@')[1] ?? ''),
    ]),
    status: 400,
    code: 'body-not-utf8',
  },
  {
    what: 'a body above 1 MiB',
    body: text(coffee({ note: 'n'.repeat(1024 * 1024) })),
    status: 413,
    code: 'body-too-large',
  },
  invalid('a hundred thousand brackets', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, '', 'wrong-type'),
];

describe('an act', () => {
  it.each(BODIES.map((wrong) => [wrong.what, wrong] as const))('with %s', async (_what, wrong) => {
    await expectRefused(wrong, () => postAct(wrong.body));
  });

  it.each(
    BODIES.filter(({ what }) => !what.startsWith('a body above')).map(
      (wrong) => [wrong.what, wrong] as const,
    ),
  )('to evaluate, with %s', async (_what, wrong) => {
    await expectRefused(wrong, () => service.call('POST', `${path}/acts/evaluate`, { body: wrong.body }));
  });

  it('names every mistake at once', async () => {
    const wrong = invalid('several', {}, '/kind', 'not-allowed');
    const reply = await expectRefused(wrong, () =>
      postAct({
        kind: 'x',
        trigger: 'recovery',
        employee: '',
        location: 7,
        retailMinor: -1,
        costMinor: 0.5,
        what: 1,
      }),
    );
    const pointers = reply.json().errors.map((error: { pointer: string }) => error.pointer);
    expect([...pointers].sort()).toEqual([
      '/costMinor',
      '/employee',
      '/kind',
      '/location',
      '/retailMinor',
      '/what',
    ]);
  }, 10_000);

  it.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ])('sent as %s', async (type) => {
    const wrong = { what: type, status: 415, code: 'content-type-unsupported' };
    await expectRefused(wrong, () => postAct(text(coffee()), { 'content-type': type }));
  });

  it('says "record" to a request that is too late', async () => {
    const late = coffee({ occurredAt: new Date(Date.now() - 3_600_000).toISOString() });
    const reply = await postAct(late);
    expect(reply.json().advice).toContain('record');
    expectStatus(await postAct({ ...late, mode: 'record' }), 201);
  });
});

describe('a batch', () => {
  const post = (body: Asked['body']): Promise<Reply> =>
    service.call('POST', `${path}/acts/batch`, body === undefined ? {} : { body });

  it('points into the item that is wrong, and its neighbours stand', async () => {
    const stood = await position();
    const reply = expectStatus(
      await post({
        acts: [
          { idempotencyKey: `b-${++keys}`, ...coffee({ mode: 'record' }) },
          { idempotencyKey: `b-${++keys}`, ...WITHOUT_ITEM, costMinor: -5 },
          { idempotencyKey: `b-${++keys}`, ...coffee({ kind: 'void' }) },
          'act',
        ],
      }),
      200,
    ).json();
    expect(reply.results.map((result: { status: number }) => result.status)).toEqual([201, 400, 422, 400]);
    expect(reply.results[1].body.errors[0].pointer).toMatch(/costMinor$/);
    expect(await position()).toBe(stood + 1);
  });

  it.each([
    ['no acts', {}, '/acts'],
    ['acts that are no list', { acts: {} }, '/acts'],
    ['more than a thousand', { acts: Array.from({ length: 1001 }, () => ({})) }, '/acts'],
    ['an unknown member', { acts: [], fast: true }, '/fast'],
  ] as const)('with %s', async (what, body, pointer) => {
    const wrong = { what, status: 400, code: 'body-invalid' };
    const reply = await expectRefused(wrong, () => post(body));
    expect(reply.json().errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
  });
});

describe('a reversal', () => {
  it('is refused for what it cannot be', async () => {
    const act = expectStatus(await postAct(coffee({ mode: 'record' })), 201).json();
    const reverse =
      (id: string, body: object): (() => Promise<Reply>) =>
      () =>
        service.post(`${path}/acts/${id}/reverse`, `reverse-${++keys}`, body);
    const invalidAt = (pointer: string, code: string): Wrong => invalid('', {}, pointer, code);
    await expectRefused(invalidAt('/reason', 'missing'), reverse(act.id, {}));
    await expectRefused(invalidAt('/count', 'negative'), reverse(act.id, { reason: 'x', count: -1 }));
    await expectRefused(
      invalidAt('/costMinor', 'not-whole'),
      reverse(act.id, { reason: 'x', costMinor: 1.5 }),
    );
    await expectRefused(
      { what: 'too much', status: 422, code: 'reversal-exceeds-act' },
      reverse(act.id, { reason: 'x', costMinor: 81 }),
    );
    await expectRefused(
      { what: 'no act', status: 404, code: 'act-not-found' },
      reverse('01999999-9999-7999-8999-999999999999', { reason: 'x' }),
    );
    expectStatus(await reverse(act.id, { reason: 'x' })(), 200, 201);
    await expectRefused(
      { what: 'twice', status: 422, code: 'reversal-exceeds-act' },
      reverse(act.id, { reason: 'x' }),
    );
  });
});

describe('a caller', () => {
  it.each([undefined, 'Bearer wrong', 'Bearer ', 'Basic dXNlcjpwYXNz'])(
    'with %j for a key',
    async (authorization) => {
      const wrong = { what: 'key', status: 401, code: 'unauthenticated' };
      await expectRefused(wrong, () => postAct(coffee(), { authorization: authorization ?? '' }));
    },
  );

  it('with random bytes for a body never gets a 500', async () => {
    for (let n = 0; n < 200; n++) {
      const reply = await postAct(randomBytes(1 + (n % 64)));
      expect([reply.status, reply.json().code]).toEqual([400, expect.any(String)]);
    }
  });

  it('of something that is not there is told so', async () => {
    for (const [method, to] of [
      ['GET', '/v1/nothing'],
      ['GET', '/v1/books/never-opened/acts'],
      ['GET', `${path}/acts/nothing`],
      ['DELETE', `${path}/acts/nothing`],
    ] as const) {
      const reply = await service.call(method, to);
      expect([400, 404, 405]).toContain(reply.status);
      expect(reply.json().code.length).toBeGreaterThan(0);
    }
  });
});
