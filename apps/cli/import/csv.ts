/**
 * CSV as RFC 4180 has it, read so that a broken record costs one line and not the file: when a quote is never
 * closed, or text stands around one, the line it began on is rejected and reading goes on with the next line.
 * (csv-parse, the tests' oracle, can skip a broken record, but swallows the lines up to the next quote.)
 */
import { wrongUsage } from '../failure.ts';
import type { Line } from './lines.ts';
import { MAX_RECORD_CHARACTERS } from './lines.ts';
import type { BadRow, Row } from './rows.ts';

export interface CsvFormat {
  readonly delimiter: string;
  /** Whether the first record names the columns. */
  readonly header: boolean;
  /** The columns the map knows, in order; with a header, the header must be these. */
  readonly columns?: readonly string[];
}

/** One record, or why its first line is none. `next` is the index of the line after it. */
type Reading =
  | { readonly fields: string[]; readonly next: number }
  | { readonly fault: string; readonly next: number }
  | 'needs more lines';

/** @throws CommandFailure when the header is not what the map says */
export async function* readCsv(
  groups: AsyncIterable<readonly Line[]>,
  format: CsvFormat,
  onColumns: (columns: readonly string[]) => void = () => {},
): AsyncGenerator<Row[]> {
  let columns = format.header ? undefined : format.columns;
  if (columns !== undefined) onColumns(columns);
  let waiting: readonly Line[] = [];

  function readAll(lines: readonly Line[], isLast: boolean): Row[] {
    const rows: Row[] = [];
    let at = 0;
    while (at < lines.length) {
      const reading = readRecord(lines, at, format.delimiter, isLast);
      if (reading === 'needs more lines') break;
      const start = at;
      const line = lines[start]!;
      at = reading.next;
      if ('fault' in reading) {
        if (columns === undefined)
          throw wrongUsage(`Line ${line.number}: the header cannot be read: ${reading.fault}.`);
        rows.push(badRow(line, reading.fault));
        continue;
      }
      const { fields } = reading;
      if (fields.length === 1 && fields[0] === '' && line.text === '') continue;
      if (columns === undefined) {
        columns = headerOf(fields, format);
        onColumns(columns);
      } else {
        rows.push(rowOf(lines.slice(start, at), fields, columns));
      }
    }
    waiting = lines.slice(at);
    return rows;
  }

  for await (const group of groups) {
    const rows = readAll(waiting.length === 0 ? group : [...waiting, ...group], false);
    if (rows.length > 0) yield rows;
  }
  const rows = readAll(waiting, true);
  if (rows.length > 0) yield rows;
}

function badRow(line: Line, detail: string): BadRow {
  return {
    line: line.number,
    reason: line.tooLong ? 'line-too-long' : 'bad-quoting',
    detail,
    text: line.text,
  };
}

function rowOf(lines: readonly Line[], fields: readonly string[], columns: readonly string[]): Row {
  const line = lines[0]!.number;
  if (fields.length !== columns.length) {
    const detail = `${fields.length} fields where the file has ${columns.length} columns`;
    return { line, reason: 'wrong-column-count', detail, text: lines.map(({ text }) => text).join('\n') };
  }
  const cells = new Map<string, string>();
  for (let index = 0; index < columns.length; index++) cells.set(columns[index]!, fields[index]!);
  return { line, cells };
}

function headerOf(fields: readonly string[], format: CsvFormat): readonly string[] {
  const twice = fields.find((name, index) => fields.indexOf(name) !== index);
  if (twice !== undefined) {
    throw wrongUsage(
      `The header names the column "${twice}" twice.`,
      'Rename one of them: a row is read by name.',
    );
  }
  const { columns } = format;
  if (
    columns !== undefined &&
    (columns.length !== fields.length || columns.some((name, i) => name !== fields[i]))
  ) {
    throw wrongUsage(
      `The header is not the one the map expects. File: ${fields.join(', ')}. Map: ${columns.join(', ')}.`,
      'Give the file this map was written for, or change format.columns in the map.',
    );
  }
  return fields;
}

function readRecord(lines: readonly Line[], at: number, delimiter: string, isLast: boolean): Reading {
  const line = lines[at]!;
  if (line.tooLong) {
    return { fault: `the line is longer than ${MAX_RECORD_CHARACTERS} characters`, next: at + 1 };
  }
  if (!line.text.includes('"')) return { fields: line.text.split(delimiter), next: at + 1 };
  return readQuoted(lines, at, delimiter, isLast);
}

function readQuoted(lines: readonly Line[], at: number, delimiter: string, isLast: boolean): Reading {
  const fields: string[] = [];
  const next = at + 1;
  let index = at;
  let text = lines[at]!.text;
  let from = 0;
  let heldCharacters = text.length;
  for (;;) {
    if (text[from] !== '"') {
      const end = indexOrEnd(text, delimiter, from);
      const field = text.slice(from, end);
      if (field.includes('"'))
        return { fault: `a quote inside an unquoted field (field ${fields.length + 1})`, next };
      fields.push(field);
      if (end === text.length) return { fields, next: index + 1 };
      from = end + delimiter.length;
      continue;
    }
    let field = '';
    from += 1;
    for (;;) {
      const quote = text.indexOf('"', from);
      if (quote === -1) {
        index += 1;
        const following = lines[index];
        if (following === undefined && !isLast && heldCharacters <= MAX_RECORD_CHARACTERS)
          return 'needs more lines';
        heldCharacters += following?.text.length ?? 0;
        if (following === undefined || following.tooLong || heldCharacters > MAX_RECORD_CHARACTERS) {
          return { fault: `a quote that is never closed (field ${fields.length + 1})`, next };
        }
        field += `${text.slice(from)}\n`;
        text = following.text;
        from = 0;
      } else if (text[quote + 1] === '"') {
        field += text.slice(from, quote + 1);
        from = quote + 2;
      } else {
        field += text.slice(from, quote);
        from = quote + 1;
        break;
      }
    }
    fields.push(field);
    if (from === text.length) return { fields, next: index + 1 };
    if (!text.startsWith(delimiter, from)) {
      return { fault: `text after a closing quote (field ${fields.length})`, next };
    }
    from += delimiter.length;
  }
}

function indexOrEnd(text: string, delimiter: string, from: number): number {
  const found = text.indexOf(delimiter, from);
  return found === -1 ? text.length : found;
}
