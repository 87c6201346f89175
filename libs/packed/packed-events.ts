/**
 * Recorded events in a form that costs little to keep and to read again: a column of numbers for each member of an act,
 * names by their place in a list, and texts as JSON. Made for the acts that are nearly all of a history: what else there
 * is, or is out of the ordinary, goes as JSON. Read by replays, and holds of an act what a replay looks at.
 * Whatever changes here, the order of kinds and triggers included, makes another version of the view that keeps it.
 */
import { type AskedAct, KINDS, MODES, TRIGGERS } from '../domain/act/act.ts';
import type { ActAccepted, ActDeclined, BookEvent, GuardrailReceipt } from '../domain/book/events.ts';

export interface PackedEvents {
  /** The columns of `COLUMNS`, as `packColumns` has them. */
  readonly numbers: Uint8Array<ArrayBuffer>;
  /** JSON of `Named`. */
  readonly named: string;
  /** JSON of `Texts`. */
  readonly texts: string;
}

/** Whatever is looked for in a history before it is replayed. */
export interface Named {
  /** Of the directory, and others that come again and again: columns have their places here. */
  readonly names: readonly string[];
  /** Of the acts that have one, in their order. */
  readonly customers: readonly string[];
  readonly incidents: readonly string[];
  readonly shifts: readonly string[];
  readonly others: readonly BookEvent[];
}

export interface Texts {
  readonly ids: readonly string[];
  readonly notes: readonly string[];
  readonly guardrails: readonly (readonly GuardrailReceipt[])[];
}

/** What of an act is packed; the rest a replay finds anew, or has no use for. */
export type PackedAct = Pick<
  ActAccepted | ActDeclined,
  | 'type'
  | 'id'
  | 'asked'
  | 'occurredAt'
  | 'businessDate'
  | 'amounts'
  | 'policyVersion'
  | 'guardrails'
  | 'recordedAt'
  | 'actor'
>;

/** `marks` has a number of every event, those up to `actor` of every packed act, the others of the acts that have one. */
export const COLUMNS = [
  'marks',
  'sort',
  'employee',
  'location',
  'occurredAt',
  'businessDate',
  'count',
  'costMinor',
  'retailMinor',
  'recordedAt',
  'actor',
  'campaign',
  'channel',
  'sku',
  'quantity',
  'askedRetailMinor',
  'askedCostMinor',
  'currency',
  'reason',
  'askedOccurredAt',
  'policyVersion',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

/** Of an event: it is one of `others`, or an act with these members. */
export const OTHER = 32_768;
export const HAS = {
  declined: 1,
  customer: 2,
  incident: 4,
  campaign: 8,
  shift: 16,
  channel: 32,
  item: 64,
  retailMinor: 128,
  costMinor: 256,
  currency: 512,
  reason: 1_024,
  note: 2_048,
  occurredAt: 4_096,
  policyVersion: 8_192,
  guardrails: 16_384,
} as const;

/** Every member that may be asked with: `always`, or its mark, or `never` packed. */
export const ASKED = {
  mode: 'always',
  kind: 'always',
  trigger: 'always',
  employee: 'always',
  location: 'always',
  customer: HAS.customer,
  incident: HAS.incident,
  campaign: HAS.campaign,
  shift: HAS.shift,
  channel: HAS.channel,
  item: HAS.item,
  retailMinor: HAS.retailMinor,
  costMinor: HAS.costMinor,
  currency: HAS.currency,
  reason: HAS.reason,
  note: HAS.note,
  occurredAt: HAS.occurredAt,
  // Only of reservations.
  timeToLiveMs: 'never',
} as const satisfies Record<keyof AskedAct, number | 'always' | 'never'>;

/** A mode, a kind and a trigger, by one number. */
export const SORTS = MODES.flatMap((mode) =>
  KINDS.flatMap((kind) => TRIGGERS.map((trigger) => ({ mode, kind, trigger }) as const)),
);

export function sortOf(mode: number, kind: number, trigger: number): number {
  return (mode * KINDS.length + kind) * TRIGGERS.length + trigger;
}
