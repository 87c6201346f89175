/**
 * What becomes of an act that waits: approved or rejected, committed or released. Its limits are not asked again, for
 * what it may use has been reserved since it was decided: an approval never fails for lack of budget.
 */
import { type Amounts, MEASURES, TIME_TO_LIVE_MS } from '../act/act.ts';
import { formatInstant } from '../time/instant.ts';
import { authorityOf, notSelf } from './authority.ts';
import type { Command } from './commands.ts';
import {
  type ActOnLedger,
  actNotFound,
  type Context,
  type Decided,
  type Refused,
  refuse,
  stampOf,
} from './context.ts';
import type { Draft } from './draft.ts';
import type { SettlingEvent } from './events.ts';
import { accepts } from './evolve.ts';
import type { OpenAct } from './open-acts.ts';
import { isForgotten } from './state.ts';
import { minus } from './timeline.ts';

type Of<Type extends Command['type']> = Command & { readonly type: Type };

export function approveAct(draft: Draft, command: Of<'ApproveAct'>, context: Context): Decided {
  const found = openAct(draft, command.act, 'pending_approval', context);
  if ('refusal' in found) return found;
  const { open } = found;
  const by = approverOf(draft, command, context);
  if ('refusal' in by) return by;
  const allowed = mayApprove(draft, open, by, context);
  if ('refusal' in allowed) return allowed;
  const { recordedAt } = context;
  return {
    event: {
      type: 'ActApproved',
      id: context.id,
      ...settled(open),
      approver: by.subject,
      ...allowed,
      ...(by.code === undefined ? {} : { code: by.code }),
      ...(command.reason === undefined ? {} : { reason: command.reason }),
      ...(open.mode === 'reserve'
        ? { becomes: 'reserved', expiresAt: recordedAt + (open.timeToLiveMs ?? TIME_TO_LIVE_MS) }
        : { becomes: 'accepted' }),
      ...stampOf(context),
    },
  };
}

/** Whoever may approve at all may reject, whatever their authority, and also what they asked for themselves: it gives nothing. */
export function rejectAct(draft: Draft, command: Of<'RejectAct'>, context: Context): Decided {
  const found = openAct(draft, command.act, 'pending_approval', context);
  if ('refusal' in found) return found;
  const { id, actor: approver } = context;
  const { reason } = command;
  return {
    event: { type: 'ActRejected', id, ...settled(found.open), approver, reason, ...stampOf(context) },
  };
}

export function commitAct(draft: Draft, command: Of<'CommitAct'>, context: Context): Decided {
  const found = openAct(draft, command.act, 'reserved', context);
  if ('refusal' in found) return found;
  const { open } = found;
  const { asked, reason } = command;
  const amounts: Amounts = {
    count: asked.count ?? open.amounts.count,
    costMinor: asked.costMinor ?? open.amounts.costMinor,
    retailMinor: asked.retailMinor ?? open.amounts.retailMinor,
  };
  const over = MEASURES.find((measure) => amounts[measure] > open.amounts[measure] || amounts[measure] < 0);
  if (over !== undefined) {
    return refuse(
      'commit-exceeds-reservation',
      `Act ${open.id} has reserved ${open.amounts[over]} ${over}, and ${amounts[over]} cannot be committed.`,
      {
        pointer: `/${over}`,
        advice: 'Commit at most what is reserved, and post what went beyond it as an act of its own.',
      },
    );
  }
  if (MEASURES.every((measure) => amounts[measure] === 0)) {
    return refuse('commit-exceeds-reservation', `A commit of nothing would make act ${open.id} no act.`, {
      advice: 'Where nothing was given, release the reservation.',
    });
  }
  return {
    event: {
      type: 'ActCommitted',
      id: context.id,
      ...settled(open),
      asked,
      ...(reason === undefined ? {} : { reason }),
      amounts,
      released: minus(open.amounts, amounts),
      ...stampOf(context),
    },
  };
}

export function releaseAct(draft: Draft, command: Of<'ReleaseAct'>, context: Context): Decided {
  const found = openAct(draft, command.act, 'reserved', context);
  if ('refusal' in found) return found;
  const reason = command.reason === undefined ? {} : { reason: command.reason };
  return {
    event: { type: 'ActReleased', id: context.id, ...settled(found.open), ...reason, ...stampOf(context) },
  };
}

export function makeApprovalCode(draft: Draft, command: Of<'MakeApprovalCode'>, context: Context): Decided {
  const roles = context.approvesAs ?? context.roles;
  if (command.act !== undefined) {
    const found = openAct(draft, command.act, 'pending_approval', context);
    if ('refusal' in found) return found;
    const allowed = mayApprove(draft, found.open, { subject: context.actor, roles }, context);
    if ('refusal' in allowed) return allowed;
  }
  return {
    event: {
      type: 'ApprovalCodeMade',
      id: context.id,
      hash: command.hash,
      ...(command.act === undefined ? {} : { act: command.act }),
      expiresAt: context.recordedAt + command.expiresInMs,
      roles,
      ...stampOf(context),
    },
  };
}

/** Whether the act was settled after it was read: then it is to be read again before a command on it is decided. */
export function isStale(draft: Draft, act: ActOnLedger): boolean {
  const { decided, settled: last } = act;
  if (decided.type !== 'ActHeld' && decided.type !== 'ActReserved') return false;
  if (draft.open(decided.id) !== undefined || draft.settled(decided.id) !== undefined) return false;
  return last === undefined || ('becomes' in last && last.becomes === 'reserved');
}

/**
 * What settled an act that is no longer open, as the draft or the ledger has it.
 * @throws where neither has: the shell has not read it again
 */
export function settlingOf(draft: Draft, act: ActOnLedger): SettlingEvent | undefined {
  if (isStale(draft, act)) throw new Error(`act ${act.decided.id} was settled after it was read`);
  return draft.settled(act.decided.id) ?? act.settled;
}

/** What all settling facts repeat of the act. */
function settled(open: OpenAct) {
  const { id: act, occurredAt, businessDate, amounts, buckets } = open;
  return { act, occurredAt, businessDate, amounts, buckets };
}

type Approver = {
  readonly subject: string;
  readonly roles: readonly string[];
  readonly code?: { readonly id: string; readonly hash: string };
};

function approverOf(
  draft: Draft,
  { act, code: hash }: Of<'ApproveAct'>,
  context: Context,
): Approver | Refused {
  if (hash === undefined) return { subject: context.actor, roles: context.approvesAs ?? context.roles };
  const made = draft.approvalCode(hash);
  const code = made === undefined || isForgotten(made, context.recordedAt) ? undefined : made;
  if (code === undefined || (code.act !== undefined && code.act !== act)) {
    return refuse(
      'approval-code-wrong',
      code === undefined
        ? 'Nobody has made this approval code.'
        : `This approval code was made for act ${code.act}.`,
      {
        pointer: '/code',
        advice:
          code === undefined
            ? 'Check what was typed, or ask the approver for another.'
            : 'Approve that act, or ask the approver for a code for this one.',
      },
    );
  }
  if (code.usedFor !== undefined) {
    return refuse('approval-code-used', `This approval code has approved act ${code.usedFor}.`, {
      pointer: '/code',
      advice: 'Ask the approver for another: each is good for one act.',
    });
  }
  if (code.expiresAt <= context.recordedAt) {
    return refuse(
      'approval-code-expired',
      `This approval code was good until ${formatInstant(code.expiresAt)}.`,
      { pointer: '/code', advice: 'Ask the approver for another.' },
    );
  }
  return {
    subject: code.maker,
    roles: context.approvesAs ?? code.roles,
    code: { id: code.id, hash },
  };
}

function mayApprove(draft: Draft, open: OpenAct, by: Approver, context: Context) {
  return notSelf(open, by.subject) ?? authorityOf(draft.state, open, by, context.recordedAt);
}

/** The act, if it still waits, and for this. */
function openAct(
  draft: Draft,
  id: string,
  wanted: OpenAct['status'],
  context: Context,
): { readonly open: OpenAct } | Refused {
  const open = draft.open(id);
  if (open === undefined) return notOpen(draft, id, context);
  if (open.expiresAt <= context.recordedAt) return expired(id, open.expiresAt, open.then === 'accept');
  if (open.status === wanted) return { open };
  return open.status === 'reserved'
    ? refuse('act-not-open', `Act ${id} waits for no approval: it is reserved.`, {
        advice: 'Commit it, wholly or in part, or release it.',
      })
    : refuse('act-not-open', `Act ${id} is not reserved yet: it waits for an approval.`, {
        advice: 'Have it approved, or rejected, first.',
      });
}

function notOpen(draft: Draft, id: string, { act }: Context): Refused {
  if (act === undefined) return actNotFound(draft.state.id, id);
  const last = settlingOf(draft, act);
  if (last?.type === 'ActExpired') return expired(id, last.dueAt, last.becomes === 'accepted');
  return refuse('act-not-open', `Act ${id} ${became(act.decided.type, last)}.`, {
    advice: 'GET the act to see it as it is now; what is accepted can be reversed.',
  });
}

function expired(id: string, dueAt: number, accepted: boolean): Refused {
  const at = formatInstant(dueAt);
  return accepted
    ? refuse('act-expired', `Nobody answered for act ${id} by ${at}: it is accepted since then.`, {
        advice: 'The policy in force when it was held says so; what is accepted can be reversed.',
      })
    : refuse('act-expired', `Act ${id} expired at ${at}, and reserves nothing any more.`, {
        advice: 'Post it anew, with a new key, if it is still wanted.',
      });
}

/** For people: what an act that does not wait was or became. */
function became(decided: string, last: SettlingEvent | undefined): string {
  switch (last?.type) {
    case undefined:
      return decided === 'ActDeclined' ? 'was declined' : 'was accepted at once';
    case 'ActApproved':
      return `was approved by "${last.approver}" at ${formatInstant(last.recordedAt)}`;
    case 'ActRejected':
      return `was rejected by "${last.approver}" at ${formatInstant(last.recordedAt)}`;
    case 'ActCommitted':
      return `was committed at ${formatInstant(last.recordedAt)}`;
    case 'ActReleased':
      return `was released at ${formatInstant(last.recordedAt)}`;
    case 'ActExpired':
      return `expired at ${formatInstant(last.dueAt)}`;
  }
}

/** What the act uses, if it is an accepted one. `last`: what settled it, where it was open. */
export function acceptedAmounts(
  { decided }: ActOnLedger,
  last: SettlingEvent | undefined,
): Amounts | undefined {
  if (decided.type === 'ActAccepted') return decided.amounts;
  return last !== undefined && accepts(last) ? last.amounts : undefined;
}
