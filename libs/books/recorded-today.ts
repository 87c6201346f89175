import type { BookEvent } from '../domain/book/events.ts';

/** As it would be recorded today: activations from before there were approvals do not say that there was none. */
export function asRecordedToday(event: BookEvent, again: unknown): unknown {
  if (event.type !== 'PolicyActivated' || event.unapproved !== undefined) return again;
  const { unapproved: _, ...before } = again as typeof event;
  return before;
}
