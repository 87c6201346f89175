/**
 * Time zones: the one place that knows the zone rules. They come from Node's own tz data through Temporal; a
 * call costs microseconds, so nothing on the hot path may come here twice for the same day.
 */
import { Temporal } from 'temporal-polyfill';
import { civilDate, DAY_MS, dateText, requireDate } from './civil-date.ts';

/** An IANA name: letters first, so neither `+01:00` nor a whole timestamp with a zone in it gets through. */
const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+){0,2}$/;
const LONGEST_NAME = 64;

/**
 * Whether `name` is a time zone of the IANA database, in the database's own spelling. Aliases such as
 * `Asia/Calcutta` are names too. Offsets are refused: they know nothing of summer time, and a location has one.
 */
export function isTimeZone(name: string): boolean {
  return spellingOf(name) === name;
}

/** What to write instead, for a name that `isTimeZone` refuses; undefined for one it accepts. */
export function timeZoneAdvice(name: string): string | undefined {
  const spelling = spellingOf(name);
  if (spelling === name) return undefined;
  if (spelling !== undefined) return `Write ${spelling}.`;
  if (/^(?:[+-]|(?:UTC|GMT)[+-]\d)/i.test(name)) {
    return 'An offset does not follow summer time: write the name of the zone, such as Europe/London.';
  }
  return 'Write a name of the IANA time zone database, such as Europe/London or America/New_York, or UTC.';
}

/** The database's spelling of `name`, whatever its case; undefined when there is no such zone. */
function spellingOf(name: string): string | undefined {
  // `SystemV/…` are ICU's own, not in the database.
  if (name.length > LONGEST_NAME || !NAME.test(name) || /^systemv\//i.test(name)) return undefined;
  try {
    return new Temporal.ZonedDateTime(0n, name).timeZoneId;
  } catch {
    return undefined;
  }
}

/**
 * The first instant at which the clocks of `zone` show `time` on `date` or later: the earlier of two where a
 * clock change repeats it, and the end of the gap where one skips it. Never decreases with `date` and `time`.
 * `date` is `YYYY-MM-DD`, `time` is `HH:MM`. Throws RangeError on anything else, and on an unknown zone.
 */
export function startOfLocal(date: string, time: string, zone: string): number {
  const minute = minuteOfDay(time);
  if (minute === undefined) throw new RangeError(`Not a time HH:MM: ${JSON.stringify(time)}`);
  return startOfLocalMinute(requireDate(date), minute, zone);
}

/** As `startOfLocal`, for a day number and a minute of the day from 0 to 1439. */
export function startOfLocalMinute(dayNo: number, minute: number, zone: string): number {
  const { year, month, day } = civilDate(dayNo);
  const hour = Math.floor(minute / 60);
  const local = new Temporal.PlainDateTime(year, month, day, hour, minute - hour * 60);
  const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' });
  const shownMs = earlier.epochMilliseconds + earlier.offsetNanoseconds / 1e6;
  if (shownMs === dayNo * DAY_MS + minute * 60_000) return earlier.epochMilliseconds;
  // In a gap `earlier` lies before it; the next transition is the gap itself.
  const change = earlier.getTimeZoneTransition('next');
  if (change === null) throw new RangeError(`No clock change after ${earlier.toString()}`);
  return change.epochMilliseconds;
}

/** What the clocks of `zone` show at `instantMs`, as a date `YYYY-MM-DD`. */
export function localDate(instantMs: number, zone: string): string {
  return dateText(localDayNumber(instantMs, zone));
}

/** As `localDate`, as a day number. */
export function localDayNumber(instantMs: number, zone: string): number {
  const offsetMs = new Temporal.ZonedDateTime(BigInt(instantMs) * 1_000_000n, zone).offsetNanoseconds / 1e6;
  return Math.floor((instantMs + offsetMs) / DAY_MS);
}

/** Minute of the day of a wall-clock time `HH:MM`, 00:00 to 23:59; undefined for anything else. */
export function minuteOfDay(time: string): number | undefined {
  if (!/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(time)) return undefined;
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}
