/**
 * What a window takes over from those before it: computed from the buckets as they stand whenever it is asked for,
 * so that a late act or a reversal counts where it belongs. Nothing of it is stored.
 *
 * At the end of a window the limit's own allowance, as far as it is unused, is carried into the next ones and lives
 * for as many as `for` says. Use takes what was carried first, the oldest of it before the rest, then the own
 * allowance; what is reserved, taken away by a correction or transferred out counts as used, and what was granted is
 * never carried. A window takes over at most `upTo`; of more, the newest is kept, which lives longest.
 */
import { type Amounts, MEASURES, type Measure } from '../act/act.ts';
import type { Limit } from '../policy/policy.ts';
import type { BusinessCalendar } from '../time/business-calendar.ts';
import { type WindowAt, windowAt } from '../time/windows.ts';
import { type BucketReader, bucketId } from './buckets.ts';
import { inForceSince, type Past, wordsAt } from './in-force.ts';
import { NOTHING } from './timeline.ts';

/** A year of weeks. What was carried into a window longer ago is taken for nothing. */
export const MOST_WINDOWS_BACK = 53;

export interface CarriedTo {
  readonly limit: Limit;
  readonly key: Readonly<Record<string, string>>;
  readonly window: WindowAt;
  readonly calendar: BusinessCalendar;
}

/** A window that has ended, as the one after it finds it. */
interface Ended {
  /** The limit's words in force when it ended. */
  readonly words: Limit;
  readonly spent: Amounts;
}

/** Left unused `age` windows ago. */
interface Lot {
  readonly age: number;
  readonly amount: number;
}

/** @param now of the decision, epoch ms: the words of the window itself are those in force then */
export function carriedOver(to: CarriedTo, usage: BucketReader, past: Past, now: number): Amounts {
  const { limit } = to;
  if (limit.carryOver === undefined || to.window.from === null) return NOTHING;
  const before = windowsBefore(to, usage, past, now);
  const carried = { count: 0, costMinor: 0, retailMinor: 0 };
  for (const measure of MEASURES) {
    if (limit.carryOver.upTo[measure] !== undefined) carried[measure] = carriedOf(measure, limit, before);
  }
  return carried;
}

function carriedOf(measure: Measure, limit: Limit, before: (back: number) => Ended | undefined): number {
  const ended: Ended[] = [];
  let lots: readonly Lot[] = [];
  let into = limit;
  for (let back = 0; back < MOST_WINDOWS_BACK; back++) {
    const window = before(back);
    if (window === undefined) break;
    const known = knownToCarry(measure, window, into);
    if (known !== undefined) {
      lots = known;
      break;
    }
    ended.push(window);
    into = window.words;
  }
  for (let i = ended.length - 1; i >= 0; i--) {
    lots = carriedOn(measure, lots, ended[i]!, i === 0 ? limit : ended[i - 1]!.words);
  }
  return lots.reduce((sum, { amount }) => sum + amount, 0);
}

/** The windows before one, the last first, up to the one in which the limit, or the employee, was new. */
function windowsBefore(
  { limit, key, window, calendar }: CarriedTo,
  usage: BucketReader,
  past: Past,
  now: number,
): (back: number) => Ended | undefined {
  const stretch = inForceSince(limit, past, now, calendar);
  let since = stretch.at(-1)?.from ?? Number.POSITIVE_INFINITY;
  if (limit.per.includes('employee')) {
    since = Math.max(since, past.firstSeen.get(key.employee!) ?? Number.POSITIVE_INFINITY);
  }
  const found: Ended[] = [];
  let earliest = window;
  return (back) => {
    while (found.length <= back) {
      // Edges are instants, and windows tile time: the one before ends where this one starts.
      if (earliest.from! <= since) return undefined;
      earliest = windowBefore(limit, earliest, calendar);
      const words = wordsAt(stretch, earliest.to! - 1);
      if (words === undefined) return undefined;
      found.push({ words, spent: spentOf(usage, bucketId(limit.id, earliest.label, key)) });
    }
    return found[back];
  };
}

const remembered = new WeakMap<WindowAt, WindowAt>();

function windowBefore({ window }: Limit, at: WindowAt, calendar: BusinessCalendar): WindowAt {
  let before = remembered.get(at);
  if (before === undefined) {
    before = windowAt(window, at.from! - 1, calendar)!;
    remembered.set(at, before);
  }
  return before;
}

function spentOf(usage: BucketReader, id: string): Amounts {
  const used = usage.used(id);
  const reserved = usage.reserved(id);
  const adjusted = usage.adjusted(id);
  if (adjusted === NOTHING && reserved === NOTHING) return used;
  const spent = (measure: Measure) => used[measure] + reserved[measure] - Math.min(0, adjusted[measure]);
  return { count: spent('count'), costMinor: spent('costMinor'), retailMinor: spent('retailMinor') };
}

/**
 * What a window carries into the next one where that is plain whatever it took over itself; undefined where one must
 * look further back.
 */
function knownToCarry(measure: Measure, { words, spent }: Ended, into: Limit): readonly Lot[] | undefined {
  const allowed = words.allow[measure];
  const upTo = into.carryOver?.upTo[measure] ?? 0;
  // Where the measure was not bounded, nothing can have been left of it.
  if (allowed === undefined || upTo === 0) return [];
  const unused = allowed - spent[measure];
  if (unused >= upTo) return [{ age: 1, amount: upTo }];
  const mostTakenOver = words.carryOver?.upTo[measure] ?? 0;
  if (unused + mostTakenOver <= 0) return [];
  const aloneCarried = mostTakenOver === 0 || (into.carryOver!.for === 1 && spent[measure] === 0);
  return aloneCarried ? [{ age: 1, amount: unused }] : undefined;
}

/** What is carried into the window after `ended`, which had taken over `lots`, the oldest first. */
function carriedOn(
  measure: Measure,
  lots: readonly Lot[],
  { words, spent }: Ended,
  into: Limit,
): readonly Lot[] {
  const { upTo, for: life } = into.carryOver ?? { upTo: {}, for: 0 };
  let toTake = spent[measure];
  const left: Lot[] = [];
  for (const { age, amount } of lots) {
    const taken = Math.min(amount, toTake);
    toTake -= taken;
    if (amount > taken && age < life) left.push({ age: age + 1, amount: amount - taken });
  }
  left.push({ age: 1, amount: Math.max(0, (words.allow[measure] ?? 0) - toTake) });
  let room = upTo[measure] ?? 0;
  const carried: Lot[] = [];
  for (const { age, amount } of left.reverse()) {
    const kept = Math.min(amount, room);
    room -= kept;
    if (kept > 0) carried.unshift({ age, amount: kept });
  }
  return carried;
}
