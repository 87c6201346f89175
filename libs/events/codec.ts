/**
 * The stored form of a book's facts: an explicit name and version for every type, JSON for the rest. Names
 * are never derived from code. A change of shape gets a new version and an upcaster here; an old one is
 * readable for ever (golden files beside this file).
 */
import type { BookEvent } from '../domain/book/events.ts';

type EventType = BookEvent['type'];

/** The version each type is written in today. */
export const STORED_TYPE: Readonly<Record<EventType, string>> = {
  BookDefined: 'goodwill.book-defined.v1',
  LocationDefined: 'goodwill.location-defined.v1',
  EmployeeDefined: 'goodwill.employee-defined.v1',
  ItemDefined: 'goodwill.item-defined.v1',
  CampaignDefined: 'goodwill.campaign-defined.v1',
  PolicyDrafted: 'goodwill.policy-drafted.v1',
  PolicyActivated: 'goodwill.policy-activated.v1',
  ActAccepted: 'goodwill.act-accepted.v1',
  ActDeclined: 'goodwill.act-declined.v1',
  ActReversed: 'goodwill.act-reversed.v1',
  ActHeld: 'goodwill.act-held.v1',
  ActReserved: 'goodwill.act-reserved.v1',
  ActApproved: 'goodwill.act-approved.v1',
  ActRejected: 'goodwill.act-rejected.v1',
  ActCommitted: 'goodwill.act-committed.v1',
  ActReleased: 'goodwill.act-released.v1',
  ActExpired: 'goodwill.act-expired.v1',
  ApprovalCodeMade: 'goodwill.approval-code-made.v1',
  PolicyEdited: 'goodwill.policy-edited.v1',
  PolicySubmitted: 'goodwill.policy-submitted.v1',
  PolicyApproved: 'goodwill.policy-approved.v1',
  PolicyRejected: 'goodwill.policy-rejected.v1',
  BucketAdjusted: 'goodwill.bucket-adjusted.v1',
  BucketTransferred: 'goodwill.bucket-transferred.v1',
  BacktestRequested: 'goodwill.backtest-requested.v1',
  ShadowStarted: 'goodwill.shadow-started.v1',
  ShadowStopped: 'goodwill.shadow-stopped.v1',
  IncidentOpened: 'goodwill.incident-opened.v1',
  IncidentResolved: 'goodwill.incident-resolved.v1',
  IncidentReopened: 'goodwill.incident-reopened.v1',
  OutcomeRecorded: 'goodwill.outcome-recorded.v1',
  StoryProposed: 'goodwill.story-proposed.v1',
  StoryConsented: 'goodwill.story-consented.v1',
  StoryWithdrawn: 'goodwill.story-withdrawn.v1',
  StoryPublished: 'goodwill.story-published.v1',
  StoryRetold: 'goodwill.story-retold.v1',
  StoryTakenUp: 'goodwill.story-taken-up.v1',
  RecognitionGiven: 'goodwill.recognition-given.v1',
  SignalReviewed: 'goodwill.signal-reviewed.v1',
  LotDrawn: 'goodwill.lot-drawn.v1',
};

/** Every name ever written → the type it is read as, and the pure step that lifts old data to today's shape. */
const READABLE: ReadonlyMap<string, { type: EventType; upcast?: (data: object) => object }> = new Map(
  Object.entries(STORED_TYPE).map(([type, stored]) => [stored, { type: type as EventType }]),
);

/**
 * @returns the stored name and the JSON text, without the in-memory `type`.
 * @throws when `type` is not the event's first member: the text is cut there, which is twice as fast as
 * copying the event.
 */
export function encodeEvent(event: BookEvent): { type: string; data: string } {
  const text = JSON.stringify(event);
  const head = `{"type":"${event.type}",`;
  if (!text.startsWith(head)) throw new Error(`an event begins with its type: ${text.slice(0, 40)}`);
  return { type: STORED_TYPE[event.type], data: `{${text.slice(head.length)}` };
}

/** @throws UnreadableEvent for a name this version does not know, or text that is not JSON. */
export function decodeEvent(stored: { readonly type: string; readonly data: string }): BookEvent {
  const known = READABLE.get(stored.type);
  if (known === undefined)
    throw new UnreadableEvent(stored.type, 'written by a newer version: upgrade this process');
  let data: object;
  try {
    data = JSON.parse(stored.data);
  } catch (cause) {
    throw new UnreadableEvent(stored.type, 'its data is not JSON: restore the ledger from a backup', cause);
  }
  if (known.upcast !== undefined) data = known.upcast(data);
  (data as { type: EventType }).type = known.type;
  return data as BookEvent;
}

export class UnreadableEvent extends Error {
  override readonly name = 'UnreadableEvent';
  constructor(type: string, why: string, cause?: unknown) {
    super(`the ledger holds an event of type ${type} that cannot be read: ${why}`, { cause });
  }
}
