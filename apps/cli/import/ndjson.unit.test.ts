/** Aim: one JSON object a line becomes cells without changing a figure; every other line is a named fault. */
import { describe, expect, it } from '@jest/globals';
import { readLines } from './lines.ts';
import { readNdjson } from './ndjson.ts';
import { isBadRow } from './rows.ts';

async function read(text: string) {
  const rows = [];
  for await (const group of readNdjson(
    readLines(
      (async function* () {
        yield text;
      })(),
    ),
  ))
    rows.push(...group);
  return rows.map((row) =>
    isBadRow(row) ? [row.line, row.reason] : [row.line, Object.fromEntries(row.cells)],
  );
}

describe('reading NDJSON', () => {
  it('keeps figures as they are written and flattens members', async () => {
    const text =
      '{"price":6.950,"big":12345678901234567890,"at":{"shop":"soho","till":{"no":7}},"ok":true,"none":null,"tags":["a",1.10]}\r\n';
    expect(await read(text)).toEqual([
      [
        1,
        {
          price: '6.950',
          big: '12345678901234567890',
          'at.shop': 'soho',
          'at.till.no': '7',
          ok: 'true',
          none: '',
          tags: '["a",1.10]',
        },
      ],
    ]);
  });

  it.each([
    ['{"a":1', 'bad-json'],
    ['[1]', 'bad-json'],
    ['7', 'bad-json'],
    ['null', 'bad-json'],
    ['{"a.b":1,"a":{"b":2}}', 'bad-json'],
    [`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`, 'bad-json'],
  ])('rejects %s and goes on', async (line, reason) => {
    expect(await read(`${line}\n\n{"x":1}\n`)).toEqual([
      [1, reason],
      [3, { x: '1' }],
    ]);
  });

  it('takes names that mean something to JavaScript as names', async () => {
    expect(await read('{"__proto__":"x","constructor":"y"}\n')).toEqual([
      [1, JSON.parse('{"__proto__":"x","constructor":"y"}')],
    ]);
  });
});
