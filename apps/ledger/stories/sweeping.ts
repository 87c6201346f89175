/** Erases what a crash between a fact and its text may have left: at the start all of it, and then now and then. */
import type { Books } from '../../../libs/books/books.ts';
import type { StoryTexts } from '../../../libs/books/story-texts.ts';
import type { Clock } from '../../../libs/platform/clock.ts';

const EVERY_MS = 10 * 60_000;
/** While the books are not open yet. */
const SOON_MS = 1_000;

interface Place {
  readonly book: string;
  readonly place: string;
}
const named = ({ book, place }: Place) => `${book}:${place}`;

export class Sweeping {
  readonly #books: Books;
  readonly #texts: StoryTexts;
  readonly #clock: Clock;
  /** Texts of no story, by name: of proposals under way, or broken off. Undefined: not looked for yet. */
  #untold: Map<string, Place> | undefined;
  readonly #erased = new Set<string>();

  constructor(books: Books, texts: StoryTexts, clock: Clock) {
    this.#books = books;
    this.#texts = texts;
    this.#clock = clock;
  }

  /** Erases the texts of withdrawn stories, and those that never became stories. @throws EngineUnavailable */
  async sweep(): Promise<void> {
    if (this.#untold === undefined) {
      const all = await this.#texts.all();
      this.#untold = new Map(all.map((place) => [named(place), place]));
    }
    for (const { book } of this.#books.status().books) {
      const stories = await this.#books.read(book, (state) =>
        [...state.stories.values()].map(({ status, text }) => ({ status, book, place: text.place })),
      );
      for (const story of stories?.value ?? []) {
        const name = named(story);
        this.#untold.delete(name);
        if (story.status !== 'withdrawn' || this.#erased.has(name)) continue;
        await this.#texts.erase(book, story.place);
        this.#erased.add(name);
      }
    }
    for (const [name, { book, place }] of this.#untold)
      if (await this.#texts.eraseUntold(book, place, this.#clock.now())) this.#untold.delete(name);
  }
}

/** @param onError told why a sweep was broken off; the next one tries again */
export function keepSweeping(
  books: Books,
  texts: StoryTexts,
  clock: Clock,
  onError: (error: unknown) => void,
): () => Promise<void> {
  const sweeping = new Sweeping(books, texts, clock);
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();

  async function sweep(): Promise<void> {
    const { caughtUp } = books.status();
    try {
      if (caughtUp) await sweeping.sweep();
    } catch (error) {
      if (!closed) onError(error);
    }
    again(caughtUp ? EVERY_MS : SOON_MS);
  }

  function again(afterMs: number): void {
    if (closed) return;
    timer = setTimeout(() => {
      running = sweep();
    }, afterMs).unref();
  }

  again(SOON_MS);
  return async () => {
    closed = true;
    clearTimeout(timer);
    await running;
  };
}
