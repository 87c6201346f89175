/** What a decision came to, in the words of a report. */
import type { RefusalCode } from '../domain/book/commands.ts';
import type { ActAccepted, ActDeclined, Finding, GuardrailReceipt } from '../domain/book/events.ts';

/**
 * `warned`: accepted, and a guardrail warned. `breached`: recorded, because it had happened, beyond what a guardrail
 * allows. `refused`: the ledger would not have taken the act at all.
 */
export const OUTCOMES = ['accepted', 'warned', 'breached', 'declined', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type DecidedAct = ActAccepted | ActDeclined;

export function isDecidedAct(event: { readonly type: string }): event is DecidedAct {
  return event.type === 'ActAccepted' || event.type === 'ActDeclined';
}

export function outcomeOf(event: DecidedAct): Outcome {
  if (event.type === 'ActDeclined') return 'declined';
  let outcome: Outcome = 'accepted';
  for (const { finding } of event.guardrails) {
    if (finding === 'within') continue;
    if (finding !== 'warn') return 'breached';
    outcome = 'warned';
  }
  return outcome;
}

/** Whether something was given: only then was money spent. */
export function tookPlace(outcome: Outcome): boolean {
  return outcome === 'accepted' || outcome === 'warned' || outcome === 'breached';
}

/** `limit weekly-coffees`, `rule big-refund`, `standing unknown-employee`. */
export function guardrailName(receipt: GuardrailReceipt): string {
  if ('limit' in receipt) return `limit ${receipt.limit}`;
  return 'rule' in receipt ? `rule ${receipt.rule}` : `standing ${receipt.standing}`;
}

export type Bite = Exclude<Finding, 'within'>;
export type { RefusalCode };
