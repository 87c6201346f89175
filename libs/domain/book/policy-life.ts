/**
 * The life of a policy: draft, submitted, approved by someone who is none of its authors, active from a date,
 * superseded. What has been submitted never changes, unless it is rejected and so becomes a draft again.
 */
import type { Policy } from '../policy/policy.ts';
import type {
  ApprovePolicy,
  Command,
  EditPolicy,
  RejectPolicy,
  RollBackPolicy,
  SubmitPolicy,
} from './commands.ts';
import { type Context, type Decided, refuse, stampOf } from './context.ts';
import { countsFiscally, fiscalCalendarMissing } from './fiscal-rules.ts';
import { wasInForce } from './policy-status.ts';
import type { PolicyVersion } from './policy-version.ts';
import { reviewersApart } from './reviews.ts';
import { same } from './same.ts';
import type { BookState } from './state.ts';

type DraftPolicy = Command & { readonly type: 'DraftPolicy' };
type ActivatePolicy = Command & { readonly type: 'ActivatePolicy' };
export type PolicyCommand =
  | DraftPolicy
  | EditPolicy
  | SubmitPolicy
  | ApprovePolicy
  | RejectPolicy
  | RollBackPolicy
  | ActivatePolicy;

/** @param state of a book that is open */
export function decidePolicy(state: BookState, command: PolicyCommand, context: Context): Decided {
  const apart = command.type === 'RejectPolicy' ? undefined : reviewersApart(state, context);
  if (apart !== undefined) return apart;
  if (command.type === 'DraftPolicy') return draftPolicy(state, command, context);
  const { version } = command;
  const found = state.policies.get(version);
  if (found === undefined) {
    return refuse('policy-not-found', `Book "${state.id}" has no policy version ${version}.`, {
      advice:
        state.policies.size === 0
          ? 'Post a policy first.'
          : `Versions 1 to ${state.policies.size} exist; name one of them.`,
    });
  }
  switch (command.type) {
    case 'EditPolicy':
      return editPolicy(state, command, found, context);
    case 'SubmitPolicy':
      return submitPolicy(command, found, context);
    case 'ApprovePolicy':
      return approvePolicy(command, found, context);
    case 'RejectPolicy':
      return rejectPolicy(command, found, context);
    case 'RollBackPolicy':
      return rollBackPolicy(state, version, found, context);
    case 'ActivatePolicy':
      return activatePolicy(state, command, found, context);
  }
}

function draftPolicy(state: BookState, { policy, source }: DraftPolicy, context: Context): Decided {
  const refusal = unfit(state, policy);
  if (refusal !== undefined) return refusal;
  const version = state.policies.size + 1;
  return { event: { type: 'PolicyDrafted', version, policy, source, ...stampOf(context) } };
}

function editPolicy(
  state: BookState,
  { version, policy, source, ifMatch }: EditPolicy,
  found: PolicyVersion,
  context: Context,
): Decided {
  if (found.stage !== 'draft') return notDraft(version, found, 'edited');
  // Sent again because its answer was lost: it has been applied (RFC 9110, 13.1.1).
  if (same(policy, found.policy) && same(source, found.source)) return { unchanged: true };
  const refusal = unseen(version, found, ifMatch) ?? unfit(state, policy);
  if (refusal !== undefined) return refusal;
  const edit = found.edit + 1;
  return { event: { type: 'PolicyEdited', version, policy, source, edit, ...stampOf(context) } };
}

function submitPolicy(
  { version, comment, ifMatch }: SubmitPolicy,
  found: PolicyVersion,
  context: Context,
): Decided {
  if (found.stage !== 'draft') return notDraft(version, found, 'submitted');
  return (
    unseen(version, found, ifMatch) ?? {
      event: { type: 'PolicySubmitted', version, ...commentOf(comment), ...stampOf(context) },
    }
  );
}

function approvePolicy(
  { version, comment, ifMatch }: ApprovePolicy,
  found: PolicyVersion,
  context: Context,
): Decided {
  if (found.authors.includes(context.actor)) {
    return refuse(
      'self-approval',
      `"${context.actor}" is an author of version ${version} and cannot approve it.`,
      {
        advice: `Have it approved by someone who neither drafted nor edited it: not ${found.authors.join(', ')}.`,
      },
    );
  }
  if (found.stage !== 'submitted') return notSubmitted(version, found, 'approved');
  return (
    unseen(version, found, ifMatch) ?? {
      event: { type: 'PolicyApproved', version, ...commentOf(comment), ...stampOf(context) },
    }
  );
}

function rejectPolicy(
  { version, reason, ifMatch }: RejectPolicy,
  found: PolicyVersion,
  context: Context,
): Decided {
  if (found.stage !== 'submitted') return notSubmitted(version, found, 'rejected');
  return (
    unseen(version, found, ifMatch) ?? {
      event: { type: 'PolicyRejected', version, reason, ...stampOf(context) },
    }
  );
}

function rollBackPolicy(state: BookState, version: number, found: PolicyVersion, context: Context): Decided {
  if (found.stage === 'draft' || found.stage === 'submitted') {
    return refuse('policy-not-approved', `Version ${version} is ${found.stage}: it was never agreed to.`, {
      advice: 'Roll back to a version that was approved or in force.',
    });
  }
  const { policy, source } = found;
  const refusal = unfit(state, policy);
  if (refusal !== undefined) return refusal;
  const next = state.policies.size + 1;
  const drafted = { version: next, policy, source, rollbackOf: version };
  return { event: { type: 'PolicyDrafted', ...drafted, ...stampOf(context) } };
}

function activatePolicy(
  state: BookState,
  { version, from, fromDate }: ActivatePolicy,
  found: PolicyVersion,
  context: Context,
): Decided {
  const approved = found.approvedBy !== undefined;
  if (state.book?.fourEyes !== false) {
    if (!approved) {
      return refuse('policy-not-approved', `Version ${version} has not been approved by a second person.`, {
        advice: 'Have it approved, or, where one person works alone, set "fourEyes": false on the book.',
      });
    }
    if (wasInForce(state, version, context.recordedAt)) {
      return refuse(
        'policy-not-approved',
        `Version ${version} has been in force already; it was approved for that time.`,
        {
          advice: `Roll back to it: POST …/policies/${version}/roll-back drafts it anew, to be approved again.`,
        },
      );
    }
  }
  const asked = from === undefined ? {} : { from };
  return {
    event: {
      type: 'PolicyActivated',
      version,
      // A date that has passed cannot change what was decided meanwhile: it means from now on.
      ...(from !== undefined && from > context.recordedAt ? { from } : {}),
      asked,
      ...(fromDate === undefined ? {} : { fromDate }),
      ...(approved ? {} : { unapproved: true as const }),
      ...stampOf(context),
    },
  };
}

/** Written for a book with another currency, or one with a fiscal calendar. */
function unfit(state: BookState, policy: Policy): Decided | undefined {
  const { currency: kept, fiscalCalendar } = state.book!;
  if (policy.currency !== kept) {
    return refuse('currency-mismatch', `The policy is in ${policy.currency}, the book in ${kept}.`, {
      pointer: '/currency',
      advice: `Write the policy's amounts in ${kept}.`,
    });
  }
  if (fiscalCalendar !== undefined || !countsFiscally(policy)) return undefined;
  return fiscalCalendarMissing(state.id, policy);
}

function notDraft(version: number, { stage }: PolicyVersion, wanted: string): Decided {
  const is = stage === 'activated' ? 'in force or to come in force, or has been' : stage;
  return refuse('policy-not-draft', `Version ${version} is ${is}: only a draft can be ${wanted}.`, {
    advice:
      stage === 'submitted'
        ? 'Have it rejected, which makes it a draft again, or post a new version.'
        : 'Post a new version.',
  });
}

function notSubmitted(version: number, { stage }: PolicyVersion, wanted: string): Decided {
  const is = stage === 'activated' ? 'has been activated' : `is ${stage === 'draft' ? 'a draft' : stage}`;
  return refuse(
    'policy-not-submitted',
    `Version ${version} ${is}: only a submitted version can be ${wanted}.`,
    { advice: stage === 'draft' ? 'Submit it first.' : 'Nothing is left to do about it.' },
  );
}

function unseen(version: number, { edit }: PolicyVersion, ifMatch: number | undefined): Decided | undefined {
  if (ifMatch === undefined || ifMatch === edit) return undefined;
  return refuse(
    'precondition-failed',
    `Version ${version} has changed: it is at edit ${edit} now, not at the one that If-Match names.`,
    { advice: 'Read it again, look at what changed, and send the ETag of what you have seen.' },
  );
}

function commentOf(comment: string | undefined): { readonly comment?: string } {
  return comment === undefined ? {} : { comment };
}
