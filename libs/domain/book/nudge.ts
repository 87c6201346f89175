/**
 * A private word to one employee: what they have left, when much of an allowance is unused and its window is well under
 * way. Asked for on their behalf and made from their own buckets alone; nothing of it is recorded, and nothing counts
 * how often it was read or followed.
 */
import { MEASURES, type Measure } from '../act/act.ts';
import { formatMoney } from '../money/currency.ts';
import { type Limit, type Nudge, WEEKDAYS } from '../policy/policy.ts';
import { weekdayOf } from '../time/civil-date.ts';
import { bucketLeft, type MeasureLeft } from './bucket-left.ts';
import { draftAt } from './expiry.ts';
import { calendarOf } from './location-calendar.ts';
import { bucketAt } from './named-bucket.ts';
import { activeVersion, type BookState } from './state.ts';

export interface NudgeFound {
  readonly limit: string;
  readonly message: string;
  /** What is left, in each measure that the limit bounds. */
  readonly left: Readonly<Partial<Record<Measure, number>>>;
  /** The last business date on which it can be given. */
  readonly lastDay: string;
  /** When the window ends, epoch ms. */
  readonly until: number;
}

/**
 * The first nudge of the policy in force, in its order, that there is reason for.
 * @returns undefined: none. Also for an employee whom the directory does not know, and for one of whose acts any still
 * waits for approval or to be committed: whoever waits for an answer is not asked to give more.
 */
export function nudgeFor(state: BookState, employee: string, now: number): NudgeFound | undefined {
  const known = state.employees.get(employee);
  if (known === undefined) return undefined;
  const location = known.homeLocation ?? state.lastLocations.get(employee);
  const version = activeVersion(state, now, calendarOf(state, location));
  if (version === null) return undefined;
  const { policy } = state.policies.get(version)!;
  if (policy.nudge === undefined) return undefined;
  const draft = draftAt(state, now);
  for (const open of draft.openActs()) if (open.employee === employee) return undefined;
  for (const nudge of policy.nudge) {
    const limit = policy.limits.find(({ id }) => id === nudge.limit)!;
    if (!isFor(state, limit, known.roles, location)) continue;
    const key = { employee, ...(location === undefined ? {} : { location }) };
    const bucket = bucketAt(state, limit, key, now);
    if ('missing' in bucket) continue;
    const { window, measures } = bucketLeft(draft, bucket, { past: state, now }, now);
    if (window.from === null || window.to === null) continue;
    const passed = (now - window.from) / (window.to - window.from);
    if (passed * 100 < nudge.passedPercent || !isLargelyUnused(measures, nudge)) continue;
    const { date, dayNo } = bucket.calendar.dayOf(window.to - 1);
    return {
      limit: limit.id,
      message: worded(nudge.message, {
        left: leftWords(measures, policy.currency),
        weekday: capital(WEEKDAYS[weekdayOf(dayNo)]!),
        until: date,
      }),
      left: Object.fromEntries(Object.entries(measures).map(([name, { remaining }]) => [name, remaining])),
      lastDay: date,
      until: window.to,
    };
  }
  return undefined;
}

/** A limit for certain places speaks of whoever is at home in one of them; of others it is not known. */
function isFor(
  state: BookState,
  { appliesTo: { roles, locations, regions } }: Limit,
  own: readonly string[],
  location: string | undefined,
): boolean {
  if (roles !== undefined && !own.some((role) => roles.includes(role))) return false;
  if (locations !== undefined && (location === undefined || !locations.includes(location))) return false;
  if (regions === undefined) return true;
  const region = location === undefined ? undefined : state.locations.get(location)?.region;
  return region !== undefined && regions.includes(region);
}

function isLargelyUnused(
  measures: Readonly<Partial<Record<Measure, MeasureLeft>>>,
  { unusedPercent }: Nudge,
): boolean {
  return Object.values(measures).every(({ allowed, carriedOver, adjusted, remaining }) => {
    const inAll = allowed + carriedOver + adjusted;
    return remaining > 0 && (remaining / inAll) * 100 >= unusedPercent;
  });
}

/** In the first measure that is bounded: pieces before money. */
function leftWords(measures: Readonly<Partial<Record<Measure, MeasureLeft>>>, currency: string): string {
  const measure = MEASURES.find((name) => measures[name] !== undefined)!;
  const { remaining } = measures[measure]!;
  return measure === 'count' ? String(remaining) : formatMoney(remaining, currency);
}

function worded(message: string, words: Readonly<Record<string, string>>): string {
  return message.replaceAll(/\{(left|weekday|until)\}/g, (_, name: string) => words[name]!);
}

function capital(word: string): string {
  return word[0]!.toUpperCase() + word.slice(1);
}
