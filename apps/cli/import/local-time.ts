/** Wall-clock times without a zone, as tills and spreadsheets write them, put on the time line. */
import { Temporal } from 'temporal-polyfill';
import { shortened } from './exact-decimal.ts';

const LOCAL = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?$/;
const MAX_REMEMBERED = 20_000;

/** The zone's offset over one local hour, or null where the clocks change within it. */
const offsetOfHour = new Map<string, string | null>();

/**
 * `localTime("2009-12-01 07:45:00", "Europe/London")` is `"2009-12-01T07:45:00+00:00"` (RFC 3339). A time that
 * the clocks showed twice is taken as the earlier one; a time they skipped is moved on by what they skipped.
 * @throws RangeError when the text is no local date and time, or the zone is unknown
 */
export function localTime(text: string, timeZone: string): string {
  const found = LOCAL.exec(text.trim());
  if (found === null) {
    throw new RangeError(`"${shortened(text)}" is not a local time such as 2009-12-01 07:45:00`);
  }
  const [, date, hour, minute, second = '00', fraction] = found;
  if (Number(minute) > 59 || Number(second) > 59) {
    throw new RangeError(`"${shortened(text)}" is no date and time of the calendar`);
  }
  const offset = fixedOffset(date!, hour!, timeZone);
  if (offset === null) {
    return exactly(`${date}T${hour}:${minute}:${second}`, timeZone, text);
  }
  return `${date}T${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction}`}${offset}`;
}

/** Asks the time zone rules once per local hour: they are slow, and a file has many rows to the hour. */
function fixedOffset(date: string, hour: string, timeZone: string): string | null {
  const key = `${timeZone} ${date}T${hour}`;
  const known = offsetOfHour.get(key);
  if (known !== undefined) return known;
  const first = zoned(`${date}T${hour}:00:00`, timeZone, `${date} ${hour}:00`);
  const last = zoned(`${date}T${hour}:59:59`, timeZone, `${date} ${hour}:59`);
  const elapsedMs = last.epochMilliseconds - first.epochMilliseconds;
  const isOneOffset = elapsedMs === 3_599_000 && first.hour === Number(hour) && first.offset.length === 6;
  const isUnambiguous =
    isOneOffset &&
    zoned(`${date}T${hour}:00:00`, timeZone, date, 'later').epochMilliseconds === first.epochMilliseconds &&
    zoned(`${date}T${hour}:59:59`, timeZone, date, 'later').epochMilliseconds === last.epochMilliseconds;
  const offset = isUnambiguous ? first.offset : null;
  if (offsetOfHour.size >= MAX_REMEMBERED) offsetOfHour.clear();
  offsetOfHour.set(key, offset);
  return offset;
}

function exactly(local: string, timeZone: string, text: string): string {
  const at = zoned(local, timeZone, text);
  return at.toInstant().toString({ smallestUnit: 'second' });
}

function zoned(
  local: string,
  timeZone: string,
  text: string,
  disambiguation: 'compatible' | 'later' = 'compatible',
): Temporal.ZonedDateTime {
  let plain: Temporal.PlainDateTime;
  try {
    plain = Temporal.PlainDateTime.from(local, { overflow: 'reject' });
  } catch {
    throw new RangeError(`"${shortened(text)}" is no date and time of the calendar`);
  }
  try {
    return plain.toZonedDateTime(timeZone, { disambiguation });
  } catch {
    throw new RangeError(`"${shortened(timeZone)}" is not an IANA time zone such as Europe/London`);
  }
}
