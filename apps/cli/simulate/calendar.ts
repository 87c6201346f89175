/** Dates and clocks of the simulated stores. */
import { Temporal } from 'temporal-polyfill';

const DAY_MS = 86_400_000;
/** The local hour at which a trading day starts. */
export const CUT_OVER = '04:00';

/** Whole days since 1970-01-01. @throws RangeError when the text is not a date `YYYY-MM-DD` */
export function dayNumberOf(date: string): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  // Date.parse turns 30 February into 2 March.
  if (Number.isNaN(ms) || dateOf(ms / DAY_MS) !== date)
    throw new RangeError(`"${date}" is not a date YYYY-MM-DD`);
  return ms / DAY_MS;
}

export function dateOf(dayNumber: number): string {
  return new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
}

/** Monday is 0. 1970-01-01 was a Thursday. */
export function weekdayOf(dayNumber: number): number {
  return (((dayNumber + 3) % 7) + 7) % 7;
}

/** Weeks from Monday to Sunday, counted from the one that holds 1970-01-01. */
export function weekNumberOf(dayNumber: number): number {
  return Math.floor((dayNumber + 3) / 7);
}

/** Asked for the same moments again and again, store by store. */
const instants = new Map<string, number>();
const INSTANTS_KEPT = 1_000;

/** When a wall clock at the place shows this time, epoch ms. */
export function instantOf(date: string, time: string, timeZone: string): number {
  const text = `${date}T${time}[${timeZone}]`;
  let instant = instants.get(text);
  if (instant === undefined) {
    instant = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(timeZone).epochMilliseconds;
    if (instants.size >= INSTANTS_KEPT) instants.clear();
    instants.set(text, instant);
  }
  return instant;
}

/** When the clocks are changed within the calendar day at the place, epoch ms; undefined on ordinary days. */
export function clockChangeOn(date: string, timeZone: string): number | undefined {
  const start = Temporal.PlainDate.from(date).toZonedDateTime(timeZone);
  if (start.hoursInDay === 24) return undefined;
  return start.subtract({ nanoseconds: 1 }).getTimeZoneTransition('next')?.epochMilliseconds;
}

/** @throws RangeError when there is no such zone */
export function checkTimeZone(timeZone: string): void {
  new Intl.DateTimeFormat('en', { timeZone });
}
