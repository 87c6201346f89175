/**
 * Acts that wait on one side or the other, held or reserved, until it is settled on both whether they were made. Memory
 * is that of the acts that wait at any time.
 */
import type { Amounts } from '../domain/act/act.ts';
import type { ActDecision, SettlingEvent } from '../domain/book/events.ts';
import { accepts } from '../domain/book/evolve.ts';

/** What was given in the end; undefined: nothing. */
export type Made = Amounts | undefined;

/** `open`: nothing has become of it yet. */
export const ENDS = [
  'approved',
  'rejected',
  'committed',
  'released',
  'expired',
  'acceptedByDeadline',
  'open',
] as const;
export type End = (typeof ENDS)[number];

export interface SideOfAct {
  readonly isOpen: boolean;
  readonly made: Made;
  /** Of an act that waited. */
  readonly end?: End;
}

export function waits(decided: ActDecision | undefined): boolean {
  return decided?.type === 'ActHeld' || decided?.type === 'ActReserved';
}

/** Of an act that does not wait. */
export function madeOf(decided: ActDecision | undefined): Made {
  return decided?.type === 'ActAccepted' ? decided.amounts : undefined;
}

export function sideOf(decided: ActDecision | undefined): SideOfAct {
  return waits(decided)
    ? { isOpen: true, made: undefined, end: 'open' }
    : { isOpen: false, made: madeOf(decided) };
}

/** The side once the fact has come. */
export function settledBy(event: SettlingEvent): SideOfAct {
  // Approved to be kept, not to be given: it waits to be committed.
  if (event.type === 'ActApproved' && event.becomes === 'reserved') {
    return { isOpen: true, made: undefined, end: 'open' };
  }
  return { isOpen: false, made: accepts(event) ? event.amounts : undefined, end: endOf(event) };
}

function endOf(event: SettlingEvent): End {
  switch (event.type) {
    case 'ActApproved':
      return 'approved';
    case 'ActRejected':
      return 'rejected';
    case 'ActCommitted':
      return 'committed';
    case 'ActReleased':
      return 'released';
    case 'ActExpired':
      return event.becomes === 'accepted' ? 'acceptedByDeadline' : 'expired';
  }
}

export interface WaitingAct<About> {
  readonly about: About;
  readonly recorded: SideOfAct;
  readonly candidate: SideOfAct;
}

export type Side = 'recorded' | 'candidate';

export class WaitingActs<About> {
  readonly #acts = new Map<string, WaitingAct<About>>();

  add(id: string, act: WaitingAct<About>): void {
    this.#acts.set(id, act);
  }

  /** @returns the act, if it is settled on both sides now */
  settle(side: Side, event: SettlingEvent): WaitingAct<About> | undefined {
    const before = this.#acts.get(event.act);
    if (before === undefined) return undefined;
    const after = { ...before, [side]: settledBy(event) };
    if (after.recorded.isOpen || after.candidate.isOpen) {
      this.#acts.set(event.act, after);
      return undefined;
    }
    this.#acts.delete(event.act);
    return after;
  }

  /** Those that still wait. */
  values(): Iterable<WaitingAct<About>> {
    return this.#acts.values();
  }
}
