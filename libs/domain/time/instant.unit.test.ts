/** Aim: exactly the instants of RFC 3339 that exist are read, and every instant is written so that it reads back. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant, isBusinessDate, parseInstant } from './instant.ts';

describe('reading an instant', () => {
  it.each([
    ['2026-11-21T08:14:05Z', '2026-11-21T08:14:05.000Z'],
    ['2026-11-21t08:14:05z', '2026-11-21T08:14:05.000Z'],
    ['2026-11-21T08:14:05.1Z', '2026-11-21T08:14:05.100Z'],
    ['2026-11-21T08:14:05.12Z', '2026-11-21T08:14:05.120Z'],
    ['2026-11-21T08:14:05.123999999Z', '2026-11-21T08:14:05.123Z'],
    ['2026-11-21T08:14:05.000999Z', '2026-11-21T08:14:05.000Z'],
    ['2026-11-21T08:14:05+00:00', '2026-11-21T08:14:05.000Z'],
    ['2026-11-21T08:14:05-00:00', '2026-11-21T08:14:05.000Z'],
    ['2026-11-21T08:14:05+05:45', '2026-11-21T02:29:05.000Z'],
    ['2026-11-21T20:14:05-05:00', '2026-11-22T01:14:05.000Z'],
    ['2026-11-21T08:14:05.5-23:59', '2026-11-22T08:13:05.500Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2000-02-29T23:59:59.999Z', '2000-02-29T23:59:59.999Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
    ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, utc) => {
    expect(parseInstant(text)).toBe(Date.parse(utc));
    expect(formatInstant(parseInstant(text)!)).toBe(utc);
  });

  it.each([
    '',
    '2026-11-21',
    '2026-11-21T08:14Z',
    '2026-11-21T08:14:05',
    '2026-11-21T08:14:05.',
    '2026-11-21T08:14:05.Z',
    '2026-11-21T08:14:05,5Z',
    '2026-11-21 08:14:05Z',
    '2026-11-21T08:14:05 Z',
    '2026-11-21T08:14:05Z ',
    ' 2026-11-21T08:14:05Z',
    '2026-11-21T08:14:05ZZ',
    '2026-11-21T08:14:05+0100',
    '2026-11-21T08:14:05+01',
    '2026-11-21T08:14:05+1:00',
    '2026-11-21T08:14:05+24:00',
    '2026-11-21T08:14:05+01:60',
    '2026-11-21T08:14:05+01:00:00',
    '2026-11-21T08:14:05\u221201:00',
    '2026-11-21T24:00:00Z',
    '2026-11-21T08:60:00Z',
    '2016-12-31T23:59:60Z',
    '2026-11-31T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2100-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-1-01T00:00:00Z',
    '2026/11/21T08:14:05Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '-026-11-21T08:14:05Z',
    '+2026-11-21T08:14:05Z',
    '+002026-11-21T08:14:05Z',
    '20261121T081405Z',
    '2026-11-21T+8:14:05Z',
    '2026-11-21T08:14:-5Z',
    '\uff12026-11-21T08:14:05Z',
    '2026-11-21T08:14:05[Europe/London]',
    '1795248845000',
    'Sat, 21 Nov 2026 08:14:05 GMT',
  ])('refuses %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it('reads back every instant it writes, as the platform writes it', () => {
    const first = Date.parse('0001-01-01T00:00:00.000Z');
    const last = Date.parse('9999-12-31T23:59:59.999Z');
    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), (ms) => {
        const text = formatInstant(ms);
        expect(text).toBe(new Date(ms).toISOString());
        expect(parseInstant(text)).toBe(ms);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads any offset as the platform does', () => {
    const instant = fc.integer({
      min: Date.parse('1000-01-01T00:00:00Z'),
      max: Date.parse('9000-01-01T00:00:00Z'),
    });
    const two = (n: number) => String(n).padStart(2, '0');
    fc.assert(
      fc.property(instant, fc.integer({ min: -1439, max: 1439 }), (ms, offset) => {
        const sign = offset < 0 ? '-' : '+';
        const size = Math.abs(offset);
        const zone = `${sign}${two(Math.floor(size / 60))}:${two(size % 60)}`;
        const text = new Date(ms + offset * 60_000).toISOString().replace('Z', zone);
        expect(parseInstant(text)).toBe(ms);
      }),
      { numRuns: 2000 },
    );
  });

  it('never throws, and reads nothing that is not of the form', () => {
    const form = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;
    const digits = fc.stringMatching(/^[0-9TtZz:.+-]{18,32}$/);
    const altered = fc
      .tuple(fc.nat({ max: 24 }), fc.string({ minLength: 0, maxLength: 2 }))
      .map(
        ([at, text]) =>
          `${'2026-11-21T08:14:05.000Z'.slice(0, at)}${text}${'2026-11-21T08:14:05.000Z'.slice(at + 1)}`,
      );
    fc.assert(
      fc.property(fc.oneof(digits, altered, fc.string()), (text) => {
        if (parseInstant(text) !== undefined) expect(text).toMatch(form);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('writing an instant', () => {
  it('widens the year where four digits do not hold it', () => {
    expect(formatInstant(253_402_300_800_000)).toBe('+010000-01-01T00:00:00.000Z');
    expect(formatInstant(-62_167_219_200_001)).toBe('-000001-12-31T23:59:59.999Z');
  });
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 0.5])('refuses %d', (ms) => {
    expect(() => formatInstant(ms)).toThrow(RangeError);
  });
});

describe('a business date', () => {
  it.each(['2026-11-21', '2024-02-29', '2028-02-29', '2000-02-29', '0001-01-01', '9999-12-31'])(
    '%s is one',
    (d) => {
      expect(isBusinessDate(d)).toBe(true);
    },
  );
  it.each([
    '2026-02-29',
    '2100-02-29',
    '2026-04-31',
    '2026-11-00',
    '2026-13-01',
    '0000-01-01',
    '2026-1-1',
    '20261121',
    '2026-11-21T',
    '2026-11-21 ',
    '2026-11-2',
    '+026-11-21',
    '',
  ])('%j is none', (d) => {
    expect(isBusinessDate(d)).toBe(false);
  });
});
