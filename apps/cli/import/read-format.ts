/** The part of a map that says how the file is written. */
import type { Format } from './map.ts';
import type { MapDocument, Member } from './map-document.ts';
import { ENCODINGS } from './source.ts';

const TYPES = ['csv', 'ndjson'] as const;
const OF_CSV = ['delimiter', 'header', 'columns'] as const;

export function readFormat(document: MapDocument, member: Member | undefined): Format {
  const members = document.members(member, 'format', ['type', 'encoding', ...OF_CSV]);
  const typeMember = members.get('type');
  if (typeMember === undefined) {
    document.mistake(member, 'format is missing or has no type: say `format: { type: csv }` or ndjson');
  }
  const type = typeMember === undefined ? 'csv' : document.word(typeMember, 'format.type', TYPES);
  const encodingMember = members.get('encoding');
  const encoding =
    encodingMember === undefined ? 'utf-8' : document.word(encodingMember, 'format.encoding', ENCODINGS);
  if (type === 'ndjson') {
    for (const name of OF_CSV) {
      const extra = members.get(name);
      if (extra !== undefined)
        document.mistake(extra, `format.${name} is for csv; ndjson names its own columns`);
    }
    return { type, encoding };
  }
  const columns = columnNames(document, members.get('columns'));
  const headerMember = members.get('header');
  const header = headerMember === undefined || document.flag(headerMember, 'format.header') !== false;
  if (!header && columns === undefined) {
    document.mistake(headerMember, 'without a header the columns must be listed in format.columns');
  }
  const delimiter = delimiterOf(document, members.get('delimiter'));
  return { type, encoding, delimiter, header, ...(columns && { columns }) };
}

function delimiterOf(document: MapDocument, member: Member | undefined): string {
  const delimiter = member === undefined ? ',' : document.text(member, 'format.delimiter');
  if (delimiter === undefined) return ',';
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    document.mistake(member, 'format.delimiter must be one character: "," or ";" or "\\t" or "|"');
  }
  return delimiter;
}

function columnNames(document: MapDocument, member: Member | undefined): readonly string[] | undefined {
  if (member === undefined) return undefined;
  const names: string[] = [];
  for (const item of document.items(member, 'format.columns')) {
    const name = document.text(item, 'a column name');
    if (name === undefined) continue;
    if (names.includes(name)) document.mistake(item, `the column "${name}" is listed twice`);
    names.push(name);
  }
  return names;
}
