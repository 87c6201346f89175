/** One bucket, as a question or an adjustment names it: by a value for each dimension its limit is counted per. */
import type { Dimension, Limit } from '../policy/policy.ts';
import type { BusinessCalendar } from '../time/business-calendar.ts';
import { type WindowAt, windowAt } from '../time/windows.ts';
import { ACT, bucketId } from './buckets.ts';
import { calendarOf } from './location-calendar.ts';
import type { BookState } from './state.ts';

/** The values that a bucket's key is made of. */
export type Key = Readonly<Partial<Record<Dimension, string>>> & { readonly shift?: string };

export interface BucketAt {
  /** Undefined where nothing is kept: a window of one act, or a limit counted per act. */
  readonly id: string | undefined;
  readonly limit: Limit;
  /** In the order of the limit's `per`. */
  readonly key: Readonly<Record<string, string>>;
  readonly window: WindowAt;
  readonly calendar: BusinessCalendar;
}

/**
 * @param given the book is known, and the region follows from the location
 * @param at epoch ms: the moment the window contains
 * @param location whose calendar the window runs on; absent: the key's
 * @returns `missing`: the dimensions of the limit that the key does not name
 */
export function bucketAt(
  state: BookState,
  limit: Limit,
  given: Key,
  at: number,
  location = given.location,
): BucketAt | { readonly missing: readonly string[] } {
  const region = given.region ?? (location === undefined ? undefined : state.locations.get(location)?.region);
  const values: Key = { ...given, book: state.id, act: '', ...(region === undefined ? {} : { region }) };
  const missing: string[] = limit.per.filter((dimension) => values[dimension] === undefined);
  const calendar = calendarOf(state, location);
  const window = windowAt(limit.window, at, calendar, given.shift);
  if (window === undefined) missing.push('shift');
  if (missing.length > 0 || window === undefined) return { missing };
  const key: Record<string, string> = {};
  for (const dimension of limit.per) if (dimension !== 'act') key[dimension] = values[dimension]!;
  const withoutMemory = window.label === ACT || limit.per.includes('act');
  const id = withoutMemory ? undefined : bucketId(limit.id, window.label, key);
  return { id, limit, key, window, calendar };
}
