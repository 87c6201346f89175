/**
 * Holds the books against their ledger: every event readable and in its place, every key used once, every
 * decision the one that the domain makes again from what stood before it, and what the cache keeps equal to
 * the fold.
 */
import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import type { AccessRole } from '../domain/access/access.ts';
import { commandOf, idOf } from '../domain/book/command-of.ts';
import type { Command } from '../domain/book/commands.ts';
import type { ActOnLedger } from '../domain/book/context.ts';
import { type Context, decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import {
  type ActDecision,
  type ActExpired,
  type BookEvent,
  isDecision,
  type SettlingEvent,
} from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { dueExpiries } from '../domain/book/expiry.ts';
import { same } from '../domain/book/same.ts';
import { type BookSnapshot, type BookState, initialState } from '../domain/book/state.ts';
import { formatInstant } from '../domain/time/instant.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import { CacheFile } from './cache-file.ts';
import { hashKey, indexOfId } from './key-hash.ts';
import { settlesAct } from './recorded-facts.ts';
import { asRecordedToday } from './recorded-today.ts';
import { actNamedBy } from './rounds.ts';
import { StoryTexts } from './story-texts.ts';
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
  /** Where each act was decided, and where it was settled last. */
  readonly #acts = new Map<string, { readonly revision: number; readonly settled?: number }>();
  readonly #settlings: { readonly act: string; readonly revision: number }[] = [];

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
      await this.#checkTexts(head);
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

  /** Every story that was not withdrawn has the text that was told; it may be withdrawn while this is looked at. */
  async #checkTexts(head: number): Promise<void> {
    const texts = new StoryTexts(this.#eventStore);
    for (const [id, { status, text }] of this.#state.stories) {
      if (status === 'withdrawn' || (await texts.textOf(this.#book, text)) !== undefined) continue;
      this.#expect(
        await this.#isWithdrawnAfter(head, id),
        `the text of story ${id} is not the one that was told`,
      );
    }
  }

  async #isWithdrawnAfter(head: number, story: string): Promise<boolean> {
    for await (const batch of this.#eventStore.read(streamOf(this.#book), head + 1)) {
      for (const stored of batch) {
        const event = decodeEvent(stored);
        if (event.type === 'StoryWithdrawn' && event.story === story) return true;
      }
    }
    return false;
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
    if (event.type === 'ActExpired') this.#expiredAsDue(event, revision);
    else await this.#decidedAs(event, revision);
    if (isDecision(event)) this.#acts.set(event.id, { revision });
    else if (settlesAct(event)) {
      this.#acts.set(event.act, { ...this.#acts.get(event.act)!, settled: revision });
      this.#settlings.push({ act: event.act, revision });
    }
    evolve(this.#state, event, revision);
  }

  /** What falls due comes at its turn, and before anything that is decided later. */
  #expiredAsDue(event: ActExpired, revision: number): void {
    const [due] = dueExpiries(new Draft(this.#state), event.recordedAt);
    this.#expect(
      same(due, event),
      `position ${revision} ends act ${event.act} by itself: recorded ${JSON.stringify(event)}, due ${JSON.stringify(due)}`,
    );
  }

  /** The same command, decided again on what stood before it, must become the same fact. */
  async #decidedAs(event: BookEvent, revision: number): Promise<void> {
    const { recordedAt, actor, key } = event;
    this.#expect(
      this.#state.open.nextDueAt > recordedAt,
      `position ${revision} is decided at ${formatInstant(recordedAt)}, when an act had fallen due that is still open`,
    );
    const command = commandOf(event);
    if (command === undefined) return;
    const context: Context = {
      recordedAt,
      actor,
      // What the actor might do was settled when it was recorded: a key may have been revoked since.
      roles: event.type === 'ApprovalCodeMade' ? (event.roles as AccessRole[]) : ['admin'],
      id: idOf(event),
      ...(key === undefined ? {} : { key }),
      ...(await this.#actOf(command)),
      ...(event.type === 'ActApproved' && event.authority !== undefined
        ? { approvesAs: [event.authority.role] }
        : {}),
    };
    const again = decide(new Draft(this.#state), command, context);
    const found = asRecordedToday(event, 'event' in again ? again.event : again);
    this.#expect(
      // What is recorded is plain data: what it was made as, a receipt that knows its bucket, is no part of it.
      same(found, event),
      `position ${revision} is decided otherwise today: recorded ${JSON.stringify(event)}, again ${JSON.stringify(found)}`,
    );
  }

  async #actOf(command: Command): Promise<{ readonly act?: ActOnLedger }> {
    const id = actNamedBy(command);
    const place = id === undefined ? undefined : this.#acts.get(id);
    if (place === undefined) return {};
    const decided = (await this.#eventAt(place.revision)) as ActDecision;
    if (place.settled === undefined) return { act: { decided } };
    return { act: { decided, settled: (await this.#eventAt(place.settled)) as SettlingEvent } };
  }

  #checkSnapshot(file: string, cache: CacheFile): void {
    const kept = cache.loadSnapshot(this.#book);
    if (kept === undefined)
      throw new Difference(`${file}: the snapshot cannot be read: delete the file, it comes back`);
    // Through the same form, so that like is compared with like.
    const now = deserialize(serialize(this.#state.toSnapshot())) as BookSnapshot;
    const then = deserialize(serialize(kept.toSnapshot())) as BookSnapshot;
    for (const part of Object.keys(now) as (keyof BookSnapshot)[]) {
      this.#expect(
        isDeepStrictEqual(then[part], now[part]),
        `${file}: the snapshot at ${kept.revision} differs from the fold in "${part}": delete the file, it comes back`,
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
    for (const { act, revision } of this.#settlings) {
      const index = indexOfId(act);
      if (revision > mark.revision || index === undefined) continue;
      this.#expect(
        cache.findKey(index).includes(revision),
        `${file}: what settled act ${act} at position ${revision} is missing: delete the file, it comes back`,
      );
    }
    return asked;
  }

  async #eventAt(revision: number): Promise<BookEvent | undefined> {
    for await (const [stored] of this.#eventStore.read(streamOf(this.#book), revision, { to: revision })) {
      if (stored !== undefined) return decodeEvent(stored);
    }
    return undefined;
  }

  #expect(holds: boolean, otherwise: string): void {
    if (!holds) throw new Difference(otherwise);
  }
}
