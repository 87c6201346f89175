/**
 * Aim: the simulated chain is the same for the same seed, byte for byte; its shares are those it claims; and
 * every oracle that is planted can be found again in the acts.
 */
import { describe, expect, it } from '@jest/globals';
import { Random } from '../../../libs/statistics/random.ts';
import { simulatedActs } from './acts.ts';
import type { SimulatedAct } from './bodies.ts';
import { type ChainOptions, cafeChain } from './cafe-chain.ts';
import { dateOf, dayNumberOf, weekdayOf, weekNumberOf } from './calendar.ts';
import { MENU, TICKETS_BY_WEEKDAY } from './figures.ts';
import { truthOf } from './truth.ts';

const WEEK: ChainOptions = { seed: 42, stores: 10, staffPerStore: 12, from: '2026-03-23', days: 7 };
const actsOf = (options: ChainOptions): SimulatedAct[] => [...simulatedActs(cafeChain(options))];

describe('xoshiro128**', () => {
  it('gives the reference sequence from the state 1, 2, 3, 4', () => {
    const random = new Random(Uint32Array.from([1, 2, 3, 4]));
    expect(Array.from({ length: 6 }, () => random.uint32())).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492,
    ]);
  });
  it('refuses the state it could never leave', () => {
    expect(() => new Random(new Uint32Array(4))).toThrow(RangeError);
  });
  it('has the mean and the variance of a negative binomial', () => {
    const random = Random.of(1, 'nb');
    const drawn = Array.from({ length: 20_000 }, () => random.negativeBinomial(9, 4));
    const mean = drawn.reduce((a, b) => a + b) / drawn.length;
    const variance = drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / drawn.length;
    expect(Math.abs(mean - 9)).toBeLessThan(0.2);
    expect(Math.abs(variance - (9 + 81 / 4))).toBeLessThan(2);
  });
});

describe('the same seed', () => {
  it('makes identical acts, byte for byte', () => {
    expect(JSON.stringify(actsOf(WEEK))).toBe(JSON.stringify(actsOf(WEEK)));
  });
  it('makes other acts than another seed', () => {
    const other = actsOf({ ...WEEK, seed: 43 });
    expect(JSON.stringify(other.map((act) => act.body))).not.toBe(
      JSON.stringify(actsOf(WEEK).map((act) => act.body)),
    );
    const keys = new Set(actsOf(WEEK).map((act) => act.idempotencyKey));
    expect(other.some((act) => keys.has(act.idempotencyKey))).toBe(false);
  });
  it('only adds when the span grows: what was there keeps its key and content', () => {
    const longer = new Map(actsOf({ ...WEEK, days: 14 }).map((act) => [act.idempotencyKey, act]));
    for (const act of actsOf(WEEK)) expect(longer.get(act.idempotencyKey)).toEqual(act);
  });
});

describe('order and keys', () => {
  const acts = actsOf({ ...WEEK, days: 21, timeZones: ['Europe/London', 'America/New_York', 'Asia/Tokyo'] });
  it('is by the time the ledger learns, across time zones and late acts', () => {
    for (let at = 1; at < acts.length; at++)
      expect(acts[at]!.sentAt).toBeGreaterThanOrEqual(acts[at - 1]!.sentAt);
  });
  it('gives every act a key of its own', () => {
    expect(new Set(acts.map((act) => act.idempotencyKey)).size).toBe(acts.length);
  });
  it('never sends an act before it happened, and late ones as records', () => {
    for (const { sentAt, body } of acts) {
      const delayMs = sentAt - Date.parse(body.occurredAt);
      expect(delayMs).toBeGreaterThanOrEqual(0);
      expect(body.mode).toBe(delayMs > 0 ? 'record' : 'request');
      if (delayMs > 0) expect(delayMs).toBeGreaterThanOrEqual(5 * 60_000);
      expect(delayMs).toBeLessThanOrEqual(3 * 86_400_000);
    }
  });
});

describe('shares over a year of 20 stores', () => {
  const chain = cafeChain({ ...WEEK, stores: 20, days: 364, from: '2026-01-05' });
  const counts = new Map<string, number>();
  const byWeekday = [0, 0, 0, 0, 0, 0, 0];
  let total = 0;
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  for (const { sentAt, body } of simulatedActs(chain)) {
    total++;
    count(body.kind);
    count(body.trigger);
    count(body.reason);
    if (body.customer !== undefined) count('identified');
    if (sentAt > Date.parse(body.occurredAt)) count('late');
    byWeekday[weekdayOf(dayNumberOf(body.occurredAt.slice(0, 10)))]!++;
  }
  const share = (name: string) => (100 * (counts.get(name) ?? 0)) / total;
  it.each([
    ['comp', 52],
    ['replacement', 16],
    ['refund', 10],
    ['credit', 7],
    ['gesture', 15],
    ['recovery', 64],
    ['delight', 36],
    ['long-wait', 20],
    ['wrong-item', 18],
    ['quality', 13],
    ['spill', 7],
    ['out-of-stock', 6],
    ['regular', 14],
    ['rough-day', 13],
    ['celebration', 9],
    ['late', 3],
  ])('%s is %d %%, within 0.8 points', (name, expected) => {
    expect(Math.abs(share(name) - expected)).toBeLessThan(0.8);
  });
  it('identifies 35 % of customers, a little more through misuse', () => {
    expect(share('identified')).toBeGreaterThan(34);
    expect(share('identified')).toBeLessThan(40);
  });
  it('makes about 9 acts a day and store, by the weekday of its tickets', () => {
    expect(Math.abs(total / (20 * 364) - 9)).toBeLessThan(0.3);
    byWeekday.forEach((acts, weekday) => {
      const expected = (9 * TICKETS_BY_WEEKDAY[weekday]!) / 197;
      expect(Math.abs(acts / (20 * 52) / expected - 1)).toBeLessThan(0.1);
    });
  });
});

describe('what is planted', () => {
  const chain = cafeChain({ ...WEEK, stores: 10, days: 182 });
  const truth = truthOf(chain);
  const given = new Map<string, SimulatedAct[]>();
  for (const act of simulatedActs(chain)) {
    given.set(act.body.employee, [...(given.get(act.body.employee) ?? []), act]);
  }
  it('deals 20 % who never use it, 5 % who exhaust it, 2 % who misuse it', () => {
    expect(truth.staff['never-uses']).toHaveLength(24);
    expect(truth.staff.exhausts).toHaveLength(6);
    expect(truth.staff.misuses).toHaveLength(2);
    for (const employee of truth.staff['never-uses']) expect(given.get(employee)).toBeUndefined();
  });
  it('lets those who exhaust it ask for over ten free coffees in most weeks, and hardly anybody else', () => {
    const coffees = new Map<string, number>();
    for (const acts of given.values()) {
      for (const { body } of acts) {
        if (body.kind !== 'comp' || body.item?.sku.startsWith('coffee/') !== true) continue;
        const week = `${body.employee} ${weekNumberOf(dayNumberOf(body.occurredAt.slice(0, 10)))}`;
        coffees.set(week, (coffees.get(week) ?? 0) + body.item.quantity);
      }
    }
    const keen = new Set(truth.staff.exhausts);
    const beyond = [...coffees].filter(([, count]) => count > 10).map(([week]) => week.split(' ')[0]!);
    expect(beyond.filter((employee) => keen.has(employee)).length / (keen.size * 26)).toBeGreaterThan(0.6);
    const others = 120 - 24 - keen.size;
    expect(beyond.filter((employee) => !keen.has(employee)).length / (others * 26)).toBeLessThan(0.05);
  });
  it('sends 60 % of misusers’ acts to three customers or fewer', () => {
    for (const { employee, friends } of truth.oracles.misusers) {
      const acts = given.get(employee)!;
      const toFriends = acts.filter((act) => friends.includes(act.body.customer ?? '')).length;
      expect(friends.length).toBeLessThanOrEqual(3);
      expect(Math.abs(toFriends / acts.length - 0.6)).toBeLessThan(0.1);
    }
  });
  it('has the pair, the end-of-shift clusterer and the generous one', () => {
    const { onePair, endOfShift, generousAndLegitimate } = truth.oracles;
    const pairActs = given.get(onePair!.employee)!;
    const toOne = pairActs.filter((act) => act.body.customer === onePair!.customer).length;
    expect(toOne / pairActs.length).toBeGreaterThan(0.5);

    const shiftEnds: Record<string, number> = { early: 14 * 60, late: 20 * 60 };
    const atTheEnd = given.get(endOfShift!.employee)!.filter(({ body }) => {
      const [hour, minute] = new Intl.DateTimeFormat('en-GB', {
        timeZone: 'Europe/London',
        hour: '2-digit',
        minute: '2-digit',
      })
        .format(Date.parse(body.occurredAt))
        .split(':')
        .map(Number) as [number, number];
      const left = shiftEnds[body.shift.split('-').at(-1)!]! - (hour * 60 + minute);
      return left >= 0 && left <= 30;
    }).length;
    expect(atTheEnd / given.get(endOfShift!.employee)!.length).toBeGreaterThan(0.6);

    const generous = given.get(generousAndLegitimate!.employee)!;
    const median = [...given.values()].map((acts) => acts.length).sort((a, b) => a - b)[
      Math.floor(given.size / 2)
    ]!;
    expect(generous.length).toBeGreaterThan(2 * median);
    const customers = generous.flatMap((act) => act.body.customer ?? []);
    expect(new Set(customers).size / customers.length).toBeGreaterThan(0.7);
  });
  it('plants the night of the clock change, with the trading days its acts belong to', () => {
    const { location, acts } = truthOf(cafeChain(WEEK)).oracles.clockChange;
    expect(location).toBe('kings-cross');
    expect(acts.map(({ occurredAt, businessDate }) => [occurredAt, businessDate])).toEqual([
      ['2026-03-29T00:30:00.000Z', '2026-03-28'],
      ['2026-03-29T00:59:59.999Z', '2026-03-28'],
      ['2026-03-29T01:00:00.000Z', '2026-03-28'],
      ['2026-03-29T01:30:00.000Z', '2026-03-28'],
      ['2026-03-29T02:59:59.999Z', '2026-03-28'],
      ['2026-03-29T03:00:00.000Z', '2026-03-29'],
    ]);
    const sent = new Set(actsOf(WEEK).map((act) => act.idempotencyKey));
    for (const act of acts) expect(sent.has(act.idempotencyKey)).toBe(true);
    expect(truthOf(cafeChain({ ...WEEK, from: '2026-06-01' })).oracles.clockChange.acts).toEqual([]);
  });
});

describe('bounds', () => {
  it.each([
    [{ stores: 0 }, 'stores'],
    [{ days: 1.5 }, 'days'],
    [{ staffPerStore: 501 }, 'staff-per-store'],
    [{ from: '2026-02-30' }, '2026-02-30'],
    [{ timeZones: ['Europe/Lundon'] }, 'Europe/Lundon'],
    [{ actsPerDay: Number.NaN }, 'acts-per-day'],
  ])('refuses %j and says what is wrong', (wrong, named) => {
    expect(() => cafeChain({ ...WEEK, ...wrong })).toThrow(named);
  });
  it('works for one store with one person', () => {
    expect(actsOf({ ...WEEK, stores: 1, staffPerStore: 1 }).length).toBeGreaterThan(20);
  });
  it('names only items of the menu, priced whole and not below cost', () => {
    for (const item of MENU) {
      expect(Number.isInteger(item.retailMinor) && Number.isInteger(item.costMinor)).toBe(true);
      expect(item.costMinor).toBeLessThan(item.retailMinor);
    }
    for (const coffee of MENU.filter((item) => item.category === 'coffee')) {
      expect(coffee.costMinor).toBeGreaterThanOrEqual(60);
      expect(coffee.costMinor).toBeLessThanOrEqual(100);
    }
  });
  it('keeps dates through year ends and leap days', () => {
    expect(dateOf(dayNumberOf('2024-02-29') + 1)).toBe('2024-03-01');
    expect(weekdayOf(dayNumberOf('2026-03-23'))).toBe(0);
  });
});
