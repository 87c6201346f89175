/** What a map says, checked: which rows are acts, and how each member of an act is made from a row. */
import type { CsvFormat } from './csv.ts';
import type { Expression, MapExpressions } from './map-expressions.ts';
import type { Encoding } from './source.ts';

export type Format =
  | ({ readonly type: 'csv'; readonly encoding: Encoding } & CsvFormat)
  | { readonly type: 'ndjson'; readonly encoding: Encoding };

export interface Sorting {
  readonly when: Expression;
  readonly reason: string;
}

/** Members of an act by their dotted names, in the order in which they are sent. */
export const TEXT_MEMBERS = [
  'mode',
  'kind',
  'trigger',
  'employee',
  'location',
  'customer',
  'incident',
  'campaign',
  'shift',
  'channel',
  'item.sku',
  'currency',
  'reason',
  'note',
  'occurredAt',
] as const;
export const WHOLE_MEMBERS = ['item.quantity', 'retailMinor', 'costMinor'] as const;
export type ActMember = (typeof TEXT_MEMBERS)[number] | (typeof WHOLE_MEMBERS)[number];

export const REQUIRED_MEMBERS: readonly ActMember[] = [
  'kind',
  'trigger',
  'employee',
  'location',
  'occurredAt',
];

/** A row tells what was asked or done at its time: nothing is kept for it now. */
export const ROW_MODES = ['request', 'record'] as const;

/** What a map may tell the directory; each is stated once per distinct id, before its first act. */
export const ENTRY_KINDS = ['location', 'employee', 'item'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface ImportMap {
  readonly book?: string;
  readonly format: Format;
  readonly expressions: MapExpressions;
  readonly skip: readonly Sorting[];
  readonly reject: readonly Sorting[];
  readonly act: ReadonlyMap<ActMember, Expression>;
  readonly idempotencyKey: Expression;
  readonly directory: {
    readonly book?: { readonly currency: string; readonly timeZone: string; readonly fourEyes?: boolean };
    readonly entries: ReadonlyMap<EntryKind, ReadonlyMap<string, Expression>>;
  };
  /** Every column an expression needs, and where the map first says so. */
  readonly columns: ReadonlyMap<string, { readonly line: number; readonly column: number }>;
}

export interface MapMistake {
  readonly line: number;
  readonly column: number;
  readonly detail: string;
}
