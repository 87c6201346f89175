/**
 * One JSON object a line, as cells: nested members under dotted names, figures as they are written (never
 * through a binary fraction), null as an empty cell, lists as JSON text.
 */
import type { Line } from './lines.ts';
import { MAX_RECORD_CHARACTERS } from './lines.ts';
import type { Row } from './rows.ts';

const MAX_DEPTH = 16;

export async function* readNdjson(groups: AsyncIterable<readonly Line[]>): AsyncGenerator<Row[]> {
  for await (const group of groups) {
    const rows: Row[] = [];
    for (const line of group) {
      if (line.text.trim() !== '') rows.push(readRow(line));
    }
    if (rows.length > 0) yield rows;
  }
}

function readRow(line: Line): Row {
  const { number, text } = line;
  if (line.tooLong) {
    const detail = `the line is longer than ${MAX_RECORD_CHARACTERS} characters`;
    return { line: number, reason: 'line-too-long', detail, text };
  }
  try {
    const value: unknown = JSON.parse(text, asWritten);
    if (!isObject(value)) {
      return { line: number, reason: 'bad-json', detail: 'the line is not a JSON object', text };
    }
    const cells = new Map<string, string>();
    flatten(value, '', 0, cells);
    return { line: number, cells };
  } catch (error) {
    return { line: number, reason: 'bad-json', detail: (error as Error).message, text };
  }
}

/** A figure as its source text. */
class Figure {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
  /** Inside a list, which becomes JSON text again. */
  toJSON(): unknown {
    return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(this.source);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Figure);
}

function asWritten(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? new Figure(context?.source ?? String(value)) : value;
}

function flatten(value: object, prefix: string, depth: number, cells: Map<string, string>): void {
  if (depth > MAX_DEPTH) throw new RangeError(`members nested more than ${MAX_DEPTH} deep`);
  for (const [name, member] of Object.entries(value)) {
    const column = prefix + name;
    if (cells.has(column)) throw new RangeError(`two members are both named "${column}"`);
    if (member instanceof Figure) cells.set(column, member.source);
    else if (member === null) cells.set(column, '');
    else if (Array.isArray(member)) cells.set(column, JSON.stringify(member));
    else if (typeof member === 'object') flatten(member, `${column}.`, depth + 1, cells);
    else cells.set(column, String(member));
  }
}
