/**
 * The texts of stories, outside the ledger: each in a stream of its own, which can be erased (docs/adr/0017). A fact of
 * the book names the place and what its text must hash to.
 */
import { createHash, hash, randomBytes, randomUUID } from 'node:crypto';
import type { KeptText } from '../domain/story/story.ts';
import { type EventStore, NO_STREAM } from '../event-store/event-store.ts';

export const TEXT_STREAM_PREFIX = 'story-';
const STORED_TYPE = 'goodwill.story-text.v1';

interface Salted {
  /** Hex; erased with the text. */
  readonly salt: string;
  readonly text: string;
  /** When it was put there, epoch ms. */
  readonly at: number;
}

/** A text whose story was never recorded is kept so long, for whoever tries again with the same key. */
export const UNTOLD_KEPT_MS = 86_400_000;

export class StoryTexts {
  readonly #eventStore: EventStore;

  constructor(eventStore: EventStore) {
    this.#eventStore = eventStore;
  }

  /** Where the text of the story goes that is proposed with this key; a retry finds what the first try left. */
  placeOf(book: string, key: string): string {
    return hash('sha256', `story text\n${book}\n${key}`, 'hex');
  }

  /**
   * Durable when it resolves. What is there already stays: another text then has a hash of its own, with the same salt.
   * @throws EngineUnavailable
   */
  async put(book: string, place: string, text: string, at: number): Promise<KeptText> {
    const there = await this.#saltedAt(book, place);
    if (there !== undefined) return { place, hash: hashOf(there.salt, text) };
    const salted: Salted = { salt: randomBytes(16).toString('hex'), text, at };
    const event = { id: randomUUID(), type: STORED_TYPE, data: JSON.stringify(salted) };
    const result = await this.#eventStore.append(streamOf(book, place), [event], NO_STREAM);
    if (result.ok) return { place, hash: hashOf(salted.salt, text) };
    // The same key, at the same time.
    return this.put(book, place, text, at);
  }

  /**
   * @returns undefined: erased, or not what was told
   * @throws EngineUnavailable
   */
  async textOf(book: string, { place, hash }: KeptText): Promise<string | undefined> {
    const there = await this.#saltedAt(book, place);
    return there !== undefined && hashOf(there.salt, there.text) === hash ? there.text : undefined;
  }

  /** Nothing of it is left in the engine; @throws EngineUnavailable */
  async erase(book: string, place: string): Promise<void> {
    await this.#eventStore.delete(streamOf(book, place));
  }

  /**
   * Erases what a crash left: texts of stories that were withdrawn, and those that never became stories.
   * @param keeps whether the place is that of a story which is not withdrawn; undefined: of no story
   */
  async sweep(book: string, keeps: (place: string) => boolean | undefined, now: number): Promise<number> {
    const prefix = streamOf(book, '');
    let erased = 0;
    for (const stream of await this.#eventStore.streams(prefix)) {
      const place = stream.slice(prefix.length);
      const kept = keeps(place);
      if (kept === true) continue;
      if (kept === undefined) {
        const there = await this.#saltedAt(book, place);
        if (there === undefined || there.at > now - UNTOLD_KEPT_MS) continue;
      }
      await this.erase(book, place);
      erased++;
    }
    return erased;
  }

  async #saltedAt(book: string, place: string): Promise<Salted | undefined> {
    for await (const [stored] of this.#eventStore.read(streamOf(book, place), 0, { to: 0 })) {
      if (stored?.type === STORED_TYPE) return JSON.parse(stored.data) as Salted;
    }
    return undefined;
  }
}

/** A book's id has no colon. */
function streamOf(book: string, place: string): string {
  return `${TEXT_STREAM_PREFIX}${book}:${place}`;
}

function hashOf(salt: string, text: string): string {
  return createHash('sha256').update(Buffer.from(salt, 'hex')).update(text, 'utf8').digest('hex');
}
