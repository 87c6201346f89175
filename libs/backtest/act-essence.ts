/** As much of an act as a reversal looks at: its amounts, its time, and its buckets without the figures of the receipts. */
import type { ActDecision, CountedIn } from '../domain/book/events.ts';
import type { OpenAct } from '../domain/book/open-acts.ts';

/** Of an act that waits: all that the state knows of it. */
export function essenceOfOpen(open: OpenAct): ActDecision {
  return essence(open.status === 'reserved' ? 'ActReserved' : 'ActHeld', open, open.buckets);
}

export function essence(
  type: ActDecision['type'],
  {
    id,
    amounts,
    occurredAt,
    businessDate,
  }: Pick<ActDecision, 'id' | 'amounts' | 'occurredAt' | 'businessDate'>,
  buckets: readonly CountedIn[],
): ActDecision {
  const guardrails = buckets.map(({ limit, label, key }) => ({
    limit,
    key,
    window: { label, from: null, to: null },
    measures: {},
    finding: 'within' as const,
  }));
  return { type, id, amounts, occurredAt, businessDate, guardrails } as unknown as ActDecision;
}
