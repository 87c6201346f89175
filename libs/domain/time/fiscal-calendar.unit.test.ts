/**
 * Aim: fiscal years are those that the NRF publishes, tile time under every pattern and rule, and windows of them
 * start with business days where the act happened.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WEEKDAYS, type Window } from '../policy/policy.ts';
import { businessCalendar, withFiscalYears } from './business-calendar.ts';
import { civilDate, dateText, daysBetween, daysInMonth, requireDate, weekdayOf } from './civil-date.ts';
import {
  FISCAL_PATTERNS,
  type FiscalCalendar,
  fiscalSpanAt,
  fiscalYearAt,
  NRF,
  YEAR_END_RULES,
  YEAR_NAMES,
} from './fiscal-calendar.ts';
import { windowAt } from './windows.ts';
import { cutOvers, zones } from './zone.fixture.ts';

const nrfYear = (date: string) => fiscalYearAt(NRF, requireDate(date));
const spanOf = (calendar: FiscalCalendar, period: 'month' | 'quarter' | 'year', date: string) => {
  const { year, number, firstDayNo, nextDayNo } = fiscalSpanAt(calendar, period, requireDate(date));
  return [year.name, number, dateText(firstDayNo), dateText(nextDayNo - 1), (nextDayNo - firstDayNo) / 7];
};

describe('the calendar of the NRF', () => {
  it.each([
    // As published: https://nrf.com/resources/4-5-4-calendar names 2012, 2017 and 2023 as years of 53 weeks.
    [2012, '2012-01-29', '2013-02-02', 53],
    [2013, '2013-02-03', '2014-02-01', 52],
    [2014, '2014-02-02', '2015-01-31', 52],
    [2015, '2015-02-01', '2016-01-30', 52],
    [2016, '2016-01-31', '2017-01-28', 52],
    [2017, '2017-01-29', '2018-02-03', 53],
    [2018, '2018-02-04', '2019-02-02', 52],
    [2019, '2019-02-03', '2020-02-01', 52],
    [2020, '2020-02-02', '2021-01-30', 52],
    [2021, '2021-01-31', '2022-01-29', 52],
    [2022, '2022-01-30', '2023-01-28', 52],
    [2023, '2023-01-29', '2024-02-03', 53],
    [2024, '2024-02-04', '2025-02-01', 52],
    [2025, '2025-02-02', '2026-01-31', 52],
    [2026, '2026-02-01', '2027-01-30', 52],
    [2027, '2027-01-31', '2028-01-29', 52],
    [2028, '2028-01-30', '2029-02-03', 53],
    [2029, '2029-02-04', '2030-02-02', 52],
    [2030, '2030-02-03', '2031-02-01', 52],
  ])('has the year %i from %s to %s, of %i weeks', (name, first, last, weeks) => {
    for (const date of [first, last]) {
      const year = nrfYear(date);
      expect([year.name, dateText(year.firstDayNo), dateText(year.nextDayNo - 1), year.weeks]).toEqual([
        name,
        first,
        last,
        weeks,
      ]);
    }
  });

  it.each<[string, 'month' | 'quarter' | 'year', unknown[]]>([
    ['2023-01-29', 'month', [2023, 1, '2023-01-29', '2023-02-25', 4]],
    ['2023-02-26', 'month', [2023, 2, '2023-02-26', '2023-04-01', 5]],
    ['2023-04-29', 'month', [2023, 3, '2023-04-02', '2023-04-29', 4]],
    ['2023-04-30', 'month', [2023, 4, '2023-04-30', '2023-05-27', 4]],
    ['2023-12-30', 'month', [2023, 11, '2023-11-26', '2023-12-30', 5]],
    // The 53rd week, from 28 January to 3 February, belongs to the last month, quarter and year.
    ['2024-01-27', 'month', [2023, 12, '2023-12-31', '2024-02-03', 5]],
    ['2024-01-28', 'month', [2023, 12, '2023-12-31', '2024-02-03', 5]],
    ['2024-02-03', 'quarter', [2023, 4, '2023-10-29', '2024-02-03', 14]],
    ['2024-02-03', 'year', [2023, 1, '2023-01-29', '2024-02-03', 53]],
    ['2024-02-04', 'month', [2024, 1, '2024-02-04', '2024-03-02', 4]],
    ['2026-11-21', 'month', [2026, 10, '2026-11-01', '2026-11-28', 4]],
    ['2026-11-21', 'quarter', [2026, 4, '2026-11-01', '2027-01-30', 13]],
  ])('puts %s in its %s', (date, period, span) => {
    expect(spanOf(NRF, period, date)).toEqual(span);
  });
});

describe('other calendars', () => {
  const lastOf = (month: number, yearNamedBy: 'start' | 'end', rule: 'last' | 'nearest' = 'last') =>
    ({ pattern: '4-4-5', yearEnds: { rule, weekday: 'friday', month }, yearNamedBy }) as const;

  it.each<[FiscalCalendar, string, unknown[]]>([
    // The last Friday of September 2026 is the 25th; the years are named by either end.
    [lastOf(9, 'end'), '2026-09-25', [2026, 12, '2026-08-22', '2026-09-25', 5]],
    [lastOf(9, 'start'), '2026-09-25', [2025, 12, '2026-08-22', '2026-09-25', 5]],
    [lastOf(9, 'end'), '2026-09-26', [2027, 1, '2026-09-26', '2026-10-23', 4]],
    // A year of December has one name, also where it starts on 26 December or ends on 1 January.
    [lastOf(12, 'start'), '2026-12-25', [2026, 12, '2026-11-21', '2026-12-25', 5]],
    [lastOf(12, 'end'), '2026-12-26', [2027, 1, '2026-12-26', '2027-01-22', 4]],
    [lastOf(12, 'start', 'nearest'), '2027-01-01', [2026, 12, '2026-11-28', '2027-01-01', 5]],
    [lastOf(12, 'end', 'nearest'), '2027-01-02', [2027, 1, '2027-01-02', '2027-01-29', 4]],
  ])('%j put %s in its month', (calendar, date, span) => {
    expect(spanOf(calendar, 'month', date)).toEqual(span);
  });

  it('deal the weeks of a quarter by the pattern', () => {
    const weeks = FISCAL_PATTERNS.map((pattern) => {
      const calendar = { ...NRF, pattern };
      let dayNo = requireDate('2026-02-01');
      const months: number[] = [];
      for (let month = 0; month < 12; month++) {
        const span = fiscalSpanAt(calendar, 'month', dayNo);
        months.push((span.nextDayNo - span.firstDayNo) / 7);
        dayNo = span.nextDayNo;
      }
      return months.join('');
    });
    expect(weeks).toEqual(['445'.repeat(4), '454'.repeat(4), '544'.repeat(4)]);
  });
});

const calendars: fc.Arbitrary<FiscalCalendar> = fc.record({
  pattern: fc.constantFrom(...FISCAL_PATTERNS),
  yearEnds: fc.record({
    rule: fc.constantFrom(...YEAR_END_RULES),
    weekday: fc.constantFrom(...WEEKDAYS),
    month: fc.integer({ min: 1, max: 12 }),
  }),
  yearNamedBy: fc.constantFrom(...YEAR_NAMES),
});
const days = fc.integer({ min: requireDate('1900-01-01'), max: requireDate('2200-12-31') });

describe('under every calendar', () => {
  it('years follow each other without gap or name left out, of 52 or 53 weeks, and end by the rule', () => {
    fc.assert(
      fc.property(calendars, days, (calendar, dayNo) => {
        const year = fiscalYearAt(calendar, dayNo);
        expect(year.firstDayNo <= dayNo && dayNo < year.nextDayNo).toBe(true);
        expect([52, 53]).toContain(year.weeks);
        expect(year.nextDayNo - year.firstDayNo).toBe(year.weeks * 7);
        const next = fiscalYearAt(calendar, year.nextDayNo);
        expect([next.firstDayNo, next.name]).toEqual([year.nextDayNo, year.name + 1]);
        const before = fiscalYearAt(calendar, year.firstDayNo - 1);
        expect([before.nextDayNo, before.name]).toEqual([year.firstDayNo, year.name - 1]);

        const last = year.nextDayNo - 1;
        const { rule, weekday, month } = calendar.yearEnds;
        expect(WEEKDAYS[weekdayOf(last)]).toBe(weekday);
        const date = civilDate(last);
        if (rule === 'last') {
          expect([date.month, date.day > daysInMonth(date.year, month) - 7]).toEqual([month, true]);
        } else {
          const off = [date.year - 1, date.year].map((of) => {
            const end = dateText(
              requireDate(`${of}-${String(month).padStart(2, '0')}-01`) + daysInMonth(of, month) - 1,
            );
            return Math.abs(daysBetween(end, dateText(last)));
          });
          expect(Math.min(...off)).toBeLessThanOrEqual(3);
        }
      }),
    );
  });

  it('months and quarters tile the year, and a month lies in its quarter', () => {
    fc.assert(
      fc.property(calendars, days, (calendar, dayNo) => {
        const year = fiscalYearAt(calendar, dayNo);
        for (const [period, many] of [
          ['quarter', 4],
          ['month', 12],
        ] as const) {
          let from = year.firstDayNo;
          for (let number = 1; number <= many; number++) {
            const span = fiscalSpanAt(calendar, period, from);
            expect([span.number, span.firstDayNo, span.year]).toEqual([number, from, year]);
            expect(fiscalSpanAt(calendar, period, span.nextDayNo - 1)).toEqual(span);
            from = span.nextDayNo;
          }
          expect(from).toBe(year.nextDayNo);
        }
        const month = fiscalSpanAt(calendar, 'month', dayNo);
        const quarter = fiscalSpanAt(calendar, 'quarter', dayNo);
        expect(Math.ceil(month.number / 3)).toBe(quarter.number);
        expect(month.firstDayNo >= quarter.firstDayNo && month.nextDayNo <= quarter.nextDayNo).toBe(true);
      }),
    );
  });
});

describe('a fiscal window', () => {
  const MONTH: Window = { every: 'fiscal', period: 'month' };
  const soho = withFiscalYears(businessCalendar('Europe/London', '04:00'), NRF);
  const at = (utc: string) => Date.parse(utc);

  it.each<[Window, string, string, string, string]>([
    [MONTH, '2026-11-21T12:00Z', 'fiscal-month:2026-P10', '2026-11-01T04:00Z', '2026-11-29T04:00Z'],
    // Clocks went back on 25 October and forward on 29 March: the edges are 04:00 of the clocks there.
    [MONTH, '2026-10-31T12:00Z', 'fiscal-month:2026-P09', '2026-10-04T03:00Z', '2026-11-01T04:00Z'],
    [MONTH, '2026-03-01T03:59:59Z', 'fiscal-month:2026-P01', '2026-02-01T04:00Z', '2026-03-01T04:00Z'],
    [MONTH, '2026-03-01T04:00Z', 'fiscal-month:2026-P02', '2026-03-01T04:00Z', '2026-04-05T03:00Z'],
    [
      { every: 'fiscal', period: 'quarter' },
      '2026-03-01T04:00Z',
      'fiscal-quarter:2026-Q1',
      '2026-02-01T04:00Z',
      '2026-05-03T03:00Z',
    ],
    // The night after the 53rd week still belongs to it until the business day starts.
    [MONTH, '2024-02-04T03:59:59Z', 'fiscal-month:2023-P12', '2023-12-31T04:00Z', '2024-02-04T04:00Z'],
    [
      { every: 'fiscal', period: 'year' },
      '2024-02-04T03:59:59Z',
      'fiscal-year:2023',
      '2023-01-29T04:00Z',
      '2024-02-04T04:00Z',
    ],
    [MONTH, '2024-02-04T04:00Z', 'fiscal-month:2024-P01', '2024-02-04T04:00Z', '2024-03-03T04:00Z'],
  ])('%j at %s in London is %s', (window, when, label, from, to) => {
    expect(windowAt(window, at(when), soho)).toEqual({ label, from: at(from), to: at(to) });
  });

  it('is each book’s own, although they share their days', () => {
    const other = withFiscalYears(businessCalendar('Europe/London', '04:00'), { ...NRF, pattern: '5-4-4' });
    const when = at('2026-03-01T12:00Z');
    expect(windowAt(MONTH, when, soho)!.label).toBe('fiscal-month:2026-P02');
    expect(windowAt(MONTH, when, other)!.label).toBe('fiscal-month:2026-P01');
    expect(windowAt(MONTH, when, soho)!.label).toBe('fiscal-month:2026-P02');
  });

  it('does not exist in a book without a fiscal calendar', () => {
    expect(() => windowAt(MONTH, 0, businessCalendar('UTC', '00:00'))).toThrow(/without a fiscal calendar/);
  });

  it('tiles time wherever it is', () => {
    const instants = fc.integer({ min: at('1975-01-01T00:00Z'), max: at('2060-01-01T00:00Z') });
    fc.assert(
      fc.property(calendars, zones, cutOvers, instants, (fiscal, zone, cutOver, when) => {
        const calendar = withFiscalYears(businessCalendar(zone, cutOver), fiscal);
        for (const period of ['month', 'quarter', 'year'] as const) {
          const window = windowAt({ every: 'fiscal', period }, when, calendar)!;
          expect(window.from! <= when && when < window.to!).toBe(true);
          const next = windowAt({ every: 'fiscal', period }, window.to!, calendar)!;
          expect([next.from, next.label === window.label]).toEqual([window.to, false]);
        }
      }),
      { numRuns: 60 },
    );
  });
});
