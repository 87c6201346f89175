/**
 * Buckets with carry-over and adjustments as simply as they can be said: a purse of single tokens for every window,
 * dealt anew from the beginning for every question. Slow and obvious; the real ones are held against it. It shares
 * the windows with the domain (tested by table on their own) and nothing else.
 */
import { type Amounts, MEASURES, type Measure } from '../act/act.ts';
import type { Location } from '../directory/directory.ts';
import type { Dimension, Limit, Policy } from '../policy/policy.ts';
import { businessCalendar } from '../time/business-calendar.ts';
import { type WindowAt, windowAt } from '../time/windows.ts';

type Key = Readonly<Partial<Record<Dimension, string>>>;

interface Entry {
  /** `limit|per|label|key` */
  readonly bucket: string;
  readonly at: number;
  amounts: Amounts;
}

export interface Purse {
  readonly allowed: number;
  readonly carriedOver: number;
  readonly adjusted: number;
  readonly used: number;
}

export class CarryModel {
  readonly #locations: ReadonlyMap<string, Location>;
  readonly #versions: { readonly from: number; readonly policy: Policy }[] = [];
  readonly #firstSeen = new Map<string, number>();
  readonly #used = new Map<string, Entry[]>();
  readonly #adjusted: Entry[] = [];

  constructor(locations: ReadonlyMap<string, Location>) {
    this.#locations = locations;
  }

  activate(policy: Policy, from: number): void {
    this.#versions.push({ from, policy });
  }

  meet(employee: string, at: number): void {
    if (!this.#firstSeen.has(employee)) this.#firstSeen.set(employee, at);
  }

  /** @returns what each limit in force finds, before the act, with the purse of every measure it bounds */
  look(
    key: Key,
    location: string,
    at: number,
  ): { readonly limit: Limit; readonly purses: Map<Measure, Purse> }[] {
    return this.#now().limits.map((limit) => ({ limit, purses: this.purses(limit, key, location, at) }));
  }

  purses(limit: Limit, key: Key, location: string, at: number): Map<Measure, Purse> {
    const window = this.#window(limit, location, at);
    const bounded = MEASURES.filter((measure) => limit.allow[measure] !== undefined);
    return new Map(
      bounded.map((measure) => [measure, this.#purse(limit, key, location, at, window, measure)]),
    );
  }

  use(act: string, key: Key, location: string, at: number, amounts: Amounts): void {
    const entries = this.#now().limits.map((limit) => ({
      bucket: this.#bucket(limit, key, this.#window(limit, location, at)),
      at,
      amounts,
    }));
    this.#used.set(act, entries);
  }

  giveBack(act: string, amounts: Amounts): void {
    for (const entry of this.#used.get(act)!) {
      entry.amounts = {
        count: entry.amounts.count - amounts.count,
        costMinor: entry.amounts.costMinor - amounts.costMinor,
        retailMinor: entry.amounts.retailMinor - amounts.retailMinor,
      };
    }
  }

  adjust(limit: Limit, key: Key, location: string, at: number, amounts: Amounts): void {
    this.#adjusted.push({ bucket: this.#bucket(limit, key, this.#window(limit, location, at)), at, amounts });
  }

  #now(): Policy {
    return this.#versions.at(-1)!.policy;
  }

  #purse(limit: Limit, key: Key, location: string, at: number, window: WindowAt, measure: Measure): Purse {
    const bucket = this.#bucket(limit, key, window);
    const allowed = limit.allow[measure]!;
    if (limit.window.every !== 'rolling') {
      return {
        allowed,
        carriedOver: this.#carried(limit, key, location, window, measure),
        adjusted: sum(
          this.#adjusted.filter((entry) => entry.bucket === bucket),
          measure,
        ),
        used: sum(this.#uses(bucket), measure),
      };
    }
    // Of all windows that contain the moment the one with the least room.
    const { durationMs } = limit.window;
    const uses = this.#uses(bucket);
    const changes = this.#adjusted.filter((entry) => entry.bucket === bucket);
    const ends = [at, ...[...uses, ...changes].map((entry) => entry.at)].filter(
      (end) => end === at || (end > at && end < at + durationMs),
    );
    const within = (entries: Entry[], end: number) =>
      sum(
        entries.filter((entry) => entry.at > end - durationMs && entry.at <= end),
        measure,
      );
    const purses = ends.map((end) => ({
      allowed,
      carriedOver: 0,
      adjusted: within(changes, end),
      used: within(uses, end),
    }));
    return purses.reduce((least, purse) => (room(purse) < room(least) ? purse : least));
  }

  /** All windows from the first that counts, each dealt its tokens and robbed of what was spent. */
  #carried(limit: Limit, key: Key, location: string, window: WindowAt, measure: Measure): number {
    if (window.from === null) return 0;
    const since = this.#since(limit, key);
    const windows: WindowAt[] = [];
    for (let one = window; one.from! > since; ) {
      one = this.#window(limit, location, one.from! - 1);
      windows.unshift(one);
    }
    windows.push(window);
    /** Each token is the number of the window it was left in. */
    let purse: number[] = [];
    for (const [i, one] of windows.slice(0, -1).entries()) {
      const words = this.#wordsAt(limit, one.to! - 1);
      const next = i + 1 === windows.length - 1 ? limit : this.#wordsAt(limit, windows[i + 1]!.to! - 1);
      const bucket = this.#bucket(limit, key, one);
      const taken = Math.min(
        0,
        sum(
          this.#adjusted.filter((entry) => entry.bucket === bucket),
          measure,
        ),
      );
      const spent = sum(this.#uses(bucket), measure) - taken;
      purse.push(...Array<number>(words.allow[measure] ?? 0).fill(i));
      purse.splice(0, spent);
      const { upTo, for: life } = next.carryOver ?? { upTo: {}, for: 0 };
      // A measure that was not bounded leaves nothing, and breaks off what was left before.
      purse = words.allow[measure] === undefined ? [] : purse.filter((left) => i + 1 - left <= life);
      const most = upTo[measure] ?? 0;
      purse = purse.slice(Math.max(0, purse.length - most));
    }
    return purse.length;
  }

  #since(limit: Limit, key: Key): number {
    let since = Number.POSITIVE_INFINITY;
    for (const { from, policy } of [...this.#versions].reverse()) {
      if (from === since) continue;
      const then = policy.limits.find(({ id }) => id === limit.id);
      if (then === undefined || shape(then) !== shape(limit)) break;
      since = from;
    }
    if (!limit.per.includes('employee')) return since;
    return Math.max(since, this.#firstSeen.get(key.employee!) ?? Number.POSITIVE_INFINITY);
  }

  #wordsAt(limit: Limit, at: number): Limit {
    const then = this.#versions.findLast(({ from }) => from <= at)!;
    return then.policy.limits.find(({ id }) => id === limit.id)!;
  }

  #window(limit: Limit, location: string, at: number): WindowAt {
    const { timeZone, businessDayStartsAt } = this.#locations.get(location)!;
    return windowAt(limit.window, at, businessCalendar(timeZone, businessDayStartsAt))!;
  }

  #bucket(limit: Limit, key: Key, window: WindowAt): string {
    const values = limit.per.map((dimension) => (dimension === 'book' ? '' : key[dimension]));
    return [limit.id, limit.per.join(), window.label, ...values].join('|');
  }

  #uses(bucket: string): Entry[] {
    return [...this.#used.values()].flat().filter((entry) => entry.bucket === bucket);
  }
}

function shape({ per, window }: Limit): string {
  return JSON.stringify([per, window]);
}

function sum(entries: readonly Entry[], measure: Measure): number {
  return entries.reduce((total, { amounts }) => total + amounts[measure], 0);
}

export function room({ allowed, carriedOver, adjusted, used }: Purse): number {
  return allowed + carriedOver + adjusted - used;
}
