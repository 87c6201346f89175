/**
 * Business days at a location: day D runs from D at the cut-over, local time, to D+1 at the cut-over. Days are
 * 23, 24 or 25 hours long, sometimes others, and tile the time line without gap or overlap. Where a zone
 * skipped a whole date, that day may be empty; no instant belongs to it.
 */
import { DAY_MS, dateText, requireDate } from './civil-date.ts';
import type { FiscalCalendar } from './fiscal-calendar.ts';
import { localDayNumber, minuteOfDay, startOfLocalMinute } from './zone.ts';

export interface BusinessDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** `date` as a day number of `civil-date.ts`. */
  readonly dayNo: number;
  /** Epoch milliseconds, included. */
  readonly from: number;
  /** Epoch milliseconds, excluded. */
  readonly to: number;
}

export interface BusinessCalendar {
  readonly timeZone: string;
  readonly businessDayStartsAt: string;
  /** The business day that `instantMs` lies in. The same object again while the day is remembered. */
  dayOf(instantMs: number): BusinessDay;
  /** When the business day `date` (`YYYY-MM-DD`) starts, epoch ms. Throws RangeError when that is no date. */
  startOf(date: string): number;
  /** As `startOf`, for a day number of `civil-date.ts`. */
  startOfDay(dayNo: number): number;
  /** How the book's fiscal years run; absent where it has none. */
  readonly fiscal?: FiscalCalendar;
}

/** Days and edges remembered per calendar: more than five years, so a replay of the past stays fast. */
const DAYS_KEPT = 2048;
const CALENDARS_KEPT = 4096;

const calendars = new Map<string, Map<string, BusinessCalendar>>();
let calendarsMade = 0;

/**
 * The calendar of a zone and a cut-over `HH:MM`; the same object for the same arguments while it is remembered.
 * Throws RangeError when either is not valid: the directory refuses such values before they are stored.
 */
export function businessCalendar(timeZone: string, businessDayStartsAt: string): BusinessCalendar {
  let ofZone = calendars.get(timeZone);
  const known = ofZone?.get(businessDayStartsAt);
  if (known !== undefined) return known;
  const made = makeCalendar(timeZone, businessDayStartsAt);
  if (calendarsMade >= CALENDARS_KEPT) {
    calendars.clear();
    calendarsMade = 0;
    ofZone = undefined;
  }
  if (ofZone === undefined) {
    ofZone = new Map();
    calendars.set(timeZone, ofZone);
  }
  ofZone.set(businessDayStartsAt, made);
  calendarsMade++;
  return made;
}

const fiscally = new WeakMap<FiscalCalendar, WeakMap<BusinessCalendar, BusinessCalendar>>();

/** The same calendar, its days and all, that knows of fiscal years too; the same object for the same objects. */
export function withFiscalYears(
  calendar: BusinessCalendar,
  fiscal: FiscalCalendar | undefined,
): BusinessCalendar {
  if (fiscal === undefined) return calendar;
  let known = fiscally.get(fiscal);
  if (known === undefined) {
    known = new WeakMap();
    fiscally.set(fiscal, known);
  }
  let made = known.get(calendar);
  if (made === undefined) {
    made = { ...calendar, fiscal };
    known.set(calendar, made);
  }
  return made;
}

function makeCalendar(timeZone: string, businessDayStartsAt: string): BusinessCalendar {
  const cutOverMinute = minuteOfDay(businessDayStartsAt);
  if (cutOverMinute === undefined) {
    throw new RangeError(`Not a time HH:MM: ${JSON.stringify(businessDayStartsAt)}`);
  }
  const starts = new Map<number, number>();
  const days = new Map<number, BusinessDay>();

  function startOfDay(dayNo: number): number {
    const known = starts.get(dayNo);
    if (known !== undefined) return known;
    const start = startOfLocalMinute(dayNo, cutOverMinute!, timeZone);
    keep(starts, dayNo, start);
    return start;
  }

  function dayNumbered(dayNo: number): BusinessDay {
    const known = days.get(dayNo);
    if (known !== undefined) return known;
    const day = { date: dateText(dayNo), dayNo, from: startOfDay(dayNo), to: startOfDay(dayNo + 1) };
    keep(days, dayNo, day);
    return day;
  }

  // Also refuses an unknown zone at once, not at the first act.
  let last = dayNumbered(localDayNumber(0, timeZone));

  /** Days are close to 24 hours long, so counting from the last day lands on the day or its neighbour. */
  function findDay(instantMs: number): BusinessDay {
    let day = dayNumbered(last.dayNo + Math.floor((instantMs - last.from) / DAY_MS));
    while (instantMs < day.from) day = dayNumbered(day.dayNo - 1);
    while (instantMs >= day.to) day = dayNumbered(day.dayNo + 1);
    return day;
  }

  return {
    timeZone,
    businessDayStartsAt,
    dayOf(instantMs) {
      if (instantMs >= last.from && instantMs < last.to) return last;
      if (!Number.isSafeInteger(instantMs)) throw new RangeError(`Not an instant in ms: ${instantMs}`);
      last = findDay(instantMs);
      return last;
    },
    startOf: (date) => startOfDay(requireDate(date)),
    startOfDay,
  };
}

/** The oldest entry makes room for a new one. */
function keep<V>(map: Map<number, V>, key: number, value: V): void {
  if (map.size >= DAYS_KEPT) map.delete(map.keys().next().value!);
  map.set(key, value);
}
