/** How far each version of a policy has come, as of a time. */
import { type BusinessCalendar, businessCalendar } from '../time/business-calendar.ts';
import { type Activation, isReached, type PolicyVersion, startsAt } from './policy-version.ts';
import { activeVersion, type BookState, calendarOfBook } from './state.ts';

/**
 * `active`: in force at some location at least; a version that begins with a business day begins at some before
 * others. `scheduled`: nowhere in force and somewhere to come. `superseded`: it was in force, and is so nowhere.
 */
export const POLICY_STATUSES = [
  'draft',
  'submitted',
  'approved',
  'scheduled',
  'active',
  'superseded',
] as const;
export type PolicyStatus = (typeof POLICY_STATUSES)[number];

/** Whether a second person has agreed. */
export const APPROVALS = [
  'given',
  'needed',
  'none: fourEyes is off',
  'none: fourEyes was off when it was activated',
] as const;
export type Approval = (typeof APPROVALS)[number];

export function policyStatuses(state: BookState, now: number): ReadonlyMap<number, PolicyStatus> {
  const calendars = calendarsOf(state);
  const active = new Set(calendars.map((calendar) => activeVersion(state, now, calendar)));
  const toCome = new Set<number>();
  const activated = new Set<number>();
  for (const activation of state.activations) {
    activated.add(activation.version);
    if (!calendars.every((calendar) => isReached(activation, now, calendar))) toCome.add(activation.version);
  }
  const statuses = new Map<number, PolicyStatus>();
  for (const [version, { stage }] of state.policies) {
    if (active.has(version)) statuses.set(version, 'active');
    else if (toCome.has(version)) statuses.set(version, 'scheduled');
    else if (activated.has(version)) statuses.set(version, 'superseded');
    else if (stage !== 'activated') statuses.set(version, stage);
  }
  return statuses;
}

/** Whether the version is or was in force anywhere. */
export function wasInForce(state: BookState, version: number, now: number): boolean {
  const calendars = calendarsOf(state);
  return state.activations.some(
    (activation) =>
      activation.version === version && calendars.some((calendar) => isReached(activation, now, calendar)),
  );
}

export function approvalOf(state: BookState, { approvedBy, stage }: PolicyVersion): Approval {
  if (approvedBy !== undefined) return 'given';
  if (state.book?.fourEyes === false) return 'none: fourEyes is off';
  return stage === 'activated' ? 'none: fourEyes was off when it was activated' : 'needed';
}

/** The first and the last moment (epoch ms) at which an activation begins, over the locations of the directory. */
export function spanOf(
  state: BookState,
  activation: Activation,
): { readonly first: number; readonly last: number } {
  const starts = calendarsOf(state).map((calendar) => startsAt(activation, calendar));
  return { first: Math.min(...starts), last: Math.max(...starts) };
}

/** Those of the directory, each once, and the book's own. */
function calendarsOf(state: BookState): readonly BusinessCalendar[] {
  const calendars = new Set([calendarOfBook(state)]);
  for (const { timeZone, businessDayStartsAt } of state.locations.values()) {
    calendars.add(businessCalendar(timeZone, businessDayStartsAt));
  }
  return [...calendars];
}
