/** Aim: a document a person wrote is read as it was meant, or refused with the place; hostile ones cost little. */
import { describe, expect, it } from '@jest/globals';
import { readDocument } from './located-document.ts';

const yaml = `# a comment
currency: GBP
limits:
  - id: coffees
    allow: { cost: 1 }
    "odd/ke~y": 3
rules:
  - id: folded
    when: >-
      act.kind == "x"
    block: |
      line one
        line two
  - {id: quoted, when: 'act.kind == "x"', escaped: "a\\"b\\u0041c", twice: 'it''s'}
`;

/** What is written from the located place on. */
function textAt(source: string, place: { line: number; column: number } | undefined, length: number) {
  return place && source.split('\n')[place.line - 1]?.slice(place.column - 1, place.column - 1 + length);
}

describe('places in a document', () => {
  const document = readDocument(yaml, 'yaml');
  if (!document.ok) throw new Error('the fixture must be readable');

  it.each([
    ['/currency', undefined, 'currency'],
    ['/limits/0', undefined, 'id: coffees'],
    ['/limits/0/allow/cost', undefined, 'cost'],
    ['/limits/0/odd~1ke~0y', undefined, '"odd/ke~y"'],
    ['/limits/0/missing', undefined, 'id: coffees'],
    ['/limits/0/allow/missing/deeper', undefined, 'allow'],
    ['/limits/7', undefined, 'limits:'],
    ['/limits/-1', undefined, 'limits:'],
    ['/missing', undefined, 'currency'],
    ['', undefined, 'currency'],
    ['/rules/1/when', { line: 1, column: 5 }, 'kind =='],
    ['/rules/0/block', { line: 2, column: 3 }, 'line two'],
    ['/rules/1/escaped', { line: 1, column: 5 }, 'c"'],
    ['/rules/1/twice', { line: 1, column: 4 }, "s'"],
    ['/rules/0/when', { line: 1, column: 5 }, '>-'],
  ] as const)('%s %p is at %p', (pointer, inside, text) => {
    expect(textAt(yaml, document.locate(pointer, inside), text.length)).toBe(text);
  });

  it('locates in JSON too', () => {
    const json = '{\n  "limits": [\n    {"id": "a",\n     "per": []}\n  ]\n}';
    const read = readDocument(json, 'json');
    expect(read.ok && read.locate('/limits/0/per')).toEqual({ line: 4, column: 6 });
    expect(read.ok && read.value).toEqual({ limits: [{ id: 'a', per: [] }] });
  });

  it('follows an alias to what it stands for', () => {
    const read = readDocument('a: &x { b: 1 }\nc: *x\n', 'yaml');
    expect(read.ok && read.value).toEqual({ a: { b: 1 }, c: { b: 1 } });
    expect(read.ok && read.locate('/c/b')).toEqual({ line: 1, column: 9 });
  });
});

describe('what is refused', () => {
  it.each([
    ['yaml', 'a: 1\na: 2', 'key-twice', /given twice/, 2, 1],
    ['yaml', 'a: [1', 'yaml-bracket', /must .*end with a \]/, 1, 6],
    ['yaml', 'a: 1\n b: 2', 'yaml-indentation', /not indented/, 2, 2],
    ['yaml', '\ta: 1', 'yaml-tab', /Tabs/, 1, 1],
    ['yaml', 'a: !!js/function x', 'yaml-tag', /tag/, 1, 4],
    ['yaml', 'a: !secret x', 'yaml-tag', /tag/, 1, 4],
    ['yaml', 'a: !!binary aGk=', 'yaml-tag', /tag/, 1, 4],
    ['yaml', 'a: 99999999999999999999', 'number-too-large', /lose digits/, 1, 4],
    ['yaml', 'a: -9007199254740993', 'number-too-large', /lose digits/, 1, 4],
    ['yaml', 'a: .inf', 'number-not-finite', /no number/, 1, 4],
    ['yaml', 'a: .nan', 'number-not-finite', /no number/, 1, 4],
    ['yaml', '%YAML 1.1\n---\na: yes', 'yaml-version', /1\.2/, 1, 1],
    ['yaml', 'a: 1\n---\nb: 2', 'yaml-several-documents', /multiple documents/, 2, 1],
    ['yaml', '? [a]\n: b', 'key-not-text', /key/, 1, 3],
    ['yaml', 'a: *nowhere', 'yaml-alias-unknown', /nowhere/, 1, 4],
    ['yaml', 'a: &a [*a]', 'yaml-alias-inside-itself', /repeats/, 1, 8],
    ['json', '{"a":1,"a":2}', 'key-twice', /given twice/, 1, 8],
    ['json', '{"a\\u0062":1,\n"ab":2}', 'key-twice', /given twice/, 2, 1],
    ['json', "{'a':1}", 'json-malformed', /./, 1, 2],
    ['json', '{"a":1,}', 'json-malformed', /./, 1, 8],
    ['json', '{\n "a": tru\n}', 'json-malformed', /./, 2, 7],
    ['json', '{"a":1} x', 'json-malformed', /./, 1, 9],
    ['json', 'a: 1', 'json-malformed', /./, 1, 1],
    ['json', '', 'json-malformed', /./, 1, 1],
    ['json', '{"a":12345678901234567890}', 'number-not-exact', /./, 1, 6],
    ['yaml', 'a: b: c', 'yaml-colon-in-text', /colon/, 1, 4],
    ['yaml', 'a: "x" in y', 'yaml-text-after-quotes', /follows/, 1, 8],
    ['yaml', 'a: !("x" in y)', 'yaml-tag', /tag/, 1, 4],
    ['yaml', 'a: @x', 'yaml-reserved-character', /@/, 1, 4],
    ['yaml', 'a: "x\\q"', 'yaml-escape', /escape/, 1, 6],
    ['yaml', 'a: "x', 'yaml-quotes', /not closed/, 1, 6],
    ['yaml', 'a: {b: 1\nc: 2', 'yaml-bracket', /end with a \}/, 2, 1],
    ['yaml', 'a:\n  - b\n - c', 'yaml-indentation', /indented/, 3, 2],
    ['yaml', 'a: - b', 'yaml-dash', /dashes/, 1, 4],
    ['yaml', 'a\nb: 1', 'yaml-colon-missing', /no colon/, 1, 1],
    ['yaml', '%FOO\n---\na: 1', 'yaml-directive', /%FOO/, 1, 1],
    ['yaml', 'a: &b *c', 'yaml-anchor', /alias/, 1, 7],
  ] as const)('%s %p: %s', (format, text, code, message, line, column) => {
    const read = readDocument(text, format);
    expect(read.ok ? [] : read.problems).toEqual([
      {
        code,
        message: expect.stringMatching(message),
        advice: expect.stringMatching(/^.{10,}\.$/),
        line,
        column,
      },
    ]);
  });

  it('says every YAML problem, not only the first', () => {
    const read = readDocument('a: !x 1\nb: 2\nb: 3\nc: 4\nc: 5', 'yaml');
    expect(read.ok ? [] : read.problems.map(({ line }) => line)).toEqual([1, 3, 5]);
    const twice = readDocument('b: 2\nb: 3\nc: 4\nc: 5', 'yaml');
    expect(twice.ok ? [] : twice.problems.map(({ line }) => line)).toEqual([2, 4]);
  });
});

describe('what is at fault in single values', () => {
  it('leaves the rest to be understood', () => {
    const read = readDocument('a: !x 1\nb: 2\nb: 3\n', 'yaml');
    if (read.ok || read.content === undefined) throw new Error('must be refused, with content');
    expect(read.content.value).toEqual({ a: '1', b: 3 });
    expect(read.content.locate('/b')).toEqual({ line: 3, column: 1 });
  });

  it('leaves nothing where the whole is broken', () => {
    const read = readDocument('a: [1\nb: 2\nb: 3\n', 'yaml');
    expect(read.ok ? undefined : Object.keys(read)).toEqual(['ok', 'problems']);
  });
});

describe('numbers that are not written as their plain digits', () => {
  it.each([
    ['yaml', 'a: { b/c: [0, 12.00] }', '/a/b~1c/1', '12.00', 12, 1, 15],
    ['yaml', 'a: 1e3', '/a', '1e3', 1000, 1, 4],
    ['yaml', 'a: 0x10', '/a', '0x10', 16, 1, 4],
    ['yaml', 'a: 0o17', '/a', '0o17', 15, 1, 4],
    ['yaml', 'a: 010', '/a', '010', 10, 1, 4],
    ['yaml', 'a: +5', '/a', '+5', 5, 1, 4],
    ['yaml', 'a: -0', '/a', '-0', -0, 1, 4],
    ['json', '{"a":\n [1E2]}', '/a/0', '1E2', 100, 2, 3],
    ['json', '{"a":5.0}', '/a', '5.0', 5, 1, 6],
  ] as const)('%s %p', (format, text, pointer, written, value, line, column) => {
    const read = readDocument(text, format);
    expect(read.ok && read.oddNumbers).toMatchObject([{ pointer, written, value, line, column }]);
  });

  it.each(['a: 0', 'a: -7', 'a: 12.5', 'a: 0.25', 'a: "1e3"', '10.0: b'])('%p has none', (text) => {
    const read = readDocument(text, 'yaml');
    expect(read.ok && read.oddNumbers).toEqual([]);
  });
});

describe('what stays plain data', () => {
  it.each(['yaml', 'json'] as const)('%s: __proto__ is a key like any other', (format) => {
    const read = readDocument('{"__proto__": {"polluted": true}, "constructor": 1}', format);
    if (!read.ok) throw new Error('must be readable');
    expect(Object.keys(read.value as object)).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('a byte order mark, CRLF and words that other YAMLs take for booleans', () => {
    expect(readDocument('\uFEFFa: yes\r\nb: no\r\n', 'yaml')).toMatchObject({ value: { a: 'yes', b: 'no' } });
    expect(readDocument('<<: { a: 1 }', 'yaml')).toMatchObject({ value: { '<<': { a: 1 } } });
  });

  it('an empty document is nothing', () => {
    expect(readDocument('# only a comment\n', 'yaml')).toMatchObject({ ok: true, value: null });
  });
});

describe('hostile documents are refused quickly', () => {
  const nine = (name: string) => Array(9).fill(name).join(',');
  it.each([
    [
      'billion laughs',
      `a: &a [${nine('x')}]\nb: &b [${nine('*a')}]\nc: &c [${nine('*b')}]\nd: &d [${nine('*c')}]\ne: [${nine('*d')}]`,
      'yaml',
    ],
    ['brackets, JSON', '['.repeat(300_000), 'json'],
    ['brackets, YAML', '['.repeat(300_000), 'yaml'],
    ['braces', '{a: '.repeat(80_000), 'yaml'],
    ['dashes', '- '.repeat(150_000), 'yaml'],
    ['question marks', '? '.repeat(150_000), 'yaml'],
    ['indentation', Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), 'yaml'],
    ['directives', '%a\n'.repeat(100_000), 'yaml'],
    ['aliases', `- &a 1\n${'- *a\n'.repeat(5_000)}`, 'yaml'],
    ['an unclosed text', `a: "${'x'.repeat(300_000)}`, 'yaml'],
    ['a long number', `[${'1'.repeat(300_000)}]`, 'json'],
  ] as const)('%s', (_, text, format) => {
    const start = performance.now();
    const read = readDocument(text, format);
    expect(read.ok).toBe(false);
    expect(JSON.stringify(read).length).toBeLessThan(20_000);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
