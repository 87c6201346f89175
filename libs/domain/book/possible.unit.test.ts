/**
 * Aim: by table, what a till is told: the sentence, what stops first, and what was taken for granted. That the figures
 * are those of decisions is held by properties.
 */
import { describe, expect, it } from '@jest/globals';
import type { AskedAct } from '../act/act.ts';
import type { Limit, Policy, Rule } from '../policy/policy.ts';
import { businessCalendar } from '../time/business-calendar.ts';
import { BookSpec, limit, ms, rolling, WEEK } from './book-spec.fixture.ts';
import { type Possible, type PossibleQuery, possibleFor } from './possible.ts';
import { assumptionsOf } from './possible-assumptions.ts';
import { resetsAt } from './possible-left.ts';
import { sentenceOf, sentenceOfGuardrail, type Wording } from './possible-words.ts';

const NOW = '2026-11-18T12:00:00Z';
const PIECES = 1_000_000;
const COFFEE = { kind: 'comp', trigger: 'recovery', item: { sku: 'latte', quantity: 1 } } as const;

function book(limits: readonly Limit[], rules: readonly Rule[] = [], more: Partial<Policy> = {}): BookSpec {
  const spec = BookSpec.open(NOW).inForce(limits, { rules, ...more });
  spec.given({ type: 'DefineItem', sku: 'latte', item: { name: 'Latte', retailMinor: 390, costMinor: 80 } });
  spec.given({ type: 'DefineCampaign', id: 'over', campaign: { to: '2026-11-01' } });
  return spec;
}

function rule(id: string, when: string, then: Rule['then']): Rule {
  return { id, when, then, message: `Mind ${id}.` };
}

function asked(spec: BookSpec, query: Partial<PossibleQuery> = COFFEE) {
  const full: PossibleQuery = { employee: 'ann', at: ms(NOW), now: ms(NOW), ...query };
  const answer = possibleFor(spec.state, full, PIECES);
  if (answer === undefined || !('possible' in answer))
    throw new Error(`not possible: ${JSON.stringify(answer)}`);
  return { possible: answer.possible, query: full };
}

function wordingFor(possible: Possible, query: PossibleQuery): Wording {
  return {
    currency: 'GBP',
    calendar: businessCalendar('Europe/London', '04:00'),
    ...(query.item === undefined ? {} : { item: 'Latte' }),
    later: false,
    resetsAt: (one) => resetsAt(possible.draft, one),
  };
}

function sentence(spec: BookSpec, query?: Partial<PossibleQuery>): string {
  const { possible, query: full } = asked(spec, query);
  return sentenceOf(possible, wordingFor(possible, full));
}

const give = (spec: BookSpec, times: number, more: Partial<AskedAct> = {}) => {
  for (let i = 0; i < times; i++) {
    const { occurredAt: _, ...rest } = more;
    spec.act({ mode: 'record', item: { sku: 'latte', quantity: 1 }, ...rest });
  }
  return spec;
};

describe('the sentence for a till', () => {
  const weekly = (count: number, beyond: Limit['beyond']) =>
    limit('weekly', ['employee'], WEEK, { count }, { beyond });

  it.each<[string, BookSpec, Partial<PossibleQuery>, string]>([
    [
      'a hold ahead',
      give(book([weekly(10, 'hold')]), 4),
      COFFEE,
      'Latte: 6 more this week; then a manager must agree.',
    ],
    ['a refusal ahead', book([weekly(10, 'decline')]), COFFEE, 'Latte: 10 more this week; then no more.'],
    [
      'a warning ahead of a hold',
      book([
        weekly(10, 'hold'),
        limit('day', ['employee'], { every: 'day' }, { count: 3 }, { beyond: 'warn' }),
      ]),
      COFFEE,
      'Latte: 3 more today; then it is noted.',
    ],
    [
      'a warning now',
      give(
        book([
          weekly(10, 'hold'),
          limit('day', ['employee'], { every: 'day' }, { count: 2 }, { beyond: 'warn' }),
        ]),
        3,
      ),
      COFFEE,
      'Latte: possible, and noted: nothing left today, counted anew from Thursday 2026-11-19; 7 more this week; then a manager must agree.',
    ],
    [
      'a hold now',
      give(book([weekly(2, 'hold')]), 2),
      COFFEE,
      'Latte: a manager must agree: nothing left this week, counted anew from Monday 2026-11-23.',
    ],
    [
      'a refusal now',
      give(book([weekly(2, 'decline')]), 3),
      COFFEE,
      'Latte: not possible: nothing left this week, counted anew from Monday 2026-11-23.',
    ],
    [
      'too many at once',
      give(book([weekly(4, 'decline')]), 3),
      { ...COFFEE, item: { sku: 'latte', quantity: 2 } },
      'Latte: not possible: only 1 left this week, counted anew from Monday 2026-11-23.',
    ],
    [
      'a limit on each act',
      book([limit('one', ['act'], { every: 'act' }, { count: 2 }), weekly(9, 'decline')]),
      COFFEE,
      'Latte: up to 2 at a time; beyond that it is declined.',
    ],
    [
      'a customer in a rolling window',
      give(
        book([limit('face', ['employee', 'customer'], rolling(48), { count: 2 }, { beyond: 'warn' })]),
        1,
        { customer: 'c-1' },
      ),
      { ...COFFEE, customer: 'c-1' },
      'Latte: 1 more within any 2 days for this customer; then it is noted.',
    ],
    [
      'a pool',
      book([limit('pool', ['location'], { every: 'month' }, { costMinor: 200 })]),
      COFFEE,
      'Latte: 2 more this month for everyone together (soho); then no more.',
    ],
    [
      'the book’s pool',
      book([limit('pool', ['book'], { every: 'lifetime' }, { count: 5 })]),
      { kind: 'gesture', trigger: 'delight' },
      '5 more in all for everyone together; then no more.',
    ],
    [
      'acts and their worth',
      book([
        weekly(5, 'decline'),
        limit('value', ['employee'], { every: 'month' }, { retailMinor: 2500 }, { beyond: 'hold' }),
      ]),
      { kind: 'refund', trigger: 'recovery' },
      '5 more this week, worth up to 25.00 GBP at retail value; then no more.',
    ],
    [
      'worth alone',
      book([limit('value', ['incident'], { every: 'lifetime' }, { costMinor: 50000 }, { beyond: 'hold' })]),
      { kind: 'refund', trigger: 'recovery', incident: 'i-1' },
      'Up to 500.00 GBP at cost more in all for this incident; then a manager must agree.',
    ],
    [
      'a rule beyond an amount',
      book([], [rule('dozen', 'act.count > 12', 'hold')]),
      COFFEE,
      'Latte: up to 12 at a time; beyond that a manager must agree: Mind dozen.',
    ],
    [
      'a rule now',
      book([], [rule('never', 'act.kind == "comp"', 'decline')]),
      COFFEE,
      'Latte: not possible: Mind never.',
    ],
    [
      'a name that is missing',
      book([limit('face', ['customer'], WEEK, { count: 2 }, { whenMissing: 'decline' })]),
      COFFEE,
      'Latte: not possible: name the customer first.',
    ],
    ['nothing in the way', book([]), COFFEE, 'Latte: possible, and no limit is near.'],
    [
      'nothing that covers it',
      book([], [], { uncovered: 'hold' }),
      COFFEE,
      'Latte: a manager must agree: no limit covers this.',
    ],
    [
      'a place unknown',
      book([]),
      { ...COFFEE, location: 'leeds' },
      'Latte: not possible: the location is not in the directory.',
    ],
    [
      'a campaign that is over',
      book([]),
      { ...COFFEE, campaign: 'over' },
      'Latte: not possible: the campaign does not run now.',
    ],
    ['no policy', BookSpec.open(NOW), {}, 'Not possible: no policy is in force yet.'],
  ])('tells of %s', (_, spec, query, expected) => {
    expect(sentence(spec, query)).toBe(expected);
  });
});

describe('what stops first', () => {
  it('is the strictest of what stops at once, and each bucket of a limit that is counted per role', () => {
    const spec = book([
      limit('warned', ['employee'], WEEK, { count: 5 }, { beyond: 'warn' }),
      limit('held', ['employee'], WEEK, { count: 5 }, { beyond: 'hold' }),
      limit('roles', ['role'], WEEK, { count: 3 }),
    ]);
    give(spec, 1, { employee: 'ann' });
    const { possible } = asked(spec, { ...COFFEE, employee: 'bob', location: 'soho' });
    const named = possible.guardrails.map(({ receipt, bounds }) => [
      'limit' in receipt ? [receipt.limit, receipt.key.role ?? ''].join(' ').trim() : '',
      bounds.quantity,
    ]);
    expect(named).toEqual([
      ['roles barista', 2],
      ['roles lead', 3],
      ['held', 5],
      ['warned', 5],
    ]);
    const words = sentenceOfGuardrail(possible.guardrails[0]!, wordingFor(possible, asked(spec).query));
    expect(words).toBe('Roles: 2 left for everyone together (barista), counted anew from Monday 2026-11-23.');
  });

  it('is nothing that lies beyond the largest act', () => {
    const { possible } = asked(book([limit('vast', ['book'], { every: 'lifetime' }, { count: PIECES + 5 })]));
    expect(possible.most.quantity.beforeDecline).toBe(Number.POSITIVE_INFINITY);
  });

  it('frees up when the oldest use of a rolling window leaves it', () => {
    const spec = give(book([limit('face', ['employee'], rolling(48), { count: 2 })]), 1);
    const { possible } = asked(spec);
    expect(resetsAt(possible.draft, possible.guardrails[0]!)).toBe(ms('2026-11-20T12:00:00Z'));
  });

  it('counts what is held and reserved, until it falls due', () => {
    const spec = book([limit('weekly', ['employee'], WEEK, { count: 5 })]);
    spec.act({ mode: 'reserve', item: { sku: 'latte', quantity: 2 }, timeToLiveMs: 60 * 60_000 });
    expect(asked(spec).possible.most.quantity.beforeDecline).toBe(3);
    const { possible } = asked(spec, { ...COFFEE, at: ms('2026-11-18T13:00:00Z') });
    expect(possible.most.quantity.beforeDecline).toBe(5);
  });
});

describe('what a question leaves open', () => {
  const spec = () =>
    book(
      [
        limit(
          'coffees',
          ['employee'],
          WEEK,
          { count: 9 },
          { appliesTo: { kinds: ['comp'], items: ['lat*'] } },
        ),
        limit('face', ['customer'], WEEK, { count: 2 }),
        limit('refunds', ['employee'], WEEK, { count: 3 }, { appliesTo: { kinds: ['refund'] } }),
        limit('bronx', ['campaign'], WEEK, { count: 3 }, { appliesTo: { locations: ['bronx'] } }),
        limit('by-phone', ['employee'], WEEK, { count: 1 }, { appliesTo: { channels: ['phone'] } }),
      ],
      [
        rule('no-credit', 'act.kind == "credit"', 'decline'),
        rule('odd', 'string(act.costMinor) == "77777"', 'hold'),
      ],
    );
  const assumed = (query: Partial<PossibleQuery>) => {
    const open = spec();
    const { possible, query: full } = asked(open, query);
    return { possible, assumes: assumptionsOf(open.state, full, possible) };
  };

  it('is answered for any kind, and says which one is stopped and which one is kept back', () => {
    const { possible, assumes } = assumed({});
    expect(possible.status).toBe('accepted');
    expect(possible.most.quantity.beforeDecline).toBe(3);
    expect(assumes.map(({ sentence: words }) => words)).toEqual([
      'At soho: the home location.',
      'For any kind and trigger, whatever applies to it.',
      'Not for credit, which is declined whatever is left: Mind no-credit.',
      'What stops first, refunds, speaks of refund only.',
      'No item is named, so these are left out: coffees.',
      'No customer is named, so these are left out: face.',
      'No channel is named, so these are left out: by-phone.',
      'Beyond these figures only asking tells whether odd speaks: it depends on the amount.',
    ]);
  });

  it('is not asked of what is named', () => {
    const { possible, assumes } = assumed({ ...COFFEE, location: 'soho', customer: 'c-1', channel: 'till' });
    expect(possible.guardrails[0]).toMatchObject({ limit: { id: 'face' } });
    expect(assumes.map(({ about }) => about)).toEqual(['amount']);
  });

  it('cannot be answered without a place, for nobody, nor for what the ledger would refuse', () => {
    const { state } = spec();
    const ask = (query: Partial<PossibleQuery>) =>
      possibleFor(state, { employee: 'bob', at: ms(NOW), now: ms(NOW), ...query }, PIECES);
    expect(ask({})).toEqual({ missing: 'location' });
    expect(ask({ employee: 'nobody' })).toBeUndefined();
    expect(ask({ employee: 'ann', item: { sku: 'tea', quantity: 1 } })).toMatchObject({
      refusal: { code: 'unknown-item' },
    });
    expect(ask({ employee: 'ann', at: ms('2026-11-18T11:00:00Z') })).toMatchObject({
      refusal: { code: 'occurred-at-too-old' },
    });
  });
});
