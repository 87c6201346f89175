/** Text into lines, each with its number, in constant memory. */

/** No line or record of a sane file is longer; what is longer is rejected without being held. */
export const MAX_RECORD_CHARACTERS = 1_048_576;
const KEPT_OF_TOO_LONG = 1_000;

export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line end (LF or CRLF). */
  readonly text: string;
  /** True when the line was longer than `MAX_RECORD_CHARACTERS`: `text` is only its beginning. */
  readonly tooLong?: true;
}

/** Yields the lines in groups, as many as a piece of text completes: one await per piece, not per line. */
export async function* readLines(pieces: AsyncIterable<string>): AsyncGenerator<Line[]> {
  let number = 1;
  let rest = '';
  let overflow: string | undefined;
  for await (const piece of pieces) {
    const lines: Line[] = [];
    let from = 0;
    for (let end = piece.indexOf('\n'); end !== -1; end = piece.indexOf('\n', from)) {
      const text = rest + piece.slice(from, end);
      lines.push(lineOf(number++, overflow, text));
      overflow = undefined;
      rest = '';
      from = end + 1;
    }
    rest += piece.slice(from);
    if (overflow === undefined && rest.length > MAX_RECORD_CHARACTERS)
      overflow = rest.slice(0, KEPT_OF_TOO_LONG);
    if (overflow !== undefined) rest = '';
    if (lines.length > 0) yield lines;
  }
  if (rest !== '' || overflow !== undefined) yield [lineOf(number, overflow, rest)];
}

function lineOf(number: number, overflow: string | undefined, text: string): Line {
  if (overflow !== undefined) return { number, text: overflow, tooLong: true };
  if (text.length > MAX_RECORD_CHARACTERS)
    return { number, text: text.slice(0, KEPT_OF_TOO_LONG), tooLong: true };
  return { number, text: text.endsWith('\r') ? text.slice(0, -1) : text };
}
