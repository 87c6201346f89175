/** Erases now and then what a crash between a fact and its text may have left. */
import type { Books } from '../../../libs/books/books.ts';
import type { StoryTexts } from '../../../libs/books/story-texts.ts';
import type { StoryStatus } from '../../../libs/domain/story/story.ts';
import type { Clock } from '../../../libs/platform/clock.ts';

const EVERY_MS = 10 * 60_000;
/** While the books are not open yet. */
const SOON_MS = 1_000;

/** @param onError told why a sweep was broken off; the next one tries again */
export function keepSweeping(
  books: Books,
  texts: StoryTexts,
  clock: Clock,
  onError: (error: unknown) => void,
): () => Promise<void> {
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> = Promise.resolve();

  async function sweep(): Promise<void> {
    const { caughtUp, books: open } = books.status();
    if (!caughtUp) {
      again(SOON_MS);
      return;
    }
    try {
      for (const { book } of open) {
        if (closed) return;
        const places = await books.read(
          book,
          ({ stories }) =>
            new Map<string, StoryStatus>(
              [...stories.values()].map((story) => [story.text.place, story.status]),
            ),
        );
        const keeps = (place: string) => {
          const status = places?.value.get(place);
          return status === undefined ? undefined : status !== 'withdrawn';
        };
        if (places !== undefined) await texts.sweep(book, keeps, clock.now());
      }
    } catch (error) {
      onError(error);
    }
    again(EVERY_MS);
  }

  function again(afterMs: number): void {
    if (closed) return;
    timer = setTimeout(() => {
      sweeping = sweep();
    }, afterMs).unref();
  }

  again(SOON_MS);
  return async () => {
    closed = true;
    clearTimeout(timer);
    await sweeping;
  };
}
