/** What a book's fiscal calendar and its policies ask of each other. */
import type { Book } from '../directory/directory.ts';
import type { Policy } from '../policy/policy.ts';
import type { FiscalCalendar } from '../time/fiscal-calendar.ts';
import { type Decided, refuse } from './context.ts';
import type { BookState } from './state.ts';

type Refused = Extract<Decided, { refusal: unknown }>;

export function countsFiscally({ limits }: Policy): boolean {
  return limits.some(({ window }) => window.every === 'fiscal');
}

export function fiscalCalendarMissing(book: string, policy: Policy): Refused {
  const at = policy.limits.findIndex(({ window }) => window.every === 'fiscal');
  return refuse('fiscal-calendar-missing', `Book "${book}" has no fiscal calendar to count by.`, {
    pointer: `/limits/${at}/window`,
    advice: `State the book with its "fiscalCalendar", such as "nrf", or count in month, quarter or year.`,
  });
}

/**
 * Buckets are known by labels such as `fiscal-month:2026-P07`. Under another calendar the same label would be other
 * days, and what was counted would be mixed: so a calendar that was ever counted by stays, and none is taken from
 * under a policy that is written for one.
 */
export function fiscalCalendarChange(state: BookState, book: Book): Refused | undefined {
  const stands = state.book?.fiscalCalendar;
  if (stands === undefined || sameCalendar(stands, book.fiscalCalendar)) return undefined;
  const counted = state.activations.find(({ version }) =>
    countsFiscally(state.policies.get(version)!.policy),
  );
  if (counted !== undefined) {
    return refuse(
      'fiscal-calendar-fixed',
      `Version ${counted.version} of the policy has been put in force and counts by the fiscal calendar of book "${state.id}".`,
      {
        pointer: '/fiscalCalendar',
        advice: `State it as it stands: ${JSON.stringify(stands)}. For another one open another book.`,
      },
    );
  }
  if (book.fiscalCalendar !== undefined) return undefined;
  const written = [...state.policies].find(([, { policy }]) => countsFiscally(policy));
  if (written === undefined) return undefined;
  return refuse(
    'fiscal-calendar-fixed',
    `Version ${written[0]} of the policy has fiscal windows, and book "${state.id}" would have no fiscal calendar.`,
    {
      pointer: '/fiscalCalendar',
      advice: `State it as it stands: ${JSON.stringify(stands)}; or state another one.`,
    },
  );
}

function sameCalendar(a: FiscalCalendar, b: FiscalCalendar | undefined): boolean {
  return (
    b !== undefined &&
    a.pattern === b.pattern &&
    a.yearNamedBy === b.yearNamedBy &&
    a.yearEnds.rule === b.yearEnds.rule &&
    a.yearEnds.weekday === b.yearEnds.weekday &&
    a.yearEnds.month === b.yearEnds.month
  );
}
