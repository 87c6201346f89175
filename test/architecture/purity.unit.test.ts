/** Aim: the domain reads no clock, draws no lots and does no I/O, also where no import would show it. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY } from './cruise.ts';
import { isTestCode, sourceFiles, withoutCommentsAndText } from './source-files.ts';

/** What would make the same input give another answer tomorrow. */
const IMPURE: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['reads the clock', /\bDate\s*\.\s*now\b/],
  ['reads the clock', /\bnew\s+Date\s*(\(\s*\)|(?![\s(\w$]))/],
  ['reads the clock', /\bTemporal\s*\.\s*Now\b/],
  ['reads the clock', /\bperformance\s*\./],
  ['draws lots', /\bMath\s*\.\s*random\b/],
  ['draws lots', /\bcrypto\b|\brandomUUID\b/],
  ['knows its process', /\bprocess\s*[.[]/],
  ['waits', /\bset(Timeout|Interval|Immediate)\b/],
  ['waits', /\bawait\b|\basync\b/],
  ['does I/O', /\bfetch\s*\(|\bconsole\s*\./],
  ['keeps state outside a value', /\bglobalThis\b/],
  ["depends on the machine's language", /\.\s*(toLocale\w*|localeCompare)\b/],
];

function impurities(source: string): string[] {
  const code = withoutCommentsAndText(source);
  return IMPURE.filter(([, pattern]) => pattern.test(code)).map(([name]) => name);
}

describe('the domain is pure, and so are the detectors of signals', () => {
  it.each([
    ['const t = Date.now();', 'reads the clock'],
    ['const t = new Date();', 'reads the clock'],
    ['const t = new Date;', 'reads the clock'],
    ['const t = Temporal.Now.instant();', 'reads the clock'],
    ['const t = performance.now();', 'reads the clock'],
    ['const r = Math.random();', 'draws lots'],
    ['const r = crypto.randomUUID();', 'draws lots'],
    ["const e = process.env['X'];", 'knows its process'],
    ['setTimeout(f, 1);', 'waits'],
    ['export async function f() {}', 'waits'],
    ["fetch('http://127.0.0.1');", 'does I/O'],
    ['globalThis.x = 1;', 'keeps state outside a value'],
    ['names.sort((a, b) => a.localeCompare(b));', "depends on the machine's language"],
  ])('notices %s', (source, name) => {
    expect(impurities(source)).toContain(name);
  });

  it.each([
    '// Date.now() would be wrong here',
    "const advice = 'do not use Date.now()';",
    'const t = new Date(epochMs);',
    '/* Math.random() */ const process1 = 1;',
  ])('lets %s pass', (source) => {
    expect(impurities(source)).toEqual([]);
  });

  const files = [...sourceFiles('libs/domain'), ...sourceFiles('libs/signals')].filter(
    (file) => !isTestCode(file),
  );
  it('has files to look at', () => {
    expect(files.length).toBeGreaterThan(4);
  });
  it.each(files.map((file) => relative(REPOSITORY, file)))('%s', (file) => {
    expect(impurities(readFileSync(`${REPOSITORY}/${file}`, 'utf8'))).toEqual([]);
  });
});
