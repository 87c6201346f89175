/** Aim: what is said never or always to hold is so for every act there can be; the ordinary slips are found. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { KINDS, MODES, TRIGGERS } from '../act/act.ts';
import { compileCondition } from './cel.ts';
import { Effort, settledIn } from './condition-sense.ts';

function settled(condition: string) {
  const compiled = compileCondition(condition);
  if (!compiled.ok) throw new Error(`${condition}: ${compiled.message}`);
  return settledIn(compiled.tree, new Effort(100_000)).map(
    ({ verdict, from, to, isWhole }) => `${verdict}${isWhole ? '' : ` ${condition.slice(from, to).trim()}`}`,
  );
}

describe('a condition that never holds', () => {
  it.each([
    'false',
    '1 > 2',
    '"a" == "b"',
    'act.retailMinor > 5 && act.retailMinor < 3',
    'act.retailMinor > 5 && act.retailMinor < 6',
    'act.retailMinor == 5 && act.retailMinor == 6',
    'act.retailMinor == 5 && act.retailMinor != 5',
    'act.costMinor < 0',
    'act.costMinor <= -1',
    '0 > act.costMinor',
    'act.count == 0',
    'act.count < 1',
    'size(act.note) < 0',
    'act.note.size() < 0',
    'size(act.note.trim()) == -1',
    'act.kind == "refund" && act.kind == "comp"',
    'act.kind == "refund" && act.trigger == "delight" && act.kind != "refund"',
    'act.kind in ["refund", "comp"] && act.kind == "gesture"',
    'act.kind in ["refund", "comp"] && act.kind in ["gesture", "credit"]',
    'act.trigger != "recovery" && act.trigger != "delight"',
    '!(act.trigger in ["recovery", "delight"])',
    'act.employee == ""',
    'employee.id == ""',
    'act.location == ""',
    'act.location == "soho" && location.id == "bank"',
    'act.businessDate == "2026-02-30"',
    'act.businessDate == "24.12.2026"',
    'act.businessDate > "2026-12-26" && act.businessDate < "2026-12-24"',
    'act.occurredAt > timestamp("2027-01-01T00:00:00Z") && act.occurredAt < timestamp("2026-01-01T00:00:00Z")',
    'act.occurredAt.getMonth() == 12',
    'act.occurredAt.getDayOfWeek() > 6',
    'act.occurredAt.getHours() == 24',
    'act.customer == "" && act.customer != ""',
    'act.customer != act.customer',
    'act.costMinor > act.retailMinor && act.costMinor < act.retailMinor',
    'act.costMinor > act.retailMinor && act.retailMinor >= act.costMinor',
    'act.sku.startsWith("coffee/") && act.sku.startsWith("tea/")',
    'act.sku.startsWith("coffee/") && act.sku == "tea/earl-grey"',
    'act.sku == "coffee/latte" && !act.sku.contains("latte")',
    '"barista" in employee.roles && !("barista" in employee.roles)',
    'act.sku in []',
    'act.count in [2, 3] && act.count > 3',
    'double(act.costMinor) < 0.0',
    'double(act.costMinor) > 2.5 && double(act.costMinor) < 2.5',
    'act.kind == "refund" ? act.costMinor < 0 : false',
    '(act.costMinor > 5) == (act.costMinor <= 5)',
    'act.costMinor + 5 < 5',
    'act.costMinor * 2 < 0',
    '(act.kind == "refund" || act.kind == "credit") && act.kind == "comp"',
  ])('%s', (condition) => {
    expect(settled(condition)).toEqual(['never']);
  });
});

describe('a condition that always holds', () => {
  it.each([
    'true',
    'act.costMinor >= 0',
    'act.count > 0',
    'act.kind != "refund" || act.kind != "comp"',
    'act.trigger == "recovery" || act.trigger == "delight"',
    'act.kind in ["comp", "replacement", "refund", "credit", "discount", "gesture"]',
    'act.note == "" || act.note != ""',
    'act.costMinor > 5 || act.costMinor < 10',
    'act.occurredAt.getMonth() < 12',
    'act.employee != ""',
    'act.location == location.id',
  ])('%s', (condition) => {
    expect(settled(condition)).toEqual(['always']);
  });
});

describe('a part that makes no difference', () => {
  it.each([
    ['act.kind == "refund" && act.costMinor >= 0', ['always act.costMinor >= 0']],
    ['act.kind == "refund" || act.costMinor < 0', ['never act.costMinor < 0']],
    ['act.kind == "refund" && !(act.incident == "" || act.costMinor < 0)', ['never act.costMinor < 0']],
    [
      'act.note == "" || (act.count > 5 && act.count < 3) || act.count == 0',
      ['never act.count > 5 && act.count < 3', 'never act.count == 0'],
    ],
  ] as const)('%s', (condition, found) => {
    expect(settled(condition).map((one) => one.replace(/[()]/g, ''))).toEqual(found);
  });
});

describe('a condition that tells acts apart', () => {
  it.each([
    'act.kind == "refund" && act.retailMinor > 5000 && act.incident == ""',
    'act.retailMinor > 5 && act.retailMinor < 7',
    'act.retailMinor >= 5 && act.retailMinor <= 5',
    'act.kind != "refund" && act.kind != "comp"',
    'act.retailMinor > 0 && act.costMinor * 100 / act.retailMinor > 60',
    'act.costMinor > act.retailMinor',
    'act.quantity == 0',
    'act.sku.startsWith("coffee/") && act.sku.startsWith("coffee/decaf/")',
    'act.sku.startsWith("coffee/") && act.sku.endsWith("latte")',
    'act.sku.startsWith("coffee/") && act.sku != "coffee/latte"',
    'act.businessDate >= "2026-12-24" && act.businessDate <= "2026-12-26"',
    'act.businessDate.startsWith("2026-12")',
    'double(act.costMinor) > 2.5 && double(act.costMinor) < 2.6',
    'employee.roles.exists(role, role.startsWith("trainee")) && !("barista" in employee.roles)',
    'employee.homeLocation != "" && employee.homeLocation != act.location',
    'act.costMinor - act.retailMinor < 0',
  ])('%s', (condition) => {
    expect(settled(condition)).toEqual([]);
  });
});

describe('whatever the condition', () => {
  const text = fc.constantFrom('', 'a', 'ab', 'b', '2026-12-24');
  const whole = fc.integer({ min: 0, max: 4 });
  const atom = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('act.costMinor', 'act.retailMinor', 'act.count', 'size(act.note)'),
        fc.constantFrom('==', '!=', '<', '<=', '>', '>='),
        fc.oneof(
          fc.integer({ min: -1, max: 4 }).map(String),
          fc.constantFrom('act.costMinor', 'act.retailMinor', 'act.costMinor + 1'),
        ),
      )
      .map((parts) => parts.join(' ')),
    fc
      .tuple(
        fc.constantFrom('act.customer', 'act.employee', 'act.sku', 'act.businessDate', 'employee.id'),
        fc.constantFrom('==', '!=', '<', '<=', '>', '>='),
        text.map((one) => JSON.stringify(one)),
      )
      .map((parts) => parts.join(' ')),
    fc
      .tuple(
        fc.constantFrom('act.customer', 'act.note'),
        fc.constantFrom('startsWith', 'endsWith', 'contains'),
        text,
      )
      .map(([field, test, part]) => `${field}.${test}(${JSON.stringify(part)})`),
    fc.subarray([...KINDS], { minLength: 1 }).map((kinds) => `act.kind in ${JSON.stringify(kinds)}`),
    fc.constantFrom(...TRIGGERS).map((trigger) => `act.trigger == "${trigger}"`),
    fc.constantFrom('"a" in employee.roles', 'act.note.size() == 2', 'true', 'false'),
    fc
      .subarray([1, 2, 3])
      .map((counts) => `act.count in ${counts.length > 0 ? JSON.stringify(counts) : '[7]'}`),
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 4, depthSize: 'small' },
      atom,
      fc
        .tuple(tie('condition'), fc.constantFrom('&&', '||', '=='), tie('condition'))
        .map(([left, op, right]) => `(${left}) ${op} (${right})`),
      tie('condition').map((one) => `!(${one})`),
      fc
        .tuple(tie('condition'), tie('condition'), tie('condition'))
        .map(([test, yes, no]) => `(${test}) ? (${yes}) : (${no})`),
    ),
  }));
  const facts = fc.record({
    asked: fc.record({
      mode: fc.constantFrom(...MODES),
      kind: fc.constantFrom(...KINDS),
      trigger: fc.constantFrom(...TRIGGERS),
      employee: fc.constantFrom('a', 'ab'),
      location: fc.constantFrom('a', 'b'),
      customer: text,
      note: text,
    }),
    amounts: fc.record({
      count: fc.integer({ min: 1, max: 4 }),
      costMinor: whole,
      retailMinor: whole,
    }),
    businessDate: fc.constantFrom('2026-12-24', '2026-01-01'),
    occurredAt: fc.constant(0),
    employee: fc.record({ roles: fc.subarray(['a', 'b']) }),
    location: fc.constant(undefined),
    item: fc.constant(undefined),
  });
  const quantity = fc.integer({ min: 1, max: 4 });
  const item = fc.record({ sku: fc.constantFrom('a', 'ab'), quantity });
  const acts = fc
    .tuple(facts, fc.option(item))
    .map(([of, item]) => (item === null ? of : { ...of, asked: { ...of.asked, item } }));

  it('no act gainsays the verdict', () => {
    let verdicts = 0;
    fc.assert(
      fc.property(condition, fc.array(acts, { minLength: 20, maxLength: 20 }), (expression, acts) => {
        const compiled = compileCondition(expression);
        if (!compiled.ok) return;
        const [first] = settledIn(compiled.tree, new Effort(10_000));
        if (first?.isWhole !== true) return;
        verdicts++;
        for (const act of acts) {
          expect([expression, compiled.holds(act)]).toEqual([expression, first.verdict === 'always']);
        }
      }),
      { numRuns: 3_000 },
    );
    expect(verdicts).toBeGreaterThan(100);
  });

  it('a large one costs little', () => {
    const start = performance.now();
    const part = '(act.count>1||act.quantity>2)';
    const condition = Array.from({ length: 40 }, () => part).join('&&');
    const compiled = compileCondition(condition);
    if (!compiled.ok) throw new Error(compiled.message);
    const effort = new Effort(50_000);
    for (let i = 0; i < 200; i++) settledIn(compiled.tree, effort);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
