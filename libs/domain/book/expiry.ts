/** What falls due by itself: acts nobody has answered, committed or released in time. */
import { Draft } from './draft.ts';
import type { ActExpired } from './events.ts';
import type { OpenAct } from './open-acts.ts';
import type { BookState } from './state.ts';

/** The actor of what the ledger records by itself. */
export const LEDGER_ACTOR = 'ledger';

/**
 * Everything that has fallen due at `now` (epoch ms) and is not settled, in the order of their times, then ids.
 * Costs a comparison where nothing is due.
 */
export function dueExpiries(draft: Draft, now: number): readonly ActExpired[] {
  if (draft.nextDueAt > now) return [];
  return [...draft.openActs()]
    .filter(({ expiresAt }) => expiresAt <= now)
    .sort((a, b) => a.expiresAt - b.expiresAt || (a.id < b.id ? -1 : 1))
    .map((open) => expiryOf(open, now));
}

/** @param now when the ledger gets to it, epoch ms */
export function expiryOf(open: OpenAct, now: number): ActExpired {
  return {
    type: 'ActExpired',
    act: open.id,
    dueAt: open.expiresAt,
    becomes: open.then === 'accept' ? 'accepted' : 'expired',
    occurredAt: open.occurredAt,
    businessDate: open.businessDate,
    amounts: open.amounts,
    buckets: open.buckets,
    recordedAt: now,
    actor: LEDGER_ACTOR,
  };
}

/** The book as it is in force at `now`: what has fallen due is settled, whether or not that is recorded yet. */
export function draftAt(state: BookState, now: number): Draft {
  const draft = new Draft(state);
  for (const expiry of dueExpiries(draft, now)) draft.take(expiry);
  return draft;
}
