/** What is left: the buckets of the policy in force, as a till or a person asks for them. */
import type { Amounts, Measure } from '../act/act.ts';
import type { Dimension, Limit } from '../policy/policy.ts';
import { type BusinessCalendar, businessCalendar } from '../time/business-calendar.ts';
import { windowAt } from '../time/windows.ts';
import { ACT, bucketId } from './buckets.ts';
import type { Draft } from './draft.ts';
import { draftAt } from './expiry.ts';
import { bindingWindow } from './guardrails.ts';
import { activeVersion, type BookState, calendarOfBook } from './state.ts';
import { NOTHING } from './timeline.ts';

export interface MeasureLeft {
  readonly allowed: number;
  readonly carriedOver: number;
  readonly adjusted: number;
  readonly used: number;
  readonly reserved: number;
  /** Negative after acts recorded beyond the limit. */
  readonly remaining: number;
}

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

/** The values that a bucket's key is made of. */
export type Key = Readonly<Partial<Record<Dimension, string>>> & { readonly shift?: string };

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
      const allowance = bucketOf(draft, limit, role === undefined ? given : { ...given, role }, query.at);
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
  return limit === undefined ? undefined : bucketOf(draftAt(state, query.now), limit, query.key, query.at);
}

function bucketOf(
  draft: Draft,
  limit: Limit,
  given: Key,
  at: number,
): { readonly bucket: Allowance } | { readonly missing: readonly string[] } {
  const { state } = draft;
  const region =
    given.region ?? (given.location === undefined ? undefined : state.locations.get(given.location)?.region);
  const values: Key = { ...given, book: state.id, act: '', ...(region === undefined ? {} : { region }) };
  const missing: string[] = limit.per.filter((dimension) => values[dimension] === undefined);
  const window = windowAt(limit.window, at, calendarOf(state, given.location), given.shift);
  if (window === undefined) missing.push('shift');
  if (missing.length > 0 || window === undefined) return { missing };
  const key: Record<string, string> = {};
  for (const dimension of limit.per) if (dimension !== 'act') key[dimension] = values[dimension]!;
  const title = limit.title === undefined ? {} : { title: limit.title };
  if (window.label === ACT || limit.per.includes('act')) {
    const open = { from: null, to: null };
    return {
      bucket: {
        limit: limit.id,
        ...title,
        key,
        window: open,
        resetsAt: null,
        measures: left(limit, NOTHING, NOTHING),
      },
    };
  }
  const id = bucketId(limit.id, window.label, key);
  if (limit.window.every === 'rolling') {
    const { durationMs } = limit.window;
    const bounds = Object.entries(limit.allow) as [Measure, number][];
    const { end, used, reserved } = bindingWindow(draft, id, at, durationMs, bounds, NOTHING);
    const oldest = draft.firstTimeAfter(id, end - durationMs);
    return {
      bucket: {
        limit: limit.id,
        ...title,
        key,
        window: { from: end - durationMs, to: end },
        resetsAt: oldest === undefined || oldest > end ? null : oldest + durationMs,
        measures: left(limit, used, reserved),
      },
    };
  }
  return {
    bucket: {
      limit: limit.id,
      ...title,
      key,
      window: { from: window.from, to: window.to },
      resetsAt: window.to,
      measures: left(limit, draft.used(id), draft.reserved(id)),
    },
  };
}

function left(limit: Limit, used: Amounts, reserved: Amounts): Partial<Record<Measure, MeasureLeft>> {
  const measures: Partial<Record<Measure, MeasureLeft>> = {};
  for (const [measure, allowed] of Object.entries(limit.allow) as [Measure, number][]) {
    measures[measure] = {
      allowed,
      carriedOver: 0,
      adjusted: 0,
      used: used[measure],
      reserved: reserved[measure],
      remaining: allowed - used[measure] - reserved[measure],
    };
  }
  return measures;
}

function calendarOf(state: BookState, location: string | undefined): BusinessCalendar {
  const known = location === undefined ? undefined : state.locations.get(location);
  return known === undefined
    ? calendarOfBook(state)
    : businessCalendar(known.timeZone, known.businessDayStartsAt);
}
