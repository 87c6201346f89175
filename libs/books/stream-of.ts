/** Books and their streams. */
export const BOOK_STREAM_PREFIX = 'book-';

export function streamOf(book: string): string {
  return BOOK_STREAM_PREFIX + book;
}

export function bookOf(stream: string): string {
  return stream.slice(BOOK_STREAM_PREFIX.length);
}
