/** Aim: an act counts in the window it happened in, by the business days of its location, to the millisecond. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WEEKDAYS, type Weekday, type Window } from '../policy/policy.ts';
import { businessCalendar } from './business-calendar.ts';
import { addDays, civilDate, requireDate, weekdayOf } from './civil-date.ts';
import { windowAt } from './windows.ts';
import { cutOvers, instants, zones } from './zone.fixture.ts';

const at = (utc: string) => Date.parse(utc);
const london = businessCalendar('Europe/London', '04:00');
const week = (startsOn: Weekday): Window => ({ every: 'week', startsOn });

const DAY: Window = { every: 'day' };
const MONTH: Window = { every: 'month' };
const QUARTER: Window = { every: 'quarter' };
const YEAR: Window = { every: 'year' };
const CALENDAR_WINDOWS: readonly Window[] = [DAY, MONTH, QUARTER, YEAR, ...WEEKDAYS.map(week)];

describe('windows without edges', () => {
  it('of an act, a lifetime, a shift', () => {
    const when = at('2026-11-21T08:14:05Z');
    expect(windowAt({ every: 'act' }, when, london)).toEqual({ label: 'act', from: null, to: null });
    expect(windowAt({ every: 'lifetime' }, when, london)).toEqual({
      label: 'lifetime',
      from: null,
      to: null,
    });
    expect(windowAt({ every: 'shift' }, when, london, 'early-7')).toEqual({
      label: 'shift:early-7',
      from: null,
      to: null,
    });
    expect(windowAt({ every: 'shift' }, when, london)).toBeUndefined();
  });
});

describe('a rolling window', () => {
  it('ends with the act and reaches back its length, whatever the clocks do', () => {
    const rolling: Window = { every: 'rolling', durationMs: 7 * 86_400_000, duration: 'P7D' };
    expect(windowAt(rolling, at('2026-10-28T12:00:00.500Z'), london)).toEqual({
      label: 'rolling',
      from: at('2026-10-21T12:00:00.500Z'),
      to: at('2026-10-28T12:00:00.500Z'),
    });
  });
});

describe('a calendar window', () => {
  it.each<[string, string, string, Window, string, string, string]>([
    // zone, cut-over, [a time within], window, label, from, to
    [
      'Europe/London',
      '04:00',
      '2026-11-21T08:14:05Z',
      DAY,
      'day:2026-11-21',
      '2026-11-21T04:00Z',
      '2026-11-22T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-11-21T03:59:59Z',
      DAY,
      'day:2026-11-20',
      '2026-11-20T04:00Z',
      '2026-11-21T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-03-28T12:00:00Z',
      DAY,
      'day:2026-03-28',
      '2026-03-28T04:00Z',
      '2026-03-29T03:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2024-02-29T12:00:00Z',
      DAY,
      'day:2024-02-29',
      '2024-02-29T04:00Z',
      '2024-03-01T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2028-03-01T03:59:59Z',
      DAY,
      'day:2028-02-29',
      '2028-02-29T04:00Z',
      '2028-03-01T04:00Z',
    ],
    // 2026-11-21 is a Saturday: a week for each first day.
    [
      'Europe/London',
      '04:00',
      '2026-11-21T08:14:05Z',
      week('monday'),
      'week:2026-11-16',
      '2026-11-16T04:00Z',
      '2026-11-23T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-11-21T08:14:05Z',
      week('tuesday'),
      'week:2026-11-17',
      '2026-11-17T04:00Z',
      '2026-11-24T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-11-21T08:14:05Z',
      week('wednesday'),
      'week:2026-11-18',
      '2026-11-18T04:00Z',
      '2026-11-25T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-11-21T08:14:05Z',
      week('thursday'),
      'week:2026-11-19',
      '2026-11-19T04:00Z',
      '2026-11-26T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-11-21T08:14:05Z',
      week('friday'),
      'week:2026-11-20',
      '2026-11-20T04:00Z',
      '2026-11-27T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-11-21T08:14:05Z',
      week('saturday'),
      'week:2026-11-21',
      '2026-11-21T04:00Z',
      '2026-11-28T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-11-21T08:14:05Z',
      week('sunday'),
      'week:2026-11-15',
      '2026-11-15T04:00Z',
      '2026-11-22T04:00Z',
    ],
    // Monday before the cut-over belongs to the week before; so does the year's first night to the old year.
    [
      'Europe/London',
      '04:00',
      '2026-11-23T03:59:59Z',
      week('monday'),
      'week:2026-11-16',
      '2026-11-16T04:00Z',
      '2026-11-23T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-03-25T12:00:00Z',
      week('monday'),
      'week:2026-03-23',
      '2026-03-23T04:00Z',
      '2026-03-30T03:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-10-25T12:00:00Z',
      week('monday'),
      'week:2026-10-19',
      '2026-10-19T03:00Z',
      '2026-10-26T04:00Z',
    ],
    [
      'America/New_York',
      '04:00',
      '2026-03-08T12:00:00Z',
      week('sunday'),
      'week:2026-03-08',
      '2026-03-08T08:00Z',
      '2026-03-15T08:00Z',
    ],
    [
      'America/New_York',
      '04:00',
      '2026-11-01T08:30:00Z',
      week('sunday'),
      'week:2026-10-25',
      '2026-10-25T08:00Z',
      '2026-11-01T09:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2027-01-01T12:00:00Z',
      week('monday'),
      'week:2026-12-28',
      '2026-12-28T04:00Z',
      '2027-01-04T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2024-02-29T12:00:00Z',
      MONTH,
      'month:2024-02',
      '2024-02-01T04:00Z',
      '2024-03-01T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-11-01T03:59:59Z',
      MONTH,
      'month:2026-10',
      '2026-10-01T03:00Z',
      '2026-11-01T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2027-01-01T03:59:59Z',
      MONTH,
      'month:2026-12',
      '2026-12-01T04:00Z',
      '2027-01-01T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-03-31T12:00:00Z',
      QUARTER,
      'quarter:2026-Q1',
      '2026-01-01T04:00Z',
      '2026-04-01T03:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-04-01T03:00:00Z',
      QUARTER,
      'quarter:2026-Q2',
      '2026-04-01T03:00Z',
      '2026-07-01T03:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2026-09-30T12:00:00Z',
      QUARTER,
      'quarter:2026-Q3',
      '2026-07-01T03:00Z',
      '2026-10-01T03:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2027-01-01T03:59:59Z',
      QUARTER,
      'quarter:2026-Q4',
      '2026-10-01T03:00Z',
      '2027-01-01T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2027-01-01T03:59:59Z',
      YEAR,
      'year:2026',
      '2026-01-01T04:00Z',
      '2027-01-01T04:00Z',
    ],
    [
      'Europe/London',
      '04:00',
      '2027-01-01T04:00:00Z',
      YEAR,
      'year:2027',
      '2027-01-01T04:00Z',
      '2028-01-01T04:00Z',
    ],
    [
      'Australia/Lord_Howe',
      '04:00',
      '2026-04-04T12:00:00Z',
      DAY,
      'day:2026-04-04',
      '2026-04-03T17:00Z',
      '2026-04-04T17:30Z',
    ],
    [
      'Australia/Lord_Howe',
      '04:00',
      '2026-10-03T12:00:00Z',
      MONTH,
      'month:2026-10',
      '2026-09-30T17:30Z',
      '2026-10-31T17:00Z',
    ],
    [
      'Asia/Kathmandu',
      '04:00',
      '2025-12-31T22:15:00Z',
      YEAR,
      'year:2026',
      '2025-12-31T22:15Z',
      '2026-12-31T22:15Z',
    ],
    [
      'America/Sao_Paulo',
      '00:00',
      '2018-11-04T12:00:00Z',
      week('sunday'),
      'week:2018-11-04',
      '2018-11-04T03:00Z',
      '2018-11-11T02:00Z',
    ],
    [
      'Africa/Cairo',
      '00:00',
      '2024-04-25T22:00:00Z',
      DAY,
      'day:2024-04-26',
      '2024-04-25T22:00Z',
      '2024-04-26T21:00Z',
    ],
    // The week without a Friday has six days; the year without its 30 December ends as every other.
    [
      'Pacific/Apia',
      '00:00',
      '2011-12-31T00:00:00Z',
      week('monday'),
      'week:2011-12-26',
      '2011-12-26T10:00Z',
      '2012-01-01T10:00Z',
    ],
    [
      'Pacific/Apia',
      '00:00',
      '2011-12-31T00:00:00Z',
      YEAR,
      'year:2011',
      '2011-01-01T10:00Z',
      '2011-12-31T10:00Z',
    ],
  ])('in %s from %s at %s: %j is %s [%s, %s)', (zone, cutOver, within, window, label, from, to) => {
    const calendar = businessCalendar(zone, cutOver);
    const found = { label, from: at(from), to: at(to) };
    expect(windowAt(window, at(within), calendar)).toEqual(found);
    expect(windowAt(window, at(from), calendar)).toEqual(found);
    expect(windowAt(window, at(to) - 1, calendar)).toEqual(found);
    expect(windowAt(window, at(from) - 1, calendar)!.to).toBe(at(from));
    expect(windowAt(window, at(from) - 1, calendar)!.label).not.toBe(label);
    expect(windowAt(window, at(to), calendar)!.from).toBe(at(to));
    expect(windowAt(window, at(to), calendar)!.label).not.toBe(label);
  });

  it('has one label everywhere, and edges of its own at each location', () => {
    const noon = at('2026-11-18T12:00:00Z');
    const found = ['Europe/London', 'America/New_York', 'Asia/Kathmandu'].map(
      (zone) => windowAt(week('monday'), noon, businessCalendar(zone, '04:00'))!,
    );
    expect(new Set(found.map(({ label }) => label))).toEqual(new Set(['week:2026-11-16']));
    expect(new Set(found.map(({ from }) => from)).size).toBe(3);
  });

  it('is the same object while the day is remembered, for each kind its own', () => {
    const when = at('2026-11-21T08:14:05Z');
    for (const window of CALENDAR_WINDOWS) {
      expect(windowAt(window, when + 1, london)).toBe(windowAt(window, when, london));
    }
    expect(new Set(CALENDAR_WINDOWS.map((window) => windowAt(window, when, london)!.label)).size).toBe(
      CALENDAR_WINDOWS.length,
    );
  });
});

describe('always', () => {
  const windows = fc.constantFrom(...CALENDAR_WINDOWS);

  it('an instant lies in its window, and the window consists of whole business days', () => {
    fc.assert(
      fc.property(zones, cutOvers, instants, windows, (zone, cutOver, instant, window) => {
        const calendar = businessCalendar(zone, cutOver);
        const { from, to } = windowAt(window, instant, calendar)!;
        expect(from! <= instant && instant < to!).toBe(true);
        expect(calendar.dayOf(from!).from).toBe(from);
        expect(calendar.dayOf(to!).from).toBe(to);
        expect(windowAt(window, from! - 1, calendar)!.to).toBe(from);
        expect(windowAt(window, to!, calendar)!.from).toBe(to);
      }),
      { numRuns: 1500 },
    );
  });

  it('the label names the business date, by a rule of its own', () => {
    fc.assert(
      fc.property(
        zones,
        cutOvers,
        instants,
        fc.constantFrom(...WEEKDAYS),
        (zone, cutOver, instant, startsOn) => {
          const calendar = businessCalendar(zone, cutOver);
          const { date } = calendar.dayOf(instant);
          const labelOf = (window: Window) => windowAt(window, instant, calendar)!.label;
          const { year, month } = civilDate(requireDate(date));
          expect(labelOf(DAY)).toBe(`day:${date}`);
          expect(labelOf(MONTH)).toBe(`month:${date.slice(0, 7)}`);
          expect(labelOf(QUARTER)).toBe(`quarter:${year}-Q${Math.floor((month - 1) / 3) + 1}`);
          expect(labelOf(YEAR)).toBe(`year:${date.slice(0, 4)}`);
          const first = labelOf(week(startsOn)).slice('week:'.length);
          expect(WEEKDAYS[weekdayOf(requireDate(first))]).toBe(startsOn);
          expect(first <= date && date < addDays(first, 7)).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('two instants share a label exactly when they share the edges', () => {
    const apart = fc.oneof(
      fc.integer({ min: 0, max: 90_000_000 }),
      fc.integer({ min: 0, max: 40_000_000_000 }),
    );
    fc.assert(
      fc.property(zones, cutOvers, instants, apart, windows, (zone, cutOver, instant, apartMs, window) => {
        const calendar = businessCalendar(zone, cutOver);
        const one = windowAt(window, instant, calendar)!;
        const other = windowAt(window, instant + apartMs, calendar)!;
        expect(one.label === other.label).toBe(one.from === other.from && one.to === other.to);
      }),
      { numRuns: 1500 },
    );
  });

  it('a rolling window has its length and ends with the act', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: 1000, max: 3660 * 86_400_000 }), (instant, durationMs) => {
        const window: Window = { every: 'rolling', durationMs, duration: 'PT1S' };
        const { from, to } = windowAt(window, instant, london)!;
        expect(to).toBe(instant);
        expect(to! - from!).toBe(durationMs);
      }),
    );
  });
});
