/** What a map says, checked: which rows are facts, and how each member of a fact is made from a row. */
import { KINDS, TRIGGERS } from '../../../libs/domain/act/act.ts';
import { INCIDENT_TYPES } from '../../../libs/domain/outcome/incident.ts';
import { OUTCOME_TYPES } from '../../../libs/domain/outcome/outcome.ts';
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

/** What a row may become. */
export const FACT_KINDS = ['act', 'outcome', 'incident'] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** The members of a fact by their dotted names, in the order in which they are sent. */
export interface FactShape {
  /** Of the API's path, and of the list in a batch. */
  readonly collection: 'acts' | 'outcomes' | 'incidents';
  readonly texts: readonly string[];
  /** Whole numbers from 0. */
  readonly wholes: readonly string[];
  /** Whole numbers of any sign. */
  readonly signed: readonly string[];
  readonly required: readonly string[];
  /** Members that take one of a few words. */
  readonly words: Readonly<Record<string, readonly string[]>>;
}

/** A row tells what was asked or done at its time: nothing is kept for it now. */
export const ROW_MODES = ['request', 'record'] as const;

export const FACTS: Readonly<Record<FactKind, FactShape>> = {
  act: {
    collection: 'acts',
    texts: [
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
    ],
    wholes: ['item.quantity', 'retailMinor', 'costMinor'],
    signed: [],
    required: ['kind', 'trigger', 'employee', 'location', 'occurredAt'],
    words: { mode: ROW_MODES, kind: KINDS, trigger: TRIGGERS },
  },
  // Neither names an act: a file cannot know the ids that the ledger gives.
  outcome: {
    collection: 'outcomes',
    texts: ['type', 'customer', 'incident', 'location', 'channel', 'currency', 'receipt', 'occurredAt'],
    wholes: ['valueMinor'],
    signed: ['rating.score', 'rating.lowest', 'rating.highest'],
    required: ['type', 'occurredAt'],
    words: { type: OUTCOME_TYPES },
  },
  incident: {
    collection: 'incidents',
    texts: ['type', 'incident', 'customer', 'location', 'channel', 'reason', 'occurredAt'],
    wholes: [],
    signed: [],
    required: ['type', 'incident', 'occurredAt'],
    words: { type: INCIDENT_TYPES },
  },
};

/** What some rows become. */
export interface Section {
  readonly kind: FactKind;
  /** Absent: every row that no section before it took. */
  readonly when?: Expression;
  readonly members: ReadonlyMap<string, Expression>;
}

/** What a map may tell the directory; each is stated once per distinct id, before the first fact that names it. */
export const ENTRY_KINDS = ['location', 'employee', 'item'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export interface ImportMap {
  readonly book?: string;
  readonly format: Format;
  readonly expressions: MapExpressions;
  readonly skip: readonly Sorting[];
  readonly reject: readonly Sorting[];
  /** In the order of the map: the first that takes a row makes it. */
  readonly sections: readonly Section[];
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
