/** Facts of one book read back from its ledger: by the idempotency key they carry, or by the act they are about. */
import { type BookEvent, isDecision, type SettlingEvent } from '../domain/book/events.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import type { FoundAct } from './answers.ts';
import { hashKey, indexOfId, type KeyHash } from './key-hash.ts';
import type { KeyIndex } from './key-index.ts';
import { streamOf } from './stream-of.ts';

export interface RecordedFact {
  readonly event: BookEvent;
  readonly position: number;
}

export class RecordedFacts {
  readonly #book: string;
  readonly #eventStore: EventStore;
  readonly #keys: KeyIndex;

  constructor(book: string, eventStore: EventStore, keys: KeyIndex) {
    this.#book = book;
    this.#eventStore = eventStore;
    this.#keys = keys;
  }

  /** The fact an earlier write with this key became, if there was one. */
  async withKey(keyHash: KeyHash, key: string): Promise<RecordedFact | undefined> {
    for (const revision of this.#keys.find(this.#book, keyHash.index)) {
      const event = await this.#eventAt(revision);
      if (event?.key === key) return { event, position: revision };
    }
    return undefined;
  }

  /**
   * The act with this id: how it was decided and what settled it, as far as the index has been told at the call.
   * @param upTo the newest position to look at
   */
  async act(
    id: string,
    upTo = Number.POSITIVE_INFINITY,
  ): Promise<Pick<FoundAct, 'event' | 'position' | 'settledBy'> | undefined> {
    const index = indexOfId(id);
    if (index === undefined) return undefined;
    const revisions = this.#keys.find(this.#book, index).filter((revision) => revision <= upTo);
    let found: { event: FoundAct['event']; position: number; settledBy: SettlingEvent[] } | undefined;
    for (const revision of [...new Set(revisions)].sort((one, other) => one - other)) {
      const event = await this.#eventAt(revision);
      if (event === undefined) continue;
      if (isDecision(event)) {
        if (event.id === id) found = { event, position: revision, settledBy: [] };
      } else if (settlesAct(event) && event.act === id && found !== undefined) {
        found.settledBy.push(event);
        found.position = revision;
      }
    }
    return found;
  }

  async #eventAt(revision: number): Promise<BookEvent | undefined> {
    for await (const [stored] of this.#eventStore.read(streamOf(this.#book), revision, { to: revision })) {
      if (stored !== undefined) return decodeEvent(stored);
    }
    return undefined;
  }
}

export function settlesAct(event: BookEvent): event is SettlingEvent {
  switch (event.type) {
    case 'ActApproved':
    case 'ActRejected':
    case 'ActCommitted':
    case 'ActReleased':
    case 'ActExpired':
      return true;
    default:
      return false;
  }
}

/**
 * Adds what the event is found by: its own key, and the act it settles.
 * @param keyHash of its key, where that is known already
 */
export function indexFact(
  keys: KeyIndex,
  book: string,
  event: BookEvent,
  revision: number,
  keyHash?: KeyHash,
): void {
  for (const index of indexesOf(book, event, keyHash)) keys.add(book, index, revision);
}

/** The numbers under which an event is indexed: none for most PUTs, two for what settles an act. */
export function indexesOf(book: string, event: BookEvent, keyHash?: KeyHash): readonly number[] {
  const own = keyHash ?? (event.key === undefined ? undefined : hashKey(book, event.key));
  const act = settlesAct(event) ? indexOfId(event.act) : undefined;
  if (act === undefined) return own === undefined ? [] : [own.index];
  return own === undefined || own.index === act ? [act] : [own.index, act];
}
