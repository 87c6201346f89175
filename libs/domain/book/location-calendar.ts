import { type BusinessCalendar, businessCalendar, withFiscalYears } from '../time/business-calendar.ts';
import type { BookState } from './state.ts';

/** Business days where the location is, in the book's fiscal years; the book's own zone where it is not known. */
export function calendarOf(state: BookState, location: string | undefined): BusinessCalendar {
  const known = location === undefined ? undefined : state.locations.get(location);
  const { timeZone, fiscalCalendar } = state.book!;
  const days =
    known === undefined
      ? businessCalendar(timeZone, '00:00')
      : businessCalendar(known.timeZone, known.businessDayStartsAt);
  return withFiscalYears(days, fiscalCalendar);
}
