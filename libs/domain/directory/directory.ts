/** The directory of a book: the places, people, things and campaigns that decisions depend on. */
import type { Lot } from '../campaign/lot.ts';
import type { FiscalCalendar } from '../time/fiscal-calendar.ts';

export interface Book {
  /** ISO 4217 code; fixed once the book is open. */
  readonly currency: string;
  /** IANA time zone for acts at a location the directory does not know. */
  readonly timeZone: string;
  /** Whether a policy needs a second person's approval before it may be activated. */
  readonly fourEyes: boolean;
  /** How its fiscal years run; fixed once a policy with fiscal windows has been put in force. */
  readonly fiscalCalendar?: FiscalCalendar;
}

export interface Location {
  readonly name?: string;
  readonly region?: string;
  /** IANA time zone. */
  readonly timeZone: string;
  /** Local wall-clock time `HH:MM` at which the business day starts. */
  readonly businessDayStartsAt: string;
}

export interface Employee {
  readonly name?: string;
  readonly roles: readonly string[];
  readonly homeLocation?: string;
}

export interface Item {
  readonly name?: string;
  readonly category?: string;
  readonly retailMinor: number;
  readonly costMinor: number;
}

/** Business dates, both included; a campaign without dates always runs. */
export interface Campaign {
  readonly name?: string;
  readonly from?: string;
  readonly to?: string;
  /** Only of delight: who is not drawn is not given to. Absent: nothing is drawn. */
  readonly lot?: Lot;
}
