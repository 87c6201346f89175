/** What is known of the acts of one group: what figures are made of. Plain numbers; no words, no database. */
import { DAY_MS, MOST_DAYS, WITHIN_DAYS } from './outcome-metrics.ts';

/** What followed one act for a known customer. */
export interface Followed {
  /** Acts of the same customer have the same number. */
  readonly customer: number;
  /** Whole days watched after the act, at most `MOST_DAYS`. */
  readonly watched: number;
  /** Until the first return that was seen; Infinity: none was. */
  readonly returnMs: number;
  /** Only where it was asked for: a return between an earlier moment and this one. */
  readonly returnedBefore?: boolean;
  /** In minor units of cost, net of reversals. */
  readonly cost: number;
  /** Bought within 30 and within 90 days, in minor units; of use only where so long was watched. */
  readonly spent: readonly [number, number];
}

/**
 * The day of a return: 1 is the first 24 hours. Days are whole on both sides: someone watched for 12.5 days is watched for
 * 12, and what came later that half day is left out, or the returns of the short-watched would count twice.
 */
export function dayOfReturn(returnMs: number): number {
  return Math.ceil(returnMs / DAY_MS);
}

export function watchedDays(from: number, until: number): number {
  return Math.min(MOST_DAYS, Math.max(0, Math.floor((until - from) / DAY_MS)));
}

/** An act before its incident was opened answered it at once. */
export function minutesBetween(opened: number, act: number): number {
  return Math.max(0, act - opened) / 60_000;
}

/** Rows of numbers that grow, column by column: a report may have a million. */
export class Following {
  readonly customer: number[] = [];
  readonly watched: number[] = [];
  readonly returnMs: number[] = [];
  readonly cost: number[] = [];
  readonly spent: readonly [number[], number[]] = [[], []];

  /** Rows of the same customer come one after the other, earliest act first. */
  push({ customer, watched, returnMs, cost, spent }: Followed): void {
    this.customer.push(customer);
    this.watched.push(watched);
    this.returnMs.push(returnMs);
    this.cost.push(cost);
    this.spent[0].push(spent[0]);
    this.spent[1].push(spent[1]);
  }

  get length(): number {
    return this.customer.length;
  }

  /** The day until which each was watched without a return, or came back. */
  lastDays(): { readonly lastDay: Uint16Array; readonly returned: Uint8Array } {
    const lastDay = new Uint16Array(this.length);
    const returned = new Uint8Array(this.length);
    for (let i = 0; i < this.length; i++) {
      const day = dayOfReturn(this.returnMs[i]!);
      returned[i] = day <= this.watched[i]! ? 1 : 0;
      lastDay[i] = returned[i] === 1 ? day : this.watched[i]!;
    }
    return { lastDay, returned };
  }
}

/** What became of one incident after the first act that answered it. */
export interface AnsweredIncident {
  /** From opening to the first act; null: nobody told when it was opened. An act before it took no time. */
  readonly minutes: number | null;
  /** Whether 30 days after the first act have been watched. */
  readonly complete: boolean;
  /** A contact or a reopening within 30 days after the first act. */
  readonly repeated: boolean;
  /** Resolved by then, with one act and nothing else after it. */
  readonly firstTouch: boolean;
}

/** A group of acts. */
export class Cases {
  acts = 0;
  identified = 0;
  cost = 0;
  retail = 0;
  readonly following = new Following();
  readonly incidents: AnsweredIncident[] = [];
}

/** What the book has been told at all. */
export interface Told {
  /** Any visit or purchase in time. */
  readonly returns: boolean;
  /** Any contact, or any fact of an incident, in time. */
  readonly contacts: boolean;
  /** Any resolution of an incident. */
  readonly resolutions: boolean;
}

export const [SHORT_DAYS, LONG_DAYS] = WITHIN_DAYS;
