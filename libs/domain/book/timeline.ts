/**
 * What was used of one rolling bucket, ordered by the time it happened. Running totals make the usage of any
 * window two binary searches; a late act is inserted where it belongs.
 */
import type { Amounts } from '../act/act.ts';

export const NOTHING: Amounts = Object.freeze({ count: 0, costMinor: 0, retailMinor: 0 });

export function plus(a: Amounts, b: Amounts): Amounts {
  return {
    count: a.count + b.count,
    costMinor: a.costMinor + b.costMinor,
    retailMinor: a.retailMinor + b.retailMinor,
  };
}

export function minus(a: Amounts, b: Amounts): Amounts {
  return {
    count: a.count - b.count,
    costMinor: a.costMinor - b.costMinor,
    retailMinor: a.retailMinor - b.retailMinor,
  };
}

/** Numbers per use: the time (epoch ms), then the running totals of count, costMinor and retailMinor. */
const STRIDE = 4;

const NEVER: readonly number[] = [];

export class Timeline {
  /** One flat array, and no longer than it must be: books hold a great many timelines of one use each. */
  #uses: number[] = [];

  /** Adds a use (or, with negative amounts, gives one back) at the time the act happened. */
  add(at: number, amounts: Amounts): void {
    const uses = this.#uses;
    const place = this.#firstAfter(at);
    const before = place - STRIDE;
    const count = (before < 0 ? 0 : uses[before + 1]!) + amounts.count;
    const costMinor = (before < 0 ? 0 : uses[before + 2]!) + amounts.costMinor;
    const retailMinor = (before < 0 ? 0 : uses[before + 3]!) + amounts.retailMinor;
    if (uses.length === 0) {
      this.#uses = [at, count, costMinor, retailMinor];
      return;
    }
    if (place === uses.length) {
      uses.push(at, count, costMinor, retailMinor);
      return;
    }
    uses.splice(place, 0, at, count, costMinor, retailMinor);
    for (let i = place + STRIDE; i < uses.length; i += STRIDE) {
      uses[i + 1]! += amounts.count;
      uses[i + 2]! += amounts.costMinor;
      uses[i + 3]! += amounts.retailMinor;
    }
  }

  /** Used in `(from, to]`. */
  between(from: number, to: number): Amounts {
    const uses = this.#uses;
    const last = this.#firstAfter(to) - STRIDE;
    const before = this.#firstAfter(from) - STRIDE;
    if (last <= before) return NOTHING;
    return {
      count: uses[last + 1]! - (before < 0 ? 0 : uses[before + 1]!),
      costMinor: uses[last + 2]! - (before < 0 ? 0 : uses[before + 2]!),
      retailMinor: uses[last + 3]! - (before < 0 ? 0 : uses[before + 3]!),
    };
  }

  /** The times of uses in `(from, to)`, ascending, each once. */
  timesWithin(from: number, to: number): readonly number[] {
    const uses = this.#uses;
    let i = this.#firstAfter(from);
    // Nearly always: acts come nearly in order.
    if (i === uses.length) return NEVER;
    const times: number[] = [];
    for (; i < uses.length && uses[i]! < to; i += STRIDE) {
      if (uses[i] !== times.at(-1)) times.push(uses[i]!);
    }
    return times;
  }

  /** The time of the first use after `from`, if any. */
  firstAfter(from: number): number | undefined {
    return this.#uses[this.#firstAfter(from)];
  }

  /** The time of the first use and of the last; there is one at least. */
  get span(): readonly [first: number, last: number] {
    return [this.#uses[0]!, this.#uses[this.#uses.length - STRIDE]!];
  }

  /** Forgets uses up to that time, but for what they came to: nobody asks for a window that begins before it again. */
  forgetUpTo(at: number): void {
    // The last of them stays: the totals of those after it go on from its own.
    const last = this.#firstAfter(at) - STRIDE;
    if (last > 0) this.#uses.splice(0, last);
  }

  /** `[time, running count, running costMinor, running retailMinor]` per use, flat. */
  toArray(): readonly number[] {
    return this.#uses;
  }

  static fromArray(uses: Float64Array): Timeline {
    const timeline = new Timeline();
    // An array that was pushed to has room for many more.
    timeline.#uses = Array.from(uses).slice();
    return timeline;
  }

  /** The index of the first use after the time, the array's length if there is none. */
  #firstAfter(at: number): number {
    const uses = this.#uses;
    // Acts come nearly in order: the end is looked at first.
    if (uses.length === 0 || uses[uses.length - STRIDE]! <= at) return uses.length;
    let low = 0;
    let high = uses.length / STRIDE - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (uses[middle * STRIDE]! <= at) low = middle + 1;
      else high = middle;
    }
    return low * STRIDE;
  }
}
