/** Aim: a part of a condition, written down, reads back as what it was. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileCondition, valueOfPart } from './cel.ts';
import { textOfPart } from './condition-text.ts';
import type { RuleFacts } from './rule-facts.ts';

const facts: RuleFacts = {
  asked: {
    mode: 'request',
    kind: 'comp',
    trigger: 'delight',
    employee: 'ann',
    location: 'soho',
    note: '🥐 7',
  },
  amounts: { count: 3, costMinor: 80, retailMinor: 390 },
  businessDate: '2026-11-21',
  occurredAt: 0,
  employee: { roles: ['barista'] },
  location: undefined,
  item: undefined,
};

function compiled(text: string) {
  const condition = compileCondition(text);
  if (!condition.ok) throw new Error(`${text}: ${condition.message}`);
  return condition;
}

/** Undefined: it cannot be computed. */
function truth(text: string): boolean | undefined {
  const holds = compiled(text).holds(facts);
  return typeof holds === 'boolean' ? holds : undefined;
}

describe('a part of a condition as text', () => {
  it.each([
    'act.count - (act.count - 2) == 2',
    '12 / (act.count * 2) == 2 && 12 / 3 * 2 == 8',
    '(act.count == 3) == (act.note == "🥐 7")',
    'true == (act.count < 4)',
    '-(-act.count) == 3 && !(!(act.count > 2)) && -(act.count + 1) == -4',
    'double(act.count) > 0.00000000001 && double(act.count) == 3.0 && 1e30 > 2.5',
    '(act.count > 2 ? act.count > 3 : true) ? false : (true ? true : false)',
    '(act.count > 5 || act.count > 2) && act.note != "\\"\\\\\\n\\u0007"',
    'employee.roles.exists(r, r.startsWith("bar") && size(r) > 2 - (3 - 2))',
    'act.kind in ["comp", "credit"] && (act.note + "x").endsWith("7x")',
  ])('means %s', (text) => {
    const { tree } = compiled(text);
    expect(truth(text)).toBe(true);
    expect(truth(textOfPart(tree))).toBe(true);
    expect(valueOfPart(tree, facts)).toBe(true);
  });

  it('means what it was, whatever it was', () => {
    const { truths } = fc.letrec<{ numbers: string; truths: string }>((tie) => ({
      numbers: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom('act.count', '2', '5', 'size(act.note)'),
        fc
          .tuple(tie('numbers'), fc.constantFrom('+', '-', '*', '/', '%'), tie('numbers'))
          .map(([a, op, b]) => `(${a} ${op} ${b})`),
        tie('numbers').map((a) => `(-(${a}))`),
        fc.tuple(tie('truths'), tie('numbers'), tie('numbers')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
      ),
      truths: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom('true', 'act.note == "🥐 7"', 'act.kind in ["refund"]'),
        fc
          .tuple(tie('numbers'), fc.constantFrom('<', '<=', '==', '!='), tie('numbers'))
          .map(([a, op, b]) => `(${a} ${op} ${b})`),
        fc
          .tuple(tie('truths'), fc.constantFrom('&&', '||', '==', '!='), tie('truths'))
          .map(([a, op, b]) => `(${a} ${op} ${b})`),
        tie('truths').map((a) => `(!(${a}))`),
        fc.tuple(tie('truths'), tie('truths'), tie('truths')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
      ),
    }));
    let computed = 0;
    fc.assert(
      fc.property(truths, (text) => {
        const condition = compileCondition(text);
        fc.pre(condition.ok);
        if (!condition.ok) return;
        const expected = truth(text);
        if (expected !== undefined) computed++;
        expect([text, truth(textOfPart(condition.tree))]).toEqual([text, expected]);
        expect([text, valueOfPart(condition.tree, facts)]).toEqual([text, expected]);
      }),
      { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 1000) },
    );
    expect(computed).toBeGreaterThan(300);
  });
});
