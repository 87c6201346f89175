/**
 * Aim: every line of a CSV file becomes a row or a named fault, whatever the file holds and wherever its pieces
 * are cut; what is well formed is read as csv-parse reads it.
 */
import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type CsvFormat, readCsv } from './csv.ts';
import { MAX_RECORD_CHARACTERS, readLines } from './lines.ts';
import { isBadRow, type Row } from './rows.ts';

const COMMA: CsvFormat = { delimiter: ',', header: true };

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function rowsOf(text: string, format: CsvFormat = COMMA, size = 65_536): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const group of readCsv(readLines(pieces(text, size)), format)) rows.push(...group);
  return rows;
}

function shown(row: Row): unknown {
  return isBadRow(row) ? [row.line, row.reason, row.text] : [row.line, ...row.cells.values()];
}

const shownRows = async (text: string, format?: CsvFormat, size?: number) =>
  (await rowsOf(text, format, size)).map(shown);

describe('reading CSV', () => {
  it.each([
    [
      'plain lines',
      'a,b\n1,2\n3,4\n',
      [
        [2, '1', '2'],
        [3, '3', '4'],
      ],
    ],
    ['no line end at the end', 'a,b\n1,2', [[2, '1', '2']]],
    [
      'CRLF',
      'a,b\r\n1,2\r\n3,\r\n',
      [
        [2, '1', '2'],
        [3, '3', ''],
      ],
    ],
    ['quoted delimiter and quote', 'a,b\n"1,5","say ""hi"""\n', [[2, '1,5', 'say "hi"']]],
    [
      'a quoted field over lines, lines counted on',
      'a,b\n"x\ny\r\nz",1\n2,3\n',
      [
        [2, 'x\ny\nz', '1'],
        [5, '2', '3'],
      ],
    ],
    ['empty quoted fields', 'a,b\n"",""\n', [[2, '', '']]],
    [
      'blank lines, which are no rows',
      'a,b\n\n1,2\n\r\n3,4\n\n',
      [
        [3, '1', '2'],
        [5, '3', '4'],
      ],
    ],
    ['NUL and blanks kept', 'a,b\n\0, x \n', [[2, '\0', ' x ']]],
  ])('takes %s', async (_, text, expected) => {
    for (const size of [65_536, 7, 1]) expect(await shownRows(text, COMMA, size)).toEqual(expected);
  });

  it.each([
    [
      'text after a closing quote',
      'a,b\n1,"x"y\n3,4\n',
      [
        [2, 'bad-quoting', '1,"x"y'],
        [3, '3', '4'],
      ],
    ],
    [
      'a quote inside a bare field',
      'a,b\n1,7" pan\n3,4\n',
      [
        [2, 'bad-quoting', '1,7" pan'],
        [3, '3', '4'],
      ],
    ],
    [
      'a quote never closed',
      'a,b\n1,"x\n3,4\n5,6\n',
      [
        [2, 'bad-quoting', '1,"x'],
        [3, '3', '4'],
        [4, '5', '6'],
      ],
    ],
    [
      'a quote closed only by a later one: the first line is at fault, not the next',
      'a,b\n1,"x\n3,"y"\n5,6\n',
      [
        [2, 'bad-quoting', '1,"x'],
        [3, '3', 'y'],
        [4, '5', '6'],
      ],
    ],
    [
      'too few fields',
      'a,b\n1\n3,4\n',
      [
        [2, 'wrong-column-count', '1'],
        [3, '3', '4'],
      ],
    ],
    [
      'too many, over lines',
      'a,b\n1,"2\n3",4\n5,6\n',
      [
        [2, 'wrong-column-count', '1,"2\n3",4'],
        [4, '5', '6'],
      ],
    ],
  ])('rejects %s and goes on', async (_, text, expected) => {
    for (const size of [65_536, 5, 1]) expect(await shownRows(text, COMMA, size)).toEqual(expected);
  });

  it('rejects a line longer than a record may be, holding only its beginning', async () => {
    const rows = await rowsOf(`a,b\n1,${'x'.repeat(MAX_RECORD_CHARACTERS * 3)}\n3,4\n`);
    expect(rows.map((row) => [row.line, isBadRow(row) ? row.reason : 'row'])).toEqual([
      [2, 'line-too-long'],
      [3, 'row'],
    ]);
    expect((rows[0] as { text: string }).text).toHaveLength(1_000);
  });

  it('gives up on an open quote after a record’s length, and loses no line', async () => {
    const lines = Array.from({ length: 30_000 }, (_, i) => `${i},${'y'.repeat(60)}`);
    const rows = await rowsOf(`a,b\n1,"open\n${lines.join('\n')}\n`);
    expect(rows).toHaveLength(30_001);
    expect(rows.filter(isBadRow).map(({ line }) => line)).toEqual([2]);
  });

  it('takes another delimiter and columns without a header', async () => {
    const format = { delimiter: ';', header: false, columns: ['a', 'b'] };
    expect(await shownRows('1;"2;3"\n', format)).toEqual([[1, '1', '2;3']]);
  });

  it('refuses a header that is not the map’s, or names a column twice', async () => {
    await expect(rowsOf('a,c\n1,2\n', { ...COMMA, columns: ['a', 'b'] })).rejects.toThrow(
      /File: a, c. Map: a, b/,
    );
    await expect(rowsOf('a,a\n1,2\n')).rejects.toThrow(/"a" twice/);
    await expect(rowsOf('a,"b\n')).rejects.toThrow(/Line 1: the header/);
  });

  it('reads what csv-parse reads, for every table and every cut', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é', '\0'), maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
        async (table, size) => {
          const quoted = table
            .map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','))
            .join('\n');
          const text = `x,y\n${quoted}\n`;
          const oracle = parse(text, { from: 2, skip_empty_lines: true });
          expect(
            (await rowsOf(text, COMMA, size)).map((row) => !isBadRow(row) && [...row.cells.values()]),
          ).toEqual(oracle);
        },
      ),
    );
  });

  it('gives every line of any text a verdict', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', ',', '"', ' '), minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        async (lines, size) => {
          const rows = await rowsOf(`x,y\n${lines.join('\n')}\n`, COMMA, size);
          let covered = 0;
          for (const row of rows) {
            expect(row.line).toBe(covered + 2);
            const written = isBadRow(row) ? row.text : [...row.cells.values()].join('');
            covered += isBadRow(row) && row.reason === 'bad-quoting' ? 1 : written.split('\n').length;
          }
          expect(covered).toBe(lines.length);
        },
      ),
    );
  });
});
