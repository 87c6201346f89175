/** Random policies and histories, in a small directory, over the night on which London's clocks go back. */
import fc from 'fast-check';
import type { Actor } from '../access/access.ts';
import type { Amounts, AskedAct } from '../act/act.ts';
import type { Employee, Location } from '../directory/directory.ts';
import {
  type Authority,
  CONSEQUENCES,
  type Hold,
  type Limit,
  type Policy,
  type Window,
} from '../policy/policy.ts';
import type { BookEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { type BookState, initialState } from './state.ts';

export const MINUTE = 60_000;
/** A Saturday evening in London, hours before its clocks go back. */
export const START = Date.parse('2026-10-24T20:00:00Z');

export const LOCATIONS = new Map<string, Location>([
  ['soho', { timeZone: 'Europe/London', businessDayStartsAt: '04:00', region: 'uk' }],
  ['bronx', { timeZone: 'America/New_York', businessDayStartsAt: '00:00' }],
]);
export const EMPLOYEES = new Map<string, Employee>([
  ['ann', { roles: ['barista'] }],
  ['bob', { roles: ['barista', 'lead'] }],
  ['cat', { roles: [] }],
]);

const windows: fc.Arbitrary<Window> = fc.oneof(
  fc.constantFrom<Window>(
    { every: 'act' },
    { every: 'shift' },
    { every: 'day' },
    { every: 'month' },
    { every: 'lifetime' },
    { every: 'week', startsOn: 'sunday' },
    { every: 'week', startsOn: 'monday' },
  ),
  fc.integer({ min: 1, max: 48 }).map((hours) => ({
    every: 'rolling' as const,
    durationMs: hours * 60 * MINUTE,
    duration: `PT${hours}H`,
  })),
);

const limits: fc.Arbitrary<Limit> = fc
  .record({
    appliesTo: fc.record(
      {
        kinds: fc.constant(['comp'] as const),
        triggers: fc.constant(['recovery'] as const),
        roles: fc.subarray(['barista', 'lead'], { minLength: 1 }),
        locations: fc.constant(['soho']),
        reasons: fc.constant(['spill']),
      },
      { requiredKeys: [] },
    ),
    per: fc.subarray(
      ['employee', 'role', 'location', 'region', 'customer', 'incident', 'campaign', 'book', 'act'] as const,
      { minLength: 1, maxLength: 3 },
    ),
    window: windows,
    allow: fc.record(
      { count: fc.nat(6), costMinor: fc.nat(900), retailMinor: fc.nat(3_000) },
      { requiredKeys: ['count'] },
    ),
    beyond: fc.constantFrom(...CONSEQUENCES),
    whenMissing: fc.constantFrom(undefined, ...CONSEQUENCES),
  })
  .map(({ whenMissing, ...limit }) => ({ ...limit, id: '', ...(whenMissing ? { whenMissing } : {}) }));

const holds: fc.Arbitrary<Hold> = fc
  .record({
    minutes: fc.integer({ min: 1, max: 90 }),
    then: fc.constantFrom('expire' as const, 'accept' as const),
  })
  .map(({ minutes, then }) => ({ durationMs: minutes * MINUTE, duration: `PT${minutes}M`, then }));

const authorities: fc.Arbitrary<Authority> = fc.record({
  role: fc.constantFrom('barista', 'lead', 'approver', 'approver', 'admin'),
  upTo: fc.record({ count: fc.nat(3), costMinor: fc.nat(600) }, { requiredKeys: [] }),
});

export const policies: fc.Arbitrary<Policy> = fc.record(
  {
    currency: fc.constant('GBP'),
    uncovered: fc.constantFrom('allow' as const, ...CONSEQUENCES),
    limits: fc
      .array(limits, { maxLength: 4 })
      .map((all) => all.map((limit, i) => ({ ...limit, id: `limit-${i}` }))),
    rules: fc.constant([]),
    hold: holds,
    authority: fc.array(authorities, { minLength: 1, maxLength: 3 }),
  },
  { requiredKeys: ['currency', 'uncovered', 'limits', 'rules'] },
);

/** A time before now, in minutes: now, a clock that goes wrong or a `request` that comes late, or long ago. */
const ago = fc.oneof(
  { weight: 4, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 15 }) },
  { weight: 1, arbitrary: fc.nat(4_000) },
);

export interface Act {
  readonly do: 'act';
  readonly asked: AskedAct;
  readonly agoMin: number;
  readonly laterMin: number;
}

export const acts: fc.Arbitrary<Act> = fc.record({
  do: fc.constant('act' as const),
  laterMin: fc.oneof({ weight: 3, arbitrary: fc.nat(5) }, { weight: 1, arbitrary: fc.nat(600) }),
  agoMin: ago,
  asked: fc
    .record(
      {
        mode: fc.constantFrom('request' as const, 'request' as const, 'record' as const, 'reserve' as const),
        kind: fc.constantFrom('comp' as const, 'refund' as const),
        trigger: fc.constantFrom('recovery' as const, 'delight' as const),
        employee: fc.constantFrom(...EMPLOYEES.keys()),
        location: fc.constantFrom(...LOCATIONS.keys()),
        customer: fc.constantFrom('c-1', 'c-2'),
        incident: fc.constantFrom('i-1', 'i-2'),
        campaign: fc.constant('kindness'),
        shift: fc.constantFrom('early', 'late'),
        reason: fc.constantFrom('spill', 'wait'),
        costMinor: fc.nat(300),
        retailMinor: fc.nat(900),
        timeToLiveMs: fc.integer({ min: 1, max: 60 }).map((minutes) => minutes * MINUTE),
      },
      { requiredKeys: ['mode', 'kind', 'trigger', 'employee', 'location', 'costMinor', 'retailMinor'] },
    )
    .map(({ timeToLiveMs, ...asked }) =>
      asked.mode === 'reserve' && timeToLiveMs !== undefined ? { ...asked, timeToLiveMs } : asked,
    )
    .map((asked) => asked as AskedAct),
});

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
  subject: fc.constantFrom('till', 'ann', 'bob', 'c-1', 'sue', 'sue', 'sue', 'sue'),
  roles: fc.constantFrom(
    ['till'] as const,
    ['till', 'approver'] as const,
    ['approver'] as const,
    ['admin'] as const,
  ),
});

const parts = fc.record(
  { count: fc.nat(1), costMinor: fc.nat(300), retailMinor: fc.nat(900) },
  { requiredKeys: [] },
);

const settles: fc.Arbitrary<Settle> = fc
  .record({
    do: fc.constantFrom('approve', 'approve', 'reject', 'commit', 'commit', 'release', 'reverse'),
    which: fc.nat(),
    any: fc.nat(2).map((n) => n === 0),
    by: people,
    asked: fc.oneof(fc.constant({}), parts),
    code: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat() }),
  })
  .map(({ code, ...settle }) => (code === undefined ? settle : { ...settle, code }));

export type Step =
  | Act
  | Settle
  | { readonly do: 'code'; readonly by: Actor; readonly minutes: number; readonly which?: number }
  /** The clock may be set back. */
  | { readonly do: 'wait'; readonly laterMin: number }
  | { readonly do: 'policy'; readonly policy: Policy };

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    { weight: 12, arbitrary: acts },
    { weight: 10, arbitrary: settles },
    {
      weight: 2,
      arbitrary: fc.record(
        {
          do: fc.constant('code' as const),
          by: people,
          minutes: fc.integer({ min: 1, max: 30 }),
          which: fc.nat(),
        },
        { requiredKeys: ['do', 'by', 'minutes'] },
      ),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        laterMin: fc.oneof(fc.integer({ min: -3, max: 20 }), fc.nat(3_000)),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('policy' as const), policy: policies }) },
  ),
  { minLength: 1, maxLength: 60, size: 'max' },
);

export interface Furnished {
  readonly state: BookState;
  readonly log: BookEvent[];
  put(event: BookEvent): void;
}

/** A book with the directory, and the policy in force. */
export function furnished(policy: Policy): Furnished {
  const state = initialState('the book');
  const log: BookEvent[] = [];
  const put = (event: BookEvent) => {
    evolve(state, event, state.revision + 1);
    log.push(event);
  };
  const stamp = { recordedAt: START, actor: 'admin' };
  put({ type: 'BookDefined', book: { currency: 'GBP', timeZone: 'UTC', fourEyes: false }, ...stamp });
  for (const [id, location] of LOCATIONS) put({ type: 'LocationDefined', id, location, ...stamp });
  for (const [id, employee] of EMPLOYEES) put({ type: 'EmployeeDefined', id, employee, ...stamp });
  putPolicy({ state, log, put }, policy, START);
  return { state, log, put };
}

export function putPolicy({ state, put }: Furnished, policy: Policy, now: number): void {
  const stamp = { recordedAt: now, actor: 'admin' };
  const version = state.policies.size + 1;
  put({ type: 'PolicyDrafted', version, policy, source: { format: 'json', text: '' }, ...stamp });
  put({ type: 'PolicyActivated', version, asked: {}, ...stamp });
}
