/**
 * Whether anybody ever approved their own, or came to judge what they had a part in: asked of the facts alone, as an
 * auditor would, by nothing that decided them.
 */
import type { Policy } from '../policy/policy.ts';
import { type ActDecision, type BookEvent, isDecision } from './events.ts';

/** One line for each. */
export function ownApprovals(log: readonly BookEvent[]): string[] {
  const wrong: string[] = [];
  const note = (event: BookEvent, what: string) => wrong.push(`${event.type} by ${event.actor}: ${what}`);
  const acts = new Map<string, ActDecision>();
  const codes = new Map<string, { readonly maker: string; uses: number }>();
  const versions = new Map<number, Version>();
  const reviewers = new Set<string>();
  const writers = new Set<string>();
  let fourEyes = true;
  for (const event of log) {
    const { actor } = event;
    if (event.type === 'BookDefined') fourEyes = event.book.fourEyes;
    if (isDecision(event)) acts.set(event.id, event);
    if (event.type === 'ApprovalCodeMade') codes.set(event.hash, { maker: actor, uses: 0 });
    if (event.type === 'ActApproved') {
      const { asked, actor: poster } = acts.get(event.act)!;
      const { approver } = event;
      if ([asked.employee, asked.customer, poster].includes(approver)) note(event, `own act, ${approver}`);
      const code = event.code && codes.get(event.code.hash);
      if (code !== undefined && ++code.uses > 1) note(event, 'a code used twice');
      if (approver !== (event.code === undefined ? actor : code?.maker)) note(event, `not by ${approver}`);
    }
    if (event.type === 'BucketAdjusted' && event.bucket.key.employee === actor) {
      if (Object.values(event.amounts).some((amount) => amount > 0)) note(event, 'own gain');
    }
    if (event.type === 'BucketTransferred' && event.to.key.employee === actor) note(event, 'own gain');
    if (event.type === 'SignalReviewed') {
      if (writers.has(actor)) note(event, 'has a part in policies');
      if (Object.values(event.subject).includes(actor)) note(event, 'about themselves');
      reviewers.add(actor);
    }
    if (!event.type.startsWith('Policy')) continue;
    policyStep(event, versions, fourEyes, (what) => note(event, what));
    if (event.type === 'PolicyRejected') continue;
    if (reviewers.has(actor)) note(event, 'has reviewed signals');
    writers.add(actor);
  }
  return wrong;
}

interface Version {
  readonly authors: Set<string>;
  words: Policy;
  /** The words that somebody else agreed to. */
  agreed?: string;
}

function policyStep(
  event: BookEvent,
  versions: Map<number, Version>,
  fourEyes: boolean,
  note: (what: string) => void,
): void {
  switch (event.type) {
    case 'PolicyDrafted': {
      const earlier = event.rollbackOf === undefined ? undefined : versions.get(event.rollbackOf)!;
      const authors = new Set([event.actor, ...(earlier?.authors ?? [])]);
      if (earlier !== undefined && said(earlier.words) !== said(event.policy)) note('other words');
      versions.set(event.version, { authors, words: event.policy });
      break;
    }
    case 'PolicyEdited': {
      const version = versions.get(event.version)!;
      if (version.agreed !== undefined) note('words that were agreed to');
      version.authors.add(event.actor);
      version.words = event.policy;
      break;
    }
    case 'PolicyApproved': {
      const version = versions.get(event.version)!;
      if (version.authors.has(event.actor)) note(`own version ${event.version}`);
      version.agreed = said(version.words);
      break;
    }
    case 'PolicyActivated': {
      const { agreed, words } = versions.get(event.version)!;
      if (agreed !== undefined && agreed !== said(words)) note('other words than were agreed to');
      if (agreed === undefined && fourEyes) note(`version ${event.version}, which nobody agreed to`);
      if ((agreed === undefined) !== (event.unapproved === true)) note('says otherwise who agreed');
    }
  }
}

function said(words: Policy): string {
  return JSON.stringify(words);
}
