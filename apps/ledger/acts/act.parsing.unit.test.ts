/** Aim: an act is taken exactly as it was meant, and every wrong one is refused with code, pointer and advice. */
import { describe, expect, it } from '@jest/globals';
import { Problem } from '../problems/problem.ts';
import { FIELD_CODES } from '../problems/registry.ts';
import { parseAct } from './act.parsing.ts';

const RIGHT = { kind: 'comp', trigger: 'recovery', employee: 'emp-17', location: 'soho' };

function problemOf(value: unknown): Problem {
  try {
    parseAct(value);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('The act was taken.');
}

describe('an act that is right', () => {
  it('has its defaults', () => {
    expect(parseAct(RIGHT)).toEqual({ mode: 'request', ...RIGHT });
  });

  it('keeps every member', () => {
    const whole = {
      mode: 'record',
      ...RIGHT,
      customer: 'c-991',
      incident: 'inc-5',
      campaign: 'k',
      shift: 's',
      channel: 'till',
      item: { sku: 'coffee/flat-white', quantity: 2 },
      retailMinor: 390,
      costMinor: 0,
      currency: 'GBP',
      reason: 'long-wait',
      note: 'line one\nline two\tend',
      occurredAt: '2026-11-21T09:14:05+01:00',
    };
    expect(parseAct(whole)).toEqual({ ...whole, occurredAt: Date.parse('2026-11-21T08:14:05Z') });
  });

  it('takes null as absent, so that both spellings are the same content', () => {
    const nulls = Object.fromEntries(
      [
        'mode',
        'customer',
        'incident',
        'campaign',
        'shift',
        'channel',
        'item',
        'retailMinor',
        'costMinor',
        'currency',
        'reason',
        'note',
        'occurredAt',
      ].map((name) => [name, null]),
    );
    expect(parseAct({ ...RIGHT, ...nulls })).toEqual(parseAct(RIGHT));
    expect(parseAct({ ...RIGHT, item: { sku: 'x', quantity: null } })).toEqual(
      parseAct({ ...RIGHT, item: { sku: 'x', quantity: 1 } }),
    );
  });

  it.each([
    ['employee', 'x'.repeat(128)],
    ['employee', '☕'.repeat(128)],
    ['employee', '👍🏽'.repeat(64)],
    ['note', 'x'.repeat(2000)],
    ['reason', 'Große Wartezeit'],
    ['retailMinor', Number.MAX_SAFE_INTEGER],
    ['item', { sku: '/'.repeat(256), quantity: 1_000_000 }],
  ])('may have %s %j', (name, value) => {
    expect(parseAct({ ...RIGHT, [name]: value })).toMatchObject({ [name]: value });
  });

  it('takes -0 as 0', () => {
    expect(Object.is(parseAct({ ...RIGHT, costMinor: -0 }).costMinor, 0)).toBe(true);
  });
});

describe('an act that is wrong', () => {
  it.each([
    // pointer, code, words of the advice, value
    ['', 'wrong-type', 'object', null],
    ['', 'wrong-type', 'object', []],
    ['', 'wrong-type', 'object', 'comp'],
    ['/kind', 'missing', 'comp', { trigger: 'recovery', employee: 'emp-17', location: 'soho' }],
    ['/kind', 'missing', 'comp', { ...RIGHT, kind: null }],
    ['/trigger', 'missing', 'recovery', { ...RIGHT, trigger: null }],
    ['/employee', 'missing', 'employee', { ...RIGHT, employee: null }],
    ['/location', 'missing', 'location', { ...RIGHT, location: null }],
    ['/kind', 'not-allowed', 'Did you mean comp', { ...RIGHT, kind: 'Comps' }],
    ['/kind', 'not-allowed', 'Did you mean credit', { ...RIGHT, kind: 'voucher' }],
    ['/kind', 'not-allowed', 'Use one of', { ...RIGHT, kind: 'constructor' }],
    ['/kind', 'wrong-type', 'Use one of', { ...RIGHT, kind: 7 }],
    ['/trigger', 'not-allowed', 'recovery or delight', { ...RIGHT, trigger: 'complaint' }],
    ['/mode', 'not-allowed', '/acts/evaluate', { ...RIGHT, mode: 'evaluate' }],
    ['/timeToLive', 'not-allowed', 'reserve', { ...RIGHT, timeToLive: 'PT5M' }],
    ['/timeToLive', 'wrong-type', 'P31D', { ...RIGHT, mode: 'reserve', timeToLive: 900 }],
    ['/timeToLive', 'bad-duration', 'such as', { ...RIGHT, mode: 'reserve', timeToLive: '15 minutes' }],
    ['/timeToLive', 'out-of-range', 'PT1S to P31D', { ...RIGHT, mode: 'reserve', timeToLive: 'P32D' }],
    ['/mode', 'wrong-type', 'request', { ...RIGHT, mode: true }],
    ['/employee', 'wrong-type', 'quotes', { ...RIGHT, employee: 17 }],
    ['/employee', 'too-short', 'value', { ...RIGHT, employee: '' }],
    ['/employee', 'too-long', '128', { ...RIGHT, employee: 'x'.repeat(129) }],
    ['/customer', 'control-character', 'Remove', { ...RIGHT, customer: 'a\u0000b' }],
    ['/customer', 'control-character', 'Remove', { ...RIGHT, customer: 'a\nb' }],
    ['/customer', 'control-character', 'Remove', { ...RIGHT, customer: 'a\u009fb' }],
    ['/incident', 'not-well-formed', 'whole characters', { ...RIGHT, incident: 'a\ud800' }],
    ['/note', 'too-long', '2000', { ...RIGHT, note: 'x'.repeat(2001) }],
    ['/note', 'control-character', 'Remove', { ...RIGHT, note: 'bell\u0007' }],
    ['/note', 'not-well-formed', 'whole characters', { ...RIGHT, note: '\udc00' }],
    ['/retailMinor', 'not-whole', '390 for 3.90', { ...RIGHT, retailMinor: 3.9 }],
    ['/retailMinor', 'negative', 'reverse', { ...RIGHT, retailMinor: -1 }],
    ['/costMinor', 'out-of-range', '9007199254740991', { ...RIGHT, costMinor: 2 ** 53 }],
    ['/costMinor', 'out-of-range', '9007199254740991', { ...RIGHT, costMinor: Number.POSITIVE_INFINITY }],
    ['/costMinor', 'wrong-type', 'without quotes', { ...RIGHT, costMinor: '80' }],
    ['/item', 'wrong-type', 'sku', { ...RIGHT, item: 'coffee' }],
    ['/item', 'wrong-type', 'sku', { ...RIGHT, item: [] }],
    ['/item/sku', 'missing', 'Name the item', { ...RIGHT, item: {} }],
    ['/item/sku', 'too-long', '256', { ...RIGHT, item: { sku: 'x'.repeat(257) } }],
    ['/item/quantity', 'out-of-range', '1000000', { ...RIGHT, item: { sku: 'x', quantity: 0 } }],
    ['/item/quantity', 'out-of-range', '1000000', { ...RIGHT, item: { sku: 'x', quantity: 1_000_001 } }],
    ['/item/quantity', 'not-whole', '1000000', { ...RIGHT, item: { sku: 'x', quantity: 1.5 } }],
    ['/item/quantity', 'wrong-type', '1000000', { ...RIGHT, item: { sku: 'x', quantity: '1' } }],
    ['/item/qty', 'unknown-field', 'quantity', { ...RIGHT, item: { sku: 'x', qty: 2 } }],
    ['/retail_minor', 'unknown-field', 'Did you mean retailMinor?', { ...RIGHT, retail_minor: 390 }],
    ['/custmer', 'unknown-field', 'Did you mean customer?', { ...RIGHT, custmer: null }],
    ['/a~1b~0c', 'unknown-field', 'Known are', { ...RIGHT, 'a/b~c': 1 }],
    [
      '/__proto__',
      'unknown-field',
      'Known are',
      JSON.parse(
        '{"kind":"comp","trigger":"recovery","employee":"e","location":"l","__proto__":{"mode":"record"}}',
      ),
    ],
    ['/idempotencyKey', 'unknown-field', 'Known are', { ...RIGHT, idempotencyKey: 'k' }],
    ['/currency', 'bad-currency', 'ISO 4217', { ...RIGHT, currency: 'gbp' }],
    ['/currency', 'wrong-type', 'ISO 4217', { ...RIGHT, currency: 826 }],
    ['/occurredAt', 'bad-time', 'RFC 3339', { ...RIGHT, occurredAt: '2026-11-21 08:14' }],
    ['/occurredAt', 'bad-time', 'RFC 3339', { ...RIGHT, occurredAt: '2026-02-30T08:14:05Z' }],
    ['/occurredAt', 'bad-time', 'RFC 3339', { ...RIGHT, occurredAt: '2026-11-21T08:14:05' }],
    ['/occurredAt', 'wrong-type', 'RFC 3339', { ...RIGHT, occurredAt: 1_795_000_000 }],
  ])('%s is %s', (pointer, code, advice, value) => {
    const problem = problemOf(value);
    expect(problem.code).toBe('body-invalid');
    expect(problem.parts.errors).toHaveLength(1);
    expect(problem.parts.errors![0]).toMatchObject({ pointer, code });
    expect(problem.parts.errors![0]!.advice).toContain(advice);
    expect(Object.keys(FIELD_CODES)).toContain(code);
  });

  it('has all its mistakes named at once, in the place the act has in the body', () => {
    expect(() => parseAct({ kind: 'x', foo: 1, costMinor: -1 }, '/acts/3')).toThrow(Problem);
    try {
      parseAct({ kind: 'x', foo: 1, costMinor: -1 }, '/acts/3');
    } catch (error) {
      expect((error as Problem).parts.errors!.map(({ pointer }) => pointer).sort()).toEqual([
        '/acts/3/costMinor',
        '/acts/3/employee',
        '/acts/3/foo',
        '/acts/3/kind',
        '/acts/3/location',
        '/acts/3/trigger',
      ]);
    }
  });

  it.each([['void'], ['VOID'], ['voided']])('is no act when it is a %s', (kind) => {
    const problem = problemOf({ ...RIGHT, kind });
    expect(problem.code).toBe('void-is-not-an-act');
    expect(problem.status).toBe(422);
    expect(problem.body().errors![0]!.pointer).toBe('/kind');
  });

  it('shows no lone surrogate and no endless text in its answer', () => {
    const body = JSON.stringify(
      problemOf({ ...RIGHT, [`\ud800${'x'.repeat(5000)}`]: 1, kind: '\udfff'.repeat(500) }).body(),
    );
    expect(body.isWellFormed()).toBe(true);
    expect(body).not.toContain('\\ud800');
    expect(body.length).toBeLessThan(2500);
  });
});
