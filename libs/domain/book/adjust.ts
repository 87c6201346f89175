/**
 * Adjustments: a person gives a bucket more than its limit does, takes some away, or moves some to another bucket of
 * the same limit. Each has an author, who never gains by it, and a reason.
 */
import { type Amounts, MEASURES, type Measure } from '../act/act.ts';
import type { Limit } from '../policy/policy.ts';
import { formatInstant } from '../time/instant.ts';
import { bucketLeft } from './bucket-left.ts';
import { ROLLING } from './buckets.ts';
import type { Command } from './commands.ts';
import { type Context, type Decided, refuse, stampOf } from './context.ts';
import type { Draft } from './draft.ts';
import type { NamedBucket } from './events.ts';
import { calendarOf } from './location-calendar.ts';
import { type BucketAt, bucketAt, type Key } from './named-bucket.ts';
import { activeVersion, type BookState } from './state.ts';
import { NOTHING, plus } from './timeline.ts';

type Refused = Extract<Decided, { refusal: unknown }>;
type Named = BucketAt & { readonly id: string };

/** Where an adjustment may be ahead of the ledger's clock by no more than clocks differ. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

export function adjustBucket(
  state: BookState,
  command: Command & { type: 'AdjustBucket' },
  context: Context,
): Decided {
  const { kind, asked, reason } = command;
  const at = asked.at ?? context.recordedAt;
  const limit = limitInForce(
    state,
    command.limit,
    context.recordedAt,
    locationOf(state, asked.key, asked.location),
  );
  if ('refusal' in limit) return limit;
  const bucket = namedIn(state, limit, asked.key, 'key', at, asked.location);
  if ('refusal' in bucket) return bucket;
  const amounts = amountsFor(state, limit, asked.amounts, kind === 'correction');
  if ('refusal' in amounts) return amounts;
  if (MEASURES.some((measure) => amounts[measure] > 0)) {
    const self = gainsItself(bucket, context.actor);
    if (self !== undefined) return self;
  }
  return {
    event: {
      type: 'BucketAdjusted',
      id: context.id,
      kind,
      limit: limit.id,
      bucket: nameOf(bucket),
      ...whenRolling(bucket, at),
      amounts,
      reason,
      asked,
      ...stampOf(context),
    },
  };
}

export function transferBetweenBuckets(
  draft: Draft,
  command: Command & { type: 'TransferBetweenBuckets' },
  context: Context,
): Decided {
  const { state } = draft;
  const { asked, reason } = command;
  const now = context.recordedAt;
  const at = asked.at ?? now;
  const limit = limitInForce(state, command.limit, now, locationOf(state, asked.from, asked.location));
  if ('refusal' in limit) return limit;
  const from = namedIn(state, limit, asked.from, 'from', at, asked.location);
  if ('refusal' in from) return from;
  const to = namedIn(state, limit, asked.to, 'to', at, asked.location);
  if ('refusal' in to) return to;
  if (from.id === to.id) {
    return refuse('same-bucket', 'The bucket that gives and the one that gains are the same.', {
      pointer: '/to',
      advice: `Name another ${limit.per.join(' or ')} in "to"; to change one bucket, post a correction.`,
    });
  }
  for (const bucket of [from, to]) {
    if (isOpen(bucket, at, now)) continue;
    return refuse('bucket-not-adjustable', `${formatInstant(at)} lies in a window that is not open now.`, {
      pointer: '/at',
      advice:
        'Leave "at" out to transfer in the windows open now. What a window left has been carried over or has lapsed: post a correction for each bucket instead.',
    });
  }
  const amounts = amountsFor(state, limit, asked.amounts, false);
  if ('refusal' in amounts) return amounts;
  const self = gainsItself(to, context.actor);
  if (self !== undefined) return self;
  const left = bucketLeft(draft, from, { past: state, now }, at, amounts);
  for (const measure of MEASURES) {
    const remaining = left.measures[measure]?.remaining ?? 0;
    if (amounts[measure] === 0 || amounts[measure] <= remaining) continue;
    return refuse(
      'transfer-exceeds-remaining',
      `Of ${measure}, ${remaining} remain in the bucket that gives, not ${amounts[measure]}.`,
      { pointer: `/${measure}`, advice: `Transfer at most ${Math.max(0, remaining)}, or post a grant.` },
    );
  }
  return {
    event: {
      type: 'BucketTransferred',
      id: context.id,
      limit: limit.id,
      from: nameOf(from),
      to: nameOf(to),
      ...whenRolling(from, at),
      amounts,
      reason,
      asked,
      ...stampOf(context),
    },
  };
}

/** Where a bucket is looked at from: on whose clock its window runs, and which version is in force. */
function locationOf(
  state: BookState,
  { employee, location }: Key,
  posted: string | undefined,
): string | undefined {
  if (location !== undefined || posted !== undefined || employee === undefined) return location ?? posted;
  return state.employees.get(employee)?.homeLocation ?? state.lastLocations.get(employee);
}

function limitInForce(
  state: BookState,
  id: string,
  now: number,
  location: string | undefined,
): Limit | Refused {
  const version = activeVersion(state, now, calendarOf(state, location));
  const limits = version === null ? [] : state.policies.get(version)!.policy.limits;
  const limit = limits.find((one) => one.id === id);
  if (limit !== undefined) return limit;
  return refuse('limit-not-found', `The policy in force has no limit "${id}".`, {
    pointer: '/limit',
    advice:
      limits.length === 0
        ? 'Put a policy with limits in force first.'
        : `Name one of: ${limits.map((one) => one.id).join(', ')}.`,
  });
}

/** @param member of the body: where the key was written */
function namedIn(
  state: BookState,
  limit: Limit,
  given: Key,
  member: 'key' | 'from' | 'to',
  at: number,
  posted: string | undefined,
): Named | Refused {
  const no = (pointer: string, detail: string, advice: string) =>
    refuse('bucket-not-adjustable', detail, { pointer, advice });
  const counted: readonly string[] =
    limit.window.every === 'shift' ? [...limit.per, 'shift'] : limit.per.filter((name) => name !== 'act');
  const stray = Object.keys(given).find((name) => !counted.includes(name));
  if (stray !== undefined) {
    const detail = `The limit "${limit.id}" is not counted per ${stray}.`;
    return no(`/${member}/${stray}`, detail, `Name ${counted.join(' and ')}, and nothing else.`);
  }
  if (given.book !== undefined && given.book !== state.id) {
    return no(`/${member}/book`, `This book is "${state.id}".`, 'Leave book out of the key.');
  }
  if (given.employee !== undefined && !state.employees.has(given.employee)) {
    const detail = `The directory does not know the employee "${given.employee}".`;
    return no(`/${member}/employee`, detail, 'Check the id, or state the employee with PUT first.');
  }
  const unknown = [given.location, posted].find((name) => name !== undefined && !state.locations.has(name));
  if (unknown !== undefined) {
    const detail = `The directory does not know the location "${unknown}".`;
    const pointer = unknown === given.location ? `/${member}/location` : '/location';
    return no(pointer, detail, 'Check the id, or state the location with PUT first.');
  }
  const bucket = bucketAt(state, limit, given, at, locationOf(state, given, posted));
  if ('missing' in bucket) {
    const names = bucket.missing.join(' and ');
    return no(
      `/${member}`,
      `The limit "${limit.id}" is counted per ${names}.`,
      `Name ${names} in "${member}".`,
    );
  }
  if (bucket.id === undefined) {
    const detail = `The limit "${limit.id}" holds for each act by itself: there is no bucket to adjust.`;
    return no('/limit', detail, 'Change what the limit allows in a new version of the policy.');
  }
  return bucket as Named;
}

/** The posted amounts in every measure, or what is wrong with them. */
function amountsFor(
  state: BookState,
  limit: Limit,
  asked: Readonly<Partial<Amounts>>,
  signed: boolean,
): Amounts | Refused {
  const bounded = MEASURES.filter((measure) => limit.allow[measure] !== undefined);
  const no = (measure: Measure, detail: string, advice: string) =>
    refuse('bucket-not-adjustable', detail, { pointer: `/${measure}`, advice });
  const amounts = { ...NOTHING, ...asked };
  for (const measure of MEASURES) {
    const amount = amounts[measure];
    if (amount === 0) continue;
    if (!bounded.includes(measure)) {
      const detail = `The limit "${limit.id}" does not bound ${measure}.`;
      return no(measure, detail, `It bounds ${bounded.join(' and ')}: adjust that.`);
    }
    if (amount < 0 && !signed) {
      const advice = 'Post "kind": "correction" to take away; the other kinds have amounts above zero.';
      return no(measure, `${measure} is ${amount}.`, advice);
    }
  }
  if (MEASURES.every((measure) => amounts[measure] === 0)) {
    return no(bounded[0]!, 'Nothing would be adjusted.', `Give an amount of ${bounded.join(' or ')}.`);
  }
  const sums = plus(state.adjustedInAll, {
    count: Math.abs(amounts.count),
    costMinor: Math.abs(amounts.costMinor),
    retailMinor: Math.abs(amounts.retailMinor),
  });
  const large = MEASURES.find((measure) => !Number.isSafeInteger(sums[measure]));
  if (large === undefined) return amounts;
  return refuse('amount-too-large', `With this, ${large} of all adjustments could not be kept exactly.`, {
    pointer: `/${large}`,
    advice: 'Check the amount: it is in whole minor units. A book holds up to 2^53 - 1 in all.',
  });
}

function gainsItself({ key }: BucketAt, actor: string): Refused | undefined {
  if (key.employee === undefined || key.employee !== actor) return undefined;
  return refuse('self-approval', `"${actor}" would gain by their own adjustment.`, {
    advice: 'Have somebody else post it: the author of an adjustment never gains by it.',
  });
}

/** Whether what happens now counts in the bucket. */
function isOpen({ window }: BucketAt, at: number, now: number): boolean {
  if (window.label === ROLLING) {
    const durationMs = window.to! - window.from!;
    return at > now - durationMs && at <= now + CLOCK_TOLERANCE_MS;
  }
  return (window.from ?? now) <= now && now < (window.to ?? Number.POSITIVE_INFINITY);
}

function nameOf({ window, key }: BucketAt): NamedBucket {
  return { label: window.label, key };
}

function whenRolling({ window }: BucketAt, at: number): { readonly at?: number } {
  return window.label === ROLLING ? { at } : {};
}
