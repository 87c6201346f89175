/** Aim: what is told of a condition without the CEL library is what the library tells; and it is told of most rules. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KINDS, MODES, TRIGGERS } from '../act/act.ts';
import { compileCondition } from './cel.ts';
import { plainly } from './plain-condition.ts';
import { NUMBERS, type RuleFacts, TEXTS } from './rule-facts.ts';

function compiled(text: string) {
  const condition = compileCondition(text);
  if (!condition.ok) throw new Error(`${text}: ${condition.message}`);
  return condition;
}

/** Truths are compared by the library alone. */
function byTheLibrary(text: string) {
  const { holds, tree } = compiled(`(${text}) == true`);
  expect(plainly(tree)).toBeUndefined();
  return holds;
}

const id = fc.constantFrom('a', 'ab', 'b');
const maybe = fc.option(id, { nil: undefined });
const figure = fc.oneof(fc.nat(4), fc.constantFrom(Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER));

const facts: fc.Arbitrary<RuleFacts> = fc
  .record({
    asked: fc.record(
      {
        mode: fc.constantFrom(...MODES),
        kind: fc.constantFrom(...KINDS),
        trigger: fc.constantFrom(...TRIGGERS),
        employee: id,
        location: id,
        customer: id,
        incident: id,
        note: fc.constantFrom('a', '7', ' '),
        shift: id,
        item: fc.record({ sku: id, quantity: fc.integer({ min: 1, max: 4 }) }),
      },
      { requiredKeys: ['mode', 'kind', 'trigger', 'employee', 'location'] },
    ),
    amounts: fc.record({ count: figure, costMinor: figure, retailMinor: figure }),
    businessDate: fc.constantFrom('2026-12-24', '2026-01-01'),
    occurredAt: fc.constant(0),
    employee: fc.option(fc.record({ roles: fc.subarray(['a', 'b']), homeLocation: id }), { nil: undefined }),
    location: fc.option(fc.record({ region: id, timeZone: fc.constant('UTC') }), { nil: undefined }),
    category: maybe,
  })
  .map(({ category, ...of }) => ({
    ...of,
    item: of.asked.item === undefined || category === undefined ? undefined : { category },
  }));

const comparison = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const words = ['act.mode', 'act.kind', 'act.trigger'];
const text = fc.oneof(
  fc.constantFrom(...Object.keys(TEXTS).filter((path) => !words.includes(path))),
  fc.constantFrom('"a"', '"ab"', '""', '"2026-06-01"'),
);
const number = fc.oneof(
  fc.constantFrom(...Object.keys(NUMBERS)),
  fc.constantFrom('0', '2', '3', '-1', '9007199254740991', '9007199254740992', '9223372036854775807'),
);
const atom = fc.oneof(
  fc.tuple(text, comparison, text).map((parts) => parts.join(' ')),
  fc.tuple(number, comparison, number).map((parts) => parts.join(' ')),
  fc.constantFrom(...KINDS).map((kind) => `act.kind == "${kind}"`),
  fc.subarray([...KINDS]).map((kinds) => `act.kind in ${JSON.stringify([...kinds, 'comp'])}`),
  text.map((one) => `${one} in employee.roles`),
  text.map((one) => `${one} in ["a", act.note]`),
  // What takes the library, and what it cannot compute for some acts.
  fc.constantFrom(
    'true',
    'act.note.startsWith("a")',
    'act.retailMinor - act.costMinor > 1',
    'employee.roles.exists(act, act == "a")',
    '6 / act.costMinor > 2',
    'int(act.note) > 3',
  ),
);
const { condition } = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    atom,
    fc
      .tuple(tie('condition'), fc.constantFrom('&&', '||', '&&', '||', '=='), tie('condition'))
      .map(([left, op, right]) => `(${left}) ${op} (${right})`),
    tie('condition').map((one) => `!(${one})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([test, yes, no]) => `(${test}) ? (${yes}) : (${no})`),
  ),
}));

describe('a condition without the library', () => {
  it('is what it is with it, whatever it says and of whatever act', () => {
    const told = { true: 0, false: 0, undefined: 0 };
    let failed = 0;
    fc.assert(
      fc.property(condition, fc.array(facts, { minLength: 10, maxLength: 10 }), (expression, acts) => {
        const { holds, tree } = compiled(expression);
        const expected = byTheLibrary(expression);
        const plain = plainly(tree);
        for (const act of acts) {
          const found = plain?.(act);
          told[`${found}`]++;
          if (found !== undefined) expect([expression, act, found]).toEqual([expression, act, expected(act)]);
          const answer = holds(act);
          if (typeof answer !== 'boolean') failed++;
          expect([expression, act, answer]).toEqual([expression, act, expected(act)]);
        }
      }),
      { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 2000) },
    );
    expect(Math.min(told.true, told.false, told.undefined, failed)).toBeGreaterThan(200);
  });

  const bare: RuleFacts = {
    asked: { mode: 'request', kind: 'gesture', trigger: 'delight', employee: 'ann', location: 'soho' },
    amounts: { count: 1, costMinor: 0, retailMinor: 0 },
    businessDate: '2026-11-21',
    occurredAt: 0,
    employee: { roles: ['barista'] },
    location: undefined,
    item: undefined,
  };

  it.each([
    ['act.kind == "refund" && act.retailMinor > 5000 && act.incident == ""', false],
    ['act.costMinor == 0 || act.kind in ["comp", "refund"]', true],
    ['!("barista" in employee.roles) && act.note.trim() == ""', false],
    ['100 / act.costMinor > 1 && act.count > 1', false],
    ['act.count == 1 || int(act.note) > 1', true],
    ['act.businessDate >= "2026-12-01"', false],
    ['9007199254740991 >= act.retailMinor', true],
  ])('is told of %s', (expression, holds) => {
    expect(plainly(compiled(expression).tree)?.(bare)).toBe(holds);
  });

  it.each([
    'act.count > 0 && act.note.size() == 0',
    'act.count > 1 || act.note.size() == 0',
    'act.retailMinor < 9007199254740992',
    'act.customer + act.note == ""',
    'act.occurredAt < timestamp("2026-01-01T00:00:00Z")',
  ])('is not told of %s', (expression) => {
    expect(plainly(compiled(expression).tree)?.(bare)).toBeUndefined();
    expect(byTheLibrary(expression)(bare)).toBe(true);
    expect(compiled(expression).holds(bare)).toBe(true);
  });
});
