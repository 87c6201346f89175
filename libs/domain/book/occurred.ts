/** When a fact may have happened: clocks differ by a little, and what lies further ahead has not happened. */
import { formatInstant } from '../time/instant.ts';
import { type Refused, refuse } from './context.ts';

export const FUTURE_TOLERANCE_MS = 5 * 60_000;

/** @returns the refusal of what lies in the future; the past is never too long ago */
export function aheadOfClock(occurredAt: number, now: number): Refused | undefined {
  if (occurredAt <= now + FUTURE_TOLERANCE_MS) return undefined;
  return refuse(
    'occurred-at-in-future',
    `occurredAt ${formatInstant(occurredAt)} lies ahead of the ledger's clock, ${formatInstant(now)}.`,
    { pointer: '/occurredAt', advice: 'Set the clock of the till, or leave occurredAt out to mean now.' },
  );
}
