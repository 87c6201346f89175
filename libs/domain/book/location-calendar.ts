import type { Location } from '../directory/directory.ts';
import { type BusinessCalendar, businessCalendar, withFiscalYears } from '../time/business-calendar.ts';
import type { BookState } from './state.ts';

/** Business days where the location is, in the book's fiscal years; the book's own zone where it is not known. */
export function calendarOf(state: BookState, location: string | undefined): BusinessCalendar {
  return calendarAt(state, location === undefined ? undefined : state.locations.get(location));
}

export function calendarAt({ book }: BookState, location: Location | undefined): BusinessCalendar {
  const { timeZone, fiscalCalendar } = book!;
  const days =
    location === undefined
      ? businessCalendar(timeZone, '00:00')
      : businessCalendar(location.timeZone, location.businessDayStartsAt);
  return withFiscalYears(days, fiscalCalendar);
}
