/** Colour for terminals only: pipes, files and NO_COLOR (https://no-color.org) get plain text. */

export interface Ink {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const plain = (text: string) => text;
export const PLAIN_INK: Ink = {
  bold: plain,
  dim: plain,
  red: plain,
  green: plain,
  yellow: plain,
  cyan: plain,
};

const sgr = (on: number, off: number) => (text: string) => `\u001b[${on}m${text}\u001b[${off}m`;
export const COLOUR_INK: Ink = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
  cyan: sgr(36, 39),
};

export function inkFor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): Ink {
  const refused = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return stream.isTTY === true && !refused ? COLOUR_INK : PLAIN_INK;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence starts with the escape character
const ESCAPES = /\u001b\[[0-9;]*m/g;

/** Columns the text takes: code points, escape sequences not counted. East-Asian width is not considered. */
export function columnsOf(text: string): number {
  return [...text.replace(ESCAPES, '')].length;
}

export function padTo(text: string, width: number, align: 'left' | 'right'): string {
  const gap = ' '.repeat(Math.max(0, width - columnsOf(text)));
  return align === 'left' ? text + gap : gap + text;
}

/** Cut to `width` columns, the last one an ellipsis when something is missing. Plain text only. */
export function cutTo(text: string, width: number): string {
  const points = [...text];
  return points.length <= width ? text : `${points.slice(0, Math.max(0, width - 1)).join('')}…`;
}
