/**
 * Aim: what is said to be possible is exactly what deciding shows. For random policies and histories, an act of the
 * quantity or value named is decided without the consequence, and one more step brings it; where nothing is said to
 * stop it, nothing does.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ADMIN } from '../access/access.ts';
import { type AskedAct, KINDS, TRIGGERS } from '../act/act.ts';
import type { Consequence, Limit, Policy, Rule, Window } from '../policy/policy.ts';
import { NRF } from '../time/fiscal-calendar.ts';
import type { Command } from './commands.ts';
import { decide } from './decide.ts';
import { Draft } from './draft.ts';
import type { ActDecision, BookEvent, GuardrailReceipt } from './events.ts';
import { evolve } from './evolve.ts';
import { draftAt, dueExpiries } from './expiry.ts';
import { type Possible, type PossibleQuery, possibleFor } from './possible.ts';
import { type Most, strictest } from './possible-order.ts';
import { BookState, initialState } from './state.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 18, 12);
const PIECES = 1_000_000;
const LOT = { share: 0.5, seed: 'd' };

const consequence = fc.constantFrom('warn', 'hold', 'decline') as fc.Arbitrary<Consequence>;

const windows: fc.Arbitrary<Window> = fc.oneof(
  fc.constantFrom<Window>(
    { every: 'act' },
    { every: 'shift' },
    { every: 'day' },
    { every: 'month' },
    { every: 'lifetime' },
    { every: 'week', startsOn: 'monday' },
    { every: 'fiscal', period: 'month' },
  ),
  fc.oneof(fc.integer({ min: 2, max: 30 }), fc.integer({ min: 60, max: 2_880 })).map((minutes) => ({
    every: 'rolling' as const,
    durationMs: minutes * MINUTE,
    duration: `PT${minutes}M`,
  })),
);

const CARRYING: ReadonlySet<Window['every']> = new Set(['day', 'week', 'month', 'fiscal']);

/** Each member in one case of five: several filters at once let hardly any act pass. */
function rarely<T>(members: { readonly [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<Partial<T>> {
  const names = Object.keys(members) as (keyof T & string)[];
  return fc
    .record(
      Object.fromEntries(
        names.map((name) => [
          name,
          fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: members[name] }),
        ]),
      ),
    )
    .map(
      (read) =>
        Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as Partial<T>,
    );
}

const limits: fc.Arbitrary<Limit> = fc
  .record({
    appliesTo: rarely({
      kinds: fc.subarray(['comp', 'refund', 'gesture'] as const, { minLength: 1 }),
      triggers: fc.constant(['recovery'] as const),
      roles: fc.subarray(['barista', 'lead'], { minLength: 1 }),
      locations: fc.constant(['soho']),
      reasons: fc.constant(['spill']),
      items: fc.constant(['coffee/*']),
      campaigns: fc.constant(['kindness']),
    }),
    per: fc.oneof(
      fc.constantFrom<Limit['per']>(['employee'], ['role'], ['location'], ['book'], ['employee', 'customer']),
      fc.subarray(
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
    ),
    window: windows,
    allow: fc
      .record(
        { count: fc.nat(8), costMinor: fc.nat(1_500), retailMinor: fc.nat(4_000) },
        { requiredKeys: [] },
      )
      .map((allow) => (Object.keys(allow).length === 0 ? { count: 3 } : allow)),
    beyond: consequence,
    whenMissing: fc.option(consequence, { nil: undefined, freq: 4 }),
    carried: fc.nat(5),
    carriedFor: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ whenMissing, carried, carriedFor, ...limit }) => ({
    ...limit,
    id: '',
    ...(whenMissing ? { whenMissing } : {}),
    ...(CARRYING.has(limit.window.every) && !limit.per.includes('act') && carried > 0
      ? { carryOver: { upTo: scaled(limit.allow, carried / 5), for: carriedFor } }
      : {}),
  }));

function scaled(allow: Limit['allow'], share: number): Limit['allow'] {
  return Object.fromEntries(
    Object.entries(allow).map(([measure, allowed]) => [measure, Math.ceil(allowed * share)]),
  );
}

const rules: fc.Arbitrary<Rule> = fc.record({
  id: fc.constant(''),
  when: fc.oneof(
    fc
      .tuple(fc.constantFrom('retailMinor', 'costMinor'), fc.nat(3_000))
      .map(([amount, n]) => `act.${amount} > ${n}`),
    fc.nat(9).map((n) => `act.count > ${n}`),
    fc.nat(9).map((n) => `item.quantity == ${n}`),
    fc.nat(2_000).map((n) => `act.kind == "refund" && act.retailMinor > ${n} && act.incident == ""`),
    fc.nat(100).map((n) => `act.retailMinor > 0 && act.costMinor * 100 / act.retailMinor > ${n}`),
    fc.nat(40).map((n) => `act.costMinor % 50 == ${n}`),
    fc
      .tuple(fc.nat(900), fc.nat(900))
      .map(([n, m]) => `act.retailMinor > (act.kind == "refund" ? ${n} : ${m})`),
    fc.constantFrom(
      'act.trigger == "delight" && act.customer == ""',
      'act.kind == "credit"',
      '"lead" in employee.roles && act.costMinor + act.retailMinor > 2000',
      'string(act.costMinor) == "400"',
      '1000 / (act.costMinor - 160) == 0',
    ),
  ),
  then: consequence,
  message: fc.constant('Mind this.'),
});

const policies: fc.Arbitrary<Policy> = fc.record({
  currency: fc.constant('GBP'),
  uncovered: fc.oneof(
    { weight: 6, arbitrary: fc.constant('allow' as const) },
    { weight: 1, arbitrary: consequence },
  ),
  limits: fc
    .array(limits, { maxLength: 5 })
    .map((all) => all.map((limit, i) => ({ ...limit, id: `limit-${i}` }))),
  hold: fc.constantFrom(
    { durationMs: 4 * MINUTE, duration: 'PT4M', then: 'accept' as const },
    { durationMs: 90 * MINUTE, duration: 'PT90M', then: 'expire' as const },
  ),
  rules: fc.array(rules, { maxLength: 2 }).map((all) => all.map((rule, i) => ({ ...rule, id: `rule-${i}` }))),
});

/** What an act may name beside its kind and trigger. */
const named = fc.record(
  {
    employee: fc.constantFrom('ann', 'bob'),
    location: fc.constantFrom('soho', 'bronx', 'nowhere'),
    // The lot of `lucky` draws the first of them and not the second.
    customer: fc.constantFrom('c-1', 'c-2'),
    incident: fc.constantFrom('i-1', 'i-2'),
    campaign: fc.constantFrom('kindness', 'kindness', 'over', 'lucky', 'lucky'),
    shift: fc.constantFrom('early', 'late'),
    reason: fc.constantFrom('spill', 'wait'),
  },
  { requiredKeys: ['employee'] },
);
const kind = fc.constantFrom(...KINDS);
const trigger = fc.constantFrom(...TRIGGERS);
const sku = fc.constantFrom('coffee/latte', 'tea', 'water');

type Step =
  | { readonly do: 'act'; readonly asked: AskedAct; readonly laterMin: number; readonly agoMin: number }
  | { readonly do: 'settle'; readonly which: number; readonly yes: boolean; readonly laterMin: number }
  | {
      readonly do: 'adjust';
      readonly which: number;
      /** Above nothing a grant, below it a correction. */
      readonly amount: number;
      readonly agoMin: number;
      readonly laterMin: number;
    };

const adjusting: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('adjust' as const),
  which: fc.nat(20),
  amount: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -900, max: 900 })),
  agoMin: fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 25 }), fc.nat(4_000)),
  laterMin: fc.nat(5),
});

const settling: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('settle' as const),
  which: fc.nat(5),
  yes: fc.boolean(),
  laterMin: fc.nat(5),
});
const acting: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('act' as const),
  laterMin: fc.oneof(fc.nat(2), fc.nat(5), fc.nat(600)),
  agoMin: fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 25 }), fc.nat(4_000)),
  asked: fc
    .tuple(
      named,
      kind,
      trigger,
      fc.nat(300),
      fc.nat(900),
      fc.constantFrom('record', 'record', 'request', 'reserve'),
    )
    .map(([rest, ofKind, ofTrigger, costMinor, retailMinor, mode]) => {
      return { location: 'soho', ...rest, mode, kind: ofKind, trigger: ofTrigger, costMinor, retailMinor };
    }),
});

const steps = fc.oneof(
  { weight: 8, arbitrary: acting },
  { weight: 1, arbitrary: settling },
  { weight: 2, arbitrary: adjusting },
);

const questions = fc
  .tuple(
    named,
    fc.option(kind, { nil: undefined }),
    fc.option(trigger, { nil: undefined }),
    fc.option(fc.record({ sku, quantity: fc.constantFrom(1, 1, 2, 5) }), { nil: undefined }),
    fc.oneof(fc.constantFrom(0, 0, 4, 3 * 24 * 60), fc.integer({ min: -15, max: 0 })),
  )
  .map(([rest, ofKind, ofTrigger, item, atMin]) => ({
    ...rest,
    ...(ofKind === undefined ? {} : { kind: ofKind }),
    ...(ofTrigger === undefined ? {} : { trigger: ofTrigger }),
    ...(item === undefined ? {} : { item }),
    atMin,
  }));

function furnished(policy: Policy | undefined): BookState {
  const state = initialState('the book');
  const stamp = { recordedAt: START, actor: 'admin' };
  const put = (event: BookEvent) => evolve(state, event, state.revision + 1);
  put({
    type: 'BookDefined',
    book: { currency: 'GBP', timeZone: 'UTC', fourEyes: false, fiscalCalendar: NRF },
    ...stamp,
  });
  const locations = {
    soho: { timeZone: 'Europe/London', businessDayStartsAt: '04:00', region: 'south' },
    bronx: { timeZone: 'America/New_York', businessDayStartsAt: '04:00' },
  };
  for (const [id, location] of Object.entries(locations))
    put({ type: 'LocationDefined', id, location, ...stamp });
  put({
    type: 'EmployeeDefined',
    id: 'ann',
    employee: { roles: ['barista'], homeLocation: 'soho' },
    ...stamp,
  });
  put({ type: 'EmployeeDefined', id: 'bob', employee: { roles: ['barista', 'lead'] }, ...stamp });
  const items = {
    'coffee/latte': { retailMinor: 390, costMinor: 80, category: 'hot' },
    tea: { retailMinor: 250, costMinor: 0 },
    water: { retailMinor: 0, costMinor: 0 },
  };
  for (const [id, item] of Object.entries(items)) put({ type: 'ItemDefined', sku: id, item, ...stamp });
  put({ type: 'CampaignDefined', id: 'kindness', campaign: {}, ...stamp });
  put({ type: 'CampaignDefined', id: 'over', campaign: { to: '2026-11-01' }, ...stamp });
  put({ type: 'CampaignDefined', id: 'lucky', campaign: { lot: LOT }, ...stamp });
  if (policy !== undefined) {
    put({ type: 'PolicyDrafted', version: 1, policy, source: { format: 'json', text: '' }, ...stamp });
    put({ type: 'PolicyActivated', version: 1, asked: {}, ...stamp });
  }
  return state;
}

function lived(policy: Policy | undefined, history: readonly Step[]): { state: BookState; now: number } {
  const state = furnished(policy);
  let now = START;
  const acts = new Map<string, ActDecision>();
  history.forEach((step, i) => {
    now += step.laterMin * MINUTE;
    settleDue(state, now);
    if (step.do === 'settle') {
      settleOne(state, acts, step, now, `s-${i}`);
      return;
    }
    if (step.do === 'adjust') {
      adjust(state, step, now, `j-${i}`);
      return;
    }
    const { asked, agoMin } = step;
    const ago = asked.mode === 'record' ? agoMin : agoMin % 15;
    const event = decideAndFold(state, { ...asked, occurredAt: now - ago * MINUTE }, now, `a-${i}`);
    acts.set(event.id, event);
  });
  return { state, now };
}

function settleDue(state: BookState, now: number): void {
  for (const expiry of dueExpiries(new Draft(state), now)) evolve(state, expiry, state.revision + 1);
}

/** Approves or rejects, commits or releases one of the acts that wait. */
function settleOne(
  state: BookState,
  acts: ReadonlyMap<string, ActDecision>,
  { which, yes }: { readonly which: number; readonly yes: boolean },
  recordedAt: number,
  id: string,
): void {
  const waiting = [...state.open.values()];
  const open = waiting[which % Math.max(1, waiting.length)];
  if (open === undefined) return;
  const named = { act: open.id, reason: 'r' };
  const asked = { costMinor: Math.floor(open.amounts.costMinor / 2) };
  const command: Command =
    open.status === 'reserved'
      ? yes
        ? { type: 'CommitAct', ...named, asked }
        : { type: 'ReleaseAct', ...named }
      : { type: yes ? 'ApproveAct' : 'RejectAct', ...named };
  const act = { decided: acts.get(open.id)! };
  const context = { recordedAt, actor: 'boss', roles: ADMIN.roles, id, act };
  const decided = decide(new Draft(state), command, context);
  if (!('event' in decided)) throw new Error(`not settled: ${JSON.stringify(decided)}`);
  evolve(state, decided.event, state.revision + 1);
}

/** Gives to, or takes from, a bucket of Ann's in Soho. */
function adjust(
  state: BookState,
  { which, amount, agoMin }: Step & { readonly do: 'adjust' },
  recordedAt: number,
  id: string,
): void {
  const limits = state.policies.get(1)?.policy.limits ?? [];
  const limit = limits[which % Math.max(1, limits.length)];
  if (limit === undefined || amount === 0) return;
  const values: Readonly<Record<string, string>> = {
    ...{ employee: 'ann', role: 'barista', location: 'soho', region: 'south' },
    ...{ customer: 'c-1', incident: 'i-1', campaign: 'kindness', shift: 'early' },
  };
  const names = Object.keys(values).filter(
    (name) => limit.per.includes(name as never) || (name === 'shift' && limit.window.every === 'shift'),
  );
  const measures = Object.keys(limit.allow);
  const measure = measures[which % measures.length]!;
  const command: Command = {
    type: 'AdjustBucket',
    kind: amount > 0 ? 'grant' : 'correction',
    limit: limit.id,
    asked: {
      key: Object.fromEntries(names.map((name) => [name, values[name]!])),
      at: recordedAt - agoMin * MINUTE,
      location: 'soho',
      amounts: { [measure]: amount },
    },
    reason: 'r',
  };
  const decided = decide(draftAt(state, recordedAt), command, {
    recordedAt,
    actor: 'boss',
    roles: ADMIN.roles,
    id,
  });
  // Limits on each act by itself have nothing to adjust.
  if ('event' in decided) evolve(state, decided.event, state.revision + 1);
}

function evaluated(state: BookState, asked: AskedAct, recordedAt: number, id = ''): ActDecision {
  const context = { recordedAt, actor: '', roles: ADMIN.roles, id };
  const decided = decide(draftAt(state, recordedAt), { type: 'DecideAct', asked }, context);
  if (!('event' in decided)) throw new Error(`not decided: ${JSON.stringify(decided)}`);
  return decided.event as ActDecision;
}

function decideAndFold(state: BookState, asked: AskedAct, recordedAt: number, id: string): ActDecision {
  const event = evaluated(state, asked, recordedAt, id);
  evolve(state, event, state.revision + 1);
  return event;
}

const THRESHOLDS = [
  'beforeWarning',
  'beforeHold',
  'beforeDecline',
] as const satisfies readonly (keyof Most)[];

function isByLot(receipt: GuardrailReceipt): boolean {
  return 'standing' in receipt && receipt.standing.startsWith('lot-');
}

/** Every kind and trigger that the question leaves open, but those that something other than a limit keeps back. */
function variantsOf(
  state: BookState,
  question: Omit<PossibleQuery, 'at' | 'now'>,
  act: AskedAct,
  recordedAt: number,
) {
  const all = (question.kind === undefined ? KINDS : [question.kind]).flatMap((ofKind) =>
    (question.trigger === undefined ? TRIGGERS : [question.trigger]).map((ofTrigger) => {
      const asked = { ...act, kind: ofKind, trigger: ofTrigger };
      const { guardrails } = evaluated(state, asked, recordedAt);
      const outright = strictest(guardrails.filter((one) => !('limit' in one) || one.missing !== undefined));
      return { asked, outright, rank: strictest(guardrails) };
    }),
  );
  const mildest = Math.min(...all.map(({ outright }) => outright));
  return all.filter(({ outright }) => outright === mildest);
}

function checkQuantity(
  found: Possible,
  rankAt: (n: number) => number,
  threshold: keyof Most,
  rank: number,
  most: number,
): void {
  const n = found.most.quantity[threshold];
  expect(n).toBeGreaterThanOrEqual(0);
  const upTo = Math.min(n, most);
  for (const step of new Set([1, 2, 3, 4, 5, 7, upTo - 1, upTo])) {
    if (step >= 1 && step <= upTo)
      expect([threshold, step, rankAt(step) < rank]).toEqual([threshold, step, true]);
  }
  if (n < most && surely(found, 'quantity', n))
    expect([threshold, n + 1, rankAt(n + 1) >= rank]).toEqual([threshold, n + 1, true]);
}

/** Nothing that is only known up to here makes the bound. */
function surely(found: Possible, line: 'quantity' | 'costMinor' | 'retailMinor', bound: number): boolean {
  return found.guardrails.every(({ bounds, shown }) => shown || bounds[line] !== bound);
}

describe('what is said to be possible', () => {
  it('is what deciding shows, step by step, for random books', () => {
    const seen = {
      finite: 0,
      infinite: 0,
      unsure: 0,
      aside: 0,
      none: 0,
      waiting: 0,
      due: 0,
      carried: 0,
      adjusted: 0,
      drawn: 0,
      notDrawn: 0,
      byTrigger: 0,
    };
    fc.assert(
      fc.property(
        fc.option(policies, { nil: undefined, freq: 20 }),
        fc.array(steps, { maxLength: 40, size: 'max' }),
        questions,
        fc.nat(5_000),
        (policy, history, { atMin, ...question }, anywhere) => {
          const { state, now } = lived(policy, history);
          const at = now + atMin * MINUTE;
          const recordedAt = atMin > 5 ? at : now;
          const answer = possibleFor(state, { ...question, at, now }, PIECES);
          const location =
            question.location ??
            (question.employee === 'ann' ? 'soho' : state.lastLocations.get(question.employee));
          if (location === undefined) {
            expect(answer).toEqual({ missing: 'location' });
            return;
          }
          if (answer === undefined || !('possible' in answer)) throw new Error(JSON.stringify(answer));
          const found = answer.possible;
          const { kind: _, trigger: __, ...rest } = question;
          const act = {
            ...{ mode: 'request' as const, kind: 'comp' as const, trigger: 'recovery' as const },
            ...rest,
            location,
            occurredAt: at,
            ...(question.item === undefined ? { costMinor: 0, retailMinor: 0 } : {}),
          };
          const variants = variantsOf(state, question, act, recordedAt);
          const worst = (of: (asked: AskedAct) => number) =>
            Math.max(...variants.map(({ asked }) => of(asked)));
          expect(found.status).toBe(
            ['accepted', 'warned', 'held', 'declined'][Math.max(...variants.map(({ rank }) => rank))],
          );
          if (found.aside.length > 0) seen.aside++;
          for (const { act: looked } of found.variants) {
            if (looked.draw?.assigned === true) seen.drawn++;
            if (looked.draw?.assigned === false) seen.notDrawn++;
          }
          // For whoever was not drawn, delight is left aside and recovery told.
          if (found.aside.some(({ act: left }) => left.guardrails.some(isByLot))) seen.byTrigger++;
          for (const { receipt } of found.guardrails) {
            if (!('limit' in receipt)) continue;
            for (const [, , , carriedOver = 0, adjusted = 0] of Object.values(receipt.measures)) {
              if (carriedOver !== 0) seen.carried++;
              if (adjusted !== 0) seen.adjusted++;
            }
          }
          if (state.open.size > 0) seen.waiting++;
          if (state.open.nextDueAt <= recordedAt) seen.due++;

          const rankOfOne = (asked: AskedAct) => strictest(evaluated(state, asked, recordedAt).guardrails);
          const base = evaluated(state, act, recordedAt).amounts;
          for (const [i, threshold] of THRESHOLDS.entries()) {
            const rank = i + 1;
            if (question.item !== undefined) {
              const { sku: ofSku } = question.item;
              const rankAt = (n: number) =>
                worst((asked) => rankOfOne({ ...asked, item: { sku: ofSku, quantity: n } }));
              checkQuantity(found, rankAt, threshold, rank, PIECES);
            } else {
              // One act after the other: the n-th, after those before it.
              const inTurn = variants.map(({ asked }) => {
                const copy = BookState.fromSnapshot(structuredClone(state.toSnapshot()));
                settleDue(copy, recordedAt);
                return Array.from({ length: 12 }, (__, n) =>
                  strictest(decideAndFold(copy, asked, recordedAt, `n-${n}`).guardrails),
                );
              });
              checkQuantity(
                found,
                (n) => Math.max(...inTurn.map((ranks) => ranks[n - 1]!)),
                threshold,
                rank,
                12,
              );
            }
            for (const line of ['costMinor', 'retailMinor'] as const) {
              const bound = found.most[line][threshold];
              const rankAt = (m: number) =>
                worst((asked) =>
                  rankOfOne({
                    ...asked,
                    costMinor: base.costMinor,
                    retailMinor: base.retailMinor,
                    [line]: m,
                  }),
                );
              const draft = draftAt(state, recordedAt);
              const furthest = Number.MAX_SAFE_INTEGER - draft.accepted[line] - draft.reservedInAll()[line];
              const upTo = Math.min(bound, furthest);
              for (const m of new Set([
                0,
                1,
                Math.min(anywhere, upTo),
                Math.floor(upTo / 2),
                upTo - 1,
                upTo,
              ])) {
                if (m >= 0 && m <= upTo)
                  expect([line, threshold, m, rankAt(m) < rank]).toEqual([line, threshold, m, true]);
              }
              if (bound === Number.POSITIVE_INFINITY) seen.infinite++;
              else if (!surely(found, line, bound)) seen.unsure++;
              else {
                if (bound < 0) seen.none++;
                else seen.finite++;
                expect([line, threshold, bound + 1, rankAt(bound + 1) >= rank]).toEqual([
                  line,
                  threshold,
                  bound + 1,
                  true,
                ]);
              }
            }
          }
        },
      ),
      { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 300) },
    );
    // Each sort of answer was met.
    for (const times of Object.values(seen)) expect(times).toBeGreaterThan(0);
  });
});
