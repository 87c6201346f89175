/** Aim: whatever lies in a repository of policies, each of them is read and no other file; all is said at its place. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EXIT_CODES } from '../failure.ts';
import { annotation, findingLine } from './findings.ts';
import { policyFiles } from './policy-files.ts';
import { exitCodeOf, linesOf, totals, verdictOn } from './validate.ts';

const GOOD = 'currency: GBP\nrules:\n  - { id: r, when: act.count > 5, then: warn, message: Many. }\n';
const WARNED = GOOD.replace('act.count > 5', 'act.count > 0');
const BAD = GOOD.replace('then: warn', 'then: wran');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'goodwill-policies-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, content);
  return path;
}

async function verdicts(paths: readonly string[], currency?: string) {
  return (await policyFiles(paths)).map((one) => verdictOn(one, currency));
}

describe('which files are policies', () => {
  it('those below a folder, in order; not scenarios, schemas, and what is hidden', async () => {
    for (const name of [
      'b.yaml',
      'a.yml',
      'sub/deeper/c.json',
      'a.scenario.yaml',
      'policy.schema.json',
      'README.md',
      '.hidden/d.yaml',
      '.e.yaml',
      'node_modules/f.yaml',
    ]) {
      await file(name, GOOD);
    }
    const found = (await policyFiles([folder])).map(({ path }) => path.slice(folder.length + 1));
    expect(found).toEqual(['a.yml', 'b.yaml', 'sub/deeper/c.json']);
  });

  it('any that is named', async () => {
    const path = await file('odd.scenario.yaml', GOOD);
    expect(await policyFiles([path])).toHaveLength(1);
  });

  it.each([
    [() => ['nowhere.yaml'], /nowhere\.yaml cannot be read \(there is no such file\)/],
    [() => [folder], /holds no policy/],
  ])('nothing to read is wrong usage', async (paths, message) => {
    await expect(policyFiles(paths())).rejects.toMatchObject({
      message: expect.stringMatching(message),
      exitCode: EXIT_CODES.usage,
    });
  });
});

describe('what is said of them', () => {
  it('mistakes first, then warnings, then the sum', async () => {
    const paths = [await file('w.yaml', WARNED), await file('b.yaml', BAD), await file('g.yaml', GOOD)];
    const found = await verdicts(paths);
    expect(linesOf(found)).toEqual([
      `${paths[1]}:3:35: consequence-unknown: "wran" is no consequence. — Did you mean warn? Write one of: warn, hold, decline.`,
      '',
      expect.stringMatching(/w\.yaml:3:20: warning: rule-always-holds: .+ — .+/),
      '',
      '3 policies, 1 mistake, 1 warning.',
    ]);
    expect(totals(found)).toEqual({ mistakes: 1, warnings: 1 });
  });

  it('ends with 1 for a mistake, and for a warning where that is asked for', async () => {
    const [bad, warned, good] = [
      await verdicts([await file('b.yaml', BAD)]),
      await verdicts([await file('w.yaml', WARNED)]),
      await verdicts([await file('g.yaml', GOOD)]),
    ];
    expect([bad, warned, good].map((one) => exitCodeOf(one, false))).toEqual([1, 0, 0]);
    expect([bad, warned, good].map((one) => exitCodeOf(one, true))).toEqual([1, 1, 0]);
    expect(linesOf(good)).toEqual(['1 policy, no mistakes.']);
  });

  it("takes the document's own currency unless one is given", async () => {
    const path = await file('e.yaml', GOOD.replace('GBP', 'EUR'));
    expect((await verdicts([path]))[0]!.mistakes).toEqual([]);
    expect((await verdicts([path], 'GBP'))[0]!.mistakes).toMatchObject([{ code: 'currency-mismatch' }]);
  });

  it('reads JSON as JSON, with its places', async () => {
    const path = await file('j.json', '{\n  "currency": "GBP",\n  "limit": []\n}');
    expect((await verdicts([path]))[0]!.mistakes).toMatchObject([
      { code: 'unknown-field', line: 3, column: 3 },
    ]);
  });

  it.each([
    ['not-utf8', Buffer.from('currency: GBP\ntitle: caf\xe9\n', 'latin1'), 2, 11],
    ['document-too-large', Buffer.alloc(256 * 1024 + 1, '#'), 1, 1],
  ])('%s', async (code, bytes, line, column) => {
    const path = await file('x.yaml', bytes);
    expect((await verdicts([path]))[0]!.mistakes).toMatchObject([{ code, line, column }]);
  });
});

describe('as annotations of a workflow', () => {
  const finding = {
    line: 3,
    column: 7,
    pointer: '',
    code: 'a-code',
    message: 'A: 100%, b\nc',
    advice: 'Do.',
  };
  it('escapes what would end them', () => {
    expect(annotation('a,b:c.yaml', finding, 'error')).toBe(
      '::error file=a%2Cb%3Ac.yaml,line=3,col=7,title=a-code::A: 100%25, b%0Ac Do.',
    );
  });
  it('stands on one line like any other', () => {
    expect(findingLine('a.yaml', { ...finding, message: 'A.' })).toBe('a.yaml:3:7: a-code: A. — Do.');
  });
});
