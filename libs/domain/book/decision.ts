/** The fact that an act was decided. */
import { type Mode, TIME_TO_LIVE_MS } from '../act/act.ts';
import type { Draw } from '../campaign/lot.ts';
import type { ActFacts } from '../policy/act-facts.ts';
import { HOLD, type Hold } from '../policy/policy.ts';
import type { Context } from './context.ts';
import type { ActDecision, GuardrailReceipt } from './events.ts';

/** The strictest of what the guardrails ask for is followed; what has happened is neither declined nor held. */
function typeOf(mode: Mode, guardrails: readonly GuardrailReceipt[]): ActDecision['type'] {
  if (mode === 'record') return 'ActAccepted';
  let held = false;
  for (const { finding } of guardrails) {
    if (finding === 'decline') return 'ActDeclined';
    if (finding === 'hold') held = true;
  }
  if (held) return 'ActHeld';
  return mode === 'reserve' ? 'ActReserved' : 'ActAccepted';
}

/**
 * Its members in the order they are stored in; one after the other, because spreading is dear and this is the hot path.
 * @param hold of the policy in force, which alone asks for one
 */
export function decisionOf(
  { asked, occurredAt, businessDate, amounts, employee, location, item }: ActFacts,
  policyVersion: number | null,
  guardrails: readonly GuardrailReceipt[],
  draw: Draw | undefined,
  hold: Hold | undefined,
  { id, recordedAt, actor, key }: Context,
): ActDecision {
  const type = typeOf(asked.mode, guardrails);
  const roles = employee?.roles ?? [];
  const event: Record<string, unknown> = { type, id, asked, occurredAt, businessDate, amounts, roles };
  if (location?.region !== undefined) event.region = location.region;
  if (item?.category !== undefined) event.category = item.category;
  if (draw !== undefined) event.draw = draw;
  event.policyVersion = policyVersion;
  event.guardrails = guardrails;
  if (type === 'ActHeld') {
    const { durationMs, then } = hold ?? HOLD;
    event.expiresAt = recordedAt + durationMs;
    event.then = asked.mode === 'reserve' ? 'expire' : then;
  } else if (type === 'ActReserved') {
    event.expiresAt = recordedAt + (asked.timeToLiveMs ?? TIME_TO_LIVE_MS);
  }
  event.recordedAt = recordedAt;
  event.actor = actor;
  if (key !== undefined) event.key = key;
  return event as unknown as ActDecision;
}
