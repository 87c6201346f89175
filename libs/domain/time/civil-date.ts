/**
 * Dates of the proleptic Gregorian calendar as whole day numbers: 0 is 1970-01-01. Plain integer arithmetic,
 * because dates are stepped on the hot path; nothing here knows of time zones.
 */

export const DAY_MS = 86_400_000;

export interface CivilDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/**
 * Day number of a date. A month beyond 1..12 runs into its neighbour years, so month arithmetic needs no
 * special case. After H. Hinnant, "chrono-compatible low-level date algorithms", days_from_civil.
 */
export function dayNumber(year: number, month: number, day: number): number {
  const years = year + Math.floor((month - 1) / 12);
  const monthOfYear = ((((month - 1) % 12) + 12) % 12) + 1;
  // The year starts in March, so that the leap day comes last.
  const y = monthOfYear <= 2 ? years - 1 : years;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (monthOfYear + (monthOfYear > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date of a day number. Hinnant's civil_from_days. */
export function civilDate(dayNo: number): CivilDate {
  const z = dayNo + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const mp = Math.floor((5 * dayOfYear + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * mp + 2) / 5) + 1,
  };
}

export function daysInMonth(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1);
}

/** 0 is Monday, 6 is Sunday. */
export function weekdayOf(dayNo: number): number {
  return (((dayNo + 3) % 7) + 7) % 7;
}

/** `YYYY-MM-DD`; beyond the years 0000 to 9999 with ISO 8601's expanded, signed six-digit year. */
export function dateText(dayNo: number): string {
  const { year, month, day } = civilDate(dayNo);
  return `${yearText(year)}-${two(month)}-${two(day)}`;
}

export function yearText(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return (year < 0 ? '-' : '+') + String(Math.abs(year)).padStart(6, '0');
}

/** Day number of `YYYY-MM-DD`, years 0001 to 9999; undefined when that is not a date of the calendar. */
export function parseDate(text: string): number | undefined {
  return text.length === 10 ? parseDateAt(text) : undefined;
}

/** As `parseDate`, for a text that starts with a date. */
export function parseDateAt(text: string): number | undefined {
  if (text.charCodeAt(4) !== 45 || text.charCodeAt(7) !== 45) return undefined;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  // NaN, of anything that is no digit, fails each of these.
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return undefined;
  if (day > 28 && !(day <= daysInMonth(year, month))) return undefined;
  return dayNumber(year, month, day);
}

/** The number in two ASCII digits at `at`; NaN when they are not two digits. */
export function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}

/** `date` moved by whole days. Throws RangeError when `date` is not a date. */
export function addDays(date: string, days: number): string {
  return dateText(requireDate(date) + days);
}

/** The 1st of `date`'s month, moved by whole months. Throws RangeError when `date` is not a date. */
export function addMonths(date: string, months: number): string {
  const { year, month } = civilDate(requireDate(date));
  return dateText(dayNumber(year, month + months, 1));
}

/** Whole days from one date to another, negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return requireDate(to) - requireDate(from);
}

/** Day number of a text that must be a date: the caller has checked it. */
export function requireDate(date: string): number {
  const dayNo = parseDate(date);
  if (dayNo === undefined) throw new RangeError(`Not a date YYYY-MM-DD: ${JSON.stringify(date)}`);
  return dayNo;
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}
