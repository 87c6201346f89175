/** Since when a limit has been what it is: the activations of a book, walked back from the one in force. */
import type { Limit } from '../policy/policy.ts';
import type { BusinessCalendar } from '../time/business-calendar.ts';
import { type Activation, isReached, startsAt } from './policy-version.ts';
import type { BookState } from './state.ts';

/** A limit's words, and from when on (epoch ms) they were in force. */
export interface InForce {
  readonly from: number;
  readonly limit: Limit;
}

/** What of a book tells who and what was there when. */
export type Past = Pick<BookState, 'policies' | 'activations' | 'firstSeen'>;

interface Walked {
  readonly activations: readonly Activation[];
  readonly length: number;
  readonly reached: number;
  readonly active: Activation;
  readonly stretch: readonly InForce[];
}

/** By the objects: a version's limits are made once, and asked about with every act. */
const walked = new WeakMap<Limit, WeakMap<BusinessCalendar, Walked>>();

/**
 * The unbroken stretch, up to `now`, in which a limit of this id was in force, counted per the same and in the same
 * window: newest words first. A version without it, or with another shape of it, ends the stretch.
 * @param limit of the version in force at `now`, whose words come first
 * @param calendar of the location: a version may begin with a business day
 */
export function inForceSince(
  limit: Limit,
  past: Past,
  now: number,
  calendar: BusinessCalendar,
): readonly InForce[] {
  const { activations, policies } = past;
  let active: Activation | undefined;
  let activeFrom = Number.NEGATIVE_INFINITY;
  let reached = 0;
  for (const activation of activations) {
    if (!isReached(activation, now, calendar)) continue;
    reached++;
    const from = startsAt(activation, calendar);
    if (from < activeFrom) continue;
    active = activation;
    activeFrom = from;
  }
  if (active === undefined) return [];
  let onCalendar = walked.get(limit);
  if (onCalendar === undefined) {
    onCalendar = new WeakMap();
    walked.set(limit, onCalendar);
  }
  const known = onCalendar.get(calendar);
  const { length } = activations;
  if (
    known?.activations === activations &&
    known.length === length &&
    known.reached === reached &&
    known.active === active
  ) {
    return known.stretch;
  }
  const stretch: InForce[] = [{ from: activeFrom, limit }];
  // Stable: of two at the same time the later one counts.
  const inOrder = activations
    .filter((activation) => isReached(activation, now, calendar))
    .map((activation) => ({ version: activation.version, from: startsAt(activation, calendar) }))
    .sort((a, b) => a.from - b.from);
  for (const { version, from } of inOrder.slice(0, -1).reverse()) {
    // Replaced in the same instant: never in force.
    if (from === stretch.at(-1)!.from) continue;
    const earlier = policies.get(version)?.policy.limits.find(({ id }) => id === limit.id);
    if (earlier === undefined || !sameShape(earlier, limit)) break;
    stretch.push({ from, limit: earlier });
  }
  onCalendar.set(calendar, { activations, length, reached, active, stretch });
  return stretch;
}

/** The words in force at a time of the stretch (epoch ms); undefined before it began. */
export function wordsAt(stretch: readonly InForce[], at: number): Limit | undefined {
  return stretch.find(({ from }) => from <= at)?.limit;
}

/** Whether both count into the same buckets. */
function sameShape(a: Limit, b: Limit): boolean {
  return (
    a.per.length === b.per.length &&
    a.per.every((dimension, i) => dimension === b.per[i]) &&
    JSON.stringify(a.window) === JSON.stringify(b.window)
  );
}
