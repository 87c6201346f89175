/**
 * The buckets of a book: what has been used of each limit × key × window. Every bucket counts all three
 * measures whether or not its limit bounds them, so that a limit that changes its figure or its measure keeps
 * what is already used.
 */
import type { Amounts } from '../act/act.ts';
import type { CountedBy } from '../policy/counted-by.ts';
import type { Ahead } from './ahead.ts';
import { Beside, type BesideSnapshot } from './beside.ts';
import { NOTHING, Timeline } from './timeline.ts';

export const ROLLING = 'rolling';
/** The label of windows without memory: nothing is kept for them. */
export const ACT = 'act';

/**
 * Identifies a bucket: a limit that comes to be counted per something else starts anew, even where the values
 * are alike. No part can contain a line break: ids have no control characters.
 * @param key the value of each dimension of the limit's `per`, in its order
 */
export function bucketId(limit: string, label: string, key: Readonly<Record<string, string>>): string {
  // Joined, not added up: a text that was added up stays a tree of its parts, of twice the size, until it is compared.
  const parts = [limit, label];
  for (const dimension in key) parts.push(`${dimension}=${key[dimension]}`);
  return parts.join('\n');
}

/** The same, of what a limit counts an act by. */
export function bucketOf(limit: string, label: string, by: CountedBy): string {
  if (by.label !== label) {
    by.bucket = bucketId(limit, label, by.key);
    by.label = label;
  }
  return by.bucket;
}

/** What a decision may know of the buckets. */
export interface BucketReader {
  /** Used of a calendar, shift or lifetime bucket. */
  used(id: string): Amounts;
  /** Used of a rolling bucket in `(from, to]`. */
  usedBetween(id: string, from: number, to: number): Amounts;
  /** Reserved in a calendar, shift or lifetime bucket. */
  reserved(id: string): Amounts;
  /** Reserved in a rolling bucket in `(from, to]`. */
  reservedBetween(id: string, from: number, to: number): Amounts;
  /** Granted, corrected and transferred, in sum, of a calendar, shift or lifetime bucket. */
  adjusted(id: string): Amounts;
  /** As `adjusted`, of a rolling bucket in `(from, to]`. */
  adjustedBetween(id: string, from: number, to: number): Amounts;
  /** The times at which anything of a rolling bucket was used, reserved or adjusted in `(from, to)`; one may come twice. */
  timesWithin(id: string, from: number, to: number): readonly number[];
}

const NEVER: readonly number[] = [];

/** Columns rather than objects: a million buckets are three arrays of numbers and their ids. */
export class Buckets implements BucketReader {
  #index = new Map<string, number>();
  #columns: Record<keyof Amounts, Float64Array> = columns(1024);
  /** Places in the columns that were given up. */
  readonly #free: number[] = [];
  #rolling = new Map<string, Timeline>();
  #reserved = new Beside();
  #adjusted = new Beside();

  get size(): number {
    return this.#index.size + this.#rolling.size;
  }

  used(id: string): Amounts {
    const i = this.#index.get(id);
    if (i === undefined) return NOTHING;
    const { count, costMinor, retailMinor } = this.#columns;
    return { count: count[i]!, costMinor: costMinor[i]!, retailMinor: retailMinor[i]! };
  }

  usedBetween(id: string, from: number, to: number): Amounts {
    return this.#rolling.get(id)?.between(from, to) ?? NOTHING;
  }

  adjusted(id: string): Amounts {
    return this.#adjusted.of(id);
  }

  adjustedBetween(id: string, from: number, to: number): Amounts {
    return this.#adjusted.between(id, from, to);
  }

  adjust(id: string, amounts: Amounts): void {
    this.#adjusted.add(id, amounts);
  }

  adjustAt(id: string, at: number, amounts: Amounts): void {
    this.#adjusted.addAt(id, at, amounts);
  }

  reserved(id: string): Amounts {
    return this.#reserved.of(id);
  }

  reservedBetween(id: string, from: number, to: number): Amounts {
    return this.#reserved.between(id, from, to);
  }

  timesWithin(id: string, from: number, to: number): readonly number[] {
    const used = this.#rolling.get(id)?.timesWithin(from, to) ?? NEVER;
    if (this.#reserved.isEmpty && this.#adjusted.isEmpty) return used;
    return [
      ...used,
      ...this.#reserved.timesWithin(id, from, to),
      ...this.#adjusted.timesWithin(id, from, to),
    ];
  }

  /** The time of the first use or reservation after `from`, if any. */
  firstTimeAfter(id: string, from: number): number | undefined {
    const used = this.#rolling.get(id)?.firstAfter(from);
    const reserved = this.#reserved.firstTimeAfter(id, from);
    return used === undefined || (reserved !== undefined && reserved < used) ? reserved : used;
  }

  reserve(id: string, amounts: Amounts): void {
    this.#reserved.add(id, amounts);
  }

  reserveAt(id: string, at: number, amounts: Amounts): void {
    this.#reserved.addAt(id, at, amounts);
  }

  add(id: string, amounts: Amounts): void {
    let i = this.#index.get(id);
    if (i === undefined) {
      i = this.#free.pop() ?? this.#index.size;
      this.#index.set(id, i);
      if (i >= this.#columns.count.length) this.#columns = grown(this.#columns);
    }
    this.#columns.count[i]! += amounts.count;
    this.#columns.costMinor[i]! += amounts.costMinor;
    this.#columns.retailMinor[i]! += amounts.retailMinor;
  }

  addAt(id: string, at: number, amounts: Amounts): void {
    let timeline = this.#rolling.get(id);
    if (timeline === undefined) {
      timeline = new Timeline();
      this.#rolling.set(id, timeline);
    }
    timeline.add(at, amounts);
  }

  /**
   * Forgets what nobody will look at again. What is reserved stays, for it comes free some day. What is used of a bucket
   * that was forgotten, or given back to it, may be added all the same: nobody looks at that either.
   */
  forget(ahead: Ahead): void {
    const { count, costMinor, retailMinor } = this.#columns;
    // Not `of`, which makes a pair for every bucket.
    this.#index.forEach((i, id) => {
      if (ahead.looksAt(id)) return;
      this.#index.delete(id);
      this.#free.push(i);
      count[i] = costMinor[i] = retailMinor[i] = 0;
    });
    this.#rolling.forEach((timeline, id) => {
      const [first, last] = timeline.span;
      const from = ahead.looksFrom(id, first, last);
      if (from >= last) this.#rolling.delete(id);
      else timeline.forgetUpTo(from);
    });
    this.#adjusted.forget(ahead);
  }

  toSnapshot(): BucketsSnapshot {
    const { count, costMinor, retailMinor } = this.#columns;
    const places = this.#free.length === 0 ? undefined : [...this.#index.values()];
    const inOrder = (column: Float64Array) =>
      places === undefined ? column.slice(0, this.#index.size) : Float64Array.from(places, (i) => column[i]!);
    return {
      ids: [...this.#index.keys()].join('\u0000'),
      count: inOrder(count),
      costMinor: inOrder(costMinor),
      retailMinor: inOrder(retailMinor),
      rolling: {
        ids: [...this.#rolling.keys()].join('\u0000'),
        lengths: Uint32Array.from(this.#rolling.values(), (timeline) => timeline.toArray().length),
        uses: Float64Array.from(this.#rolling.values().flatMap((timeline) => timeline.toArray())),
      },
      reserved: this.#reserved.toSnapshot(),
      adjusted: this.#adjusted.toSnapshot(),
    };
  }

  static fromSnapshot(snapshot: BucketsSnapshot): Buckets {
    const buckets = new Buckets();
    const ids = split(snapshot.ids);
    for (let i = 0; i < ids.length; i++) buckets.#index.set(ids[i]!, i);
    // Copied: as they come, they may be windows on all of the snapshot, which would stay with them.
    buckets.#columns = {
      count: snapshot.count.slice(),
      costMinor: snapshot.costMinor.slice(),
      retailMinor: snapshot.retailMinor.slice(),
    };
    if (ids.length === 0) buckets.#columns = columns(1024);
    let from = 0;
    split(snapshot.rolling.ids).forEach((id, i) => {
      const to = from + snapshot.rolling.lengths[i]!;
      buckets.#rolling.set(id, Timeline.fromArray(snapshot.rolling.uses.subarray(from, to)));
      from = to;
    });
    buckets.#reserved = Beside.fromSnapshot(snapshot.reserved);
    buckets.#adjusted = Beside.fromSnapshot(snapshot.adjusted);
    return buckets;
  }
}

export interface BucketsSnapshot {
  readonly ids: string;
  readonly count: Float64Array;
  readonly costMinor: Float64Array;
  readonly retailMinor: Float64Array;
  readonly rolling: { readonly ids: string; readonly lengths: Uint32Array; readonly uses: Float64Array };
  readonly reserved: BesideSnapshot;
  readonly adjusted: BesideSnapshot;
}

/** Ids travel as one text, joined by a character none can contain. */
function split(ids: string): string[] {
  return ids === '' ? [] : ids.split('\u0000');
}

function columns(length: number): Record<keyof Amounts, Float64Array> {
  return {
    count: new Float64Array(length),
    costMinor: new Float64Array(length),
    retailMinor: new Float64Array(length),
  };
}

function grown(old: Record<keyof Amounts, Float64Array>): Record<keyof Amounts, Float64Array> {
  const next = columns(old.count.length * 2);
  next.count.set(old.count);
  next.costMinor.set(old.costMinor);
  next.retailMinor.set(old.retailMinor);
  return next;
}
