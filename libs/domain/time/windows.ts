/**
 * The window an act counts in. Windows are identified by a label of business dates, shared by all locations
 * (`week:2026-11-16`); the edges are those of the act's location, and always starts of business days.
 */
import { WEEKDAYS, type Weekday, type Window } from '../policy/policy.ts';
import type { BusinessCalendar, BusinessDay } from './business-calendar.ts';
import { civilDate, dateText, dayNumber, weekdayOf, yearText } from './civil-date.ts';
import { type FiscalCalendar, fiscalSpanAt } from './fiscal-calendar.ts';

export interface WindowAt {
  /**
   * `act`, `shift:<id>`, `day:2026-11-21`, `week:2026-11-16` (its first business date, so weeks that start on
   * different weekdays never share a label), `month:2026-11`, `quarter:2026-Q4`, `year:2026`,
   * `fiscal-month:2026-P07`, `fiscal-quarter:2026-Q3`, `fiscal-year:2026`, `rolling`, `lifetime`.
   */
  readonly label: string;
  /** Epoch ms, included; for `rolling` excluded. Null: open on this side. */
  readonly from: number | null;
  /** Epoch ms, excluded, and so the time a calendar window resets; for `rolling` included. */
  readonly to: number | null;
}

const ACT: WindowAt = { label: 'act', from: null, to: null };
const LIFETIME: WindowAt = { label: 'lifetime', from: null, to: null };

/**
 * The window of an act that happened at `occurredAt` (epoch ms) where `calendar` runs. Undefined when the
 * window is a shift and the act names none.
 */
export function windowAt(
  window: Window,
  occurredAt: number,
  calendar: BusinessCalendar,
  shift?: string,
): WindowAt | undefined {
  switch (window.every) {
    case 'act':
      return ACT;
    case 'lifetime':
      return LIFETIME;
    case 'shift':
      return shift === undefined ? undefined : { label: `shift:${shift}`, from: null, to: null };
    case 'rolling':
      return { label: 'rolling', from: occurredAt - window.durationMs, to: occurredAt };
    case 'week':
      return calendarWindow(window.startsOn, occurredAt, calendar);
    case 'fiscal':
      return calendarWindow(FISCAL[window.period], occurredAt, calendar);
    default:
      return calendarWindow(window.every, occurredAt, calendar);
  }
}

const FISCAL = { month: 'fiscal-month', quarter: 'fiscal-quarter', year: 'fiscal-year' } as const;
type FiscalWindow = (typeof FISCAL)[keyof typeof FISCAL];

/** A week is known by the day it starts on. */
type CalendarWindow = 'day' | 'month' | 'quarter' | 'year' | Weekday | FiscalWindow;

/** Windows already worked out, by the day's object: they are forgotten with the day. */
type WindowsOfDay = WeakMap<BusinessDay, Partial<Record<CalendarWindow, WindowAt>>>;
const windowsOfDay: WindowsOfDay = new WeakMap();
/** As above where there is a fiscal calendar: books with different ones share their days. */
const fiscalWindowsOfDay = new WeakMap<FiscalCalendar, WindowsOfDay>();

function calendarWindow(window: CalendarWindow, occurredAt: number, calendar: BusinessCalendar): WindowAt {
  const day = calendar.dayOf(occurredAt);
  const remembered = calendar.fiscal === undefined ? windowsOfDay : rememberedFor(calendar.fiscal);
  let known = remembered.get(day);
  if (known === undefined) {
    known = {};
    remembered.set(day, known);
  }
  known[window] ??= workOut(window, day, calendar);
  return known[window];
}

function rememberedFor(fiscal: FiscalCalendar): WindowsOfDay {
  let remembered = fiscalWindowsOfDay.get(fiscal);
  if (remembered === undefined) {
    remembered = new WeakMap();
    fiscalWindowsOfDay.set(fiscal, remembered);
  }
  return remembered;
}

function workOut(window: CalendarWindow, day: BusinessDay, calendar: BusinessCalendar): WindowAt {
  const { year, month } = civilDate(day.dayNo);
  const across = (label: string, firstDayNo: number, nextDayNo: number): WindowAt => ({
    label,
    from: calendar.startOfDay(firstDayNo),
    to: calendar.startOfDay(nextDayNo),
  });
  switch (window) {
    case 'day':
      return { label: `day:${day.date}`, from: day.from, to: day.to };
    case 'month':
      return across(
        `month:${day.date.slice(0, -3)}`,
        dayNumber(year, month, 1),
        dayNumber(year, month + 1, 1),
      );
    case 'quarter': {
      const quarter = Math.ceil(month / 3);
      const firstMonth = quarter * 3 - 2;
      return across(
        `quarter:${yearText(year)}-Q${quarter}`,
        dayNumber(year, firstMonth, 1),
        dayNumber(year, firstMonth + 3, 1),
      );
    }
    case 'year':
      return across(`year:${yearText(year)}`, dayNumber(year, 1, 1), dayNumber(year + 1, 1, 1));
    case 'fiscal-month':
    case 'fiscal-quarter':
    case 'fiscal-year': {
      if (calendar.fiscal === undefined) {
        throw new Error(`a window of ${window} in a book without a fiscal calendar was let into force`);
      }
      const period = window === 'fiscal-month' ? 'month' : window === 'fiscal-quarter' ? 'quarter' : 'year';
      const span = fiscalSpanAt(calendar.fiscal, period, day.dayNo);
      const label = `${window}:${yearText(span.year.name)}`;
      const number =
        period === 'month'
          ? `-P${String(span.number).padStart(2, '0')}`
          : period === 'quarter'
            ? `-Q${span.number}`
            : '';
      return across(label + number, span.firstDayNo, span.nextDayNo);
    }
    default: {
      const first = day.dayNo - ((weekdayOf(day.dayNo) - WEEKDAYS.indexOf(window) + 7) % 7);
      return across(`week:${dateText(first)}`, first, first + 7);
    }
  }
}
