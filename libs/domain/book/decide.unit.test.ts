/** Aim: every rule of the domain on deciding, counting and giving back, said once as given, when, then. */
import { describe, expect, it } from '@jest/globals';
import { BookSpec, found, limit, ms, receiptOf, rolling, WEEK } from './book-spec.fixture.ts';

/** A Wednesday noon in winter. */
const NOON = '2026-11-18T12:00:00Z';
const coffees = (count: number, more = {}) => limit('coffees', ['employee'], WEEK, { count }, more);

describe('a request', () => {
  it('is accepted up to the limit and declined beyond it, with what the limit found', () => {
    const book = BookSpec.open(NOON).inForce([coffees(2)]);
    expect(receiptOf(book.act(), 'coffees').measures).toEqual({ count: [2, 0, 0] });
    expect(book.act().type).toBe('ActAccepted');
    const third = book.act();
    expect(third).toMatchObject({ type: 'ActDeclined', policyVersion: 1, businessDate: '2026-11-18' });
    expect(receiptOf(third, 'coffees')).toEqual({
      limit: 'coffees',
      key: { employee: 'ann' },
      window: { label: 'week:2026-11-16', from: ms('2026-11-16T04:00:00Z'), to: ms('2026-11-23T04:00:00Z') },
      measures: { count: [2, 2, 0] },
      finding: 'decline',
    });
  });

  it('counts the quantity of its item, and takes its values from the directory', () => {
    const book = BookSpec.open(NOON).inForce([coffees(3)]);
    const item = { retailMinor: 390, costMinor: 80, category: 'coffee' };
    book.given({ type: 'DefineItem', sku: 'coffee/flat-white', item });
    const { retailMinor: _, costMinor: __, ...bare } = { retailMinor: undefined, costMinor: undefined };
    const two = book.act({
      ...bare,
      retailMinor: undefined as never,
      costMinor: undefined as never,
      item: { sku: 'coffee/flat-white', quantity: 2 },
    });
    expect(two).toMatchObject({
      type: 'ActAccepted',
      category: 'coffee',
      amounts: { count: 2, retailMinor: 780, costMinor: 160 },
    });
    expect(book.act({ item: { sku: 'coffee/flat-white', quantity: 2 } }).type).toBe('ActDeclined');
    expect(book.act({ item: { sku: 'coffee/flat-white', quantity: 1 } }).type).toBe('ActAccepted');
  });

  it('is declined when any limit is beyond, and then uses none of the others', () => {
    const book = BookSpec.open(NOON).inForce([
      coffees(5),
      limit('pool', ['location'], { every: 'day' }, { costMinor: 100 }),
    ]);
    expect(book.act().type).toBe('ActAccepted');
    expect(found(book.act())).toEqual({ coffees: 'within', pool: 'decline' });
    expect(book.left('ann')[0]?.measures.count).toMatchObject({ used: 1, remaining: 4 });
  });

  it('is accepted beyond a limit that only warns', () => {
    const book = BookSpec.open(NOON).inForce([coffees(1, { beyond: 'warn' })]);
    book.act();
    expect(book.act()).toMatchObject({ type: 'ActAccepted' });
    expect(receiptOf(book.act(), 'coffees')).toMatchObject({
      finding: 'warn',
      measures: { count: [1, 2, 0] },
    });
  });

  it('holds every measure a limit bounds', () => {
    const book = BookSpec.open(NOON).inForce([
      limit('both', ['employee'], WEEK, { count: 10, retailMinor: 500 }),
    ]);
    book.act();
    expect(book.act().type).toBe('ActDeclined');
    expect(book.act({ retailMinor: 110 }).type).toBe('ActAccepted');
  });

  it('costs nothing and still counts', () => {
    const book = BookSpec.open(NOON).inForce([limit('kind', ['employee'], { every: 'day' }, { count: 1 })]);
    const gesture = {
      kind: 'gesture',
      retailMinor: undefined as never,
      costMinor: undefined as never,
    } as const;
    expect(book.act(gesture)).toMatchObject({
      type: 'ActAccepted',
      amounts: { count: 1, costMinor: 0, retailMinor: 0 },
    });
    expect(book.act(gesture).type).toBe('ActDeclined');
  });

  it('that adds nothing to an overspent measure is not beyond it', () => {
    const book = BookSpec.open(NOON).inForce([limit('cost', ['book'], { every: 'day' }, { costMinor: 50 })]);
    book.act({ mode: 'record' });
    expect(book.act({ costMinor: 0 }).type).toBe('ActAccepted');
    expect(book.act({ costMinor: 1 }).type).toBe('ActDeclined');
  });
});

describe('without what a decision needs', () => {
  it.each([
    ['a policy in force', (book: BookSpec) => book, { employee: 'ann' }, 'no-active-policy'],
    [
      'an employee the directory knows',
      (book: BookSpec) => book.inForce([]),
      { employee: 'zoe' },
      'unknown-employee',
    ],
    [
      'a location the directory knows',
      (book: BookSpec) => book.inForce([]),
      { location: 'mars' },
      'unknown-location',
    ],
  ])('%s, a request is declined and a record accepted with a breach', (_, given, asked, standing) => {
    const book = given(BookSpec.open(NOON));
    expect(book.act(asked)).toMatchObject({ type: 'ActDeclined' });
    const recorded = book.act({ ...asked, mode: 'record' });
    expect(recorded.type).toBe('ActAccepted');
    expect(found(recorded)).toEqual({ [standing]: 'decline' });
  });

  it.each([
    ['allow', 'ActAccepted', {}],
    ['warn', 'ActAccepted', { uncovered: 'warn' }],
    ['decline', 'ActDeclined', { uncovered: 'decline' }],
  ] as const)('a limit that covers it: uncovered: %s', (uncovered, type, findings) => {
    const book = BookSpec.open(NOON).inForce([coffees(1, { appliesTo: { kinds: ['refund'] } })], {
      uncovered,
    });
    const act = book.act();
    expect(act.type).toBe(type);
    expect(found(act)).toEqual(findings);
  });

  it('the key a limit is counted per, it is outside the limit unless the limit says otherwise', () => {
    const perCustomer = limit('face', ['customer'], WEEK, { count: 1 });
    const book = BookSpec.open(NOON).inForce([
      perCustomer,
      { ...perCustomer, id: 'strict', whenMissing: 'warn' },
      limit('shift', ['employee'], { every: 'shift' }, { count: 1 }, { whenMissing: 'warn' }),
    ]);
    const act = book.act();
    expect(found(act)).toEqual({ strict: 'warn', shift: 'warn' });
    expect(receiptOf(act, 'strict').missing).toEqual(['customer']);
    expect(receiptOf(act, 'shift').missing).toEqual(['shift']);
    expect(found(book.act({ customer: 'c-1', shift: 'early' }))).toEqual({
      face: 'within',
      strict: 'within',
      shift: 'within',
    });
  });

  it('a campaign that runs that day', () => {
    const book = BookSpec.open(NOON).inForce([]);
    book.given({ type: 'DefineCampaign', id: 'xmas', campaign: { from: '2026-11-18', to: '2026-11-18' } });
    expect(book.act({ campaign: 'xmas' }).type).toBe('ActAccepted');
    expect(book.act({ campaign: 'unheard-of' }).type).toBe('ActAccepted');
    book.at('2026-11-19T03:59:59Z');
    expect(book.act({ campaign: 'xmas' }).type).toBe('ActAccepted');
    book.at('2026-11-19T04:00:00Z');
    expect(found(book.act({ campaign: 'xmas' }))).toEqual({ 'campaign-not-running': 'decline' });
  });
});

describe('times', () => {
  it.each([
    ['request', '2026-11-18T11:45:00.000Z', 'event'],
    ['request', '2026-11-18T11:44:59.999Z', 'occurred-at-too-old'],
    ['record', '2020-02-29T00:00:00Z', 'event'],
    ['request', '2026-11-18T12:05:00.000Z', 'event'],
    ['request', '2026-11-18T12:05:00.001Z', 'occurred-at-in-future'],
    ['record', '2026-11-18T12:05:00.001Z', 'occurred-at-in-future'],
  ] as const)('a %s at noon that occurred at %s: %s', (mode, occurredAt, outcome) => {
    const decided = BookSpec.open(NOON).inForce([]).ask({ mode, occurredAt });
    if (outcome === 'event') expect(decided).toHaveProperty('event');
    else expect(decided).toMatchObject({ refusal: { code: outcome, pointer: '/occurredAt' } });
  });

  it('a late act counts in the window it belongs to, and rewrites nothing', () => {
    const book = BookSpec.open(NOON).inForce([coffees(1)]);
    const thisWeek = book.act();
    const lastWeek = book.act({ mode: 'record', occurredAt: '2026-11-16T03:59:59Z' });
    expect(receiptOf(lastWeek, 'coffees')).toMatchObject({
      finding: 'within',
      window: { label: 'week:2026-11-09' },
    });
    const again = book.act({ mode: 'record', occurredAt: '2026-11-10T10:00:00Z' });
    expect(receiptOf(again, 'coffees')).toMatchObject({ finding: 'decline', measures: { count: [1, 1, 0] } });
    expect(again.type).toBe('ActAccepted');
    expect(receiptOf(thisWeek, 'coffees').measures).toEqual({ count: [1, 0, 0] });
    expect(book.left('ann', '2026-11-10T10:00:00Z')[0]?.measures.count).toMatchObject({
      used: 2,
      remaining: -1,
    });
  });

  it('a rolling window leaves an act out at exactly its length, and keeps it a millisecond before', () => {
    const book = BookSpec.open(NOON).inForce([limit('face', ['employee'], rolling(168), { count: 1 })]);
    book.act();
    expect(book.at('2026-11-25T11:59:59.999Z').act().type).toBe('ActDeclined');
    expect(book.at('2026-11-25T12:00:00.000Z').act().type).toBe('ActAccepted');
  });

  it('an act that comes late cannot slip past a rolling limit that a later act has filled', () => {
    const book = BookSpec.open(NOON).inForce([limit('face', ['employee'], rolling(1), { count: 1 })]);
    book.act();
    expect(book.act({ occurredAt: '2026-11-18T11:46:00Z' }).type).toBe('ActDeclined');
    book.at('2026-11-18T13:10:00Z');
    expect(book.act({ occurredAt: '2026-11-18T13:00:00Z' }).type).toBe('ActAccepted');
  });

  it('a week is the same bucket at another location, with that location’s edges', () => {
    const book = BookSpec.open(NOON).inForce([coffees(2)]);
    book.act();
    const abroad = receiptOf(book.act({ location: 'bronx' }), 'coffees');
    expect(abroad.window).toEqual({
      label: 'week:2026-11-16',
      from: ms('2026-11-16T09:00:00Z'),
      to: ms('2026-11-23T09:00:00Z'),
    });
    expect(abroad.measures).toEqual({ count: [2, 1, 0] });
    expect(book.act().type).toBe('ActDeclined');
  });
});

describe('per role', () => {
  it('counts in every role the employee has', () => {
    const book = BookSpec.open(NOON).inForce([limit('role', ['role'], WEEK, { count: 2 })]);
    book.act({ employee: 'bob' });
    expect(book.act({ employee: 'ann' }).guardrails).toHaveLength(1);
    const both = book.act({ employee: 'bob' });
    expect(both.guardrails).toMatchObject([
      { key: { role: 'barista' }, finding: 'decline' },
      { key: { role: 'lead' }, finding: 'within' },
    ]);
  });
});

describe('a change of policy', () => {
  it('keeps what is used when the figure changes', () => {
    const book = BookSpec.open(NOON).inForce([coffees(5)]);
    book.act();
    book.act();
    book.inForce([coffees(2)]);
    expect(receiptOf(book.act(), 'coffees').measures).toEqual({ count: [2, 2, 0] });
    book.inForce([coffees(3)]);
    expect(book.act()).toMatchObject({ type: 'ActAccepted', policyVersion: 3 });
    book.inForce([limit('coffees', ['employee'], WEEK, { retailMinor: 1_200 })]);
    expect(receiptOf(book.act(), 'coffees')).toMatchObject({
      measures: { retailMinor: [1_200, 1_170, 0] },
      finding: 'decline',
    });
  });

  it('takes effect at its date, and then replaces the version before', () => {
    const book = BookSpec.open(NOON).inForce([coffees(5)]);
    book.given({
      type: 'DraftPolicy',
      policy: { currency: 'GBP', uncovered: 'decline', limits: [], rules: [] },
      source: { format: 'json', text: '' },
    });
    book.given({ type: 'ActivatePolicy', version: 2, from: ms('2026-11-23T04:00:00Z') });
    expect(book.at('2026-11-23T03:59:59.999Z').act().policyVersion).toBe(1);
    expect(book.at('2026-11-23T04:00:00Z').act()).toMatchObject({ policyVersion: 2, type: 'ActDeclined' });
  });

  it('is in force from its event on, also when the clock was set back', () => {
    const book = BookSpec.open(NOON).inForce([coffees(5)]);
    book.at('2026-11-18T11:00:00Z').inForce([coffees(1)]);
    expect(book.act().policyVersion).toBe(2);
  });

  it('needs a second person unless the book says that one works alone', () => {
    const book = BookSpec.open(NOON).inForce([]);
    book.given({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: true } });
    expect(book.when({ type: 'ActivatePolicy', version: 1 })).toMatchObject({
      refusal: { code: 'policy-not-approved' },
    });
    expect(book.when({ type: 'ActivatePolicy', version: 9 })).toMatchObject({
      refusal: { code: 'policy-not-found' },
    });
  });
});

describe('a rule', () => {
  const rules = [
    {
      id: 'big-refund',
      when: 'act.kind == "refund" && act.retailMinor > 5000 && act.incident == ""',
      then: 'decline' as const,
      message: 'A refund above £50 names the incident it settles.',
    },
  ];

  it('leaves a receipt where it holds, and none where it does not', () => {
    const book = BookSpec.open(NOON).inForce([], { rules });
    const refund = { kind: 'refund', retailMinor: 5_001, costMinor: 5_001 } as const;
    expect(book.act(refund)).toMatchObject({
      type: 'ActDeclined',
      guardrails: [{ rule: 'big-refund', finding: 'decline', message: rules[0]!.message }],
    });
    expect(book.act({ ...refund, incident: 'inc-5' })).toMatchObject({ type: 'ActAccepted', guardrails: [] });
    expect(book.act({ ...refund, retailMinor: 5_000 }).type).toBe('ActAccepted');
  });

  it('that cannot be computed does not let the act pass unseen', () => {
    const book = BookSpec.open(NOON).inForce([], {
      rules: [{ ...rules[0]!, when: 'act.costMinor / act.retailMinor > 2' }],
    });
    expect(book.act({ retailMinor: 0 })).toMatchObject({
      type: 'ActDeclined',
      guardrails: [{ message: expect.stringContaining('the rule failed') }],
    });
  });
});

describe('a reversal', () => {
  it('gives amount and count back to the window the act was in, whenever that was', () => {
    const book = BookSpec.open(NOON).inForce([
      coffees(1),
      limit('face', ['customer'], rolling(168), { count: 1 }),
    ]);
    const act = book.act({ customer: 'c-1' });
    book.at('2026-12-09T12:00:00Z');
    expect(book.reverse(act.id)).toMatchObject({
      event: {
        type: 'ActReversed',
        amounts: { count: 1, costMinor: 80, retailMinor: 390 },
        whole: true,
        businessDate: '2026-11-18',
      },
    });
    expect(book.left('ann', NOON)[0]?.measures.count).toMatchObject({ used: 0 });
    expect(found(book.act({ customer: 'c-1', mode: 'record', occurredAt: NOON }))).toEqual({
      coffees: 'within',
      face: 'within',
    });
  });

  it('goes in parts, and never beyond what was spent', () => {
    const book = BookSpec.open(NOON).inForce([limit('spend', ['employee'], WEEK, { retailMinor: 390 })]);
    const { id } = book.act();
    expect(book.reverse(id, { retailMinor: 300 })).toMatchObject({
      event: { whole: false, amounts: { count: 0, retailMinor: 300 } },
    });
    expect(book.reverse(id, { retailMinor: 91 })).toMatchObject({
      refusal: { code: 'reversal-exceeds-act', pointer: '/retailMinor' },
    });
    expect(book.act({ retailMinor: 300 }).type).toBe('ActAccepted');
    expect(book.reverse(id)).toMatchObject({
      event: { whole: true, amounts: { count: 1, costMinor: 80, retailMinor: 90 } },
    });
    expect(book.reverse(id)).toMatchObject({ refusal: { code: 'reversal-exceeds-act' } });
  });

  it('is refused for what was never spent', () => {
    const book = BookSpec.open(NOON).inForce([coffees(0)]);
    expect(book.reverse(book.act().id)).toMatchObject({ refusal: { code: 'act-not-reversible' } });
    expect(book.reverse('no-such-act')).toMatchObject({ refusal: { code: 'act-not-found' } });
  });
});

describe('what is refused records nothing', () => {
  it.each([
    ['another currency', { currency: 'USD' }, { code: 'currency-mismatch', pointer: '/currency' }],
    [
      'an item the directory does not know',
      { item: { sku: 'tea', quantity: 1 } },
      { code: 'unknown-item', pointer: '/item/sku' },
    ],
    ['no cost', { costMinor: undefined as never }, { code: 'amount-missing', pointer: '/costMinor' }],
    [
      'no retail value',
      { retailMinor: undefined as never },
      { code: 'amount-missing', pointer: '/retailMinor' },
    ],
  ])('%s', (_, asked, refusal) => {
    const book = BookSpec.open(NOON).inForce([]);
    const before = book.state.revision;
    expect(book.ask(asked)).toMatchObject({ refusal });
    expect(book.state.revision).toBe(before);
  });

  it('sums that could not be kept exactly', () => {
    const book = BookSpec.open(NOON).inForce([]);
    const most = { retailMinor: Number.MAX_SAFE_INTEGER, costMinor: 0 };
    expect(book.act({ ...most }).type).toBe('ActAccepted');
    expect(book.ask({ retailMinor: 1, costMinor: 0 })).toMatchObject({
      refusal: { code: 'amount-too-large' },
    });
    book.given({
      type: 'DefineItem',
      sku: 'gold',
      item: { retailMinor: Number.MAX_SAFE_INTEGER, costMinor: 0 },
    });
    const item = { sku: 'gold', quantity: 2 };
    expect(book.ask({ item, retailMinor: undefined as never })).toMatchObject({
      refusal: { code: 'amount-too-large' },
    });
  });

  it('a currency once fixed, and a statement that already stands', () => {
    const book = BookSpec.open(NOON);
    const stated = { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false };
    expect(book.when({ type: 'DefineBook', book: { ...stated, currency: 'EUR' } })).toMatchObject({
      refusal: { code: 'book-currency-fixed' },
    });
    expect(
      book.when({
        type: 'DefineBook',
        book: { fourEyes: false, timeZone: 'Europe/London', currency: 'GBP' },
      }),
    ).toEqual({ unchanged: true });
    expect(book.when({ type: 'DefineBook', book: { ...stated, timeZone: 'Asia/Kathmandu' } })).toHaveProperty(
      'event',
    );
  });
});

describe('a limit that comes to be counted per something else', () => {
  it('starts anew, even where the values are alike', () => {
    const book = BookSpec.open(NOON).inForce([limit('two', ['employee'], WEEK, { count: 2 })]);
    book.act({ customer: 'ann' });
    book.inForce([limit('two', ['customer'], WEEK, { count: 2 })]);
    expect(receiptOf(book.act({ customer: 'ann' }), 'two').measures).toEqual({ count: [2, 0, 0] });
  });
});

describe('allowances', () => {
  it('say what is left of every limit counted per employee, and when it resets', () => {
    const book = BookSpec.open(NOON).inForce([
      coffees(10, { title: 'Ten a week' }),
      limit('face', ['employee', 'customer'], rolling(168), { count: 2 }),
      limit('hour', ['employee'], rolling(1), { costMinor: 500 }),
      limit('leads', ['employee'], WEEK, { count: 3 }, { appliesTo: { roles: ['lead'] } }),
      limit('store', ['location'], { every: 'day' }, { costMinor: 5_000 }),
    ]);
    book.act();
    book.at('2026-11-18T12:30:00Z');
    expect(book.left('ann')).toEqual([
      {
        limit: 'coffees',
        title: 'Ten a week',
        key: { employee: 'ann' },
        window: { from: ms('2026-11-16T04:00:00Z'), to: ms('2026-11-23T04:00:00Z') },
        resetsAt: ms('2026-11-23T04:00:00Z'),
        measures: { count: { allowed: 10, carriedOver: 0, adjusted: 0, used: 1, reserved: 0, remaining: 9 } },
      },
      {
        limit: 'hour',
        key: { employee: 'ann' },
        window: { from: ms('2026-11-18T11:30:00Z'), to: ms('2026-11-18T12:30:00Z') },
        resetsAt: ms('2026-11-18T13:00:00Z'),
        measures: {
          costMinor: { allowed: 500, carriedOver: 0, adjusted: 0, used: 80, reserved: 0, remaining: 420 },
        },
      },
    ]);
    expect(book.left('bob').map((allowance) => allowance.limit)).toEqual(['coffees', 'hour', 'leads']);
  });

  it('run on the clock of the home location, or else of where the employee acted last', () => {
    const book = BookSpec.open('2026-11-18T03:00:00Z').inForce([
      limit('day', ['employee'], { every: 'day' }, { count: 5 }),
    ]);
    book.act({ employee: 'bob' });
    expect(book.left('bob')[0]).toMatchObject({
      window: { from: ms('2026-11-17T04:00:00Z'), to: ms('2026-11-18T04:00:00Z') },
      measures: { count: { used: 1 } },
    });
  });
});
