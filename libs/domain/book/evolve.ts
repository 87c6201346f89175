/** Folds facts into the state. Total: every fact ever stored is accepted as it is, nothing is judged again. */
import type { Amounts } from '../act/act.ts';
import { ACT, bucketId, ROLLING } from './buckets.ts';
import type { ActAccepted, ActReversed, BookEvent, PolicyActivated } from './events.ts';
import type { BookState } from './state.ts';

/** What the fold of acts writes to: the state itself, or a draft on top of it. */
export interface UsageWriter {
  add(id: string, amounts: Amounts): void;
  addAt(id: string, at: number, amounts: Amounts): void;
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
      state.employees.set(event.id, event.employee);
      break;
    case 'ItemDefined':
      state.items.set(event.sku, event.item);
      break;
    case 'CampaignDefined':
      state.campaigns.set(event.id, event.campaign);
      break;
    case 'PolicyDrafted':
      state.policies.set(event.version, {
        policy: event.policy,
        source: event.source,
        draftedAt: event.recordedAt,
        document: revision,
      });
      break;
    case 'PolicyActivated':
      activate(state, event);
      break;
    case 'BacktestRequested':
      break;
    case 'ShadowStarted':
      state.shadows.set(event.version, {
        document: event.document,
        position: revision,
        startedAt: event.recordedAt,
      });
      break;
    case 'ShadowStopped':
      state.shadows.delete(event.version);
      break;
    default:
      event satisfies never;
  }
  return state;
}

function activate(state: BookState, event: PolicyActivated): void {
  if (event.from !== undefined) {
    state.activations.push({ version: event.version, at: event.from, immediate: false });
    return;
  }
  // A clock that was set back must not leave the version in force that this one replaced.
  let at = event.recordedAt;
  for (const earlier of state.activations) if (earlier.immediate) at = Math.max(at, earlier.at);
  state.activations.push({ version: event.version, at, immediate: true });
}

/** Counts an accepted act in every bucket its receipt names. */
export function useBuckets(usage: UsageWriter, event: ActAccepted): void {
  for (const receipt of event.guardrails) {
    if (!('limit' in receipt) || receipt.missing !== undefined) continue;
    const { label } = receipt.window;
    if (label === ACT || 'act' in receipt.key) continue;
    const id = bucketId(receipt.limit, label, receipt.key);
    if (label === ROLLING) usage.addAt(id, event.occurredAt, event.amounts);
    else usage.add(id, event.amounts);
  }
}

/** Gives a reversal back to the buckets the act was counted in, in the window it was in. */
export function giveBack(usage: UsageWriter, event: ActReversed): void {
  const amounts = minus(event.amounts);
  for (const bucket of event.buckets) {
    const id = bucketId(bucket.limit, bucket.label, bucket.key);
    if (bucket.label === ROLLING) usage.addAt(id, event.occurredAt, amounts);
    else usage.add(id, amounts);
  }
}

export function plus(a: Amounts, b: Amounts): Amounts {
  return {
    count: a.count + b.count,
    costMinor: a.costMinor + b.costMinor,
    retailMinor: a.retailMinor + b.retailMinor,
  };
}

function minus(a: Amounts): Amounts {
  return { count: -a.count, costMinor: -a.costMinor, retailMinor: -a.retailMinor };
}
