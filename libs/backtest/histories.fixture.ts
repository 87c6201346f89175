/**
 * Random histories of a book: acts in every kind of window, reversals, changes of the directory and of the policy, and
 * the questions asked in between. Decided by the domain, one by one.
 */
import fc from 'fast-check';
import type { AskedAct } from '../domain/act/act.ts';
import type { Command } from '../domain/book/commands.ts';
import type { ActOnLedger, Context } from '../domain/book/context.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import { type BookEvent, isDecision } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { dueExpiries } from '../domain/book/expiry.ts';
import { type BookState, initialState } from '../domain/book/state.ts';
import type { Limit, Policy, Window } from '../domain/policy/policy.ts';
import { NRF } from '../domain/time/fiscal-calendar.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A Saturday evening in London, hours before its clocks go back; the end of a month is near. */
export const START = Date.parse('2026-10-24T20:00:00Z');

const windows: fc.Arbitrary<Window> = fc.oneof(
  fc.constantFrom<Window>(
    ...(['act', 'shift', 'day', 'month', 'quarter', 'year', 'lifetime'] as const).map((every) => ({ every })),
    ...(['month', 'quarter', 'year'] as const).map((period) => ({ every: 'fiscal' as const, period })),
    { every: 'week', startsOn: 'sunday' },
    { every: 'week', startsOn: 'monday' },
  ),
  fc
    .integer({ min: 1, max: 100 })
    .map((hours) => ({ every: 'rolling' as const, durationMs: hours * HOUR, duration: `PT${hours}H` })),
);

/** Windows that have one before them. */
const CARRYING: ReadonlySet<string> = new Set(['day', 'week', 'month', 'quarter', 'year', 'fiscal']);

const limits: fc.Arbitrary<Limit> = fc
  .record({
    appliesTo: fc.record(
      {
        kinds: fc.constant(['comp'] as const),
        triggers: fc.constant(['recovery'] as const),
        roles: fc.subarray(['barista', 'lead'], { minLength: 1 }),
        locations: fc.constant(['soho']),
        items: fc.constant(['coffee/*']),
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
    beyond: fc.constantFrom('warn' as const, 'hold' as const, 'decline' as const),
    carryOver: fc.option(
      fc.record({ upTo: fc.record({ count: fc.nat(4) }), for: fc.integer({ min: 1, max: 3 }) }),
      {
        nil: undefined,
      },
    ),
    whenMissing: fc.constantFrom(undefined, 'warn' as const, 'hold' as const, 'decline' as const),
  })
  .map(({ whenMissing, carryOver, ...limit }) => ({
    ...limit,
    id: '',
    ...(carryOver && CARRYING.has(limit.window.every) && !limit.per.includes('act') ? { carryOver } : {}),
    ...(whenMissing ? { whenMissing } : {}),
  }));

/** Versions share ids of limits, so that a bucket of one may be a bucket of the other. */
export const policies: fc.Arbitrary<Policy> = fc.record(
  {
    currency: fc.constant('GBP'),
    hold: fc.constantFrom(
      { durationMs: 30 * MINUTE, duration: 'PT30M', then: 'expire' } as const,
      { durationMs: 3 * HOUR, duration: 'PT3H', then: 'accept' } as const,
    ),
    authority: fc.constant([
      { role: 'lead', upTo: { costMinor: 100 } },
      { role: 'approver', upTo: { costMinor: 250 } },
    ]),
    uncovered: fc.constantFrom('allow' as const, 'warn' as const, 'hold' as const, 'decline' as const),
    limits: fc
      .array(limits, { maxLength: 4 })
      .map((all) => all.map((limit, i) => ({ ...limit, id: `limit-${i}` }))),
    rules: fc.subarray([
      { id: 'dear', when: 'act.costMinor > 250', then: 'decline', message: 'Too dear.' },
      { id: 'wait', when: 'act.reason == "wait"', then: 'hold', message: 'Look at the queue.' },
    ] as const),
  },
  { requiredKeys: ['currency', 'uncovered', 'limits', 'rules'] },
);

export type Step =
  | { readonly do: 'act'; readonly asked: AskedAct; readonly agoMin: number; readonly laterMin: number }
  | { readonly do: 'reverse'; readonly which: number; readonly part: number | undefined }
  | {
      readonly do: 'settle';
      readonly which: number;
      readonly how: number;
      readonly part: number;
      readonly by: string;
      readonly laterMin: number;
    }
  | { readonly do: 'policy'; readonly policy: Policy; readonly activate: boolean }
  | { readonly do: 'command'; readonly command: Command };

const acts: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('act' as const),
  laterMin: fc.oneof(
    { weight: 6, arbitrary: fc.nat(5) },
    { weight: 2, arbitrary: fc.nat(600) },
    { weight: 1, arbitrary: fc.nat(40_000) },
  ),
  agoMin: fc.oneof(fc.constant(0), fc.integer({ min: -5, max: 15 }), fc.nat(9_000)),
  asked: fc
    .record(
      {
        mode: fc.constantFrom('request' as const, 'request' as const, 'record' as const, 'reserve' as const),
        kind: fc.constantFrom('comp' as const, 'refund' as const),
        trigger: fc.constantFrom('recovery' as const, 'delight' as const),
        employee: fc.constantFrom('ann', 'bob', 'cat', 'stranger'),
        location: fc.constantFrom('soho', 'bronx'),
        customer: fc.constantFrom('c-1', 'c-2'),
        incident: fc.constantFrom('i-1', 'i-2'),
        campaign: fc.constant('kindness'),
        shift: fc.constantFrom('early', 'late'),
        reason: fc.constantFrom('spill', 'wait'),
        item: fc.constantFrom({ sku: 'coffee/latte', quantity: 1 }, { sku: 'coffee/latte', quantity: 2 }),
        costMinor: fc.nat(300),
        retailMinor: fc.nat(900),
      },
      { requiredKeys: ['mode', 'kind', 'trigger', 'employee', 'location', 'costMinor', 'retailMinor'] },
    )
    .map((asked) => (asked.mode === 'reserve' ? { ...asked, timeToLiveMs: 20 * MINUTE } : asked) as AskedAct),
});

const commands: fc.Arbitrary<Step> = fc
  .constantFrom<Command>(
    { type: 'DefineEmployee', id: 'ann', employee: { roles: ['lead'] } },
    { type: 'DefineEmployee', id: 'bob', employee: { roles: ['barista'] } },
    {
      type: 'DefineLocation',
      id: 'soho',
      location: { timeZone: 'Europe/London', businessDayStartsAt: '00:00' },
    },
    { type: 'DefineItem', sku: 'coffee/latte', item: { retailMinor: 500, costMinor: 120 } },
    { type: 'DefineCampaign', id: 'kindness', campaign: { from: '2026-10-25', to: '2026-11-20' } },
    // Of the two customers the first lot draws neither, the second one, and the third both.
    { type: 'DefineCampaign', id: 'kindness', campaign: { lot: { share: 0.2, seed: 'c' } } },
    { type: 'DefineCampaign', id: 'kindness', campaign: { lot: { share: 0.5, seed: 'c' } } },
    {
      type: 'DefineCampaign',
      id: 'kindness',
      campaign: { to: '2026-11-20', lot: { share: 0.8, seed: 'h' } },
    },
    { type: 'DrawLot', asked: { campaign: 'kindness', customer: 'c-1' } },
    { type: 'DrawLot', asked: { campaign: 'kindness', customer: 'c-2', location: 'bronx' } },
    {
      type: 'DefineBook',
      book: { currency: 'GBP', timeZone: 'Asia/Tokyo', fourEyes: false, fiscalCalendar: NRF },
    },
    { type: 'StartShadow', version: 1 },
    { type: 'StopShadow', version: 1 },
    { type: 'RequestBacktest', version: 1 },
  )
  .map((command) => ({ do: 'command', command }));

const adjustments: fc.Arbitrary<Step> = fc
  .record({
    type: fc.constantFrom('AdjustBucket' as const, 'TransferBetweenBuckets' as const),
    limit: fc.constantFrom('limit-0', 'limit-1'),
    dimension: fc.constantFrom('employee', 'location', 'customer'),
    count: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ type, limit, dimension, count }) => {
    const [one, other] = { employee: ['ann', 'bob'], location: ['soho', 'bronx'], customer: ['c-1', 'c-2'] }[
      dimension
    ]!;
    const amounts = { count };
    const command: Command =
      type === 'AdjustBucket'
        ? { type, kind: 'grant', limit, asked: { key: { [dimension]: one! }, amounts }, reason: 'r' }
        : {
            type,
            limit,
            asked: { from: { [dimension]: one! }, to: { [dimension]: other! }, amounts },
            reason: 'r',
          };
    return { do: 'command', command };
  });

const reversals: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('reverse' as const),
  which: fc.nat(),
  part: fc.option(fc.nat(400), { nil: undefined }),
});

/** Some minutes later, by somebody who may or may not: an answer to one of the acts that wait. */
const settlings: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('settle' as const),
  which: fc.nat(),
  how: fc.nat(7),
  part: fc.nat(200),
  by: fc.constantFrom('olga', 'olga', 'olga', 'bob', 'till'),
  laterMin: fc.oneof(fc.nat(5), fc.nat(40)),
});

const policyChanges: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('policy' as const),
  policy: policies,
  activate: fc.boolean(),
});

/** @param changes whether the policy in force may change on the way */
export function histories(changes: boolean): fc.Arbitrary<Step[]> {
  return fc.array(
    fc.oneof(
      { weight: 14, arbitrary: acts },
      { weight: 3, arbitrary: reversals },
      { weight: 9, arbitrary: settlings },
      { weight: 2, arbitrary: commands },
      { weight: 2, arbitrary: adjustments },
      { weight: changes ? 1 : 0, arbitrary: policyChanges },
    ),
    { minLength: 1, maxLength: 60, size: 'max' },
  );
}

export interface Told {
  readonly recordedAt: number;
  readonly id: string;
  readonly key?: string;
  readonly actor?: string;
  readonly roles?: Context['roles'];
  readonly approvesAs?: readonly string[];
}

/** A book that is told commands and keeps what became of them; what falls due comes first, as in the writer. */
export class ToldBook {
  readonly state: BookState;
  readonly events: BookEvent[] = [];
  readonly acts = new Map<string, ActOnLedger>();

  constructor(state: BookState = initialState('the book')) {
    this.state = state;
  }

  /** As it stands after these events; it keeps only those to come. */
  static from(state: BookState, events: readonly BookEvent[]): ToldBook {
    const book = new ToldBook(state);
    for (const event of events) book.#note(event);
    return book;
  }

  /** @returns undefined where it is refused, or stands already */
  tell(command: Command, told: Told) {
    const { actor = 'till', roles = ['admin'], ...stamp } = told;
    this.letPass(told.recordedAt);
    const act = 'act' in command && command.act !== undefined ? this.acts.get(command.act) : undefined;
    const context: Context = { ...stamp, actor, roles, ...(act === undefined ? {} : { act }) };
    const decided = decide(new Draft(this.state), command, context);
    if (!('event' in decided)) return undefined;
    this.#put(decided.event);
    return decided.event;
  }

  /** What falls due by then is recorded. */
  letPass(now: number): void {
    for (const expiry of dueExpiries(new Draft(this.state), now)) this.#put(expiry);
  }

  /** Taken as it is, after what falls due before it. */
  take(event: BookEvent): void {
    this.letPass(event.recordedAt);
    this.#put(event);
  }

  #put(event: BookEvent): void {
    evolve(this.state, event, this.state.revision + 1);
    this.events.push(event);
    this.#note(event);
  }

  #note(event: BookEvent): void {
    if (isDecision(event)) this.acts.set(event.id, { decided: event });
    else if ('buckets' in event && event.type !== 'ActReversed') {
      this.acts.set(event.act, { ...this.acts.get(event.act)!, settled: event });
    }
  }
}

/** A book with its directory, and the policy in force if there is one. */
export function opened(policy?: Policy): ToldBook {
  const book = new ToldBook();
  let n = 0;
  const tell = (command: Command) => book.tell(command, { recordedAt: START, id: `setup-${n++}` });
  tell({
    type: 'DefineBook',
    book: { currency: 'GBP', timeZone: 'UTC', fourEyes: false, fiscalCalendar: NRF },
  });
  tell({
    type: 'DefineLocation',
    id: 'soho',
    location: { timeZone: 'Europe/London', businessDayStartsAt: '04:00', region: 'uk' },
  });
  tell({
    type: 'DefineLocation',
    id: 'bronx',
    location: { timeZone: 'America/New_York', businessDayStartsAt: '00:00' },
  });
  tell({ type: 'DefineEmployee', id: 'ann', employee: { roles: ['barista'] } });
  tell({ type: 'DefineEmployee', id: 'bob', employee: { roles: ['barista', 'lead'] } });
  tell({ type: 'DefineEmployee', id: 'cat', employee: { roles: [] } });
  tell({
    type: 'DefineItem',
    sku: 'coffee/latte',
    item: { category: 'coffee', retailMinor: 390, costMinor: 80 },
  });
  if (policy !== undefined) bringIntoForce(book, policy, START, true);
  return book;
}

function bringIntoForce(book: ToldBook, policy: Policy, at: number, activate: boolean): void {
  const version = book.state.policies.size + 1;
  const stamp = { recordedAt: at, id: `policy-${version}` };
  book.tell({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } }, stamp);
  if (activate) book.tell({ type: 'ActivatePolicy', version }, stamp);
}

/** What the steps became of the book. */
export function played(book: ToldBook, steps: readonly Step[]): ToldBook {
  let now = START;
  steps.forEach((step, i) => {
    const stamp = () => ({ recordedAt: now, id: `id-${i}`, key: `k-${i}` });
    if (step.do === 'act') {
      now += step.laterMin * MINUTE;
      const asked = { ...step.asked, occurredAt: now - step.agoMin * MINUTE };
      book.tell({ type: 'DecideAct', asked }, stamp());
    } else if (step.do === 'reverse') {
      const ids = [...book.acts.keys()];
      if (ids.length === 0) return;
      const asked = step.part === undefined ? {} : { costMinor: step.part };
      book.tell({ type: 'ReverseAct', act: ids[step.which % ids.length]!, reason: 'r', asked }, stamp());
    } else if (step.do === 'settle') {
      now += step.laterMin * MINUTE;
      const command = settling(book, step, i);
      if (command === undefined) return;
      const actor = step.by;
      book.tell(command, {
        ...stamp(),
        actor,
        ...(actor === 'olga' ? { roles: ['approver', 'till'] as const } : {}),
      });
    } else if (step.do === 'policy') bringIntoForce(book, step.policy, now, step.activate);
    else book.tell(step.command, stamp());
  });
  return book;
}

function settling(
  book: ToldBook,
  { which, how, part }: Step & { do: 'settle' },
  i: number,
): Command | undefined {
  const status = how >= 3 && how <= 5 ? 'reserved' : 'pending_approval';
  // Now and then one that waits for something else.
  const waiting = [...book.state.open.values()].filter((open) => part % 10 === 0 || open.status === status);
  const act = waiting[which % Math.max(1, waiting.length)]?.id;
  if (act === undefined) return undefined;
  const codes = [...book.state.approvalCodes.keys()];
  switch (how) {
    case 0:
    case 1:
    case 7:
      return {
        type: 'ApproveAct',
        act,
        ...(codes.length > 0 && part % 2 === 0 ? { code: codes.at(-1)! } : {}),
      };
    case 2:
      return { type: 'RejectAct', act, reason: 'no' };
    case 3:
      return { type: 'CommitAct', act, asked: {} };
    case 4:
      return { type: 'CommitAct', act, asked: { costMinor: part } };
    case 5:
      return { type: 'ReleaseAct', act };
    default:
      return {
        type: 'MakeApprovalCode',
        hash: `hash-${i}`,
        expiresInMs: 10 * MINUTE,
        ...(part % 2 === 0 ? { act } : {}),
      };
  }
}
