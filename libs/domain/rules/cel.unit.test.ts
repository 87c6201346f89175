/** Aim: a rule that is taken means what it says on every machine; one that is not is refused with a way out. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileCondition } from './cel.ts';
import { nearestName } from './nearest-name.ts';
import type { RuleFacts } from './rule-facts.ts';
import { RULE_VARIABLES } from './rule-variables.ts';

const refund: RuleFacts = {
  asked: {
    mode: 'request',
    kind: 'refund',
    trigger: 'recovery',
    employee: 'emp-17',
    location: 'soho',
    customer: 'c-991',
    item: { sku: 'coffee/flat-white', quantity: 2 },
    reason: 'long-wait',
    note: '20 minutes',
  },
  amounts: { count: 2, costMinor: 1200, retailMinor: 5001 },
  businessDate: '2026-11-21',
  occurredAt: Date.parse('2026-11-21T08:14:05Z'),
  employee: { roles: ['barista', 'trainer'], homeLocation: 'soho' },
  location: { region: 'london', timeZone: 'Europe/London' },
  item: { category: 'coffee' },
};
const bare: RuleFacts = {
  asked: { mode: 'record', kind: 'gesture', trigger: 'delight', employee: 'emp-1', location: 'bank' },
  amounts: { count: 1, costMinor: 0, retailMinor: 0 },
  businessDate: '2026-02-28',
  occurredAt: 0,
  employee: undefined,
  location: undefined,
  item: undefined,
};

function holds(expression: string, facts: RuleFacts = refund) {
  const condition = compileCondition(expression);
  if (!condition.ok) throw new Error(`${expression}: ${condition.message}`);
  return condition.holds(facts);
}

describe('conditions', () => {
  it.each([
    ['act.kind == "refund" && act.retailMinor > 5000 && act.incident == ""', true],
    ['act.retailMinor > 5001', false],
    ['act.incident != ""', false],
    ['act.customer == "c-991"', true],
    ['act.kind in ["comp", "refund"]', true],
    ['act.sku.startsWith("coffee/")', true],
    ['act.note.contains("minutes") && size(act.note) < 20', true],
    ['act.reason.lowerAscii() == "long-wait" && act.reason.trim().endsWith("wait")', true],
    ['"barista" in employee.roles', true],
    ['"keyholder" in employee.roles', false],
    ['employee.roles.exists(r, r.startsWith("train"))', true],
    ['employee.roles.all(r, r != "barista")', false],
    ['employee.homeLocation == act.location', true],
    ['employee.id == act.employee && location.id == act.location', true],
    ['location.region == "london" && location.timeZone == "Europe/London"', true],
    ['item.category == "coffee" && item.quantity == act.count && act.quantity == 2', true],
    ['act.costMinor * 100 / act.retailMinor > 20', true],
    ['double(act.costMinor) / double(act.retailMinor) > 0.25', false],
    ['int("-12") == -12 && int("+7") == 7 && int("012") == 12 && int(act.count) == 2', true],
    ['int(2.9) == 2 && int(-2.9) == -2 && int("9223372036854775807") > 9223372036854775806', true],
    ['employee.roles.exists(r, size(r) > 3 || int(r) > 1)', true],
    ['act.businessDate >= "2026-11-21" && act.businessDate < "2026-12-01"', true],
    ['act.occurredAt > timestamp("2026-11-21T08:00:00Z")', true],
    ['act.occurredAt - timestamp("2026-11-21T09:00:00+01:00") < duration("15m")', true],
    ['act.occurredAt.getHours() == 8 && act.occurredAt.getDayOfWeek() == 6', true],
    ['act.mode == "request" ? act.trigger == "recovery" : false', true],
    ['!(act.count > 2) // a comment', true],
    ["act.channel == '' &&\n  act.shift == ''", true],
  ])('%s is %p', (expression, expected) => {
    expect(holds(expression)).toBe(expected);
  });

  it('what an act lacks reads as nothing', () => {
    const texts = ['customer', 'incident', 'campaign', 'shift', 'channel', 'reason', 'note', 'sku'];
    expect(holds(texts.map((name) => `act.${name} == ""`).join(' && '), bare)).toBe(true);
    expect(holds('item.sku == "" && item.category == "" && item.quantity == 0 && act.count == 1', bare)).toBe(
      true,
    );
    expect(holds('employee.homeLocation == "" && employee.roles.size() == 0', bare)).toBe(true);
    expect(holds('location.region == "" && location.timeZone == ""', bare)).toBe(true);
  });

  it('figures are exact up to 2^53 - 1', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (retailMinor, costMinor) => {
        const facts = { ...refund, amounts: { count: 1, costMinor, retailMinor } };
        expect(holds(`act.retailMinor == ${retailMinor}`, facts)).toBe(true);
        expect(holds('act.retailMinor > act.costMinor', facts)).toBe(retailMinor > costMinor);
        expect(holds('act.retailMinor - act.costMinor >= 0', facts)).toBe(retailMinor >= costMinor);
      }),
    );
  });

  it.each([
    ['100 / act.costMinor > 1', 'division by zero'],
    ['act.count * 9223372036854775807 * 2 > 1', 'overflow'],
    ['int(act.businessDate) > 1', 'int'],
    // An act without a note has not written 0 into it.
    ['int(act.note) < 10', 'int'],
    ['int(" 7") > 1', 'int'],
    ['int("0b11") > 1', 'int'],
    ['int("9223372036854775808") > 1', 'int'],
    ['int(double(act.count) * 10000000000000000000.0) > 1', 'int'],
    ['["7", ""].all(text, int(text) == 7)', 'int'],
  ])('%s answers an error instead of throwing', (expression, error) => {
    expect(holds(expression, bare)).toEqual({ error: expect.stringContaining(error) });
  });

  it('an error on one side is no error when the other side decides', () => {
    expect(holds('act.costMinor > 0 && 100 / act.costMinor > 1', bare)).toBe(false);
  });

  it('has every field declared, of the declared type', () => {
    const probes: Record<string, (path: string) => string> = {
      string: (path) => `${path} == "x" || ${path}.size() >= 0`,
      int: (path) => `${path} >= 0`,
      'list<string>': (path) => `size(${path}) >= 0`,
      'google.protobuf.Timestamp': (path) => `${path} > timestamp("2000-01-01T00:00:00Z")`,
    };
    for (const [variable, fields] of Object.entries(RULE_VARIABLES)) {
      for (const [field, type] of Object.entries(fields)) {
        const path = `${variable}.${field}`;
        const probe =
          path === 'act.kind' || path === 'act.trigger' || path === 'act.mode'
            ? `${path}.size() > 0`
            : probes[type]!(path);
        expect([path, holds(probe)]).toEqual([path, true]);
      }
    }
  });
});

describe('what is refused, with a way out', () => {
  it.each([
    ['act.foo == 1', /no field foo/, /fields of act are/, 1, 5],
    ['act.retailminor > 5', /retailminor/, /act\.retailMinor/, 1, 5],
    ['act.kind ==\n  "refund" &&\n act.bar == ""', /no field bar/, /fields/, 3, 6],
    ['employee.role == "x"', /no field role/, /employee\.roles/, 1, 10],
    ['acts.kind == ""', /no acts/, /Did you mean act\?/, 1, 1],
    ['kind == "refund"', /no kind/, /act\.kind/, 1, 1],
    ['act.kind == refund', /no refund/, /in quotes: "refund"/, 1, 13],
    ['act.kind > 5', /a text and a whole number/, /quotes/, 1, 1],
    ['act.count == "1"', /a whole number and a text/, /quotes/, 1, 1],
    ['act.retailMinor > 50.5', /fraction/, /minor units/, 1, 1],
    ['act.retailMinor == 50.00', /fraction/, /minor units/, 1, 1],
    ['act.kind == "refnud"', /never "refnud"/, /"refund"/, 1, 13],
    ['act.kind in ["comp", "void"]', /never "void"/, /one of/, 1, 22],
    ['"delite" != act.trigger', /never "delite"/, /delight/, 1, 1],
    ['act.kind', /is a text/, /Compare/, 1, 1],
    ['act.count', /is a whole number/, /Compare/, 1, 1],
    ['act', /whole act/, /Compare/, 1, 1],
    ['act.count && true', /join conditions/, /Compare/, 1, 1],
    ['!act.kind', /does not fit/, /quotes/, 1, 1],
    ['act.kind = "refund"', /unexpected character/, /==/, 1, 10],
    ['act.kind == "refund', /not closed/, /quote/, 1, 13],
    ['act.kind == ', /the end/, /Write/, 1, 13],
    ['act.count > 1 and act.count < 3', /not a condition/, /&&/, 1, 15],
    ['act.count > 1 & act.count < 3', /not a condition/, /&&/, 1, 15],
    ['act.note.matches("(a+)+$")', /matches is not available/, /startsWith/, 1, 9],
    ['act.note.startWith("a")', /startWith is not available/, /startsWith/, 1, 9],
    ['act.note.startsWith(1)', /does not fit/, /text/, 1, 1],
    ['has(act.incident)', /has is not available/, /""/, 1, 1],
    ['now() > act.occurredAt', /now is not available/, /timestamp/, 1, 1],
    ['toInt(act.note) > 1', /toInt is not available/, /may use/, 1, 1],
    ['dyn(act.kind) == 1', /dyn is not available/, /may use/, 1, 1],
    ['type(act) == string', /type is not available/, /may use/, 1, 1],
    ['cel.bind(x, act.note + act.note, x + x == "")', /bind is not available/, /may use/, 1, 4],
    ['employee.roles.map(r, r + r).size() > 0', /map is not available/, /exists/, 1, 15],
    ['employee.roles.exists(r, employee.roles.exists(q, q == r))', /inside another/, /two rules/, 1, 40],
    ['act["kind"] == "x"', /\[ \]/, /act\.kind/, 1, 1],
    ['employee.roles[0] == "x"', /\[ \]/, /in employee\.roles/, 1, 1],
    ['{"a": 1}.size() > 0', /maps/, /Write/, 1, 1],
    ['act.incident == null', /null/, /""/, 1, 17],
    ['b"a" == b"b"', /bytes/, /text/, 1, 1],
    ['act.occurredAt > timestamp("2026-01-01T00:00:00")', /in full/, /Z/, 1, 18],
    ['act.occurredAt > timestamp(act.note)', /in full/, /Z/, 1, 18],
    ['act.occurredAt > timestamp("2026-13-41T00:00:00Z")', /in full/, /Z/, 1, 18],
    ['duration(act.note) > duration("1h")', /written out/, /36h/, 1, 1],
    ['act.occurredAt.getHours("Europe/London") > 21', /no time zone/, /businessDate/, 1, 15],
    ['act.occurredAt.getDayOfYear() > 1', /not available/, /businessDate/, 1, 15],
    ['act.constructor == 1', /no field constructor/, /fields/, 1, 5],
    ['act.__proto__ == 1', /./, /./, 1, 5],
    ['if == 1', /reserved/, /Write/, 1, 1],
    ['act.kind in "refund"', /in cannot stand/, /list/, 1, 1],
    ['employee.roles == "barista"', /== cannot stand/, /in employee\.roles/, 1, 1],
    ['act.kind in ["comp", 1]', /same type/, /one kind/, 1, 22],
  ])('%s', (expression, message, advice, line, column) => {
    const refused = compileCondition(expression);
    expect(refused).toEqual({
      ok: false,
      message: expect.stringMatching(message),
      advice: expect.stringMatching(advice),
      at: { line, column },
    });
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n\t'],
    ['very long', `act.count > 1${' '.repeat(3000)}`],
    ['deep brackets', `${'('.repeat(900)}true${')'.repeat(900)}`],
    ['deep negation', `${'!'.repeat(1900)}true`],
    ['many conditions', Array(400).fill('true').join('&&')],
    ['a long list', `act.count in [${Array(500).fill('1').join(',')}]`],
    ['broken surrogates', 'act.note == "\ud800'],
    ['a NUL', 'act.count > \u0000'],
  ])('%s', (_, expression) => {
    const start = performance.now();
    expect(compileCondition(expression)).toMatchObject({
      ok: false,
      message: expect.any(String),
      advice: expect.any(String),
    });
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('never throws, whatever is written', () => {
    const words = [
      'act',
      '.',
      'kind',
      'employee.roles',
      '==',
      '"x"',
      '5',
      '5.0',
      '(',
      ')',
      '[',
      ']',
      '{',
      '}',
      '&&',
      '!',
      '-',
      '?',
      ':',
      ',',
      'in',
      'exists',
      'r',
      ' ',
      '\n',
      "'",
      '\\',
      'timestamp',
      'null',
      '🥐',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 25 }), (parts) => {
        const condition = compileCondition(parts.join(''));
        if (!condition.ok) {
          expect(condition.message.length * condition.advice.length).toBeGreaterThan(0);
          return;
        }
        const found = condition.holds(refund);
        expect(typeof found === 'boolean' || typeof found.error === 'string').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the nearest name', () => {
  it.each([
    ['retail', 'retailMinor'],
    ['retial_minor', 'retailMinor'],
    ['cost', 'costMinor'],
    ['cout', 'count'],
    ['zzz', undefined],
    ['', undefined],
    ['x'.repeat(10_000), undefined],
  ])('%p is %p', (written, name) => {
    expect(nearestName(written, ['count', 'costMinor', 'retailMinor'])).toBe(name);
  });
});
