/**
 * Aim: what is carried over is right by table: what lives how long, what is used first, where the clocks change,
 * in week 53, when policies change, and for those who are new.
 */
import { describe, expect, it } from '@jest/globals';
import type { CarryOver, Limit, Window } from '../policy/policy.ts';
import { NRF } from '../time/fiscal-calendar.ts';
import { bucketsOf } from './allowances.ts';
import { BookSpec, limit, ms, receiptOf, WEEK } from './book-spec.fixture.ts';
import { MOST_WINDOWS_BACK } from './carry-over.ts';
import type { ActDecision } from './events.ts';

const carrying = (upTo: number, life = 1): { readonly carryOver: CarryOver } => ({
  carryOver: { upTo: { count: upTo }, for: life },
});
const weekly = (count: number, more: Partial<Limit>, id = 'coffees') =>
  limit(id, ['employee'], WEEK, { count }, more);

/** Acts of one coffee each, recorded when they happened. */
function give(spec: BookSpec, many: number, at: string, employee = 'ann'): void {
  for (let i = 0; i < many; i++) spec.act({ mode: 'record', employee, occurredAt: at });
}

function carried(spec: BookSpec, at: string, employee = 'ann', id = 'coffees') {
  spec.at(at);
  const left = spec.left(employee).find((allowance) => allowance.limit === id)!.measures.count!;
  return { carriedOver: left.carriedOver, remaining: left.remaining };
}

const countOf = (act: ActDecision) => receiptOf(act, 'coffees').measures.count;

describe('what a week leaves', () => {
  it.each<[string, number, number, number, number]>([
    // used of ten, upTo, carried
    ['nothing used', 0, 10, 5, 5],
    ['little used', 4, 10, 5, 5],
    ['as much left as is carried', 5, 10, 5, 5],
    ['less left than is carried', 8, 10, 5, 2],
    ['all used', 10, 10, 5, 0],
    ['a breach', 12, 10, 5, 0],
    ['more carried than allowed', 0, 3, 9, 3],
  ])('is carried into the next: %s', (_what, used, allowed, upTo, expected) => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(allowed, carrying(upTo))]);
    spec.at('2026-11-03T12:00:00Z');
    give(spec, used, '2026-11-03T12:00:00Z');
    expect(carried(spec, '2026-11-10T12:00:00Z')).toEqual({
      carriedOver: expected,
      remaining: allowed + expected,
    });
  });

  it('is told in the receipt, and used beyond the allowance until it is gone', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(2, carrying(1))]);
    spec.at('2026-11-10T12:00:00Z');
    expect(countOf(spec.act())).toEqual([2, 0, 0, 1, 0]);
    expect(spec.act().type).toBe('ActAccepted');
    expect(countOf(spec.act())).toEqual([2, 2, 0, 1, 0]);
    const beyond = spec.act();
    expect([beyond.type, countOf(beyond)]).toEqual(['ActDeclined', [2, 3, 0, 1, 0]]);
    // Nothing was left of that week, carried or own.
    expect(carried(spec, '2026-11-17T12:00:00Z')).toEqual({ carriedOver: 0, remaining: 2 });
  });

  it('lives for one week, and is used before the own allowance', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(10, carrying(5))]);
    spec.at('2026-11-10T12:00:00Z');
    // Of 15, three: they come out of the five carried, so ten of its own are left, of which five are carried.
    give(spec, 3, '2026-11-10T12:00:00Z');
    expect(carried(spec, '2026-11-17T12:00:00Z')).toEqual({ carriedOver: 5, remaining: 15 });
    // Of 15, twelve: the five carried and seven of its own.
    give(spec, 12, '2026-11-17T12:00:00Z');
    expect(carried(spec, '2026-11-24T12:00:00Z')).toEqual({ carriedOver: 3, remaining: 13 });
  });

  it('lives for as many weeks as it says, the oldest used first', () => {
    // Two a week, up to nine carried, for three weeks: nothing used in the weeks of the 2nd and 9th.
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(2, carrying(9, 3))]);
    expect(carried(spec, '2026-11-17T12:00:00Z').carriedOver).toBe(4);
    // Three of the week of the 16th: both of the 2nd, one of the 9th.
    give(spec, 3, '2026-11-17T12:00:00Z');
    expect(carried(spec, '2026-11-24T12:00:00Z').carriedOver).toBe(1 + 2);
    // The rest of the 9th still lives on the 30th; then it is over.
    expect(carried(spec, '2026-12-01T12:00:00Z').carriedOver).toBe(1 + 2 + 2);
    expect(carried(spec, '2026-12-08T12:00:00Z').carriedOver).toBe(2 + 2 + 2);
    expect(carried(spec, '2026-12-15T12:00:00Z').carriedOver).toBe(2 + 2 + 2);
  });

  it('is at most upTo in all, and the newest of it is kept', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(2, carrying(3, 3))]);
    // Into the third week: one of the first week (of two) and two of the second.
    expect(carried(spec, '2026-11-17T12:00:00Z').carriedOver).toBe(3);
    // One used is the old one; then two of the second and one more of the third week would be four: three.
    give(spec, 1, '2026-11-17T12:00:00Z');
    expect(carried(spec, '2026-11-24T12:00:00Z').carriedOver).toBe(3);
  });

  it('is carried of every measure apart', () => {
    const both = limit(
      'coffees',
      ['employee'],
      WEEK,
      { count: 3, costMinor: 500 },
      {
        carryOver: { upTo: { costMinor: 300 }, for: 1 },
      },
    );
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([both]).at('2026-11-03T12:00:00Z');
    spec.act();
    spec.at('2026-11-10T12:00:00Z');
    expect(receiptOf(spec.act(), 'coffees').measures).toEqual({
      count: [3, 0, 0],
      costMinor: [500, 0, 0, 300, 0],
    });
  });

  it('is known without looking back beyond a week that tells it', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(10, carrying(5))]);
    spec.at('2027-06-01T12:00:00Z');
    give(spec, 2, '2027-05-25T12:00:00Z');
    const asked: string[] = [];
    const used = spec.state.buckets.used.bind(spec.state.buckets);
    spec.state.buckets.used = (id) => {
      asked.push(id.split('\n')[1]!);
      return used(id);
    };
    expect(carried(spec, '2027-06-01T12:00:00Z').carriedOver).toBe(5);
    expect(asked.sort()).toEqual(['week:2027-05-24', 'week:2027-05-31']);
  });

  it(`is looked back for over ${MOST_WINDOWS_BACK} windows and no more`, () => {
    // One a day, which is taken out of what was carried: no day tells by itself what it carries on.
    const daily = limit('coffees', ['employee'], { every: 'day' }, { count: 1 }, carrying(99, 12));
    const spec = BookSpec.open('2026-01-01T09:00:00Z').inForce([daily]);
    for (let day = 0; day < 80; day++) {
      const at = new Date(ms('2026-02-01T12:00:00Z') + day * 86_400_000).toISOString();
      spec.at(at);
      give(spec, 1, at);
    }
    // What the twelve days before the first use left feeds all the others, as long as these days are looked at.
    const days: Record<number, number> = {};
    for (const day of [0, 41, 42, 52, 53, 79]) {
      const at = new Date(ms('2026-02-01T12:00:00Z') + day * 86_400_000 - 3_600_000).toISOString();
      days[day] = carried(spec, at).carriedOver;
    }
    expect(days).toEqual({ 0: 12, 41: 12, 42: 11, 52: 1, 53: 0, 79: 0 });
  });
});

describe('late facts', () => {
  it('a late act shrinks what was carried, also where it has been used', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(2, carrying(2))]);
    spec.at('2026-11-10T12:00:00Z');
    for (let i = 0; i < 3; i++) expect(spec.act().type).toBe('ActAccepted');
    expect(carried(spec, '2026-11-10T12:00:00Z')).toEqual({ carriedOver: 2, remaining: 1 });
    give(spec, 2, '2026-11-04T12:00:00Z');
    // What was decided stays; from now on there is one less than was used.
    expect(carried(spec, '2026-11-10T12:00:00Z')).toEqual({ carriedOver: 0, remaining: -1 });
    const declined = spec.act();
    expect([declined.type, countOf(declined)]).toEqual(['ActDeclined', [2, 3, 0]]);
  });

  it('a reversal gives back to what was carried', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(2, carrying(2))]);
    spec.at('2026-11-03T12:00:00Z');
    const act = spec.act();
    spec.act();
    expect(carried(spec, '2026-11-10T12:00:00Z').carriedOver).toBe(0);
    spec.reverse(act.id);
    expect(carried(spec, '2026-11-10T12:00:00Z').carriedOver).toBe(1);
  });
});

describe('what is reserved', () => {
  it('counts as used in the window it is in, until it comes free', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(2, carrying(2))]);
    spec.at('2026-11-08T12:00:00Z');
    const reserved = spec.act({ mode: 'reserve', timeToLiveMs: 7 * 86_400_000 });
    expect(reserved.type).toBe('ActReserved');
    expect(carried(spec, '2026-11-10T12:00:00Z')).toEqual({ carriedOver: 1, remaining: 3 });
    spec.given({ type: 'ReleaseAct', act: reserved.id });
    expect(carried(spec, '2026-11-10T12:00:00Z')).toEqual({ carriedOver: 2, remaining: 4 });
  });

  it('comes free when it expires, whether or not anybody has recorded that', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(2, carrying(2))]);
    spec.at('2026-11-08T12:00:00Z').act({ mode: 'reserve', timeToLiveMs: 2 * 86_400_000 });
    expect(carried(spec, '2026-11-10T11:59:59Z').carriedOver).toBe(1);
    expect(carried(spec, '2026-11-10T12:00:00Z').carriedOver).toBe(2);
  });
});

describe('where the days are not all alike', () => {
  it.each<[string, string, Window, string, string, number]>([
    // London's clocks go back on 25 October 2026 at 02:00 and forward on 28 March 2027 at 01:00, UTC.
    ['the week before it ends an hour late', 'soho', WEEK, '2026-10-26T03:59:59Z', 'week:2026-10-19', 1],
    ['from 04:00 on by the new time', 'soho', WEEK, '2026-10-26T04:00:00Z', 'week:2026-10-26', 0],
    ['a day of 25 hours', 'soho', { every: 'day' }, '2026-10-25T03:30:00Z', 'day:2026-10-24', 1],
    ['the day after it', 'soho', { every: 'day' }, '2026-10-25T04:00:00Z', 'day:2026-10-25', 0],
    [
      'in another zone it is still the week before',
      'bronx',
      WEEK,
      '2026-10-26T04:00:00Z',
      'week:2026-10-19',
      1,
    ],
  ])('carries into %s', (_what, location, window, at, label, usedThere) => {
    const spec = BookSpec.open('2026-10-05T09:00:00Z');
    spec.inForce([limit('coffees', ['employee'], window, { count: 1 }, carrying(1))]);
    // One in the window before the change; whoever is in the next one finds one carried less.
    const before = new Date(ms(at) - 3_600_000).toISOString();
    spec.at(before);
    const first = spec.act({ location, mode: 'record' });
    spec.at(at);
    const act = spec.act({ location, mode: 'record' });
    const receipt = receiptOf(act, 'coffees');
    expect(receipt.window.label).toBe(label);
    expect(receipt.measures.count!.slice(0, 2)).toEqual([1, usedThere]);
    const sameWindow = receiptOf(first, 'coffees').window.label === label;
    // In the next window what was carried out of the one before is what the first act left: the window before that
    // was unused, so it left one of two.
    expect(receipt.measures.count!.slice(3)).toEqual([1, 0]);
    expect(sameWindow).toBe(usedThere === 1);
  });

  it('turns into week 53: it carries in and out like any other, and lengthens the month it is in', () => {
    const spec = BookSpec.open('2023-12-01T09:00:00Z');
    const book = { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false, fiscalCalendar: NRF };
    spec.given({ type: 'DefineBook', book });
    const month = limit(
      'months',
      ['employee'],
      { every: 'fiscal', period: 'month' },
      { count: 9 },
      carrying(4),
    );
    const year = limit(
      'years',
      ['employee'],
      { every: 'fiscal', period: 'year' },
      { count: 50 },
      carrying(20),
    );
    const saturdays: Window = { every: 'week', startsOn: 'sunday' };
    spec.inForce([month, year, limit('weeks', ['employee'], saturdays, { count: 5 }, carrying(2))]);
    const seen = (at: string, id: string) => {
      const { window } = spec
        .at(at)
        .left('ann')
        .find((allowance) => allowance.limit === id)!;
      const { carriedOver } = carried(spec, at, 'ann', id);
      return [new Date(window.from!).toISOString().slice(0, 10), carriedOver];
    };
    spec.at('2024-01-30T12:00:00Z');
    give(spec, 7, '2024-01-30T12:00:00Z');
    // 28 January to 3 February is the 53rd week of 2023, in its 12th month.
    expect(seen('2024-01-30T12:00:00Z', 'months')).toEqual(['2023-12-31', 4]);
    expect(seen('2024-02-04T03:00:00Z', 'months')).toEqual(['2023-12-31', 4]);
    expect(seen('2024-01-30T12:00:00Z', 'weeks')).toEqual(['2024-01-28', 2]);
    expect(seen('2024-02-04T03:00:00Z', 'years')).toEqual(['2023-01-29', 0]);
    // All that was carried and three of its nine were used: six are left, and four are carried into 2024.
    expect(seen('2024-02-04T04:00:00Z', 'months')).toEqual(['2024-02-04', 4]);
    expect(seen('2024-02-04T04:00:00Z', 'weeks')).toEqual(['2024-02-04', 0]);
    expect(seen('2024-02-04T04:00:00Z', 'years')).toEqual(['2024-02-04', 20]);
    give(spec, 6, '2024-01-31T12:00:00Z');
    expect(seen('2024-02-04T04:00:00Z', 'months')).toEqual(['2024-02-04', 0]);
  });
});

describe('a policy that changes', () => {
  it('in the middle of a window: a window leaves what its words allowed when it ended', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(10, carrying(5))]);
    spec.at('2026-11-11T12:00:00Z');
    give(spec, 4, '2026-11-10T12:00:00Z');
    expect(carried(spec, '2026-11-11T12:00:00Z')).toEqual({ carriedOver: 5, remaining: 11 });
    // Wednesday: from ten to six. What was carried in is judged by the new words as well.
    spec.inForce([weekly(6, carrying(3))]);
    expect(carried(spec, '2026-11-11T12:00:00Z')).toEqual({ carriedOver: 3, remaining: 5 });
    // The week ended with six and three carried, of which four were used: five of its own are left, three carried.
    expect(carried(spec, '2026-11-17T12:00:00Z')).toEqual({ carriedOver: 3, remaining: 9 });
    // Later figures do not change what that week left.
    spec.at('2026-11-18T12:00:00Z').inForce([weekly(20, carrying(20))]);
    expect(carried(spec, '2026-11-18T12:00:00Z')).toEqual({ carriedOver: 5, remaining: 25 });
  });

  it('to carry for the first time: what the weeks before left counts', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(10, {})]);
    spec.at('2026-11-10T12:00:00Z').inForce([weekly(10, carrying(5))]);
    expect(carried(spec, '2026-11-10T12:00:00Z').carriedOver).toBe(5);
    spec.inForce([weekly(10, {})]);
    expect(carried(spec, '2026-11-10T12:00:00Z').carriedOver).toBe(0);
  });

  it.each<[string, Limit]>([
    ['counted per something else', limit('coffees', ['employee', 'book'], WEEK, { count: 10 }, carrying(5))],
    ['in another window', limit('coffees', ['employee'], { every: 'month' }, { count: 10 }, carrying(5))],
  ])('to a limit %s: it begins with the window it is changed in', (_what, changed) => {
    const spec = BookSpec.open('2026-09-02T09:00:00Z').inForce([weekly(10, carrying(5))]);
    spec.at('2026-11-11T12:00:00Z').inForce([changed]);
    expect(carried(spec, '2026-11-11T12:00:00Z').carriedOver).toBe(0);
    expect(carried(spec, '2026-12-09T12:00:00Z').carriedOver).toBe(5);
    // And so does one that comes back after another.
    spec.at('2026-12-09T13:00:00Z').inForce([weekly(10, carrying(5))]);
    expect(carried(spec, '2026-12-09T13:00:00Z').carriedOver).toBe(0);
    expect(carried(spec, '2026-12-16T13:00:00Z').carriedOver).toBe(5);
  });

  it('and a limit that was left out for a while begins anew', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(10, carrying(5))]);
    spec.at('2026-11-11T12:00:00Z').inForce([]);
    spec.at('2026-11-11T12:00:01Z').inForce([weekly(10, carrying(5))]);
    expect(carried(spec, '2026-11-11T12:00:01Z').carriedOver).toBe(0);
    expect(carried(spec, '2026-11-18T12:00:00Z').carriedOver).toBe(5);
  });

  it('twice in one instant: what was never in force breaks nothing', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(10, carrying(5))]);
    spec
      .at('2026-11-11T12:00:00Z')
      .inForce([])
      .inForce([weekly(10, carrying(5))]);
    expect(carried(spec, '2026-11-11T12:00:00Z').carriedOver).toBe(5);
  });

  it('from a date on: the window before is judged by what was in force when it ended', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(4, carrying(9))]);
    const policy = {
      currency: 'GBP',
      uncovered: 'allow' as const,
      limits: [weekly(8, carrying(9))],
      rules: [],
    };
    spec.given({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
    spec.given({ type: 'ActivatePolicy', version: 2, from: ms('2026-11-16T04:00:00Z') });
    expect(carried(spec, '2026-11-10T12:00:00Z')).toEqual({ carriedOver: 4, remaining: 8 });
    expect(carried(spec, '2026-11-17T12:00:00Z')).toEqual({ carriedOver: 4, remaining: 12 });
    expect(carried(spec, '2026-11-24T12:00:00Z')).toEqual({ carriedOver: 8, remaining: 16 });
  });
});

describe('a version that begins with a business day', () => {
  it('gives a window its words by the clock of the place: New York begins five hours after London', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(4, carrying(9))]);
    const policy = {
      currency: 'GBP',
      uncovered: 'allow' as const,
      limits: [weekly(8, carrying(9))],
      rules: [],
    };
    spec.given({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
    spec.given({ type: 'ActivatePolicy', version: 2, fromDate: '2026-11-16' });
    const at = '2026-11-16T05:00:00Z';
    const there = (location: string) =>
      spec
        .at(at)
        .left('ann', at, { location })
        .find(({ limit: id }) => id === 'coffees')!.measures.count;
    // In London the new week and the new words have begun; what the week before left was by the old ones.
    expect(there('soho')).toMatchObject({ allowed: 8, carriedOver: 4 });
    expect(there('bronx')).toMatchObject({ allowed: 4, carriedOver: 4 });
    expect(carried(spec, '2026-11-24T12:00:00Z')).toEqual({ carriedOver: 8, remaining: 16 });
  });
});

describe('who and what is new', () => {
  it('a new limit carries nothing from before the window it came in force in', () => {
    const spec = BookSpec.open('2026-01-05T09:00:00Z').inForce([]);
    spec.at('2026-11-11T12:00:00Z').inForce([weekly(10, carrying(5))]);
    expect(carried(spec, '2026-11-11T12:00:00Z')).toEqual({ carriedOver: 0, remaining: 10 });
    expect(carried(spec, '2026-11-18T12:00:00Z')).toEqual({ carriedOver: 5, remaining: 15 });
  });

  it('a new employee carries nothing from before the window the directory first knew them in', () => {
    const spec = BookSpec.open('2026-01-05T09:00:00Z').inForce([weekly(10, carrying(5))]);
    spec.at('2026-11-11T12:00:00Z');
    spec.given({ type: 'DefineEmployee', id: 'cat', employee: { roles: [], homeLocation: 'soho' } });
    expect(carried(spec, '2026-11-11T12:00:00Z', 'cat').carriedOver).toBe(0);
    expect(carried(spec, '2026-11-11T12:00:00Z', 'ann').carriedOver).toBe(5);
    // Being stated again later changes nothing.
    spec.at('2026-11-18T12:00:00Z');
    spec.given({ type: 'DefineEmployee', id: 'cat', employee: { roles: ['barista'], homeLocation: 'soho' } });
    expect(carried(spec, '2026-11-18T12:00:00Z', 'cat').carriedOver).toBe(5);
  });

  it('whom the directory does not know carries nothing', () => {
    const spec = BookSpec.open('2026-01-05T09:00:00Z').inForce([weekly(10, carrying(5))]);
    spec.at('2026-11-11T12:00:00Z');
    expect(countOf(spec.act({ mode: 'record', employee: 'nobody' }))).toEqual([10, 0, 0]);
  });

  it('a bucket that is not an employee’s begins with its limit', () => {
    const pool = limit('coffees', ['location'], WEEK, { count: 10 }, carrying(5));
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([pool]).at('2026-11-11T12:00:00Z');
    const now = ms('2026-11-11T12:00:00Z');
    const asked = bucketsOf(spec.state, { limit: 'coffees', key: { location: 'soho' }, at: now, now });
    expect(asked).toMatchObject({ bucket: { measures: { count: { carriedOver: 5, remaining: 15 } } } });
  });

  it('of a window to come is told what it would take over if nothing more were used', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([weekly(3, carrying(5))]);
    spec.at('2026-11-03T12:00:00Z').act();
    const [next] = spec.left('ann', '2026-11-10T12:00:00Z');
    expect(next!.measures.count).toMatchObject({ allowed: 3, carriedOver: 2, used: 0, remaining: 5 });
  });
});
