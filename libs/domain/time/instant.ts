/** Instants as texts of RFC 3339. Hand-written: one is read and several are written for every act. */
import { DAY_MS, dateText, parseDate, parseDateAt, twoDigits } from './civil-date.ts';

const FIRST_MS = -62_135_596_800_000; // 0001-01-01T00:00:00.000Z
const LAST_MS = 253_402_300_799_999; // 9999-12-31T23:59:59.999Z

/**
 * Epoch milliseconds of an RFC 3339 date-time with its offset; undefined for anything else. Digits beyond
 * milliseconds are cut off. Refused, though ISO 8601 or RFC 3339 know them: a space for the `T`, 24:00, the
 * leap second (no clock of ours can place it), and instants outside the years 0001 to 9999 UTC.
 */
export function parseInstant(text: string): number | undefined {
  const dayNo = parseDateAt(text);
  if (dayNo === undefined || text.length < 20) return undefined;
  const separator = text.charCodeAt(10);
  if (separator !== 84 && separator !== 116) return undefined; // T, t
  if (text.charCodeAt(13) !== 58 || text.charCodeAt(16) !== 58) return undefined; // :
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  // NaN, of anything that is no digit, fails each of these.
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return undefined;
  let at = 19;
  let fractionMs = 0;
  if (text.charCodeAt(at) === 46) {
    at++;
    let unit = 100;
    const first = at;
    for (; at < text.length; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      if (unit >= 1) {
        fractionMs += digit * unit;
        unit /= 10;
      }
    }
    if (at === first) return undefined;
  }
  const offsetMs = parseOffset(text, at);
  if (offsetMs === undefined) return undefined;
  const ms = dayNo * DAY_MS + hour * 3_600_000 + minute * 60_000 + second * 1000 + fractionMs - offsetMs;
  return ms >= FIRST_MS && ms <= LAST_MS ? ms : undefined;
}

/** The offset that the rest of `text`, from `at`, consists of. */
function parseOffset(text: string, at: number): number | undefined {
  const sign = text.charCodeAt(at);
  if (sign === 90 || sign === 122) return text.length === at + 1 ? 0 : undefined; // Z, z
  if (sign !== 43 && sign !== 45) return undefined; // +, -
  if (text.length !== at + 6 || text.charCodeAt(at + 3) !== 58) return undefined;
  const hours = twoDigits(text, at + 1);
  const minutes = twoDigits(text, at + 4);
  if (!(hours <= 23 && minutes <= 59)) return undefined;
  const ms = hours * 3_600_000 + minutes * 60_000;
  return sign === 43 ? ms : -ms;
}

let lastDayNo = 0;
let lastDate = dateText(0);

/**
 * An instant (epoch ms, whole) as RFC 3339 in UTC with milliseconds: `2026-11-21T08:14:05.000Z`. Beyond the
 * years 0000 to 9999, which only a window's edge can reach, the year is ISO 8601's expanded one.
 */
export function formatInstant(ms: number): string {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`Not an instant in ms: ${ms}`);
  const dayNo = Math.floor(ms / DAY_MS);
  if (dayNo !== lastDayNo) {
    lastDate = dateText(dayNo);
    lastDayNo = dayNo;
  }
  const ofDay = ms - dayNo * DAY_MS;
  const hour = (ofDay / 3_600_000) | 0;
  const minute = ((ofDay / 60_000) | 0) % 60;
  const second = ((ofDay / 1000) | 0) % 60;
  const milli = ofDay % 1000;
  return `${lastDate}T${TWO[hour]}:${TWO[minute]}:${TWO[second]}.${milli < 100 ? '0' : ''}${
    milli < 10 ? '0' : ''
  }${milli}Z`;
}

const TWO = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));

/** Whether `text` is a date `YYYY-MM-DD` of the calendar, years 0001 to 9999. */
export function isBusinessDate(text: string): boolean {
  return parseDate(text) !== undefined;
}
