/** Acts shown in a report, with what each guardrail that bit had found. */
import { type ActDecision, type GuardrailReceipt, isDecision } from '../domain/book/events.ts';
import { formatInstant } from '../domain/time/instant.ts';
import type { Became } from './counterfactual.ts';
import { guardrailName } from './outcome.ts';
import type { Because, Example } from './report.ts';

export function exampleOf(position: number, recorded: ActDecision, became: Became): Example {
  const { id, asked, occurredAt, businessDate, amounts, policyVersion, guardrails } = recorded;
  const { mode, kind, trigger, employee, location, customer, incident } = asked;
  const candidate = became.became === 'decided' && isDecision(became.event) ? became.event.guardrails : [];
  return {
    act: id,
    position,
    occurredAt: formatInstant(occurredAt),
    businessDate,
    mode,
    kind,
    trigger,
    employee,
    location,
    ...(customer === undefined ? {} : { customer }),
    ...(incident === undefined ? {} : { incident }),
    ...amounts,
    recorded: { policyVersion, because: becauseOf(guardrails) },
    candidate: {
      because: becauseOf(candidate),
      ...(became.became === 'refused' ? { refusal: became.code } : {}),
    },
  };
}

function becauseOf(guardrails: readonly GuardrailReceipt[]): Because[] {
  return guardrails.flatMap((receipt): Because[] => {
    const { finding } = receipt;
    if (finding === 'within') return [];
    const guardrail = guardrailName(receipt);
    if (!('limit' in receipt)) {
      return [{ guardrail, finding, ...('rule' in receipt ? { message: receipt.message } : {}) }];
    }
    const { key, window, measures, missing } = receipt;
    if (missing !== undefined) return [{ guardrail, finding, missing }];
    const figures = Object.entries(measures).map(([measure, [allowed, usedBefore, reserved]]) => [
      measure,
      { allowed, usedBefore, reserved },
    ]);
    return [{ guardrail, finding, key, window: window.label, measures: Object.fromEntries(figures) }];
  });
}
