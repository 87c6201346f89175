/** What is left: the buckets of the policy in force, as a till or a person asks for them. */
import type { Measure } from '../act/act.ts';
import type { Limit } from '../policy/policy.ts';
import { bucketLeft, type MeasureLeft } from './bucket-left.ts';
import type { Draft } from './draft.ts';
import { draftAt } from './expiry.ts';
import { calendarOf } from './location-calendar.ts';
import { type BucketAt, bucketAt, type Key } from './named-bucket.ts';
import { activeVersion, type BookState } from './state.ts';

export interface Allowance {
  readonly limit: string;
  readonly title?: string;
  readonly key: Readonly<Record<string, string>>;
  /** Epoch ms. */
  readonly window: { readonly from: number | null; readonly to: number | null };
  /** When a calendar window ends, or when the oldest use leaves a rolling one; null: never by itself. */
  readonly resetsAt: number | null;
  readonly measures: Readonly<Partial<Record<Measure, MeasureLeft>>>;
}

/**
 * Every limit of the policy in force that is counted per employee and applies to this one's roles, for
 * the buckets that `key` (with the employee's home location, or else where they acted last, its region and the
 * book) names in full: a limit per employee and customer is answered when a customer is given.
 * @param at epoch ms: the moment the windows contain
 * @returns undefined when the directory does not know the employee
 */
export function allowancesOf(
  state: BookState,
  query: { readonly employee: string; readonly at: number; readonly now: number; readonly key?: Key },
): readonly Allowance[] | undefined {
  const employee = state.employees.get(query.employee);
  if (employee === undefined) return undefined;
  const location = query.key?.location ?? employee.homeLocation ?? state.lastLocations.get(query.employee);
  const version = activeVersion(state, query.now, calendarOf(state, location));
  if (version === null) return [];
  const given: Key = {
    ...query.key,
    ...(location === undefined ? {} : { location }),
    employee: query.employee,
  };
  const draft = draftAt(state, query.now);
  const allowances: Allowance[] = [];
  for (const limit of state.policies.get(version)!.policy.limits) {
    if (!limit.per.includes('employee')) continue;
    const { roles } = limit.appliesTo;
    if (roles !== undefined && !employee.roles.some((role) => roles.includes(role))) continue;
    const asRoles = limit.per.includes('role')
      ? employee.roles.filter((role) => roles === undefined || roles.includes(role))
      : [undefined];
    for (const role of asRoles) {
      const allowance = bucketOf(draft, limit, role === undefined ? given : { ...given, role }, query);
      if ('bucket' in allowance) allowances.push(allowance.bucket);
    }
  }
  return allowances;
}

/**
 * One bucket of a limit of the policy in force.
 * @returns `missing`: the dimensions of the limit that the key does not name; undefined: no such limit in force
 */
export function bucketsOf(
  state: BookState,
  query: { readonly limit: string; readonly key: Key; readonly at: number; readonly now: number },
): { readonly bucket: Allowance } | { readonly missing: readonly string[] } | undefined {
  const version = activeVersion(state, query.now, calendarOf(state, query.key.location));
  if (version === null) return undefined;
  const limit = state.policies.get(version)!.policy.limits.find(({ id }) => id === query.limit);
  return limit === undefined ? undefined : bucketOf(draftAt(state, query.now), limit, query.key, query);
}

function bucketOf(
  draft: Draft,
  limit: Limit,
  given: Key,
  { at, now }: { readonly at: number; readonly now: number },
): { readonly bucket: Allowance } | { readonly missing: readonly string[] } {
  const bucket = bucketAt(draft.state, limit, given, at);
  if ('missing' in bucket) return bucket;
  const { window, measures } = bucketLeft(draft, bucket, { past: draft.state, now }, at);
  return {
    bucket: {
      limit: limit.id,
      ...(limit.title === undefined ? {} : { title: limit.title }),
      key: bucket.key,
      window,
      resetsAt: resetsAt(draft, bucket, window),
      measures,
    },
  };
}

function resetsAt(draft: Draft, { id, limit }: BucketAt, window: Allowance['window']): number | null {
  if (id === undefined || limit.window.every !== 'rolling') return window.to;
  const oldest = draft.firstTimeAfter(id, window.from!);
  return oldest === undefined || oldest > window.to! ? null : oldest + limit.window.durationMs;
}
