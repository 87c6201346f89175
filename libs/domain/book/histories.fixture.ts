/** Random histories, in a small directory, from the night on which London's clocks go back. */
import fc from 'fast-check';
import type { Actor } from '../access/access.ts';
import type { Amounts, AskedAct } from '../act/act.ts';
import type { Employee, Location } from '../directory/directory.ts';
import type { Limit, Policy } from '../policy/policy.ts';
import { type Announce, announcements, type DrawStep, draws } from './lot-histories.fixture.ts';
import { carryOvers, policies, shapes, waitingMin } from './policies.fixture.ts';

export const MINUTE = 60_000;
/** In minutes. */
const DAY = 1_440;
/** A Saturday evening in London, hours before its clocks go back. */
export const START = Date.parse('2026-10-24T20:00:00Z');

export const LOCATIONS = new Map<string, Location>([
  ['soho', { timeZone: 'Europe/London', businessDayStartsAt: '04:00', region: 'uk' }],
  ['bronx', { timeZone: 'America/New_York', businessDayStartsAt: '00:00' }],
]);
/** Known from the start. A history may come to know others, and other roles of these. */
export const EMPLOYEES = new Map<string, Employee>([
  ['ann', { roles: ['barista'], homeLocation: 'soho' }],
  ['bob', { roles: ['barista', 'lead'] }],
  ['cat', { roles: [], homeLocation: 'bronx' }],
]);

export const SKU = 'coffee';
const employees = fc.constantFrom('ann', 'ann', 'ann', 'bob', 'bob', 'cat', 'cat', 'dan');

/** A time before now, in minutes: now, a clock that goes wrong or a `request` that comes late, or long ago. */
const ago = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 15 }) },
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
          kind: fc.constantFrom('comp' as const, 'refund' as const),
          trigger: fc.constantFrom('recovery' as const, 'delight' as const),
          employee: employees,
          location: fc.constantFrom(...LOCATIONS.keys()),
          customer: fc.constantFrom('c-1', 'c-2'),
          incident: fc.constantFrom('i-1', 'i-2'),
          campaign: fc.constant('kindness'),
          shift: fc.constantFrom('early', 'late'),
          reason: fc.constantFrom('spill', 'wait'),
          item: fc.integer({ min: 1, max: 3 }).map((quantity) => ({ sku: SKU, quantity })),
          costMinor: fc.nat(12),
          retailMinor: fc.nat(25),
          timeToLiveMs: waitingMin.map((minutes) => minutes * MINUTE),
        },
        { requiredKeys: ['mode', 'kind', 'trigger', 'employee', 'location', 'costMinor', 'retailMinor'] },
      )
      .map(({ timeToLiveMs, ...asked }) =>
        asked.mode === 'reserve' && timeToLiveMs !== undefined ? { ...asked, timeToLiveMs } : asked,
      )
      .map((asked) => asked as AskedAct),
  })
  // What is long past is recorded: as a request it would only be refused, which once in a while will do.
  .map((act) =>
    act.asked.mode === 'record' || act.agoMin <= 20 ? act : { ...act, agoMin: act.agoMin % 17 },
  );

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
  /** Which of the codes made so far an approval comes with; none: the actor's own. */
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
      'commit',
      'commit',
      'release',
      'reverse',
    ),
    which: fc.nat(),
    any: fc.nat(4).map((n) => n === 0),
    by: people,
    asked: fc.oneof(fc.constant({}), parts),
    code: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat() }),
  })
  .map(({ code, ...settle }) => (code === undefined ? settle : { ...settle, code }));

/** A new version, in force at once, from a time, or at each location from the start of a business day there. */
export interface NewPolicy {
  readonly do: 'policy';
  /** `policy`, or the one drafted before it with other words. */
  readonly change: { readonly policy: Policy } | OtherWords;
  /** `days` from the date of now. */
  readonly when: { readonly laterMin?: number; readonly days?: number };
}

export interface OtherWords {
  /** Of which limit; of all of them the figures. */
  readonly which: number;
  readonly figuresBy: number;
  readonly carryOver: 'keep' | 'drop' | Limit['carryOver'];
  readonly shape?: Pick<Limit, 'per' | 'window'>;
}

const changes: fc.Arbitrary<NewPolicy> = fc.record({
  do: fc.constant('policy' as const),
  change: fc.oneof(
    { weight: 1, arbitrary: fc.record({ policy: policies }) },
    {
      weight: 3,
      arbitrary: fc.record(
        {
          which: fc.nat(),
          figuresBy: fc.integer({ min: -1, max: 2 }),
          carryOver: fc.oneof(fc.constantFrom('keep' as const, 'keep' as const, 'drop' as const), carryOvers),
          shape: shapes,
        },
        { requiredKeys: ['which', 'figuresBy', 'carryOver'] },
      ),
    },
  ),
  when: fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ laterMin: fc.integer({ min: -10, max: 3 * DAY }) }) },
    { weight: 1, arbitrary: fc.record({ days: fc.integer({ min: -1, max: 3 }) }) },
  ),
});

/** Of a bucket of a limit that is there, or nearly. */
export interface Adjust {
  readonly do: 'adjust';
  readonly kind: 'grant' | 'correction' | 'transfer';
  readonly which: number;
  /** Values for whatever dimensions the limit has. */
  readonly key: Readonly<Record<string, string>>;
  readonly to: Readonly<Record<string, string>>;
  /** Left out of the key, or put into it though the limit is not counted per it. */
  readonly wrong?: string;
  /** Absent: the moment is left out. */
  readonly agoMin?: number;
  readonly location?: string;
  readonly amounts: Amounts;
  /** Posts measures that the limit does not bound as well. */
  readonly all: boolean;
  readonly minus: boolean;
  readonly by: string;
}

const keys = fc.record({
  employee: employees,
  role: fc.constantFrom('barista', 'lead'),
  location: fc.constantFrom(...LOCATIONS.keys()),
  region: fc.constant('uk'),
  customer: fc.constantFrom('c-1', 'c-2'),
  incident: fc.constantFrom('i-1', 'i-2'),
  campaign: fc.constant('kindness'),
  shift: fc.constantFrom('early', 'late'),
});

const adjusts: fc.Arbitrary<Adjust> = fc
  .record(
    {
      do: fc.constant('adjust' as const),
      kind: fc.constantFrom('grant', 'correction', 'transfer', 'transfer'),
      which: fc.nat(),
      key: keys,
      to: keys,
      wrong: fc.constantFrom('employee', 'location', 'shift', 'region'),
      agoMin: fc.oneof(
        { weight: 3, arbitrary: fc.nat(30) },
        { weight: 1, arbitrary: fc.integer({ min: -2 * DAY, max: 10 * DAY }) },
      ),
      location: fc.constantFrom(...LOCATIONS.keys()),
      amounts: fc.record({ count: fc.nat(3), costMinor: fc.nat(12), retailMinor: fc.nat(25) }),
      all: fc.nat(9).map((n) => n === 0),
      minus: fc.boolean(),
      by: fc.constantFrom('area-lead', 'area-lead', 'area-lead', 'ann'),
    },
    { requiredKeys: ['do', 'kind', 'which', 'key', 'to', 'amounts', 'all', 'minus', 'by'] },
  )
  .map(({ wrong, ...adjust }) =>
    wrong !== undefined && adjust.which % 8 === 0 ? { ...adjust, wrong } : adjust,
  );

export type Step =
  | Announce
  | DrawStep
  | Act
  | Settle
  | NewPolicy
  | Adjust
  | { readonly do: 'code'; readonly by: Actor; readonly minutes: number; readonly which?: number }
  /** The clock may be set back. */
  | { readonly do: 'wait'; readonly laterMin: number }
  | { readonly do: 'meet'; readonly id: string; readonly employee: Employee }
  /** The book is put away and restored from its snapshot. */
  | { readonly do: 'restore' };

const codes = fc.record(
  {
    do: fc.constant('code' as const),
    by: people,
    minutes: fc.integer({ min: 1, max: 30 }),
    which: fc.nat(),
  },
  { requiredKeys: ['do', 'by', 'minutes'] },
);
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

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 14, arbitrary: acts },
    { weight: 10, arbitrary: settles },
    { weight: 6, arbitrary: adjusts },
    { weight: 2, arbitrary: codes },
    { weight: 3, arbitrary: waits },
    { weight: 2, arbitrary: changes },
    { weight: 1, arbitrary: meets },
    { weight: 2, arbitrary: announcements },
    { weight: 2, arbitrary: draws },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const) }) },
  ),
  { minLength: 1, maxLength: 60, size: 'max' },
);
