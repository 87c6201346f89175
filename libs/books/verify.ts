/**
 * Holds the books against their ledger: every event readable and in its place, every key used once, every
 * decision the one that the domain makes again from what stood before it, and what the cache keeps equal to
 * the fold.
 */
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { Command } from '../domain/book/commands.ts';
import { type Context, decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { ActAccepted, BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { type BookSnapshot, type BookState, initialState } from '../domain/book/state.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import { CacheFile } from './cache-file.ts';
import { hashKey } from './key-hash.ts';
import { asRecordedToday, policyCommandOf } from './policy-command.ts';
import { BOOK_STREAM_PREFIX, bookOf, streamOf } from './stream-of.ts';

export interface BookVerdict {
  readonly book: string;
  readonly events: number;
  readonly acts: number;
  /** Of the newest event; -1 for an empty book. */
  readonly position: number;
  /** What the cache files were compared on: `cache.db: snapshot at 99, 80 keys`. */
  readonly compared: readonly string[];
  /** The first thing that is not as it must be; absent: all is. */
  readonly difference?: string;
}

/**
 * @param cacheFiles those that are there are compared; each is opened for reading only
 * @param onProgress called now and then with the events done and the events there are
 */
export async function verifyBooks(options: {
  readonly eventStore: EventStore;
  readonly cacheFiles: readonly string[];
  readonly onProgress?: (done: number, all: number) => void;
}): Promise<readonly BookVerdict[]> {
  const { eventStore, cacheFiles, onProgress } = options;
  const streams = await eventStore.streams(BOOK_STREAM_PREFIX);
  const heads = await Promise.all(streams.map((stream) => eventStore.head(stream)));
  const all = heads.reduce((sum, head) => sum + head + 1, 0);
  const caches = cacheFiles
    .filter((file) => existsSync(file))
    .map((file) => ({ file, cache: new CacheFile(file, { readOnly: true }) }));
  const verdicts: BookVerdict[] = [];
  let done = 0;
  try {
    for (const [i, stream] of streams.entries()) {
      const check = new BookCheck(bookOf(stream), caches, eventStore);
      verdicts.push(
        await check.run(heads[i]!, () => {
          done++;
          if (done % 10_000 === 0) onProgress?.(done, all);
        }),
      );
    }
    onProgress?.(all, all);
  } finally {
    for (const { cache } of caches) cache.close();
  }
  return verdicts;
}

/** Carries what differs out of a check. */
class Difference extends Error {}

type Caches = readonly { readonly file: string; readonly cache: CacheFile }[];

class BookCheck {
  readonly #book: string;
  readonly #caches: Caches;
  readonly #eventStore: EventStore;
  readonly #state: BookState;
  readonly #keys = new Map<string, number>();
  readonly #acts = new Map<string, number>();

  constructor(book: string, caches: Caches, eventStore: EventStore) {
    this.#book = book;
    this.#caches = caches;
    this.#eventStore = eventStore;
    this.#state = initialState(book);
  }

  async run(head: number, onEvent: () => void): Promise<BookVerdict> {
    const compared: string[] = [];
    let difference: string | undefined;
    try {
      const snapshots = this.#caches.map((at) => ({ ...at, mark: at.cache.snapshotMark(this.#book) }));
      for await (const batch of this.#eventStore.read(streamOf(this.#book), 0, { to: head })) {
        for (const stored of batch) {
          await this.#checkEvent(stored);
          for (const { file, cache, mark } of snapshots) {
            if (mark?.revision !== stored.revision) continue;
            this.#checkSnapshot(file, cache);
            compared.push(`${file}: snapshot at ${mark.revision}`);
          }
          onEvent();
        }
      }
      this.#expect(
        this.#state.revision === head,
        `the stream ends at ${this.#state.revision}, not at its head, ${head}`,
      );
      for (const { file, cache } of this.#caches) {
        compared.push(`${file}: ${this.#checkKeys(file, cache)} keys`);
      }
    } catch (error) {
      difference = error instanceof Error ? error.message : String(error);
    }
    return {
      book: this.#book,
      events: this.#state.revision + 1,
      acts: this.#acts.size,
      position: this.#state.revision,
      compared,
      ...(difference === undefined ? {} : { difference }),
    };
  }

  async #checkEvent(stored: StoredEvent): Promise<void> {
    const { revision } = stored;
    this.#expect(
      revision === this.#state.revision + 1,
      `after position ${this.#state.revision} comes ${revision}: events are missing`,
    );
    const event = decodeEvent(stored);
    if (event.key !== undefined) {
      const earlier = this.#keys.get(event.key);
      this.#expect(
        earlier === undefined,
        `position ${revision} uses key "${event.key}" again, first at ${earlier}`,
      );
      this.#keys.set(event.key, revision);
    }
    if (event.type === 'ActAccepted' || event.type === 'ActDeclined') {
      this.#decidedAs(event, { type: 'DecideAct', asked: event.asked }, event.id, revision);
      this.#acts.set(event.id, revision);
    } else if (event.type === 'ActReversed') {
      const act = await this.#eventAt(this.#acts.get(event.act));
      this.#expect(
        act?.type === 'ActAccepted',
        `position ${revision} reverses ${event.act}, which was not accepted`,
      );
      const { reason, asked } = event;
      this.#decidedAs(event, { type: 'ReverseAct', act: event.act, reason, asked }, event.id, revision, act);
    } else {
      const command = policyCommandOf(event);
      if (command !== undefined) this.#decidedAs(event, command, '', revision);
    }
    evolve(this.#state, event, revision);
  }

  /** The same command, decided again on what stood before it, must become the same fact. */
  #decidedAs(event: BookEvent, command: Command, id: string, revision: number, act?: BookEvent): void {
    const { recordedAt, actor, key } = event;
    const context: Context = {
      recordedAt,
      actor,
      // What the actor might do was settled when it was recorded: a key may have been revoked since.
      roles: ['admin'],
      id,
      ...(key === undefined ? {} : { key }),
      ...(act === undefined ? {} : { act: { decided: act as ActAccepted } }),
    };
    const again = decide(new Draft(this.#state), command, context);
    const found = asRecordedToday(event, 'event' in again ? again.event : again);
    this.#expect(
      isDeepStrictEqual(found, event),
      `position ${revision} is decided otherwise today: recorded ${JSON.stringify(event)}, again ${JSON.stringify(found)}`,
    );
  }

  #checkSnapshot(file: string, cache: CacheFile): void {
    const kept = cache.loadSnapshot(this.#book);
    if (kept === undefined)
      throw new Difference(`${file}: the snapshot cannot be read: delete the file, it comes back`);
    // Through the same form, so that like is compared with like.
    const now = deserialize(serialize(this.#state.toSnapshot())) as BookSnapshot;
    const then = deserialize(serialize(kept.state.toSnapshot())) as BookSnapshot;
    for (const part of Object.keys(now) as (keyof BookSnapshot)[]) {
      this.#expect(
        isDeepStrictEqual(then[part], now[part]),
        `${file}: the snapshot at ${kept.state.revision} differs from the fold in "${part}": delete the file, it comes back`,
      );
    }
  }

  /** @returns how many keys the file was asked for */
  #checkKeys(file: string, cache: CacheFile): number {
    const mark = cache.keysMark(this.#book);
    if (mark === undefined) return 0;
    let asked = 0;
    for (const [key, revision] of this.#keys) {
      if (revision > mark.revision) continue;
      this.#expect(
        cache.findKey(hashKey(this.#book, key).index).includes(revision),
        `${file}: key "${key}" of position ${revision} is missing: delete the file, it comes back`,
      );
      asked++;
    }
    return asked;
  }

  async #eventAt(revision: number | undefined): Promise<BookEvent | undefined> {
    if (revision === undefined) return undefined;
    for await (const [stored] of this.#eventStore.read(streamOf(this.#book), revision, { to: revision })) {
      if (stored !== undefined) return decodeEvent(stored);
    }
    return undefined;
  }

  #expect(holds: boolean, otherwise: string): void {
    if (!holds) throw new Difference(otherwise);
  }
}
