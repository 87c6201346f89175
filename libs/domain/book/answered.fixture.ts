/** What was decided, in the words of the reference model. */
import type { Actor } from '../access/access.ts';
import type { Decided } from './context.ts';
import type { Settle } from './histories.fixture.ts';
import type { ModelAct } from './reference-facts.fixture.ts';

const STATUS = {
  ActAccepted: 'accepted',
  ActDeclined: 'declined',
  ActHeld: 'pending_approval',
  ActReserved: 'reserved',
  ActRejected: 'rejected',
  ActReleased: 'released',
  ActCommitted: 'accepted',
  ActReversed: 'reversed',
  ApprovalCodeMade: 'made',
  BucketAdjusted: 'adjusted',
  BucketTransferred: 'transferred',
  CampaignDefined: 'stated',
  BookDefined: 'stated',
  PolicyDrafted: 'drafted',
  PolicyEdited: 'edited',
  PolicySubmitted: 'submitted',
  PolicyApproved: 'approved',
  PolicyRejected: 'rejected',
  PolicyActivated: 'activated',
  SignalReviewed: 'reviewed',
  EmployeeDefined: 'stated',
  LocationDefined: 'stated',
  ItemDefined: 'stated',
  LotDrawn: 'drawn',
} as Readonly<Record<string, string>>;

/** In the model's words: the status it made, or why it was refused. */
export function answered(decided: Decided): string {
  if ('refusal' in decided) return decided.refusal.code;
  if (!('event' in decided)) return 'unchanged';
  const { event } = decided;
  return 'becomes' in event ? event.becomes : STATUS[event.type]!;
}

/** Tills write acts, approvers approve, whoever has a code may type it in, and `admin` may do anything. */
export function may({ roles }: Pick<Actor, 'roles'>, what: Settle['do'], code?: string): boolean {
  const approves = (what === 'approve' && code === undefined) || what === 'reject';
  return roles.some((role) => role === 'admin' || role === (approves ? 'approver' : 'till'));
}

export function fitting(wanted: Settle['do'], { status }: ModelAct): Settle['do'] {
  const yes = wanted === 'approve' || wanted === 'commit';
  if (status === 'pending_approval') return yes ? 'approve' : 'reject';
  if (status === 'reserved') return yes ? 'commit' : 'release';
  return status === 'accepted' ? 'reverse' : wanted;
}
