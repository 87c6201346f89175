/**
 * Aim: over random policies that change, acts that come late, reversals, grants, corrections and transfers, every
 * receipt, every remaining budget and every transfer equals those of a simple model; no transfer takes more than
 * remains; and the book folded from its stored text is the same book.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEvent, encodeEvent } from '../../events/codec.ts';
import { ADMIN } from '../access/access.ts';
import { type Amounts, type AskedAct, MEASURES, type Measure } from '../act/act.ts';
import type { Location } from '../directory/directory.ts';
import type { Dimension, Limit, Policy, Window } from '../policy/policy.ts';
import { bucketsOf } from './allowances.ts';
import { CarryModel, type Purse, room } from './carry-model.fixture.ts';
import type { Command } from './commands.ts';
import { type Context, type Decided, decide } from './decide.ts';
import { Draft } from './draft.ts';
import type { ActAccepted, BookEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { BookState, initialState } from './state.ts';

const HOUR = 3_600_000;
/** Ten days before the clocks of London go back, and 17 before those of New York. */
const START = Date.parse('2026-10-15T20:00:00Z');

const LOCATIONS = new Map<string, Location>([
  ['soho', { timeZone: 'Europe/London', businessDayStartsAt: '04:00' }],
  ['bronx', { timeZone: 'America/New_York', businessDayStartsAt: '00:00' }],
]);

/** Few shapes, so that a limit often keeps its own from version to version. */
const shapes = fc.constantFrom<{ readonly per: readonly Dimension[]; readonly window: Window }>(
  { per: ['employee'], window: { every: 'day' } },
  { per: ['employee'], window: { every: 'week', startsOn: 'monday' } },
  { per: ['employee', 'location'], window: { every: 'day' } },
  { per: ['location'], window: { every: 'week', startsOn: 'sunday' } },
  { per: ['book'], window: { every: 'month' } },
  { per: ['employee'], window: { every: 'rolling', durationMs: 50 * HOUR, duration: 'PT50H' } },
  { per: ['employee'], window: { every: 'lifetime' } },
);

const upTo = fc.record(
  { count: fc.integer({ min: 1, max: 6 }), costMinor: fc.integer({ min: 1, max: 20 }) },
  { requiredKeys: [] },
);
const limits: fc.Arbitrary<Limit> = fc
  .record({
    shape: shapes,
    allow: fc.record({ count: fc.nat(4), costMinor: fc.nat(15) }, { requiredKeys: ['count'] }),
    carryOver: fc.option(fc.record({ upTo, for: fc.integer({ min: 1, max: 4 }) }), {
      nil: undefined,
      freq: 5,
    }),
    beyond: fc.constantFrom('warn' as const, 'decline' as const),
  })
  .map(({ shape, allow, carryOver, beyond }) => {
    const carries = carryOver !== undefined && !['rolling', 'lifetime'].includes(shape.window.every);
    return { id: '', appliesTo: {}, ...shape, allow, ...(carries ? { carryOver } : {}), beyond };
  });
const policies: fc.Arbitrary<Policy> = fc.array(limits, { minLength: 1, maxLength: 2 }).map((all) => ({
  currency: 'GBP',
  uncovered: 'allow',
  limits: all.map((limit, i) => ({ ...limit, id: `limit-${i}` })),
  rules: [],
}));

const laterH = fc.oneof(fc.nat(20), fc.nat(200));
const where = {
  employee: fc.constantFrom('ann', 'bob', 'cat'),
  location: fc.constantFrom(...LOCATIONS.keys()),
};
const few = fc.record({ count: fc.nat(4), costMinor: fc.nat(12) });

type Step =
  | {
      do: 'act';
      laterH: number;
      agoH: number;
      employee: string;
      location: string;
      mode: AskedAct['mode'];
      amounts: { count: number; costMinor: number };
    }
  | { do: 'reverse'; which: number; costMinor: number }
  | { do: 'policy'; laterH: number; policy: Policy }
  /** The same shapes with other figures. */
  | { do: 'figures'; laterH: number; by: number; carry: boolean }
  | { do: 'meet'; laterH: number; employee: string }
  | {
      do: 'adjust';
      agoH: number;
      employee: string;
      location: string;
      which: number;
      amounts: { count: number; costMinor: number };
      minus: boolean;
    }
  | {
      do: 'transfer';
      from: string;
      to: string;
      location: string;
      which: number;
      amounts: { count: number; costMinor: number };
    };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc.record({
        do: fc.constant('act' as const),
        laterH,
        agoH: fc.oneof(fc.constant(0), fc.nat(400)),
        ...where,
        mode: fc.constantFrom('request' as const, 'record' as const),
        amounts: fc.record({ count: fc.integer({ min: 1, max: 3 }), costMinor: fc.nat(9) }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constant('reverse' as const), which: fc.nat(), costMinor: fc.nat(9) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('policy' as const), laterH, policy: policies }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('figures' as const),
        laterH,
        by: fc.integer({ min: -1, max: 2 }),
        carry: fc.boolean(),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('meet' as const), laterH, employee: where.employee }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('adjust' as const),
        agoH: fc.oneof(fc.constant(0), fc.integer({ min: -100, max: 300 })),
        ...where,
        which: fc.nat(),
        amounts: few,
        minus: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('transfer' as const),
        from: where.employee,
        to: where.employee,
        location: where.location,
        which: fc.nat(),
        amounts: few,
      }),
    },
  ),
  { minLength: 1, maxLength: 45 },
);

const runs = { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 300) };

class Played {
  readonly state = initialState('the book');
  readonly log: BookEvent[] = [];
  readonly model = new CarryModel(LOCATIONS);
  readonly accepted: ActAccepted[] = [];
  policy: Policy;
  now = START;

  constructor(policy: Policy) {
    this.policy = policy;
    this.do({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'UTC', fourEyes: false } });
    for (const [id, location] of LOCATIONS) this.do({ type: 'DefineLocation', id, location });
    this.do({ type: 'DefineItem', sku: 'coffee', item: { retailMinor: 0, costMinor: 0 } });
    for (const id of ['ann', 'bob']) this.meet(id);
    this.activate(policy);
  }

  do(command: Command, act?: ActAccepted): Decided {
    const i = this.log.length;
    const context: Context = {
      recordedAt: this.now,
      actor: 'area-lead',
      roles: ADMIN.roles,
      id: `id-${i}`,
      key: `k-${i}`,
      ...(act === undefined ? {} : { act: { decided: act } }),
    };
    const decided = decide(new Draft(this.state), command, context);
    if ('event' in decided) {
      evolve(this.state, decided.event, i);
      this.log.push(decided.event);
    }
    return decided;
  }

  meet(id: string): void {
    this.do({ type: 'DefineEmployee', id, employee: { roles: [], homeLocation: 'soho' } });
    this.model.meet(id, this.now);
  }

  activate(policy: Policy): void {
    this.policy = policy;
    const version = this.state.policies.size + 1;
    this.do({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
    this.do({ type: 'ActivatePolicy', version });
    this.model.activate(policy, this.now);
  }

  /** Every bucket of the two, as asked for, is the model's. */
  check(employee: string, location: string): void {
    for (const limit of this.policy.limits) {
      const key = { employee, location };
      const asked = bucketsOf(this.state, { limit: limit.id, key, at: this.now, now: this.now });
      if (asked === undefined || !('bucket' in asked)) throw new Error('the bucket is named in full');
      const purses = this.model.purses(limit, key, location, this.now);
      if (limit.window.every === 'rolling' && purses.size > 1) continue;
      for (const [measure, purse] of purses) {
        const { allowed, carriedOver, adjusted, used, remaining } = asked.bucket.measures[measure]!;
        expect({ allowed, carriedOver, adjusted, used }).toEqual(purse);
        expect(remaining).toBe(room(purse));
      }
    }
  }
}

function nameOf(limit: Limit, employee: string, location: string): Record<string, string> {
  const values: Partial<Record<Dimension, string>> = { employee, location };
  return Object.fromEntries(limit.per.flatMap((name) => (name === 'book' ? [] : [[name, values[name]!]])));
}

/** Of a limit, and of its measures alone: what else is posted is refused, which is another test's. */
function amountsFor(
  limit: Limit,
  asked: { count: number; costMinor: number },
  sign: 1 | -1,
): Partial<Amounts> {
  const amounts: Partial<Record<Measure, number>> = {};
  for (const measure of ['count', 'costMinor'] as const) {
    if (limit.allow[measure] !== undefined && asked[measure] > 0) amounts[measure] = sign * asked[measure];
  }
  return amounts;
}

function full(amounts: Partial<Amounts>): Amounts {
  return { count: 0, costMinor: 0, retailMinor: 0, ...amounts };
}

function act(played: Played, step: Step & { do: 'act' }): void {
  played.now += step.laterH * HOUR;
  const { employee, location, mode, amounts } = step;
  const at = mode === 'request' ? played.now : played.now - step.agoH * HOUR;
  const key = { employee, location };
  const expected = played.model.look(key, location, at);
  const asked: AskedAct = {
    mode,
    kind: 'comp',
    trigger: 'recovery',
    ...key,
    item: { sku: 'coffee', quantity: amounts.count },
    costMinor: amounts.costMinor,
    retailMinor: 0,
    occurredAt: at,
  };
  const decided = played.do({ type: 'DecideAct', asked });
  if (
    !('event' in decided) ||
    (decided.event.type !== 'ActAccepted' && decided.event.type !== 'ActDeclined')
  ) {
    throw new Error(JSON.stringify(decided));
  }
  const { event } = decided;
  const given = { count: amounts.count, costMinor: amounts.costMinor, retailMinor: 0 };
  const receipts = event.guardrails.filter((receipt) => 'limit' in receipt);
  let declines = event.guardrails.some((receipt) => 'standing' in receipt && receipt.finding === 'decline');
  for (const { limit, purses } of expected) {
    const receipt = receipts.find((one) => one.limit === limit.id)!;
    const fits = (measure: Measure, purse: Purse) => given[measure] === 0 || given[measure] <= room(purse);
    const within = [...purses].every(([measure, purse]) => fits(measure, purse));
    expect([limit.id, receipt.finding]).toEqual([limit.id, within ? 'within' : limit.beyond]);
    if (!within && limit.beyond === 'decline') declines = true;
    // Where several measures are bounded, the binding rolling window is one for all of them.
    if (limit.window.every === 'rolling') continue;
    for (const [measure, { allowed, used, carriedOver, adjusted }] of purses) {
      const [was, usedBefore, , carried = 0, changed = 0] = receipt.measures[measure]!;
      expect([was, usedBefore, carried, changed]).toEqual([allowed, used, carriedOver, adjusted]);
    }
  }
  expect(event.type).toBe(mode === 'request' && declines ? 'ActDeclined' : 'ActAccepted');
  if (event.type !== 'ActAccepted') return;
  played.accepted.push(event);
  played.model.use(event.id, key, location, at, given);
}

function reverse(played: Played, step: Step & { do: 'reverse' }): void {
  const target = played.accepted[step.which % Math.max(1, played.accepted.length)];
  if (target === undefined) return;
  const command = {
    type: 'ReverseAct',
    act: target.id,
    reason: 'r',
    asked: { costMinor: step.costMinor, count: 1 },
  } as const;
  const decided = played.do(command, target);
  if ('event' in decided && decided.event.type === 'ActReversed') {
    played.model.giveBack(target.id, decided.event.amounts);
  }
}

function adjust(played: Played, step: Step & { do: 'adjust' }): void {
  const limit = played.policy.limits[step.which % played.policy.limits.length]!;
  const at = played.now - step.agoH * HOUR;
  const amounts = amountsFor(limit, step.amounts, step.minus ? -1 : 1);
  const { employee, location } = step;
  const decided = played.do({
    type: 'AdjustBucket',
    kind: step.minus ? 'correction' : 'grant',
    limit: limit.id,
    asked: { key: nameOf(limit, employee, location), at, location, amounts },
    reason: 'r',
  });
  const known = !limit.per.includes('employee') || played.state.employees.has(employee);
  expect('event' in decided).toBe(known && Object.keys(amounts).length > 0);
  if ('event' in decided) played.model.adjust(limit, { employee, location }, location, at, full(amounts));
}

function transfer(played: Played, step: Step & { do: 'transfer' }): void {
  const limit = played.policy.limits[step.which % played.policy.limits.length]!;
  const { from, to, location } = step;
  const amounts = amountsFor(limit, step.amounts, 1);
  const decided = played.do({
    type: 'TransferBetweenBuckets',
    limit: limit.id,
    asked: { from: nameOf(limit, from, location), to: nameOf(limit, to, location), location, amounts },
    reason: 'r',
  });
  const own = limit.per.includes('employee');
  const known = !own || (played.state.employees.has(from) && played.state.employees.has(to));
  const purses = played.model.purses(limit, { employee: from, location }, location, played.now);
  const covered = [...purses].every(
    ([measure, purse]) => (amounts[measure] ?? 0) <= Math.max(0, room(purse)),
  );
  const several = limit.window.every === 'rolling' && purses.size > 1;
  if (several && known && own && from !== to && 'event' in decided) {
    // One binding window is told for all measures; the model takes each by itself.
    expect([...purses].some(([measure, purse]) => (amounts[measure] ?? 0) <= Math.max(0, room(purse)))).toBe(
      true,
    );
  } else if (!several) {
    expect('event' in decided).toBe(
      known && own && from !== to && covered && Object.keys(amounts).length > 0,
    );
  }
  if (!('event' in decided)) return;
  const minus = Object.fromEntries(MEASURES.map((measure) => [measure, -(amounts[measure] ?? 0)]));
  played.model.adjust(limit, { employee: from, location }, location, played.now, full(minus));
  played.model.adjust(limit, { employee: to, location }, location, played.now, full(amounts));
}

describe('a random history with carry-over and adjustments', () => {
  it('is decided, and told, as the simple model has it', () => {
    fc.assert(
      fc.property(policies, steps, (policy, history) => {
        const played = new Played(policy);
        for (const step of history) {
          switch (step.do) {
            case 'act':
              act(played, step);
              break;
            case 'reverse':
              reverse(played, step);
              break;
            case 'policy':
              played.now += step.laterH * HOUR;
              played.activate(step.policy);
              break;
            case 'figures':
              played.now += step.laterH * HOUR;
              played.activate({
                ...played.policy,
                limits: played.policy.limits.map((limit) => other(limit, step)),
              });
              break;
            case 'meet':
              played.now += step.laterH * HOUR;
              played.meet(step.employee);
              break;
            case 'adjust':
              adjust(played, step);
              break;
            case 'transfer':
              transfer(played, step);
          }
          played.check('ann', 'soho');
          played.check('cat', 'bronx');
        }
        const { state, log } = played;
        const folded = initialState(state.id);
        for (const event of log) evolve(folded, decodeEvent(encodeEvent(event)), folded.revision + 1);
        expect(folded.toSnapshot()).toEqual(state.toSnapshot());
        const restored = BookState.fromSnapshot(structuredClone(state.toSnapshot()));
        expect(restored.toSnapshot()).toEqual(state.toSnapshot());
      }),
      runs,
    );
  });
});

function other(limit: Limit, { by, carry }: Step & { do: 'figures' }): Limit {
  const { carryOver, ...rest } = limit;
  const figures = Object.entries(limit.allow).map(([measure, figure]) => [measure, Math.max(0, figure + by)]);
  return { ...rest, allow: Object.fromEntries(figures), ...(carry && carryOver ? { carryOver } : {}) };
}
