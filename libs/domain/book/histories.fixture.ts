/** Random histories, in a small directory, from the night on which London's clocks go back. */
import fc from 'fast-check';
import type { Actor } from '../access/access.ts';
import type { Amounts, AskedAct } from '../act/act.ts';
import type { Employee } from '../directory/directory.ts';
import { type Adjust, adjusts } from './adjust-histories.fixture.ts';
import { employees, LOCATIONS, MINUTE } from './directory.fixture.ts';
import { type Announce, announcements, type DrawStep, draws } from './lot-histories.fixture.ts';
import { waitingMin, which } from './policies.fixture.ts';
import { type PolicyStep, policySteps } from './policy-histories.fixture.ts';

/** In minutes. */
const DAY = 1_440;

/** A time before now, in minutes: now, a clock that goes wrong or a `request` that comes late, or long ago. */
const ago = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: -6, max: 15 }) },
  { weight: 1, arbitrary: fc.nat(4_000) },
  { weight: 1, arbitrary: fc.nat(30 * DAY) },
);

/** In minutes: mostly within the same round or soon, sometimes in the next window or a later one. */
const later = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.nat(5) },
  { weight: 2, arbitrary: fc.nat(600) },
  { weight: 1, arbitrary: fc.nat(2 * DAY) },
);

export interface Act {
  readonly do: 'act';
  readonly asked: AskedAct;
  readonly agoMin: number;
  readonly laterMin: number;
}

export const acts: fc.Arbitrary<Act> = fc
  .record({
    do: fc.constant('act' as const),
    laterMin: later,
    agoMin: ago,
    asked: fc
      .record(
        {
          mode: fc.constantFrom(
            'request' as const,
            'request' as const,
            'record' as const,
            'reserve' as const,
          ),
          kind: fc.constantFrom(
            'comp' as const,
            'comp' as const,
            'refund' as const,
            'credit' as const,
            'gesture' as const,
          ),
          trigger: fc.constantFrom('recovery' as const, 'delight' as const),
          employee: employees,
          location: fc.constantFrom(...LOCATIONS.keys()),
          customer: fc.constantFrom('c-1', 'c-2'),
          incident: fc.constantFrom('i-1', 'i-2'),
          campaign: fc.constant('kindness'),
          shift: fc.constantFrom('early', 'late'),
          reason: fc.constantFrom('spill', 'wait'),
          channel: fc.constantFrom('till', 'Phone'),
          note: fc.constantFrom('7', '12', ' ', 'long wait'),
          item: fc.record({
            sku: fc.constantFrom('coffee', 'coffee', 'cake'),
            quantity: fc.integer({ min: 1, max: 3 }),
          }),
          costMinor: fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 7, arbitrary: fc.nat(12) }),
          retailMinor: fc.nat(25),
          timeToLiveMs: waitingMin.map((minutes) => minutes * MINUTE),
        },
        { requiredKeys: ['mode', 'kind', 'trigger', 'employee', 'location', 'costMinor', 'retailMinor'] },
      )
      .map(({ timeToLiveMs, ...asked }) =>
        asked.mode === 'reserve' && timeToLiveMs !== undefined ? { ...asked, timeToLiveMs } : asked,
      )
      .chain((asked) => fc.noBias(fc.nat(99)).map((odd) => otherwise(asked as AskedAct, odd))),
  })
  // What is long past is recorded: as a request it would only be refused, which once in a while will do.
  .map((act) =>
    act.asked.mode === 'record' || act.agoMin <= 20 ? act : { ...act, agoMin: act.agoMin % 17 },
  );

/** Some leave out what others name, and a few of many have something about them that is seldom so. */
function otherwise(asked: AskedAct, odd: number): AskedAct {
  const { costMinor: _, retailMinor, ...bare } = asked;
  const { campaign: __, ...spontaneous } = asked;
  const { customer: ___, incident: ____, ...anonymous } = asked;
  switch (odd) {
    case 99:
      return { ...asked, location: 'atlantis' };
    case 98:
      return { ...asked, item: { sku: 'tea', quantity: 1 } };
    case 97:
      return { ...asked, currency: 'EUR' };
    case 96:
      return { ...asked, currency: 'GBP' };
    case 95:
    case 94:
      return bare;
    case 93:
      return { ...bare, retailMinor: retailMinor! };
    default:
      return odd % 5 < 3 ? asked : odd % 5 === 3 ? anonymous : spontaneous;
  }
}

/**
 * What may be asked of an act that is there: `which` of them. Unless `any`, of those that are open, and what may be
 * done with it then.
 */
export interface Settle {
  readonly do: 'approve' | 'reject' | 'commit' | 'release' | 'reverse';
  readonly which: number;
  readonly any: boolean;
  readonly by: Actor;
  readonly asked: Partial<Amounts>;
  /** Which code an approval comes with, mostly one that was made for it; none: the actor's own. */
  readonly code?: number;
}

const people: fc.Arbitrary<Actor> = fc.record({
  subject: fc.constantFrom('till', 'ann', 'bob', 'c-1', 'sue', 'sue', 'sue', 'sue', 'sue', 'sue'),
  roles: fc.constantFrom(
    ['till'] as const,
    ['till', 'approver'] as const,
    ['approver'] as const,
    ['admin'] as const,
    ['admin'] as const,
    ['admin'] as const,
  ),
});

const parts = fc.record(
  { count: fc.nat(2), costMinor: fc.nat(12), retailMinor: fc.nat(25) },
  { requiredKeys: [] },
);

const settles: fc.Arbitrary<Settle> = fc
  .record({
    do: fc.constantFrom(
      'approve',
      'approve',
      'approve',
      'approve',
      'reject',
      'reject',
      'commit',
      'commit',
      'release',
      'reverse',
    ),
    which,
    any: fc.constantFrom(false, false, false, false, true),
    by: people,
    asked: fc.oneof(fc.constant({}), parts),
    code: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: which }),
  })
  .map(({ code, ...settle }) => (code === undefined ? settle : { ...settle, code }));

/** An approver makes a code, for one act that waits or for any, and whoever is at the till types it in so many times. */
export interface MakeCode {
  readonly do: 'code';
  readonly by: Actor;
  readonly minutes: number;
  readonly which: number | undefined;
  readonly typed: number;
}

export type Step =
  | Announce
  | DrawStep
  | Act
  | Settle
  | PolicyStep
  | Adjust
  | MakeCode
  /** The clock may be set back. */
  | { readonly do: 'wait'; readonly laterMin: number }
  | { readonly do: 'meet'; readonly id: string; readonly employee: Employee }
  /** The book is put away and restored from its snapshot. */
  | { readonly do: 'restore' };

const codes: fc.Arbitrary<MakeCode> = fc.record({
  do: fc.constant('code' as const),
  by: people,
  minutes: fc.integer({ min: 1, max: 30 }),
  which: fc.option(which, { nil: undefined, freq: 2 }),
  typed: fc.constantFrom(0, 1, 2, 3),
});
const waits = fc.record({
  do: fc.constant('wait' as const),
  laterMin: fc.oneof(fc.integer({ min: -3, max: 20 }), fc.nat(3_000), fc.nat(12 * DAY)),
});
const meets = fc.record({
  do: fc.constant('meet' as const),
  id: employees,
  employee: fc.record(
    { roles: fc.subarray(['barista', 'lead']), homeLocation: fc.constantFrom(...LOCATIONS.keys()) },
    { requiredKeys: ['roles'] },
  ),
});

const anything = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 16, arbitrary: acts },
    { weight: 10, arbitrary: settles },
    { weight: 10, arbitrary: adjusts },
    { weight: 4, arbitrary: codes },
    { weight: 3, arbitrary: waits },
    { weight: 10, arbitrary: policySteps },
    { weight: 1, arbitrary: meets },
    { weight: 2, arbitrary: announcements },
    { weight: 2, arbitrary: draws },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const) }) },
  ),
  { minLength: 1, maxLength: 75, size: 'max' },
);

/** Much is tried on the same few versions, and a little else happens. */
const mostlyPolicies = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 12, arbitrary: policySteps },
    { weight: 3, arbitrary: acts },
    { weight: 1, arbitrary: settles },
    { weight: 1, arbitrary: waits },
  ),
  { minLength: 1, maxLength: 75, size: 'max' },
);

/** Much waits at a time, and approvers come and go. */
const mostlyApprovals = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 6, arbitrary: acts },
    { weight: 3, arbitrary: settles },
    { weight: 3, arbitrary: codes },
    { weight: 1, arbitrary: policySteps },
  ),
  { minLength: 1, maxLength: 75, size: 'max' },
);

export const steps: fc.Arbitrary<readonly Step[]> = fc.oneof(
  { weight: 6, arbitrary: anything },
  { weight: 2, arbitrary: mostlyPolicies },
  { weight: 1, arbitrary: mostlyApprovals },
);
