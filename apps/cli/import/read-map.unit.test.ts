/** Aim: a map is right when it is taken; a wrong one lists every mistake where it stands. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { mapRow } from './mapping.ts';
import { readMap } from './read-map.ts';

const GOOD = `book: london
format: { type: csv, columns: [id, amount, when, who, shop] }
vars: { digits: 2 }
let:
  pence: minor(row.amount, vars.digits)
  isBig: pence > 5000
skip:
  - { when: 'row.amount == ""', reason: no-amount }
reject:
  - { when: isBig, reason: too-big }
act:
  kind: '"refund"'
  trigger: '"recovery"'
  employee: row.who
  location: row["shop"]
  retailMinor: pence
  costMinor: pence
  occurredAt: localTime(row.when, "Europe/London")
idempotencyKey: '"t/" + string(line)'
`;

function mistakesOf(source: string): string[] {
  const reading = readMap(source);
  if (reading.ok) return [];
  return reading.mistakes.map(({ line, column, detail }) => `${line}:${column} ${detail}`);
}

function mapped(source: string, cells: Record<string, string>, line = 7) {
  const reading = readMap(source);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return mapRow(reading.map, { line, cells: new Map(Object.entries(cells)) });
}

const ROW = { id: '1', amount: '3.90', when: '2026-07-01 10:00', who: 'emp-1', shop: 'soho' };

describe('a good map', () => {
  it('makes an act of a row', () => {
    expect(mapped(GOOD, ROW)).toMatchObject({
      is: 'fact',
      kind: 'act',
      item: {
        idempotencyKey: 't/7',
        mode: 'record',
        kind: 'refund',
        trigger: 'recovery',
        employee: 'emp-1',
        location: 'soho',
        retailMinor: 390,
        costMinor: 390,
        occurredAt: '2026-07-01T10:00:00+01:00',
      },
    });
  });

  it('sorts rows by its rules, and skips before anything is worked out that cannot be', () => {
    expect(mapped(GOOD, { ...ROW, amount: '' })).toMatchObject({ is: 'no fact', reason: 'no-amount' });
    expect(mapped(GOOD, { ...ROW, amount: '50.01' })).toMatchObject({ is: 'wrong', reason: 'too-big' });
  });

  it.each([
    [{ amount: 'x' }, 'expression-failed', /"x" is not a decimal figure/],
    [{ amount: '-1' }, 'wrong-value', /retailMinor is -1/],
    [{ when: '2026-02-30 10:00' }, 'expression-failed', /calendar/],
    [{ who: 'caf\ufffd' }, 'wrong-value', /encoding/],
  ])('rejects a row with %p', (cells, reason, detail) => {
    expect(mapped(GOOD, { ...ROW, ...cells })).toMatchObject({
      is: 'wrong',
      reason,
      detail: expect.stringMatching(detail),
    });
  });

  it.each(['', ' ', '1.5', '0b1', '0x1', '9223372036854775808'])('takes %j for no whole number', (id) => {
    const source = GOOD.replace('act:\n', 'act:\n  item: { sku: row.shop, quantity: int(row.id) }\n');
    expect(mapped(source, { ...ROW, id })).toMatchObject({
      is: 'wrong',
      reason: 'expression-failed',
      detail: expect.stringMatching(/cannot convert to int/),
    });
  });

  it('leaves out members that come out empty, and nests the item', () => {
    const source = GOOD.replace(
      'act:\n',
      'act:\n  customer: row.id\n  item: { sku: row.id, quantity: int(row.id) }\n',
    );
    expect(mapped(source, ROW)).toMatchObject({ item: { customer: '1', item: { sku: '1', quantity: 1 } } });
    const { item } = mapped(source.replace('quantity: int(row.id)', 'quantity: 2'), {
      ...ROW,
      id: '',
    }) as unknown as {
      item: object;
    };
    expect(item).not.toHaveProperty('customer');
    expect(item).not.toHaveProperty('item');
  });

  it('rejects keys and words that a row makes wrong', () => {
    expect(mapped(GOOD.replace('string(line)', 'row.who'), { ...ROW, who: 'a b' })).toMatchObject({
      reason: 'wrong-value',
      detail: expect.stringMatching(/^idempotencyKey: /),
    });
    expect(mapped(GOOD.replace(`'"refund"'`, 'row.id'), ROW)).toMatchObject({
      reason: 'wrong-value',
      detail: expect.stringMatching(/^kind is "1"; it must be one of comp/),
    });
  });

  it('hashes the same for ever', () => {
    const source = GOOD.replace('row.who', 'string(hash(row.who) % 1000)');
    // First 53 bits of SHA-256("emp-1"), modulo 1,000; worked out with sha256sum.
    expect(mapped(source, ROW)).toMatchObject({ item: { employee: '969' } });
  });
});

describe('a map of several kinds of facts', () => {
  const OUTCOME = `outcome:
  when: row.who == "customer"
  type: '"rating"'
  customer: row.id
  rating: { score: int(row.amount), lowest: -5, highest: 5 }
  occurredAt: localTime(row.when, "Europe/London")
`;
  const INCIDENT = `incident:
  when: row.who == "desk"
  type: '"opened"'
  incident: row.id
  occurredAt: localTime(row.when, "Europe/London")
`;
  const MANY = GOOD.replace('act:\n', `${OUTCOME}${INCIDENT}act:\n  when: row.who != "nobody"\n`);

  it('makes each row what the first section that takes it says', () => {
    expect(mapped(MANY, { ...ROW, who: 'customer', amount: '-4' })).toMatchObject({
      is: 'fact',
      kind: 'outcome',
      item: {
        idempotencyKey: 't/7',
        type: 'rating',
        customer: '1',
        rating: { score: -4, lowest: -5, highest: 5 },
        occurredAt: '2026-07-01T10:00:00+01:00',
      },
    });
    const told = mapped(MANY, { ...ROW, who: 'desk' });
    expect(told).toMatchObject({ kind: 'incident', item: { type: 'opened', incident: '1' } });
    expect((told as unknown as { item: object }).item).not.toHaveProperty('mode');
    expect(mapped(MANY, ROW)).toMatchObject({ kind: 'act', item: { mode: 'record' } });
  });

  it('rejects a row that no section takes: it is not lost silently', () => {
    expect(mapped(MANY, { ...ROW, who: 'nobody' })).toMatchObject({ is: 'wrong', reason: 'nothing-fits' });
  });

  it.each([
    [GOOD.replace('idempotencyKey:', `${OUTCOME}idempotencyKey:`), /outcome is never reached: act above it/],
    [MANY.replace('  customer: row.id\n', ''), /outcome needs customer or incident/],
    [MANY.replace('score: int(row.amount), ', ''), /outcome.rating needs score/],
    [MANY.replace(`'"rating"'`, `'"stars"'`), /outcome.type must be one of visit, .*, not "stars"/],
    [MANY.replace('  incident: row.id\n', ''), /incident needs incident/],
    [
      MANY.replace('row.who == "desk"', 'row.who'),
      /incident.when: gives string where true or false is needed/,
    ],
    [MANY.replace('  incident: row.id\n', '  incident: row.id\n  act: row.id\n'), /has no member "act"/],
  ])('says what is wrong with it (%#)', (source, mistake) => {
    const reading = readMap(source);
    expect(reading.ok ? [] : reading.mistakes.map(({ detail }) => detail)).toContainEqual(
      expect.stringMatching(mistake),
    );
  });
});

describe('a wrong map', () => {
  it.each([
    ['', ['1:1 a map must be a mapping']],
    ['- a\n', ['1:1 a map must be a mapping']],
    ['book: [\n', [expect.stringMatching(/^2:1 /)]],
    [GOOD.replace('book: london', 'book: London!'), [expect.stringMatching(/^1:1 "London!" is no book id/)]],
    [
      GOOD.replace('reject:', 'rejects:'),
      [expect.stringMatching(/^9:1 a map has no member "rejects"; did you mean reject\?/)],
    ],
    [
      GOOD.replace('kind:', 'kin:'),
      [
        expect.stringMatching(/^11:1 act needs kind/),
        expect.stringMatching(/^12:3 act has no member "kin"; did you mean kind\?/),
      ],
    ],
    [
      GOOD.replace(`'"refund"'`, `'"void"'`),
      [expect.stringMatching(/^12:3 act.kind must be one of .*, not "void"/)],
    ],
    [
      GOOD.replace('employee: row.who', 'employee: line'),
      [expect.stringMatching(/^14:13 act.employee: gives int where a text is needed/)],
    ],
    [
      GOOD.replace('costMinor: pence', 'costMinor: 1.5'),
      [expect.stringMatching(/^17:\d+ act.costMinor: gives double where a whole number is needed/)],
    ],
    [
      GOOD.replace('row["shop"]', 'row["store"]'),
      [expect.stringMatching(/^15:13 act.location: the file has no column "store"; it has id, amount/)],
    ],
    [
      GOOD.replace('when: isBig', 'when: pence'),
      [expect.stringMatching(/^10:13 when: gives int where true or false is needed/)],
    ],
    [
      GOOD.replace('pence > 5000', 'pense > 5000'),
      [expect.stringMatching(/^6:10 let.isBig: Unknown variable: pense/)],
    ],
    [
      GOOD.replace('  occurredAt: localTime(row.when, "Europe/London")\n', ''),
      [expect.stringMatching(/^11:1 act needs occurredAt/)],
    ],
    [
      GOOD.replace(`'"t/" + string(line)'`, `'"t"'`),
      [expect.stringMatching(/^19:1 idempotencyKey is the same for every row/)],
    ],
    [
      GOOD.replace('type: csv', 'type: tsv'),
      [expect.stringMatching(/^2:11 format.type must be one of csv, ndjson/)],
    ],
    [
      GOOD.replace('digits: 2', 'digits: 0.5'),
      [expect.stringMatching(/^3:9 vars.digits: write a decimal figure as text/)],
    ],
    [
      GOOD.replace('reason: no-amount', 'reason: No Amount'),
      [expect.stringMatching(/^8:\d+ "No Amount" is no reason code/)],
    ],
  ])('%#: says what is wrong and where', (source, expected) => {
    expect(mistakesOf(source)).toEqual(expected);
  });

  it('lists every mistake at once, in the order of the lines', () => {
    const source = GOOD.replace('book: london', 'bok: london')
      .replace('minor(row.amount, vars.digits)', 'minor(row.amount)')
      .replace(`'"refund"'`, `'"refnd"'`)
      .replace('employee: row.who', 'employee: row.hwo');
    const lines = mistakesOf(source).map((text) => Number(text.split(':')[0]));
    expect(lines).toEqual([1, 5, 12, 14]);
  });

  it('points into texts that are written over several lines', () => {
    const source = GOOD.replace('employee: row.who', 'employee: |\n    row.who +\n      row.nobody');
    expect(mistakesOf(source)).toEqual([
      expect.stringMatching(/^16:7 act.employee: the file has no column "nobody"/),
    ]);
  });

  it('of the examples there is none', () => {
    const source = readFileSync(
      new URL('../../../docs/examples/online-retail-ii.map.yaml', import.meta.url),
      'utf8',
    );
    expect(mistakesOf(source)).toEqual([]);
  });
});
