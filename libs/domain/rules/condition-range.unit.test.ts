/**
 * Aim: the first amount at which a condition holds is the one that trying every amount finds, and where it is said
 * not to be known, nothing holds up to the amount named.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Kind } from '../act/act.ts';
import { compileCondition } from './cel.ts';
import { amountsLookedAt, firstHeld, type Line, mayHold, pathsOf } from './condition-range.ts';

function condition(text: string) {
  const compiled = compileCondition(text);
  if (!compiled.ok) throw new Error(`${text}: ${compiled.message}`);
  return compiled;
}

interface At {
  readonly kind?: Kind;
  readonly cost: number;
  readonly retail: number;
  readonly item: boolean;
}

/** So many of an item of this price; or one act of growing cost. */
function line({ kind = 'comp', cost, retail, item }: At): Line {
  const amountsAt = (x: number) =>
    item
      ? { count: x, costMinor: x * cost, retailMinor: x * retail }
      : { count: 1, costMinor: x, retailMinor: retail };
  return {
    factsAt: (x) => ({
      asked: {
        ...{ mode: 'request', kind, trigger: 'recovery', employee: 'ann', location: 'soho' },
        ...(item ? { item: { sku: 'tea', quantity: x } } : {}),
      },
      amounts: amountsAt(x),
      businessDate: '2026-11-21',
      occurredAt: 0,
      employee: { roles: ['barista'] },
      location: undefined,
      item: undefined,
    }),
    spans: (low, high) => {
      const least = amountsAt(low);
      const most = amountsAt(high);
      return {
        count: [least.count, most.count],
        quantity: item ? [low, high] : [0, 0],
        costMinor: [least.costMinor, most.costMinor],
        retailMinor: [least.retailMinor, most.retailMinor],
      };
    },
  };
}

const one: At = { cost: 80, retail: 390, item: true };

describe('the first amount at which a condition holds', () => {
  it.each([
    ['act.retailMinor > 5000', 13],
    ['act.kind == "refund" && act.retailMinor > 5000', undefined],
    ['act.kind == "comp" && act.retailMinor > 5000 && act.incident == ""', 13],
    ['act.retailMinor > 5000 || act.costMinor >= 80', 1],
    ['act.count == 7', 7],
    ['act.count in [9, 4]', 4],
    ['act.quantity % 5 == 0', 5],
    ['!(act.count < 10)', 10],
    ['act.costMinor * 100 / act.retailMinor > 60', undefined],
    ['double(act.costMinor) / double(act.retailMinor) > 0.2', 1],
    ['act.retailMinor > (act.kind == "comp" ? 2000 : 5000)', 6],
    ['(act.count > 3 ? act.costMinor : 0) >= 500', 7],
    ['100 / (act.count - 4) < 0 && act.kind == "refund"', undefined],
    // At 4 it cannot be computed, and so it speaks.
    ['100 / (act.count - 4) < -200', 4],
    ['string(act.count) == "30"', 30],
    ['-act.count <= -20', 20],
  ])('of %s is %s', (text, expected) => {
    const found = firstHeld(condition(text), line(one), 1, 60);
    expect(found).toEqual(expected === undefined ? { never: true } : { at: expected });
  });

  it('is found far away in few looks', () => {
    const from = line({ cost: 0, retail: 0, item: false });
    const most = Number.MAX_SAFE_INTEGER;
    expect(firstHeld(condition('act.costMinor > 123456789012'), from, 0, most)).toEqual({ at: 123456789013 });
    expect(firstHeld(condition('act.costMinor * 3 + 7 > 5000'), from, 0, 1e12)).toEqual({ at: 1665 });
    expect(firstHeld(condition('5000 <= act.costMinor / 7'), from, 0, 1e12)).toEqual({ at: 35000 });
  });

  it('is not promised beyond what was looked at', () => {
    const found = firstHeld(
      condition('string(act.costMinor) == "777777"'),
      line({ ...one, item: false }),
      0,
      1e9,
    );
    expect(found).toMatchObject({ shownTo: expect.any(Number) });
    expect((found as { shownTo: number }).shownTo).toBeLessThan(777_777);
  });

  const amounts = fc.constantFrom('act.count', 'act.costMinor', 'act.retailMinor', 'item.quantity');
  const { number, truth } = fc.letrec<{ number: string; truth: string }>((tie) => ({
    number: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      amounts,
      fc.integer({ min: -20, max: 4000 }).map(String),
      fc
        .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/', '%'), tie('number'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('number').map((a) => `-(${a})`),
      fc.tuple(tie('truth'), tie('number'), tie('number')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    ),
    truth: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc
        .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
        .map(([a, op, b]) => `${a} ${op} ${b}`),
      fc.constantFrom('act.kind == "comp"', 'act.kind == "refund"', '"lead" in employee.roles'),
      fc
        .tuple(tie('truth'), fc.constantFrom('&&', '||'), tie('truth'))
        .map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('truth').map((a) => `!(${a})`),
    ),
  }));

  it('is the one that trying them all finds, for random conditions', () => {
    const conditions = fc.tuple(number, truth).map(([a, b]) => `${b} || ${a} > ${a} || (${b})`);
    fc.assert(
      fc.property(
        fc.oneof(truth, conditions),
        fc.record({ cost: fc.nat(500), retail: fc.nat(900), item: fc.boolean() }),
        (text, at) => {
          const compiled = compileCondition(text);
          fc.pre(compiled.ok);
          if (!compiled.ok) return;
          const from = line(at);
          let expected: number | undefined;
          for (let x = 1; x <= 150 && expected === undefined; x++) {
            if (compiled.holds(from.factsAt(x)) !== false) expected = x;
          }
          const found = firstHeld(compiled, from, 1, 150);
          if ('shownTo' in found) expect(expected ?? 151).toBeGreaterThan(found.shownTo);
          else expect('at' in found ? found.at : undefined).toBe(expected);
          if (expected !== undefined)
            expect(mayHold(compiled, from.factsAt(1), from.spans(1, 150))).toBe(true);
        },
      ),
      { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 1000) },
    );
  });
});

describe('what a condition looks at', () => {
  it('is told by name', () => {
    const { tree } = condition(
      'act.kind == "refund" && act.sku.startsWith("x") && employee.roles.exists(r, r == "a")',
    );
    expect([...pathsOf(tree)]).toEqual(expect.arrayContaining(['act.kind', 'act.sku', 'employee.roles']));
    expect(amountsLookedAt(condition('item.quantity > 2 && act.costMinor > 3'))).toEqual([
      'count',
      'costMinor',
    ]);
    expect(amountsLookedAt(condition('act.kind == "comp"'))).toEqual([]);
  });
});
