/** Runs dependency-cruiser over a tree and tells which rules were broken where. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const REPOSITORY = resolve(import.meta.dirname, '../..');
const CRUISER = join(REPOSITORY, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
const RULES = join(REPOSITORY, 'test/architecture/dependency-rules.js');

export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

export interface Cruise {
  readonly modules: number;
  readonly violations: readonly Violation[];
}

interface CruiserReport {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

/** @param root the directory that holds `apps`, `libs` and `test` */
export async function cruise(root: string, rooms: readonly string[]): Promise<Cruise> {
  const text = await new Promise<string>((settle, fail) => {
    execFile(
      process.execPath,
      [CRUISER, '--config', RULES, '--output-type', 'json', ...rooms],
      { cwd: root, maxBuffer: 512 * 1024 * 1024 },
      // The exit code counts violations; only an empty answer is a failure of the tool itself.
      (error, stdout, stderr) => (stdout === '' ? fail(new Error(stderr, { cause: error })) : settle(stdout)),
    );
  });
  const report = JSON.parse(text) as CruiserReport;
  return {
    modules: report.summary.totalCruised,
    violations: report.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}

/** Cruises a small tree that exists only for this: `{ 'libs/domain/x.ts': 'import …' }`. */
export async function cruiseSample(files: Readonly<Record<string, string>>): Promise<Cruise> {
  const root = await mkdtemp(join(tmpdir(), 'goodwill-cruise-'));
  try {
    await symlink(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
    const all = {
      'package.json':
        '{"type":"module","dependencies":{"pino":"*","temporal-polyfill":"*","@marcbachmann/cel-js":"*"},"devDependencies":{"fast-check":"*"}}',
      'tsconfig.json':
        '{"compilerOptions":{"module":"nodenext","allowImportingTsExtensions":true,"noEmit":true}}',
      ...files,
    };
    for (const [path, text] of Object.entries(all)) {
      await mkdir(join(root, dirname(path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const rooms = [...new Set(Object.keys(files).map((path) => path.split('/')[0] ?? path))];
    return await cruise(root, rooms);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
