/** Random policies, of few shapes, so that a limit often keeps its own from version to version. */
import fc from 'fast-check';
import {
  type Authority,
  CONSEQUENCES,
  type Dimension,
  type Hold,
  type Limit,
  type Policy,
  type Window,
} from '../policy/policy.ts';
import { rules } from './rules.fixture.ts';

const MINUTE = 60_000;

/** Picks one of however many there are: each as often. */
export const which = fc.noBias(fc.nat());

const windows: fc.Arbitrary<Window> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.constantFrom<Window>(
      { every: 'act' },
      { every: 'shift' },
      { every: 'day' },
      { every: 'day' },
      { every: 'month' },
      { every: 'quarter' },
      { every: 'lifetime' },
      { every: 'week', startsOn: 'sunday' },
      { every: 'week', startsOn: 'monday' },
      { every: 'fiscal', period: 'month' },
      { every: 'rolling', durationMs: 50 * 60 * MINUTE, duration: 'PT50H' },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 48 }).map((hours) => ({
      every: 'rolling' as const,
      durationMs: hours * 60 * MINUTE,
      duration: `PT${hours}H`,
    })),
  },
);

export const shapes: fc.Arbitrary<Pick<Limit, 'per' | 'window'>> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({
      per: fc.constantFrom<readonly Dimension[]>(
        ['employee'],
        ['book'],
        ['location'],
        ['employee', 'location'],
      ),
      window: windows,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      per: fc.subarray(
        [
          'employee',
          'role',
          'location',
          'region',
          'customer',
          'incident',
          'campaign',
          'book',
          'act',
        ] as const,
        { minLength: 1, maxLength: 3 },
      ),
      window: windows,
    }),
  },
);

export const carryOvers: fc.Arbitrary<NonNullable<Limit['carryOver']>> = fc.record({
  upTo: fc.record(
    { count: fc.integer({ min: 1, max: 6 }), costMinor: fc.integer({ min: 1, max: 30 }) },
    { requiredKeys: [] },
  ),
  for: fc.integer({ min: 1, max: 4 }),
});

/** A limit as a checked policy has it: only calendar windows carry over, and only what they remember. */
export function asChecked({ carryOver, ...limit }: Limit): Limit {
  const carries =
    !['act', 'shift', 'lifetime', 'rolling'].includes(limit.window.every) && !limit.per.includes('act');
  return { ...limit, ...(carryOver !== undefined && carries ? { carryOver } : {}) };
}

const limits: fc.Arbitrary<Limit> = fc
  .record({
    appliesTo: fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.record(
          {
            kinds: fc.constant(['comp'] as const),
            triggers: fc.constant(['recovery'] as const),
            roles: fc.subarray(['barista', 'lead'], { minLength: 1 }),
            locations: fc.constant(['soho']),
            reasons: fc.constant(['spill']),
          },
          { requiredKeys: [] },
        ),
      },
    ),
    shape: shapes,
    allow: fc.record(
      { count: fc.nat(6), costMinor: fc.nat(36), retailMinor: fc.nat(80) },
      { requiredKeys: ['count'] },
    ),
    carryOver: fc.option(carryOvers, { nil: undefined, freq: 3 }),
    beyond: fc.constantFrom(...CONSEQUENCES),
    whenMissing: fc.constantFrom(undefined, ...CONSEQUENCES),
  })
  .map(({ whenMissing, shape, carryOver, ...limit }) =>
    asChecked({
      ...limit,
      ...shape,
      id: '',
      ...(carryOver ? { carryOver } : {}),
      ...(whenMissing ? { whenMissing } : {}),
    }),
  );

/** Half of all that waits does so into the next window, or the one after. */
export const waitingMin = fc.noBias(
  fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 90, max: 5_000 })),
);

const holds: fc.Arbitrary<Hold> = fc
  .record({
    minutes: waitingMin,
    then: fc.constantFrom('expire' as const, 'accept' as const),
  })
  .map(({ minutes, then }) => ({ durationMs: minutes * MINUTE, duration: `PT${minutes}M`, then }));

const authorities: fc.Arbitrary<Authority> = fc.record({
  role: fc.constantFrom('barista', 'lead', 'approver', 'approver', 'admin'),
  upTo: fc.record(
    { count: fc.integer({ min: 1, max: 3 }), costMinor: fc.integer({ min: 4, max: 24 }) },
    { requiredKeys: [] },
  ),
});

export const policies: fc.Arbitrary<Policy> = fc.record(
  {
    currency: fc.constant('GBP'),
    uncovered: fc.constantFrom('allow' as const, 'allow' as const, ...CONSEQUENCES),
    limits: fc
      .oneof(
        { weight: 9, arbitrary: fc.array(limits, { minLength: 1, maxLength: 4 }) },
        { weight: 1, arbitrary: fc.constant([]) },
      )
      .map((all) => all.map((limit, i) => ({ ...limit, id: `limit-${i}` }))),
    rules,
    hold: holds,
    authority: fc.array(authorities, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['currency', 'uncovered', 'limits', 'rules'] },
);
