/**
 * From idempotency key to the event it became, for every key since the book was opened, in bounded memory:
 * a Bloom filter says "surely new" for nearly all new keys; keys of the last moments are held until
 * the cache worker has them on file; the rest is on file.
 */
import { BloomFilter } from './bloom-filter.ts';
import type { CacheClient } from './cache-client.ts';
import type { Mark } from './cache-file.ts';
import { HeldKeys } from './held-keys.ts';

/**
 * Keys held in memory before they are handed to the file: few enough to fold again after a crash at once. A round more still
 * fits into the power of two above.
 */
const KEYS_PER_FLUSH = 15_000;

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
    this.#of(book).keys.add(hash, revision);
  }

  /** Says that every event up to the mark has been added; hands over to the file when enough has come together. */
  reached(book: string, mark: Mark): void {
    const unflushed = this.#of(book);
    unflushed.mark = mark;
    if (unflushed.keys.size >= KEYS_PER_FLUSH) void this.flush(book);
  }

  /** The revisions at which an event with this key may stand; the caller compares the keys themselves. */
  find(book: string, hash: number): readonly number[] {
    if (this.#filled && !this.#bloom.mayHave(hash)) return [];
    const { keys, flushing } = this.#of(book);
    return [...keys.find(hash), ...(flushing?.find(hash) ?? []), ...this.#cache.findKey(hash)];
  }

  /** Hands what is held to the file. What fails stays held, and is tried again with the next flush. */
  async flush(book: string): Promise<void> {
    const unflushed = this.#of(book);
    await unflushed.flushed;
    const { keys, mark } = unflushed;
    if (mark === undefined || keys.size === 0) return;
    unflushed.keys = new HeldKeys();
    unflushed.flushing = keys;
    unflushed.flushed = this.#cache
      .addKeys(book, keys.hashes, keys.revisions, mark)
      .catch(() => {
        keys.addAll(unflushed.keys);
        unflushed.keys = keys;
      })
      .finally(() => {
        unflushed.flushing = undefined;
      });
    await unflushed.flushed;
  }

  #of(book: string): Unflushed {
    let unflushed = this.#books.get(book);
    if (unflushed === undefined) {
      unflushed = { keys: new HeldKeys(), flushing: undefined, mark: undefined, flushed: Promise.resolve() };
      this.#books.set(book, unflushed);
    }
    return unflushed;
  }
}

interface Unflushed {
  keys: HeldKeys;
  /** On its way to the file; still looked at. */
  flushing: HeldKeys | undefined;
  mark: Mark | undefined;
  flushed: Promise<void>;
}
