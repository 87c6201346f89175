/** Aim: a limit that is said never to bind never does, for random pairs of limits and random histories. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BookSpec } from '../book/book-spec.fixture.ts';
import type { GuardrailReceipt } from '../book/events.ts';
import { lintPolicy } from './lint.ts';
import type { Consequence, Limit, Window } from './policy.ts';

const hours = (count: number): Window => ({
  every: 'rolling',
  durationMs: count * 3_600_000,
  duration: `PT${count}H`,
});
const windows = fc.constantFrom<Window>(
  { every: 'act' },
  { every: 'shift' },
  { every: 'day' },
  { every: 'week', startsOn: 'monday' },
  { every: 'week', startsOn: 'sunday' },
  { every: 'month' },
  { every: 'lifetime' },
  hours(12),
  hours(48),
);
const limits: fc.Arbitrary<Omit<Limit, 'id'>> = fc
  .record({
    appliesTo: fc.record(
      {
        kinds: fc.subarray(['comp', 'refund'] as const, { minLength: 1 }),
        triggers: fc.subarray(['recovery', 'delight'] as const, { minLength: 1 }),
        roles: fc.subarray(['barista', 'lead'], { minLength: 1 }),
        items: fc.subarray(['coffee/*', 'coffee/latte', 'tea/*', 'tea/ear*'], { minLength: 1 }),
      },
      { requiredKeys: [] },
    ),
    per: fc.subarray(['employee', 'role', 'location', 'region', 'customer', 'book', 'act'] as const, {
      minLength: 1,
      maxLength: 2,
    }),
    window: windows,
    allow: fc
      .record({ count: fc.integer({ min: 0, max: 4 }), costMinor: fc.nat(300) }, { requiredKeys: [] })
      .filter((allow) => Object.keys(allow).length > 0),
    beyond: fc.constantFrom<Consequence>('warn', 'hold', 'decline'),
    whenMissing: fc.constantFrom<Consequence | undefined>(undefined, undefined, 'warn', 'decline'),
  })
  .map(({ whenMissing, ...limit }) => ({ ...limit, ...(whenMissing && { whenMissing }) }));

/** Two that differ in some members only, so that often one stands behind the other. */
const pairs: fc.Arbitrary<readonly [Limit, Limit]> = fc
  .tuple(
    limits,
    limits,
    fc.oneof(
      fc.constantFrom(['window'] as const, ['per'] as const, ['window', 'per'] as const),
      fc.subarray(['appliesTo', 'per', 'window', 'allow', 'beyond', 'whenMissing'] as const),
    ),
  )
  .map(([first, other, members]) => {
    const second: Record<string, unknown> = { ...first };
    for (const member of members) {
      delete second[member];
      if (other[member] !== undefined) second[member] = other[member];
    }
    return [
      { ...first, id: 'first' },
      { ...(second as Omit<Limit, 'id'>), id: 'second' },
    ];
  });

const SKUS = ['coffee/latte', 'tea/earl-grey', 'cake'];

const acts = fc.array(
  fc.record(
    {
      mode: fc.constantFrom('request' as const, 'record' as const),
      kind: fc.constantFrom('comp' as const, 'refund' as const),
      trigger: fc.constantFrom('recovery' as const, 'delight' as const),
      employee: fc.constantFrom('ann', 'bob'),
      location: fc.constantFrom('soho', 'bronx'),
      customer: fc.constantFrom('c-1', 'c-2'),
      shift: fc.constantFrom('early', 'late'),
      item: fc.record({
        sku: fc.constantFrom(...SKUS),
        quantity: fc.integer({ min: 1, max: 2 }),
      }),
      costMinor: fc.nat(120),
      hour: fc.nat(24 * 9),
    },
    { requiredKeys: ['mode', 'kind', 'trigger', 'employee', 'location', 'costMinor', 'hour'] },
  ),
  { minLength: 5, maxLength: 25 },
);

const SEVERITY = { within: -1, warn: 0, hold: 1, decline: 2 } as const;
const START = Date.parse('2026-10-24T00:00:00Z');

function worst(guardrails: readonly GuardrailReceipt[], id: string): number {
  const own = guardrails.filter((receipt) => 'limit' in receipt && receipt.limit === id);
  return Math.max(-1, ...own.map(({ finding }) => SEVERITY[finding]));
}

describe('a limit that is said never to bind', () => {
  it('finds nothing that the other does not find as strictly', () => {
    let warned = 0;
    fc.assert(
      fc.property(pairs, acts, (both, history) => {
        const policy = { currency: 'GBP', uncovered: 'allow', limits: both, rules: [] } as const;
        const found = lintPolicy(policy).filter(({ code }) => code === 'limit-never-binds');
        if (found.length === 0) return;
        warned++;
        const second = found[0]!.pointer.startsWith('/limits/0') ? 'first' : 'second';
        const first = second === 'first' ? 'second' : 'first';
        const spec = BookSpec.open('2026-11-05T00:00:00Z').inForce(both);
        for (const id of SKUS) {
          spec.given({ type: 'DefineItem', sku: id, item: { retailMinor: 390, costMinor: 80 } });
        }
        for (const { hour, mode, ...asked } of history) {
          const occurredAt = new Date(START + hour * 3_600_000).toISOString();
          // What happened days ago can only be recorded.
          const { guardrails } = spec.act({ ...asked, mode: 'record', occurredAt });
          expect(worst(guardrails, second)).toBeLessThanOrEqual(worst(guardrails, first));
          if (mode === 'request') {
            const now = spec.act({ ...asked, mode }).guardrails;
            expect(worst(now, second)).toBeLessThanOrEqual(worst(now, first));
          }
        }
      }),
      { numRuns: 2_000 },
    );
    expect(warned).toBeGreaterThan(200);
  });
});
