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
    const others = await this.#saltedAt(book, place);
    if (others === undefined) throw new Error(`the text at ${place} of book ${book} cannot be read`);
    return { place, hash: hashOf(others.salt, text) };
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
    const stream = streamOf(book, place);
    if ((await this.#eventStore.head(stream)) !== NO_STREAM) await this.#eventStore.delete(stream);
  }

  /** Erases the text of a proposal that never became a story, once nobody tries again. @returns whether it is gone */
  async eraseUntold(book: string, place: string, now: number): Promise<boolean> {
    const there = await this.#saltedAt(book, place);
    if (there !== undefined && there.at > now - UNTOLD_KEPT_MS) return false;
    await this.erase(book, place);
    return true;
  }

  /** Every text there is. A distributed engine reads its whole log for it: not to be asked often. */
  async all(): Promise<readonly { readonly book: string; readonly place: string }[]> {
    const streams = await this.#eventStore.streams(TEXT_STREAM_PREFIX);
    return streams.map((stream) => {
      const colon = stream.indexOf(':');
      return { book: stream.slice(TEXT_STREAM_PREFIX.length, colon), place: stream.slice(colon + 1) };
    });
  }

  /** One that was erased and put again may begin at a later revision. */
  async #saltedAt(book: string, place: string): Promise<Salted | undefined> {
    let salted: Salted | undefined;
    for await (const events of this.#eventStore.read(streamOf(book, place), 0)) {
      const stored = events.findLast(({ type }) => type === STORED_TYPE);
      if (stored !== undefined) salted = JSON.parse(stored.data) as Salted;
    }
    return salted;
  }
}

/** A book's id has no colon. */
function streamOf(book: string, place: string): string {
  return `${TEXT_STREAM_PREFIX}${book}:${place}`;
}

function hashOf(salt: string, text: string): string {
  return createHash('sha256').update(Buffer.from(salt, 'hex')).update(text, 'utf8').digest('hex');
}
