/** Aim: what JSON.parse takes exactly passes; what it would change, or cannot say the place of, is refused with its place. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_DEPTH, parseJson } from './strict-json.ts';

describe('strict JSON', () => {
  it.each([
    ['{"a":1,}', '', 1, 8],
    ['{"a":1 "b":2}', '', 1, 8],
    ['{\n "a": tru\n}', '/a', 2, 7],
    ['{"a":[1,2', '/a', 1, 10],
    ['{"a":"x', '/a', 1, 6],
    ["{'a':1}", '', 1, 2],
    ['{"a" 1}', '', 1, 6],
    ['[1]x', '', 1, 4],
    ['', '', 1, 1],
    ['\ufeff{}', '', 1, 1],
    ['{"a":01}', '', 1, 7],
    ['{"a":NaN}', '/a', 1, 6],
    ['{"a":-}', '/a', 1, 6],
    ['{"x/y~":{"b":"\t"}}', '/x~1y~0/b', 1, 14],
  ])('%j is malformed at %s', (text, pointer, line, column) => {
    expect(parseJson(text)).toMatchObject({ ok: false, code: 'json-malformed', pointer, line, column });
  });

  it.each([
    ['9007199254740993'],
    ['-9007199254740993'],
    ['9007199254740992'],
    ['123456789012345678901234567890'],
    ['9007199254740991.4'],
    ['1.00000000000000001'],
    ['12345678.12345678'],
    ['1e400'],
  ])('%s would be changed', (number) => {
    for (const trusting of [false, true]) {
      if (number === '1e400' && trusting) continue; // parses to Infinity, which every number check refuses
      expect(parseJson(`{"a":{"b":[0,${number}]}}`, { trusting })).toMatchObject({
        ok: false,
        code: 'number-not-exact',
        pointer: '/a/b/1',
      });
    }
  });

  it.each([
    ['9007199254740991'],
    ['-9007199254740991'],
    ['0.1'],
    ['1e3'],
    ['1234567890.12345'],
    ['0'],
    ['-0'],
  ])('%s is taken', (number) => {
    expect(parseJson(`[${number}]`)).toEqual({ ok: true, value: [Number(number)] });
  });

  it('does not mistake digits in strings for numbers', () => {
    expect(parseJson('{"a":"9007199254740993"}', { trusting: true })).toEqual({
      ok: true,
      value: { a: '9007199254740993' },
    });
  });

  it('takes the depth it allows and no more', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(parseJson(nested(MAX_DEPTH)).ok).toBe(true);
    expect(parseJson(nested(MAX_DEPTH + 1))).toMatchObject({ ok: false, code: 'nested-too-deeply' });
    expect(parseJson(nested(500_000))).toMatchObject({ ok: false, code: 'nested-too-deeply' });
    expect(parseJson('{"a":'.repeat(100_000))).toMatchObject({ ok: false, code: 'nested-too-deeply' });
  });

  it('agrees with JSON.parse on any JSON of whole numbers and strings', () => {
    const json = fc
      .jsonValue({ depthSize: 'small', noUnicodeString: false })
      .map((value) =>
        JSON.stringify(value, (_, member) =>
          typeof member === 'number' ? Math.trunc(member % 1e9) : member,
        ),
      );
    fc.assert(
      fc.property(json, (text) => {
        expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('agrees with JSON.parse on what is broken', () => {
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom('', '"', ',', '}', '\\', '1', ' '),
        (text, at, put) => {
          const place = at % (text.length + 1);
          const mutated = text.slice(0, place) + put + text.slice(place + 1);
          let parses = true;
          try {
            JSON.parse(mutated);
          } catch {
            parses = false;
          }
          const reading = parseJson(mutated);
          if (!parses) expect(reading.ok).toBe(false);
          else if (!reading.ok) expect(reading.code).toBe('number-not-exact');
        },
      ),
      { numRuns: 500 },
    );
  });
});
