/** What a decision came to, in the words of a report. */
import type { ActDecision, Finding, GuardrailReceipt } from '../domain/book/events.ts';

/**
 * `warned`: accepted, and a guardrail warned. `breached`: recorded, because it had happened, beyond what a guardrail
 * allows. `refused`: the ledger would not have taken the act at all.
 */
export const OUTCOMES = [
  'accepted',
  'warned',
  'breached',
  'held',
  'reserved',
  'declined',
  'refused',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export function outcomeOf(event: ActDecision): Outcome {
  switch (event.type) {
    case 'ActDeclined':
      return 'declined';
    case 'ActHeld':
      return 'held';
    case 'ActReserved':
      return 'reserved';
  }
  let outcome: Outcome = 'accepted';
  for (const { finding } of event.guardrails) {
    if (finding === 'within') continue;
    if (finding !== 'warn') return 'breached';
    outcome = 'warned';
  }
  return outcome;
}

/** `limit weekly-coffees`, `rule big-refund`, `standing unknown-employee`. */
export function guardrailName(receipt: GuardrailReceipt): string {
  if ('limit' in receipt) return `limit ${receipt.limit}`;
  return 'rule' in receipt ? `rule ${receipt.rule}` : `standing ${receipt.standing}`;
}

export type Bite = Exclude<Finding, 'within'>;
