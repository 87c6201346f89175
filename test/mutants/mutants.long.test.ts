/**
 * Aim: the suites would notice. On a copy with one promise broken the suite that guards it must fail, by its
 * assertions and not by accident; on an unbroken copy the same suites pass. (The mutant that does not flush is with
 * the power cuts.)
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { mutatedCopy } from './mutate.ts';

const FOLDERS = ['apps', 'libs', 'test', 'tsconfig.json'];
const CONCURRENCY = 'test/acceptance/concurrency';
const CONFORMANCE = 'libs/event-store/sqlite/sqlite-event-store';
const USED = 'return this.#used.get(id) ?? this.state.buckets.used(id);';

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

let copy = '';
afterEach(() => {
  if (copy !== '') rmSync(copy, { recursive: true, force: true });
  copy = '';
});

/** Builds the copy and runs one suite in it. */
function run(suite: string): Report {
  const started = spawnSync(process.execPath, ['apps/cli/bin/build.js'], { cwd: copy, encoding: 'utf8' });
  if (started.status !== 0) throw new Error(`the copy does not build:\n${started.stderr}`);
  const report = join(copy, 'report.json');
  spawnSync(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--no-warnings',
      'node_modules/jest/bin/jest.js',
      '--runInBand',
      '--json',
      `--outputFile=${report}`,
      '--testPathIgnorePatterns',
      '/node_modules/',
      '--testPathPatterns',
      suite,
    ],
    { cwd: copy, encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '0' } },
  );
  return JSON.parse(readFileSync(report, 'utf8')) as Report;
}

const MUTANTS = [
  {
    name: 'an engine that appends wherever the stream stands',
    file: 'libs/event-store/sqlite/sqlite.worker.ts',
    find: 'if (head !== expectedRevision) {',
    replace: 'if (head < NO_STREAM) {',
    suites: [CONFORMANCE, CONCURRENCY],
  },
  {
    name: 'limits checked against what is durable, not against the acts decided in the same round',
    file: 'libs/domain/book/draft.ts',
    find: USED,
    replace: 'return this.state.buckets.used(id);',
    suites: [CONCURRENCY],
  },
  {
    name: 'limits checked in a view that is a tenth of a second behind',
    file: 'libs/domain/book/draft.ts',
    find: USED,
    replace: `const view = ((globalThis as { view?: Map<string, { at: number; used: Amounts }> }).view ??= new Map());
    const seen = view.get(id);
    if (seen !== undefined && Date.now() - seen.at < 100) return seen.used;
    const used = this.#used.get(id) ?? this.state.buckets.used(id);
    view.set(id, { at: Date.now(), used });
    return used;`,
    suites: [CONCURRENCY],
  },
  {
    name: 'what falls due left until somebody answers for it',
    file: 'libs/books/rounds.ts',
    find: 'const due = dueExpiries(draft, recordedAt);',
    replace: 'const due = dueExpiries(draft, 0);',
    suites: ['test/acceptance/falling-due'],
  },
];

describe('a mutant', () => {
  it('that changes nothing passes the suites', () => {
    copy = mutatedCopy({ folders: FOLDERS, file: 'libs/domain/book/draft.ts', find: USED, replace: USED });
    for (const suite of [CONFORMANCE, CONCURRENCY]) {
      const report = run(suite);
      expect([suite, report.numFailedTests, report.numRuntimeErrorTestSuites]).toEqual([suite, 0, 0]);
      expect(report.numPassedTests).toBeGreaterThan(0);
    }
  }, 300_000);

  it.each(MUTANTS)(
    'is noticed: $name',
    ({ file, find, replace, suites }) => {
      copy = mutatedCopy({ folders: FOLDERS, file, find, replace });
      for (const suite of suites) {
        const report = run(suite);
        expect([suite, report.numRuntimeErrorTestSuites]).toEqual([suite, 0]);
        expect(report.numFailedTests).toBeGreaterThan(0);
      }
    },
    300_000,
  );
});
