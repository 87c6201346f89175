/**
 * Fiscal years of whole weeks: 52, and now and then 53. A quarter has 13 weeks, dealt to its three months by the
 * pattern; the 53rd week belongs to the last month of the year, as in the calendar of the (American) National
 * Retail Federation, https://nrf.com/resources/4-5-4-calendar. Plain day arithmetic, on business dates.
 */
import { WEEKDAYS, type Weekday } from '../policy/policy.ts';
import { civilDate, dayNumber, weekdayOf } from './civil-date.ts';

export const FISCAL_PATTERNS = ['4-4-5', '4-5-4', '5-4-4'] as const;
export type FiscalPattern = (typeof FISCAL_PATTERNS)[number];

export const YEAR_END_RULES = ['nearest', 'last'] as const;
export const YEAR_NAMES = ['start', 'end'] as const;

export interface FiscalCalendar {
  readonly pattern: FiscalPattern;
  /**
   * The last business date of every year: the last such weekday of the month, or the one nearest to the month's
   * last day, which may lie up to three days into the next month. Months count from 1.
   */
  readonly yearEnds: {
    readonly rule: (typeof YEAR_END_RULES)[number];
    readonly weekday: Weekday;
    readonly month: number;
  };
  /**
   * A year is named by the calendar year of its first full month (`start`, as the NRF does: the one that ends in
   * January 2026 is 2025) or of the month it ends in (`end`). For a year that ends in December both are the same.
   */
  readonly yearNamedBy: (typeof YEAR_NAMES)[number];
}

/** Of the NRF, and of whoever names a pattern and no more: years end on the Saturday nearest to 31 January. */
export const RETAIL_YEAR = {
  yearEnds: { rule: 'nearest', weekday: 'saturday', month: 1 },
  yearNamedBy: 'start',
} as const satisfies Partial<FiscalCalendar>;
export const NRF: FiscalCalendar = { pattern: '4-5-4', ...RETAIL_YEAR };

export interface FiscalYear {
  readonly name: number;
  /** Day numbers of `civil-date.ts`: the first business date, and that of the next year. */
  readonly firstDayNo: number;
  readonly nextDayNo: number;
  readonly weeks: 52 | 53;
}

/** A month, a quarter or a year. */
export interface FiscalSpan {
  readonly year: FiscalYear;
  /** From 1; of a year always 1. */
  readonly number: number;
  readonly firstDayNo: number;
  readonly nextDayNo: number;
}

const WEEKS_OF_QUARTER = 13;

/** The fiscal year a business date lies in. */
export function fiscalYearAt(calendar: FiscalCalendar, dayNo: number): FiscalYear {
  let endsIn = civilDate(dayNo).year;
  while (dayNo > lastDayNo(calendar, endsIn)) endsIn++;
  while (dayNo <= lastDayNo(calendar, endsIn - 1)) endsIn--;
  const firstDayNo = lastDayNo(calendar, endsIn - 1) + 1;
  const nextDayNo = lastDayNo(calendar, endsIn) + 1;
  const startsBefore = calendar.yearEnds.month < 12 && calendar.yearNamedBy === 'start';
  return {
    name: startsBefore ? endsIn - 1 : endsIn,
    firstDayNo,
    nextDayNo,
    weeks: ((nextDayNo - firstDayNo) / 7) as 52 | 53,
  };
}

/** The fiscal month, quarter or year a business date lies in. */
export function fiscalSpanAt(
  calendar: FiscalCalendar,
  period: 'month' | 'quarter' | 'year',
  dayNo: number,
): FiscalSpan {
  const year = fiscalYearAt(calendar, dayNo);
  if (period === 'year') {
    return { year, number: 1, firstDayNo: year.firstDayNo, nextDayNo: year.nextDayNo };
  }
  // The 53rd week is the 14th of the last quarter.
  const week = Math.min(51, Math.floor((dayNo - year.firstDayNo) / 7));
  const quarter = Math.floor(week / WEEKS_OF_QUARTER);
  let firstWeek = quarter * WEEKS_OF_QUARTER;
  let nextWeek = firstWeek + WEEKS_OF_QUARTER;
  let number = quarter + 1;
  if (period === 'month') {
    number = quarter * 3 + 1;
    nextWeek = firstWeek;
    for (const weeks of monthsOf(calendar.pattern)) {
      firstWeek = nextWeek;
      nextWeek += weeks;
      if (week < nextWeek) break;
      number++;
    }
  }
  return {
    year,
    number,
    firstDayNo: year.firstDayNo + firstWeek * 7,
    nextDayNo: nextWeek === 52 ? year.nextDayNo : year.firstDayNo + nextWeek * 7,
  };
}

/** Day number of the last day of the fiscal year that ends with the calendar's month of `year`. */
function lastDayNo({ yearEnds: { rule, weekday, month } }: FiscalCalendar, year: number): number {
  const endOfMonth = dayNumber(year, month + 1, 1) - 1;
  const since = (weekdayOf(endOfMonth) - WEEKDAYS.indexOf(weekday) + 7) % 7;
  return rule === 'nearest' && since > 3 ? endOfMonth - since + 7 : endOfMonth - since;
}

function monthsOf(pattern: FiscalPattern): readonly number[] {
  return pattern === '4-4-5' ? [4, 4, 5] : pattern === '4-5-4' ? [4, 5, 4] : [5, 4, 4];
}
