/** The command that a fact of a policy's life came from, to be decided again. */
import type { BookEvent } from '../domain/book/events.ts';
import type { PolicyCommand } from '../domain/book/policy-life.ts';

/** Undefined: the fact is none of a policy's life. */
export function policyCommandOf(event: BookEvent): PolicyCommand | undefined {
  switch (event.type) {
    case 'PolicyDrafted': {
      const { rollbackOf, policy, source } = event;
      return rollbackOf === undefined
        ? { type: 'DraftPolicy', policy, source }
        : { type: 'RollBackPolicy', version: rollbackOf };
    }
    case 'PolicyEdited': {
      const { version, policy, source, edit } = event;
      return { type: 'EditPolicy', version, policy, source, ifMatch: edit - 1 };
    }
    case 'PolicySubmitted':
      return { type: 'SubmitPolicy', version: event.version, ...commentOf(event) };
    case 'PolicyApproved':
      return { type: 'ApprovePolicy', version: event.version, ...commentOf(event) };
    case 'PolicyRejected':
      return { type: 'RejectPolicy', version: event.version, reason: event.reason };
    case 'PolicyActivated': {
      const { version, asked, fromDate } = event;
      return { type: 'ActivatePolicy', version, ...asked, ...(fromDate === undefined ? {} : { fromDate }) };
    }
    default:
      return undefined;
  }
}

/** As it would be recorded today: activations from before there were approvals do not say that there was none. */
export function asRecordedToday(event: BookEvent, again: unknown): unknown {
  if (event.type !== 'PolicyActivated' || event.unapproved !== undefined) return again;
  const { unapproved: _, ...before } = again as typeof event;
  return before;
}

function commentOf({ comment }: { readonly comment?: string }): { readonly comment?: string } {
  return comment === undefined ? {} : { comment };
}
