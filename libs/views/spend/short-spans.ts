/** Spans whose acts are added up in a moment, in any book. */
import { parseDate } from '../../domain/time/civil-date.ts';

/** A month: of a million acts a year some 85,000, a tenth of a second. Longer ones are reports. */
export const SHORT_SPAN_DAYS = 31;

/** Business dates, both included. An open end is not short, and neither is what is no date: its view says so. */
export function isShort({ from, to }: { readonly from?: string; readonly to?: string }): boolean {
  const first = from === undefined ? undefined : parseDate(from);
  const last = to === undefined ? undefined : parseDate(to);
  return first !== undefined && last !== undefined && last - first < SHORT_SPAN_DAYS;
}
