/**
 * Amounts that only few buckets have at any time, kept beside the columns of what is used. What comes back to
 * nothing is forgotten.
 */
import { type Amounts, MEASURES } from '../act/act.ts';
import type { Ahead } from './ahead.ts';
import { NOTHING, plus } from './timeline.ts';

interface At {
  readonly at: number;
  amounts: Amounts;
}

export interface BesideSnapshot {
  readonly amounts: ReadonlyMap<string, Amounts>;
  readonly rolling: ReadonlyMap<string, readonly At[]>;
}

export class Beside {
  readonly #amounts = new Map<string, Amounts>();
  /** In the order of their times, each time once. */
  readonly #rolling = new Map<string, At[]>();

  get isEmpty(): boolean {
    return this.#amounts.size === 0 && this.#rolling.size === 0;
  }

  of(id: string): Amounts {
    return this.#amounts.get(id) ?? NOTHING;
  }

  /** In `(from, to]`. */
  between(id: string, from: number, to: number): Amounts {
    const entries = this.#rolling.get(id);
    if (entries === undefined) return NOTHING;
    let sum = NOTHING;
    for (let i = firstAfter(entries, from); i < entries.length && entries[i]!.at <= to; i++) {
      sum = plus(sum, entries[i]!.amounts);
    }
    return sum;
  }

  /** The times in `(from, to)`, ascending, each once. */
  timesWithin(id: string, from: number, to: number): readonly number[] {
    const entries = this.#rolling.get(id);
    if (entries === undefined) return [];
    return entries.filter(({ at }) => at > from && at < to).map(({ at }) => at);
  }

  firstTimeAfter(id: string, from: number): number | undefined {
    const entries = this.#rolling.get(id);
    return entries?.[firstAfter(entries, from)]?.at;
  }

  add(id: string, amounts: Amounts): void {
    const sum = plus(this.of(id), amounts);
    if (isNothing(sum)) this.#amounts.delete(id);
    else this.#amounts.set(id, sum);
  }

  addAt(id: string, at: number, amounts: Amounts): void {
    let entries = this.#rolling.get(id);
    if (entries === undefined) {
      entries = [];
      this.#rolling.set(id, entries);
    }
    const place = firstAfter(entries, at) - 1;
    const there = entries[place];
    if (there?.at !== at) {
      entries.splice(place + 1, 0, { at, amounts });
      return;
    }
    there.amounts = plus(there.amounts, amounts);
    if (!isNothing(there.amounts)) return;
    entries.splice(place, 1);
    if (entries.length === 0) this.#rolling.delete(id);
  }

  /** See `Buckets.forget`. */
  forget(ahead: Ahead): void {
    for (const id of this.#amounts.keys()) if (!ahead.looksAt(id)) this.#amounts.delete(id);
    for (const [id, entries] of this.#rolling) {
      const kept = firstAfter(entries, ahead.looksFrom(id, entries[0]!.at, entries.at(-1)!.at));
      if (kept === entries.length) this.#rolling.delete(id);
      else entries.splice(0, kept);
    }
  }

  /** @returns plain data, fit for structured cloning; shared with this */
  toSnapshot(): BesideSnapshot {
    return { amounts: this.#amounts, rolling: this.#rolling };
  }

  static fromSnapshot(snapshot: BesideSnapshot): Beside {
    const beside = new Beside();
    for (const [id, amounts] of snapshot.amounts) beside.#amounts.set(id, amounts);
    for (const [id, entries] of snapshot.rolling)
      beside.#rolling.set(
        id,
        entries.map(({ at, amounts }) => ({ at, amounts })),
      );
    return beside;
  }
}

/** The first index whose time is after `at`. */
function firstAfter(entries: readonly At[], at: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (entries[middle]!.at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isNothing(amounts: Amounts): boolean {
  return MEASURES.every((measure) => amounts[measure] === 0);
}
