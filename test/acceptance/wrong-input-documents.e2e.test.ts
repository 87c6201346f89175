/**
 * Aim: a wrong directory, policy or query is refused with a stable code, the place and advice, and records nothing; a
 * policy is told every mistake at once, with line and column.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LONDON, openBook } from '../opened-book.ts';
import { endForGood, type Reply, type ServiceProcess, startFresh } from '../service-process.ts';
import { expectRefused as expectRefusal, positionOf, type Wrong } from './expect-refused.ts';

const POLICY = {
  limits: [{ id: 'ten', per: ['employee'], window: 'day', allow: { count: 10 }, beyond: 'decline' }],
};

let service: ServiceProcess;
let path = '';

beforeAll(async () => {
  service = await startFresh('wrong-documents');
  ({ path } = await openBook(service, 'wrong', POLICY));
}, 60_000);
afterAll(() => endForGood(service));

const position = (): Promise<number> => positionOf(service, path);
const expectRefused = (wrong: Wrong, ask: () => Promise<Reply>): Promise<Reply> =>
  expectRefusal(service, path, wrong, ask);

let keys = 0;

describe('the directory', () => {
  const bad = (
    what: string,
    to: string,
    body: object,
    pointer: string,
    code: string,
  ): readonly [string, string, object, Wrong] => [
    what,
    to,
    body,
    { what, status: 400, code: 'body-invalid', at: [pointer, code] },
  ];
  it.each([
    bad('a zone that is none', '', { ...LONDON, timeZone: 'Europe/Lundon' }, '/timeZone', 'bad-time-zone'),
    bad('an offset for a zone', '/locations/x', { timeZone: '+01:00' }, '/timeZone', 'bad-time-zone'),
    bad('a currency that is none', '', { ...LONDON, currency: 'GBX' }, '/currency', 'bad-currency'),
    bad(
      'an hour that is none',
      '/locations/x',
      { timeZone: 'Europe/London', businessDayStartsAt: '24:30' },
      '/businessDayStartsAt',
      'bad-format',
    ),
    bad('an unknown member', '/employees/x', { roles: [], rôle: 'x' }, '/rôle', 'unknown-field'),
    bad('roles that are no list', '/employees/x', { roles: 'barista' }, '/roles', 'wrong-type'),
    bad('a price below nothing', '/items/x', { retailMinor: -1, costMinor: 0 }, '/retailMinor', 'negative'),
    bad(
      'a price in pence and a half',
      '/items/x',
      { retailMinor: 1.5, costMinor: 0 },
      '/retailMinor',
      'not-whole',
    ),
  ])('with %s', async (_what, to, body, wrong) => {
    await expectRefused(wrong, () => service.put(`${path}${to}`, body));
  });

  it('keeps the currency of an open book', async () => {
    const wrong = { what: 'another currency', status: 409, code: 'book-currency-fixed' };
    await expectRefused(wrong, () => service.put(path, { ...LONDON, currency: 'EUR' }));
  });

  it.each(['bl%20ank', '-x', 'a%2Fb', `b${'x'.repeat(63)}`])('refuses the book %s', async (id) => {
    const wrong = { what: id, status: 400, code: 'path-invalid' };
    await expectRefused(wrong, () => service.put(`/v1/books/${id}`, LONDON));
  });
});

describe('a policy', () => {
  const post = (body: string, type: string): Promise<Reply> =>
    service.call('POST', `${path}/policies`, {
      key: `policy-${++keys}`,
      body,
      headers: { 'content-type': type },
    });

  it('is told every mistake at once, each with line and column', async () => {
    const yaml = [
      'currency: EUR',
      'limits:',
      '  - id: a',
      '    per: [employe]',
      '    window: { every: week, startsOn: mondag }',
      '    allow: { count: -1 }',
      '    beyond: explode',
      '  - id: a',
      '    per: [employee]',
      '    window: { rolling: 7 days }',
      '    allow: {}',
      '    beyond: decline',
      'rules:',
      '  - id: r',
      '    when: act.kind ==',
      '    then: decline',
      '    message: x',
      '  - id: s',
      '    when: act.colour == "red"',
      '    then: decline',
      '    message: x',
      'surprise: true',
      '',
    ].join('\n');
    const wrong = { what: 'many mistakes', status: 422, code: 'policy-invalid' };
    const reply = await expectRefused(wrong, () => post(yaml, 'application/yaml'));
    const errors = reply.json().errors as { pointer: string; line: number; column: number; advice: string }[];
    const lines = new Map(errors.map((error) => [error.pointer, error.line]));
    expect(Object.fromEntries(lines)).toMatchObject({
      '/limits/0/per/0': 4,
      '/limits/0/window/startsOn': 5,
      '/limits/0/allow/count': 6,
      '/limits/0/beyond': 7,
      '/limits/1/id': 8,
      '/limits/1/window/rolling': 10,
      '/limits/1/allow': 11,
      '/rules/0/when': 15,
      '/rules/1/when': 19,
      '/surprise': 22,
    });
    for (const error of errors) {
      expect(error.column).toBeGreaterThan(0);
      expect(error.advice.length).toBeGreaterThan(0);
    }
  });

  it('in JSON has its lines as well', async () => {
    const json =
      '{\n  "currency": "GBP",\n  "limits": [\n    { "id": "a", "per": ["nobody"], "window": "day",\n      "allow": { "count": 1 }, "beyond": "decline" }\n  ]\n}';
    const wrong = { what: 'one mistake', status: 422, code: 'policy-invalid' };
    const reply = await expectRefused(wrong, () => post(json, 'application/json'));
    expect(reply.json().errors).toContainEqual(
      expect.objectContaining({ pointer: '/limits/0/per/0', line: 4 }),
    );
  });

  it.each([
    ['broken YAML', 'limits: [a, b\nrules: }', 'application/yaml', 'policy-malformed'],
    [
      'a YAML bomb',
      `a: &a [x]\n${Array.from({ length: 12 }, (_, i) => `b${i}: &b${i} [${`*${i === 0 ? 'a' : `b${i - 1}`},`.repeat(20)}]`).join('\n')}\n`,
      'application/yaml',
      undefined,
    ],
    ['a tag of another language', 'limits: !!js/function "x"', 'application/yaml', undefined],
  ])('refuses %s', async (_what, body, type, code) => {
    const stood = await position();
    const reply = await post(body, type);
    expect([400, 422]).toContain(reply.status);
    expect(reply.json().code).toMatch(code ?? /^policy-(malformed|invalid)$/);
    expect(reply.json().errors.length).toBeGreaterThan(0);
    expect(await position()).toBe(stood);
  });

  it('of another currency is refused', async () => {
    const stood = await position();
    const reply = await post(JSON.stringify({ currency: 'EUR', ...POLICY }), 'application/json');
    expect(reply.status).toBe(422);
    expect(reply.text).toContain('/currency');
    expect(await position()).toBe(stood);
  });
});

describe('a query', () => {
  it.each([
    '/acts?from=yesterday',
    '/acts?cursor=nonsense',
    '/acts?kind=freebie',
    '/acts?colour=red',
    '/metrics/spend?groupBy=moon',
    '/metrics/spend?from=2026-02-30',
    '/employees/emp-1/allowances?at=noon',
  ])('%s', async (query) => {
    const reply = await service.get(`${path}${query}`);
    expect({ status: reply.status, code: reply.json().code }).toEqual({ status: 400, code: 'query-invalid' });
    expect(reply.json().errors.length).toBeGreaterThan(0);
  });
});
