/** Folds facts into the state. Total: every fact ever stored is accepted as it is, nothing is judged again. */
import type { Amounts } from '../act/act.ts';
import { bucketId, ROLLING } from './buckets.ts';
import { CountedReceipt } from './counted-receipt.ts';
import type {
  ActAccepted,
  ActReversed,
  ApprovalCodeMade,
  BookEvent,
  BucketAdjusted,
  BucketTransferred,
  CountedIn,
  NamedBucket,
  SettlingEvent,
} from './events.ts';
import { type OpenAct, openActOf } from './open-acts.ts';
import { evolvePolicy } from './policy-fold.ts';
import { type BookState, isForgotten } from './state.ts';
import { evolveStory } from './story-fold.ts';
import { minus, NOTHING, plus } from './timeline.ts';

export { plus } from './timeline.ts';

/** What the fold of acts writes to: the state itself, or a draft on top of it. */
export interface UsageWriter {
  add(id: string, amounts: Amounts): void;
  addAt(id: string, at: number, amounts: Amounts): void;
  /** Amounts may be negative: what was reserved comes free. */
  reserve(id: string, amounts: Amounts): void;
  reserveAt(id: string, at: number, amounts: Amounts): void;
}

export function evolve(state: BookState, event: BookEvent, revision: number): BookState {
  if (revision !== state.revision + 1) {
    throw new Error(`book ${state.id} stands at ${state.revision}: revision ${revision} does not follow`);
  }
  state.revision = revision;
  switch (event.type) {
    case 'ActAccepted':
      useBuckets(state.buckets, event);
      state.accepted = plus(state.accepted, event.amounts);
      state.lastLocations.set(event.asked.employee, event.asked.location);
      break;
    case 'ActDeclined':
      break;
    case 'ActHeld':
    case 'ActReserved': {
      const open = openActOf(event);
      keepFor(state.buckets, open);
      state.open.set(open);
      state.reserved = plus(state.reserved, open.amounts);
      state.lastLocations.set(open.employee, open.location);
      break;
    }
    case 'ActApproved':
    case 'ActRejected':
    case 'ActCommitted':
    case 'ActReleased':
    case 'ActExpired':
      settleInState(state, event);
      break;
    case 'ApprovalCodeMade':
      takeCode(state, event);
      break;
    case 'ActReversed':
      giveBack(state.buckets, event);
      state.reversals.set(event.act, event.reversedInAll);
      break;
    case 'BookDefined':
      state.book = event.book;
      break;
    case 'LocationDefined':
      state.locations.set(event.id, event.location);
      break;
    case 'EmployeeDefined':
      if (!state.firstSeen.has(event.id)) state.firstSeen.set(event.id, event.recordedAt);
      state.employees.set(event.id, event.employee);
      break;
    case 'ItemDefined':
      state.items.set(event.sku, event.item);
      break;
    case 'CampaignDefined':
      state.campaigns.set(event.id, event.campaign);
      break;
    case 'PolicyDrafted':
    case 'PolicyEdited':
    case 'PolicySubmitted':
    case 'PolicyApproved':
    case 'PolicyRejected':
    case 'PolicyActivated':
      evolvePolicy(state, event, revision);
      break;
    case 'BacktestRequested':
    case 'IncidentOpened':
    case 'IncidentResolved':
    case 'IncidentReopened':
    case 'OutcomeRecorded':
    case 'LotDrawn':
      break;
    case 'StoryProposed':
    case 'StoryConsented':
    case 'StoryWithdrawn':
    case 'StoryPublished':
    case 'StoryRetold':
    case 'StoryTakenUp':
    case 'RecognitionGiven':
      evolveStory(state, event);
      break;
    case 'SignalReviewed':
      state.reviewers.add(event.actor);
      break;
    case 'ShadowStarted':
      state.shadows.set(event.version, {
        document: event.document,
        position: revision,
        startedAt: event.recordedAt,
      });
      break;
    case 'ShadowStopped': {
      const running = state.shadows.get(event.version);
      if (running !== undefined) state.shadows.set(event.version, { ...running, until: revision });
      break;
    }
    case 'BucketAdjusted':
      adjust(state, event, event.bucket, event.amounts);
      break;
    case 'BucketTransferred':
      adjust(state, event, event.from, minus(NOTHING, event.amounts));
      adjust(state, event, event.to, event.amounts);
      break;
    default:
      event satisfies never;
  }
  return state;
}

function adjust(
  state: BookState,
  { limit, at }: BucketAdjusted | BucketTransferred,
  bucket: NamedBucket,
  amounts: Amounts,
): void {
  const id = bucketId(limit, bucket.label, bucket.key);
  if (at === undefined) state.buckets.adjust(id, amounts);
  else state.buckets.adjustAt(id, at, amounts);
  state.adjustedInAll = plus(state.adjustedInAll, {
    count: Math.abs(amounts.count),
    costMinor: Math.abs(amounts.costMinor),
    retailMinor: Math.abs(amounts.retailMinor),
  });
}

/** Counts an accepted act in every bucket its receipt names. */
export function useBuckets(usage: UsageWriter, event: ActAccepted): void {
  for (const receipt of event.guardrails) {
    if (!('limit' in receipt)) continue;
    const id = CountedReceipt.bucketOf(receipt);
    if (id === '') continue;
    if (receipt.window.label === ROLLING) usage.addAt(id, event.occurredAt, event.amounts);
    else usage.add(id, event.amounts);
  }
}

/** Sets aside what an open act may come to use, in every bucket it was counted in. */
export function keepFor(usage: UsageWriter, open: OpenAct): void {
  reserveIn(usage, open.buckets, open.occurredAt, open.amounts);
}

/**
 * What an open act reserved comes free, and what was accepted of it is used instead, in the windows it happened in.
 * @returns the act, where it stays open: a reservation that was held and is approved now
 */
export function settle(usage: UsageWriter, event: SettlingEvent, open: OpenAct): OpenAct | undefined {
  if (event.type === 'ActApproved' && event.becomes === 'reserved') {
    return { ...open, status: 'reserved', expiresAt: event.expiresAt!, then: 'expire' };
  }
  reserveIn(usage, open.buckets, open.occurredAt, minus(NOTHING, open.amounts));
  if (accepts(event)) use(usage, event.buckets, event.occurredAt, event.amounts);
  return undefined;
}

/** Whether the act is an accepted one from this fact on. */
export function accepts(event: SettlingEvent): boolean {
  return event.type === 'ActCommitted' || ('becomes' in event && event.becomes === 'accepted');
}

function settleInState(state: BookState, event: SettlingEvent): void {
  const open = state.open.get(event.act);
  // Only golden files and damaged ledgers have it: there is nothing to settle.
  if (open === undefined) return;
  const stays = settle(state.buckets, event, open);
  if (stays === undefined) {
    state.open.delete(open.id);
    state.reserved = minus(state.reserved, open.amounts);
  } else state.open.set(stays);
  if (accepts(event)) state.accepted = plus(state.accepted, event.amounts);
  if (event.type === 'ActApproved' && event.code !== undefined) {
    const code = state.approvalCodes.get(event.code.hash);
    if (code !== undefined) state.approvalCodes.set(event.code.hash, { ...code, usedFor: event.act });
  }
}

function takeCode(state: BookState, event: ApprovalCodeMade): void {
  for (const [hash, code] of state.approvalCodes) {
    if (isForgotten(code, event.recordedAt)) state.approvalCodes.delete(hash);
  }
  const { id, act, expiresAt, roles, actor: maker } = event;
  state.approvalCodes.set(event.hash, {
    id,
    maker,
    roles,
    ...(act === undefined ? {} : { act }),
    expiresAt,
  });
}

/** Gives a reversal back to the buckets the act was counted in, in the window it was in. */
export function giveBack(usage: UsageWriter, event: ActReversed): void {
  use(usage, event.buckets, event.occurredAt, minus(NOTHING, event.amounts));
}

function use(usage: UsageWriter, buckets: readonly CountedIn[], at: number, amounts: Amounts): void {
  for (const { limit, label, key } of buckets) {
    const id = bucketId(limit, label, key);
    if (label === ROLLING) usage.addAt(id, at, amounts);
    else usage.add(id, amounts);
  }
}

function reserveIn(usage: UsageWriter, buckets: readonly CountedIn[], at: number, amounts: Amounts): void {
  for (const { limit, label, key } of buckets) {
    const id = bucketId(limit, label, key);
    if (label === ROLLING) usage.reserveAt(id, at, amounts);
    else usage.reserve(id, amounts);
  }
}
