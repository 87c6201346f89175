/** One version of a book's policy: what it says, how far it has come, and when it is in force. */
import type { Policy } from '../policy/policy.ts';
import type { BusinessCalendar } from '../time/business-calendar.ts';

export interface PolicyVersion {
  readonly policy: Policy;
  readonly source: { readonly format: 'json' | 'yaml'; readonly text: string };
  readonly draftedAt: number;
  /** Only a draft may be edited. Where `fourEyes` is off, an activation may follow on any of the others. */
  readonly stage: 'draft' | 'submitted' | 'approved' | 'activated';
  /** How often it has been edited: names the words that were seen. */
  readonly edit: number;
  /** The position of the event that holds these words. */
  readonly document: number;
  /** Whoever drafted or edited it, and the authors of the version it takes up again: none of them may approve it. */
  readonly authors: readonly string[];
  /** Whoever approved it; absent: nobody. */
  readonly approvedBy?: string;
  readonly rollbackOf?: number;
  /** Who did what to it, in order. */
  readonly life: readonly PolicyStep[];
}

export interface PolicyStep {
  readonly what: 'drafted' | 'edited' | 'submitted' | 'approved' | 'rejected' | 'activated';
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
  /** Of whoever submitted, approved or rejected it. */
  readonly comment?: string;
  /** Of an activation. */
  readonly from?: number;
  readonly fromDate?: string;
  readonly unapproved?: true;
}

/** In the order of their events. */
export interface Activation {
  readonly version: number;
  /** From when it is in force (epoch ms): the event's own time, or a later one. With `fromDayNo`, not before. */
  readonly at: number;
  /** True for one without a date: in force from its event on, whatever the clock says afterwards. */
  readonly immediate: boolean;
  /** The business day from whose start, at each location, it is in force; a day number of `civil-date.ts`. */
  readonly fromDayNo?: number;
}

/** From when the activation is in force on a calendar, epoch ms. @param calendar needed with `fromDayNo` only */
export function startsAt(activation: Activation, calendar: BusinessCalendar | undefined): number {
  if (activation.fromDayNo === undefined) return activation.at;
  return Math.max(activation.at, calendar!.startOfDay(activation.fromDayNo));
}

export function isReached(
  activation: Activation,
  now: number,
  calendar: BusinessCalendar | undefined,
): boolean {
  if (activation.immediate) return true;
  if (activation.fromDayNo === undefined) return activation.at <= now;
  const start = calendar!.startOfDay(activation.fromDayNo);
  // A day that had begun when it was activated: in force from its event on, whatever the clock says afterwards.
  return start <= activation.at || start <= now;
}
