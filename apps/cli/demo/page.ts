/** How the demo's pages look: headings, sentences and excerpts within 96 columns. */
import type { LedgerClient } from '../client.ts';
import type { Chain } from '../simulate/cafe-chain.ts';
import type { Ink } from '../terminal/ink.ts';

export const PAGE_WIDTH = 96;

/** What every page is written from. */
export interface Stage {
  readonly client: LedgerClient;
  readonly book: string;
  readonly chain: Chain;
  /** Business dates of the week played, both included. */
  readonly from: string;
  readonly to: string;
  /** The newest position when the week was over: reads ask for at least this. */
  readonly position: number;
  readonly ink: Ink;
}

export function at(stage: Stage, path: string): string {
  return `/v1/books/${encodeURIComponent(stage.book)}${path}`;
}

export function title(ink: Ink, name: string, question: string): string[] {
  return ['', ink.bold(ink.cyan(`━━ ${name} `.padEnd(PAGE_WIDTH, '━'))), `  ${ink.dim(question)}`, ''];
}

export function heading(ink: Ink, text: string): string {
  return `  ${ink.bold(text)}`;
}

/** Words wrapped to the page, indented. */
export function sentence(text: string, indent = 2): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > PAGE_WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => ' '.repeat(indent) + each);
}

/** An object as people like to read it: one member a line, lists of objects one item a line. */
export function excerpt(value: Readonly<Record<string, unknown>>, indent = 4): string[] {
  const pad = ' '.repeat(indent);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  const lines = members.flatMap(([name, member], index) => {
    const comma = index < members.length - 1 ? ',' : '';
    if (!Array.isArray(member) || typeof member[0] !== 'object') {
      return wrapped(`"${name}": ${oneLine(member)}${comma}`, indent + 2);
    }
    const items = member.flatMap((item, at) =>
      wrapped(`${oneLine(item)}${at < member.length - 1 ? ',' : ''}`, indent + 4),
    );
    return [`${pad}  "${name}": [`, ...items, `${pad}  ]${comma}`];
  });
  return [`${pad}{`, ...lines, `${pad}}`];
}

/** JSON with blanks after its colons and commas, as in a book. */
export function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (members.length === 0) return '{}';
  return `{ ${members.map(([name, member]) => `"${name}": ${oneLine(member)}`).join(', ')} }`;
}

function wrapped(text: string, indent: number): string[] {
  const [first, ...rest] = sentence(text, indent);
  return [first!, ...rest.map((line) => `    ${line}`)];
}
