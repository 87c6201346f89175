/**
 * What a bucket holds, as simply as it can be said: sums over the lists of the reference model, and for carry-over a
 * purse of single tokens, dealt anew from the first window for every question.
 */
import { type Amounts, MEASURES, type Measure } from '../act/act.ts';
import type { Limit } from '../policy/policy.ts';
import { type WindowAt, windowAt } from '../time/windows.ts';
import {
  isNothing,
  type ModelBucket,
  nameOf,
  type ReferenceFacts,
  remembers,
  sum,
} from './reference-facts.fixture.ts';

export interface Purse {
  readonly allowed: number;
  readonly used: number;
  readonly reserved: number;
  readonly carriedOver: number;
  readonly adjusted: number;
}
export type Purses = ReadonlyMap<Measure, Purse>;

/** Where and when a bucket is looked at. */
export interface Look {
  readonly at: number;
  readonly now: number;
  readonly location: string | undefined;
}

export interface Opened {
  readonly window: WindowAt;
  readonly purses: Purses;
}

export function room({ allowed, used, reserved, carriedOver, adjusted }: Purse): number {
  return allowed + carriedOver + adjusted - used - reserved;
}

/** What adds nothing to a measure cannot go beyond it. */
export function beyond(purses: Purses, amounts: Amounts): boolean {
  return [...purses].some(([measure, purse]) => amounts[measure] > 0 && amounts[measure] > room(purse));
}

/** The bucket with every window that holds the moment: one, and of a rolling limit one for each later fact. */
export function windowsOf(
  facts: ReferenceFacts,
  limit: Limit,
  bucket: ModelBucket,
  window: WindowAt,
  { at, now, location }: Look,
): Opened[] {
  const open = (one: WindowAt, of: (measure: Measure, allowed: number) => Purse): Opened => ({
    window: one,
    purses: new Map(
      MEASURES.flatMap((measure) => {
        const allowed = limit.allow[measure];
        return allowed === undefined ? [] : [[measure, of(measure, allowed)]];
      }),
    ),
  });
  if (!remembers(limit)) {
    return [open(window, (_, allowed) => ({ allowed, used: 0, reserved: 0, carriedOver: 0, adjusted: 0 }))];
  }
  const name = nameOf(bucket);
  const used = facts.usedIn(name);
  const reserved = facts.openIn(name);
  const adjusted = facts.adjustedIn(name);
  if (limit.window.every !== 'rolling') {
    const [spent, kept, changed] = [sum(used), sum(reserved), sum(adjusted)];
    return [
      open(window, (measure, allowed) => ({
        allowed,
        used: spent[measure],
        reserved: kept[measure],
        carriedOver: carried(facts, limit, bucket, window, measure, { at, now, location }),
        adjusted: changed[measure],
      })),
    ];
  }
  const { durationMs } = limit.window;
  const changes = adjusted.filter((one) => !isNothing(sum(adjusted.filter((other) => other.at === one.at))));
  const later = [...used.filter(({ amounts }) => !isNothing(amounts)), ...reserved, ...changes]
    .map((one) => one.at)
    .filter((end) => end > at && end < at + durationMs);
  return [at, ...later.sort((a, b) => a - b)].map((end) => {
    const within = <One extends { readonly at: number }>(all: readonly One[]) =>
      all.filter((one) => one.at > end - durationMs && one.at <= end);
    const [spent, kept, changed] = [sum(within(used)), sum(within(reserved)), sum(within(adjusted))];
    return open({ label: window.label, from: end - durationMs, to: end }, (measure, allowed) => ({
      allowed,
      used: spent[measure],
      reserved: kept[measure],
      carriedOver: 0,
      adjusted: changed[measure],
    }));
  });
}

/**
 * Of several windows the one that leaves the smallest share of a bound once the amounts are taken, over the measures
 * they add to; the earliest such. Without amounts: of what is left as it stands.
 */
export function tightest(windows: readonly Opened[], amounts?: Amounts): Opened {
  const share = ({ purses }: Opened) =>
    Math.min(
      ...[...purses].flatMap(([measure, purse]) => {
        if (amounts?.[measure] === 0) return [];
        const left = room(purse) - (amounts?.[measure] ?? 0);
        return [purse.allowed > 0 ? left / purse.allowed : left];
      }),
    );
  return windows.reduce((least, one) => (share(one) < share(least) ? one : least));
}

/** Each token is the number of the window it was left in; the oldest are spent first. */
function carried(
  facts: ReferenceFacts,
  limit: Limit,
  bucket: ModelBucket,
  window: WindowAt,
  measure: Measure,
  { now, location }: Look,
): number {
  if (limit.carryOver === undefined || window.from === null) return 0;
  const since = sinceWhen(facts, limit, bucket, now, location);
  const windows = [window];
  while (windows[0]!.from! > since) {
    windows.unshift(windowAt(limit.window, windows[0]!.from! - 1, facts.calendar(location))!);
  }
  const versions = facts.started(now, location);
  /** The words in force when a window ended; of the last one those of now. */
  const words = windows.map((one) => {
    const then = versions.findLast(({ from }) => from <= one.to! - 1)!;
    return one === window ? limit : then.policy.limits.find(({ id }) => id === limit.id)!;
  });
  let purse: number[] = [];
  for (const [i, one] of windows.slice(0, -1).entries()) {
    const name = nameOf({ ...bucket, label: one.label });
    const taken = Math.min(0, sum(facts.adjustedIn(name))[measure]);
    const spent = sum(facts.usedIn(name))[measure] + sum(facts.openIn(name))[measure] - taken;
    purse.push(...Array<number>(words[i]!.allow[measure] ?? 0).fill(i));
    purse.splice(0, spent);
    const { upTo, for: life } = words[i + 1]!.carryOver ?? { upTo: {}, for: 0 };
    // A measure that was not bounded leaves nothing, and breaks off what was left before.
    purse = words[i]!.allow[measure] === undefined ? [] : purse.filter((left) => i + 1 - left <= life);
    purse = purse.slice(Math.max(0, purse.length - (upTo[measure] ?? 0)));
  }
  return purse.length;
}

/** Since when the limit has been counted like this, for this employee. */
function sinceWhen(
  facts: ReferenceFacts,
  limit: Limit,
  { key }: ModelBucket,
  now: number,
  location: string | undefined,
): number {
  let since = Number.POSITIVE_INFINITY;
  for (const { from, policy } of facts.started(now, location).reverse()) {
    // Replaced in the same instant: never in force.
    if (from === since) continue;
    const then = policy.limits.find(({ id }) => id === limit.id);
    if (then === undefined || shape(then) !== shape(limit)) break;
    since = from;
  }
  return limit.per.includes('employee') ? Math.max(since, facts.firstSeen(key.employee!)) : since;
}

function shape({ per, window }: Limit): string {
  return JSON.stringify([per, window]);
}
