/**
 * Aim: every mistake that people make in a policy is reported under its code, at its place, with what to write
 * instead. In each document ▸ stands at the place where the mistake is expected to be shown.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { JSON_ROWS, limit, MARK, placeOf, YAML } from './policy-mistakes.fixture.ts';
import { type PolicyReader, readPolicy } from './read-policy.ts';

function found(document: string, format: 'yaml' | 'json', reader: PolicyReader = BOOK) {
  const reading = readPolicy({ format, text: document.replace(MARK, '') }, reader);
  return reading.ok ? [] : reading.mistakes;
}
const BOOK: PolicyReader = { currency: 'GBP', fiscal: false };

describe.each([
  ['yaml', YAML],
  ['json', JSON_ROWS],
] as const)('%s', (format, rows) => {
  it.each(rows)('%s', (_, document, code, advice) => {
    const mistakes = found(document, format);
    expect(mistakes.find((mistake) => mistake.code === code) ?? mistakes).toEqual({
      ...placeOf(document),
      pointer: expect.any(String),
      code,
      message: expect.stringMatching(/^.{10,}\.$/s),
      advice: expect.stringMatching(advice),
    });
    // One mistake is told once; only these documents have others besides.
    const others = ['currency-missing', 'unknown-field', 'not-a-list', 'field-missing', 'carry-over-life'];
    const rest = mistakes.filter((mistake) => mistake.code !== code && !others.includes(mistake.code));
    expect(rest).toEqual([]);
  });
});

describe('a book to be', () => {
  it.each([
    ['▸currency: gbp', /Write GBP/],
    ['▸currency: BGN', /write EUR/],
    ['▸currency: XAU', /no minor unit/],
    ['▸currency: £', /such as GBP/],
    ['▸currency: 826', /such as GBP/],
  ])('%s is no currency', (document, advice) => {
    expect(found(document, 'yaml', {})).toEqual([
      expect.objectContaining({
        ...placeOf(document),
        code: 'currency-unknown',
        advice: expect.stringMatching(advice),
      }),
    ]);
  });

  it.each([
    ['JPY', 'for 13 write 13'],
    ['KWD', 'for 12.500 write 12500'],
  ])('figures are advised in %s', (currency, advice) => {
    const [mistake] = found(limit('allow: { costMinor: 12.5 }').replace('GBP', currency), 'yaml', {});
    expect(mistake?.advice).toContain(advice);
  });
});

describe('the table', () => {
  it('has every code that can be found', () => {
    const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
    const checks = readdirSync(new URL('../domain/policy/', import.meta.url))
      .filter((name) => /^(check.*|mistakes)\.ts$/.test(name) && !name.endsWith('.test.ts'))
      .map((name) => `domain/policy/${name}`);
    const sources = [
      ...checks,
      'platform/document-faults.ts',
      'platform/document-values.ts',
      'platform/located-document.ts',
      'platform/strict-json.ts',
      'books/read-policy.ts',
    ];
    const codes = new Set(
      sources.flatMap((path) => [...read(path).matchAll(/'([a-z]+(?:-[a-z]+)+)'/g)].map(([, code]) => code!)),
    );
    for (const example of ['summer-kindness', 'long-wait', 'block-seq-ind']) codes.delete(example);
    const shown = new Set([...YAML, ...JSON_ROWS].map(([, , code]) => code));
    // Only without a book, above; and only of what is no document, in which it is number-too-large.
    shown.add('currency-unknown').add('figure-too-large');
    expect([...codes].filter((code) => !shown.has(code))).toEqual([]);
    expect(shown.size).toBeGreaterThan(60);
  });
});

describe('all mistakes at once', () => {
  it('also where single values cannot be read', () => {
    const document = `currency: GBP
limits:
  - id: a
    per: [employe]
    window: day
    window: weeks
    allow: { costMinor: 12.00, count: 99999999999999999 }
    beyond: !x decline
`;
    expect(found(document, 'yaml').map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual([
      '4:11 dimension-unknown',
      '6:5 key-twice',
      '6:5 window-unknown',
      '7:14 figure-not-plain',
      '7:39 number-too-large',
      '8:13 yaml-tag',
    ]);
  });
});
