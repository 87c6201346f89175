import { type BusinessCalendar, businessCalendar } from '../time/business-calendar.ts';
import { type BookState, calendarOfBook } from './state.ts';

/** Business days where the location is; in the book's own zone where it is not known. */
export function calendarOf(state: BookState, location: string | undefined): BusinessCalendar {
  const known = location === undefined ? undefined : state.locations.get(location);
  return known === undefined
    ? calendarOfBook(state)
    : businessCalendar(known.timeZone, known.businessDayStartsAt);
}
