/** What comes before a question to a view: is there such a book, and has the view come far enough? */
import type { QueryBus } from '@nestjs/cqrs';
import type { BookState } from '../../../libs/domain/book/state.ts';
import { EngineUnavailable } from '../../../libs/event-store/event-store.ts';
import { readBook } from '../books/stated.ts';
import { mustReflect } from '../http/position.ts';
import { type ViewName, ViewPosition, WaitForView } from './spend.bus.ts';

/**
 * While the engine has not answered since the start, the book itself is not known, but a view may have been kept from
 * before: it answers, as of its position.
 * @param read absent: nothing is wanted of the book but that it is there
 * @returns what was read of the book; undefined where only the view knows it
 * @throws Problem when there is no such book, or the view does not come to `atLeast`; EngineUnavailable
 */
export async function readBeforeView<T>(
  queries: QueryBus,
  view: ViewName,
  book: string,
  atLeast: number | undefined,
  read: (state: BookState) => T | undefined = () => undefined,
): Promise<T | undefined> {
  try {
    const { value } = await readBook(queries, book, read);
    if (atLeast !== undefined) await queries.execute(new WaitForView(view, book, atLeast));
    return value;
  } catch (error) {
    if (!(error instanceof EngineUnavailable)) throw error;
    const position = await queries.execute(new ViewPosition(view, book));
    if (position < 0) throw error;
    mustReflect(atLeast, position);
    return undefined;
  }
}
