/** What was adjusted, by whom and why: what may be asked of it and how it answers. */
import type { BucketAdjusted, BucketTransferred } from '../../domain/book/events.ts';
import type { Page } from '../page.ts';

/** The members of a bucket's key that adjustments are found by; of a transfer, on either side. */
export const KEY_FILTERS = [
  'employee',
  'role',
  'location',
  'region',
  'customer',
  'incident',
  'campaign',
  'shift',
] as const;

export type AdjustmentFilters = Readonly<Partial<Record<(typeof KEY_FILTERS)[number], string>>> & {
  /** The id of a limit. */
  readonly limit?: string;
  readonly author?: string;
  /** 1 to `MAX_PAGE`; absent: `DEFAULT_PAGE`. */
  readonly pageSize?: number;
  /** From the page before; valid with the same filters only. */
  readonly cursor?: string;
};

export interface AdjustmentRow {
  readonly position: number;
  readonly event: BucketAdjusted | BucketTransferred;
}

export type AdjustmentsAnswer = Page<AdjustmentRow>;
