/**
 * From idempotency key to the event it became, for every key since the book was opened, in bounded memory:
 * a Bloom filter says "surely new" for nearly all new keys; keys of the last moments are held in a map until
 * the cache worker has them on file; the rest is on file.
 */
import { BloomFilter } from './bloom-filter.ts';
import type { CacheClient } from './cache-client.ts';
import type { Mark } from './cache-file.ts';

/** Keys held in memory before they are handed to the file: few enough to fold again after a crash at once. */
const KEYS_PER_FLUSH = 16_384;

export class KeyIndex {
  readonly #cache: CacheClient;
  readonly #bloom = new BloomFilter();
  /** False until every key on file has passed through the filter: until then it may not say "surely new". */
  #filled = false;
  readonly #books = new Map<string, Unflushed>();

  constructor(cache: CacheClient) {
    this.#cache = cache;
  }

  /** Fills the filter from the file. Lookups are right before it ends, and slower. */
  async fill(): Promise<void> {
    await this.#cache.hashes((page) => {
      for (let i = 0; i < page.length; i++) this.#bloom.add(page[i]!);
    });
    this.#filled = true;
  }

  add(book: string, hash: number, revision: number): void {
    this.#bloom.add(hash);
    const unflushed = this.#of(book);
    const there = unflushed.revisions.get(hash);
    if (there === undefined) unflushed.revisions.set(hash, [revision]);
    else there.push(revision);
  }

  /** Says that every event up to the mark has been added; hands over to the file when enough has come together. */
  reached(book: string, mark: Mark): void {
    const unflushed = this.#of(book);
    unflushed.mark = mark;
    if (unflushed.revisions.size >= KEYS_PER_FLUSH) void this.flush(book);
  }

  /** The revisions at which an event with this key may stand; the caller compares the keys themselves. */
  find(book: string, hash: number): readonly number[] {
    if (this.#filled && !this.#bloom.mayHave(hash)) return [];
    const { revisions, flushing } = this.#of(book);
    return [...(revisions.get(hash) ?? []), ...(flushing?.get(hash) ?? []), ...this.#cache.findKey(hash)];
  }

  /** Hands what is held to the file. What fails stays held, and is tried again with the next flush. */
  async flush(book: string): Promise<void> {
    const unflushed = this.#of(book);
    await unflushed.flushed;
    const { revisions, mark } = unflushed;
    if (mark === undefined || revisions.size === 0) return;
    unflushed.revisions = new Map();
    unflushed.flushing = revisions;
    unflushed.flushed = this.#handOver(book, revisions, mark)
      .catch(() => {
        for (const [hash, there] of unflushed.revisions) {
          revisions.set(hash, [...(revisions.get(hash) ?? []), ...there]);
        }
        unflushed.revisions = revisions;
      })
      .finally(() => {
        unflushed.flushing = undefined;
      });
    await unflushed.flushed;
  }

  async #handOver(book: string, keys: ReadonlyMap<number, readonly number[]>, mark: Mark): Promise<void> {
    const pairs = [...keys].flatMap(([hash, revisions]) =>
      revisions.map((revision) => [hash, revision] as const),
    );
    // Sorted, so that the file's tree is filled from left to right.
    pairs.sort((a, b) => a[0] - b[0]);
    await this.#cache.addKeys(
      book,
      Float64Array.from(pairs, ([hash]) => hash),
      Float64Array.from(pairs, ([, revision]) => revision),
      mark,
    );
  }

  #of(book: string): Unflushed {
    let unflushed = this.#books.get(book);
    if (unflushed === undefined) {
      unflushed = { revisions: new Map(), flushing: undefined, mark: undefined, flushed: Promise.resolve() };
      this.#books.set(book, unflushed);
    }
    return unflushed;
  }
}

interface Unflushed {
  revisions: Map<number, number[]>;
  /** On its way to the file; still looked at. */
  flushing: ReadonlyMap<number, readonly number[]> | undefined;
  mark: Mark | undefined;
  flushed: Promise<void>;
}
