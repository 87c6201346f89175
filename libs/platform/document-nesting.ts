/** How deep a text nests, seen before anything parses it: parsers recurse, and a stack is short. */

/** Nesting beyond this is no document a person wrote; also keeps the parser's recursion off the stack's end. */
export const DEEPEST = 64;

/**
 * Offset of the first bracket, or of the first indentation, that nests too deep. Brackets inside texts count
 * too: that only matters from 64 of them unclosed.
 */
export function firstTooDeep(source: string, format: 'json' | 'yaml'): number | undefined {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < source.length; i++) {
    const c = source.charCodeAt(i);
    if (format === 'json') {
      if (c === 0x5c && inText) {
        i++;
        continue;
      }
      if (c === 0x22) inText = !inText;
    }
    if (inText) continue;
    if (c === 0x5b || c === 0x7b) {
      if (++depth > DEEPEST) return i;
    } else if (c === 0x5d || c === 0x7d) {
      depth = Math.max(0, depth - 1);
    }
  }
  if (format === 'json') return undefined;
  return firstTooIndented(source);
}

/** Block nesting: ever deeper indentation, or `- - - -` on one line. */
function firstTooIndented(source: string): number | undefined {
  const columns: number[] = [];
  const open = (column: number) => {
    while ((columns.at(-1) ?? -1) >= column) columns.pop();
    columns.push(column);
    return columns.length <= DEEPEST;
  };
  for (let start = 0; start < source.length; ) {
    const newline = source.indexOf('\n', start);
    const end = newline < 0 ? source.length : newline;
    let at = start;
    while (source[at] === ' ') at++;
    if (at < end && !open(at - start)) return at;
    while (
      at < end &&
      (source[at] === '-' || source[at] === '?' || source[at] === ':') &&
      source[at + 1] === ' '
    ) {
      at++;
      while (source[at] === ' ') at++;
      if (!open(at - start)) return at;
    }
    start = end + 1;
  }
  return undefined;
}
