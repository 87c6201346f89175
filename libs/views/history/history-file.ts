/** The packed history of one book, read from the views' file where it is replayed. It has to be closed. */
import { EngineUnavailable, type EventStore } from '../../event-store/event-store.ts';
import { BOOK_PREFIX } from '../lane.ts';
import { Reader } from '../reader.ts';
import type { Head } from '../views-file.ts';
import { type HistoryAnswer, type HistoryQuestion, historyView } from './history.view.ts';

export class HistoryFile {
  readonly #reader: Reader;
  readonly #book: string;

  private constructor(reader: Reader, book: string) {
    this.#reader = reader;
    this.#book = book;
  }

  /**
   * @returns undefined: there is none, or not of this ledger
   * @throws EngineUnavailable
   */
  static async open(
    viewsFile: string,
    book: string,
    eventStore: EventStore,
  ): Promise<HistoryFile | undefined> {
    let reader: Reader | undefined;
    try {
      reader = new Reader(viewsFile, [historyView]);
      const head = reader.head(historyView.name, book);
      if (head !== undefined && (await has(eventStore, book, head))) {
        const file = new HistoryFile(reader, book);
        reader = undefined;
        return file;
      }
    } catch (error) {
      // There is no file yet, or it is of no use.
      if (error instanceof EngineUnavailable) throw error;
    } finally {
      reader?.close();
    }
    return undefined;
  }

  /**
   * The events that the position is among; undefined: it is not reflected.
   * @throws what SQLite throws, when the file was discarded or the view is built anew
   */
  at(position: number): NonNullable<HistoryAnswer['block']> | undefined {
    const question: HistoryQuestion = { at: position };
    const { block } = this.#reader.ask(historyView.name, this.#book, question) as HistoryAnswer;
    return block ?? undefined;
  }

  close(): void {
    this.#reader.close();
  }
}

/** Whether the newest event that is reflected is where it was: a ledger that was restored from an older copy has another. */
async function has(eventStore: EventStore, book: string, { revision, event }: Head): Promise<boolean> {
  const events = eventStore.read(BOOK_PREFIX + book, revision, { to: revision, maxBatch: 1 });
  for await (const [stored] of events) return stored?.id === event;
  return false;
}
