/**
 * Keeps the memory of a replay from growing with its history: forgets, exactly when that can be told, what no later act
 * looks at. A decision reads the buckets of the windows its act lies in, those a limit carries over from, and of a rolling
 * bucket what is closer than the window's length; a reversal reads its act and what was reversed of it before. Everything
 * else only adds to what nobody reads.
 */
import type { Ahead } from '../domain/book/ahead.ts';
import { MOST_WINDOWS_BACK } from '../domain/book/carry-over.ts';
import type { BookState } from '../domain/book/state.ts';
import type { Limit, Policy } from '../domain/policy/policy.ts';
import {
  type BusinessCalendar,
  businessCalendar,
  withFiscalYears,
} from '../domain/time/business-calendar.ts';
import { DAY_MS, parseDate, requireDate } from '../domain/time/civil-date.ts';
import type { FiscalCalendar } from '../domain/time/fiscal-calendar.ts';
import { windowAt } from '../domain/time/windows.ts';
import { type Foreseen, isLong, type Unlisted } from './foresee.ts';

const MOST_UNSWEPT = 32_768;

/**
 * A business day begins up to a day before its date begins in UTC, and ends up to three days after: 14 hours ahead and 12
 * behind are as far as zones go, and the cut-over may be any minute of the day.
 */
const EARLIEST_MS = -DAY_MS;
const LATEST_MS = 3 * DAY_MS;

/** A location's calendar may lack a date that its zone skipped, and so reach one window further back. */
const WINDOWS_BACK = MOST_WINDOWS_BACK + 2;

/** The acts that a replay keeps until they are reversed. */
interface Kept {
  readonly size: number;
  forgetAll(isOver: (act: string) => boolean): void;
}

interface LookedAt {
  readonly limit: Limit;
  /** The position of the last act that looks there. */
  last: number;
}

export class Forgetting {
  readonly #foreseen: Foreseen;
  readonly #limits: ReadonlyMap<string, Limit>;
  /** Windows that can be named, by their buckets' ids up to the key. */
  readonly #windows = new Map<string, LookedAt>();
  /** Limits whose windows cannot be named: their buckets stay. */
  readonly #unnamed = new Set<string>();
  readonly #isOff: boolean;
  readonly #mostUnswept: number;
  #sizeAtLast = 0;

  /**
   * @param fiscalCalendar of the book as it is replayed; absent: fiscal windows stay
   * @param mostUnswept so many new entries are not worth a look
   */
  constructor(
    foreseen: Foreseen,
    policy: Policy,
    fiscalCalendar: FiscalCalendar | undefined,
    mostUnswept = MOST_UNSWEPT,
  ) {
    this.#foreseen = foreseen;
    this.#mostUnswept = mostUnswept;
    // Dates beyond the year 9999, that only the edge of time zones can reach, have no number: then nothing is forgotten.
    this.#isOff = [...foreseen.lastOnDay.keys()].some((date) => parseDate(date) === undefined);
    this.#limits = new Map(policy.limits.map((limit) => [limit.id, limit]));
    // Labels name business dates, whatever the location: any calendar finds them.
    const calendar = withFiscalYears(businessCalendar('UTC', '00:00'), fiscalCalendar);
    if (!this.#isOff) for (const limit of policy.limits) this.#lookAhead(limit, calendar);
  }

  #lookAhead(limit: Limit, calendar: BusinessCalendar): void {
    const { id, window, carryOver } = limit;
    if (window.every === 'act' || window.every === 'shift') return;
    if (window.every === 'lifetime' || window.every === 'rolling') return;
    if (window.every === 'fiscal' && calendar.fiscal === undefined) {
      this.#unnamed.add(id);
      return;
    }
    const back = carryOver === undefined ? 0 : WINDOWS_BACK;
    for (const [date, position] of this.#foreseen.lastOnDay) {
      let at = requireDate(date) * DAY_MS;
      for (let i = 0; i <= back; i++) {
        const { label, from } = windowAt(window, at, calendar)!;
        const name = `${id}\n${label}`;
        const looked = this.#windows.get(name);
        if (looked === undefined) this.#windows.set(name, { limit, last: position });
        else if (looked.last < position) looked.last = position;
        at = from! - 1;
      }
    }
  }

  /** To be called now and then. @param position of the newest event that was taken */
  after(position: number, { buckets, reversals }: BookState, kept: Kept): void {
    if (this.#isOff) return;
    const size = buckets.size + reversals.size + kept.size;
    if (size < this.#sizeAtLast * 2 + this.#mostUnswept) return;
    buckets.forget(this.#ahead(position));
    const isOver = (act: string) => !this.#foreseen.isReversedAfter(act, position);
    for (const act of reversals.keys()) if (isOver(act)) reversals.delete(act);
    kept.forgetAll(isOver);
    this.#sizeAtLast = buckets.size + reversals.size + kept.size;
  }

  #ahead(position: number): Ahead {
    const days: number[] = [];
    for (const [date, last] of this.#foreseen.lastOnDay) {
      if (last > position) days.push(requireDate(date) * DAY_MS);
    }
    days.sort((a, b) => a - b);
    return {
      looksAt: (id) => this.#looksAt(id, position),
      looksFrom: (id, first, last) => this.#looksFrom(id, first, last, days, position),
    };
  }

  #looksAt(id: string, position: number): boolean {
    const afterLimit = id.indexOf('\n');
    const afterLabel = id.indexOf('\n', afterLimit + 1);
    const name = afterLabel < 0 ? id : id.slice(0, afterLabel);
    const looked = this.#windows.get(name);
    // Nearly all of them.
    if (looked !== undefined) return looked.last > position && this.#isKeyAhead(id, looked.limit, position);
    const limit = this.#limits.get(id.slice(0, afterLimit));
    if (limit === undefined) return false;
    if (this.#unnamed.has(limit.id)) return true;
    const { every } = limit.window;
    if (every === 'shift') {
      const label = name.slice(afterLimit + 1);
      if (!label.startsWith(SHIFT)) return false;
      if (!this.#foreseen.isNamedAfter('shift', label.slice(SHIFT.length), position)) return false;
    } else if (every !== 'lifetime') return false;
    return this.#isKeyAhead(id, limit, position);
  }

  #looksFrom(id: string, first: number, last: number, days: readonly number[], position: number): number {
    const limit = this.#limits.get(id.slice(0, id.indexOf('\n')));
    if (limit?.window.every !== 'rolling') return Number.POSITIVE_INFINITY;
    const { durationMs } = limit.window;
    // An act of that day looks at what is closer than the window's length, before it and after it.
    const next = days.find((day) => day + LATEST_MS + durationMs > first);
    if (next === undefined || next + EARLIEST_MS - durationMs > last) return Number.POSITIVE_INFINITY;
    if (!this.#isKeyAhead(id, limit, position)) return Number.POSITIVE_INFINITY;
    return next + EARLIEST_MS - durationMs;
  }

  /** Whether later acts name every value of the bucket's key that a book has no list of; of short windows taken for granted. */
  #isKeyAhead(id: string, { window, per }: Limit, position: number): boolean {
    if (!isLong(window)) return true;
    for (const dimension of per) {
      if (dimension !== 'customer' && dimension !== 'incident' && dimension !== 'campaign') continue;
      const value = valueIn(id, dimension);
      if (value !== undefined && !this.#foreseen.isNamedAfter(dimension, value, position)) return false;
    }
    return true;
  }
}

const SHIFT = 'shift:';

/** Of a bucket's id; see `bucketId`. */
function valueIn(id: string, dimension: Unlisted): string | undefined {
  const mark = `\n${dimension}=`;
  const at = id.indexOf(mark);
  if (at < 0) return undefined;
  const end = id.indexOf('\n', at + 1);
  return id.slice(at + mark.length, end < 0 ? undefined : end);
}
