/**
 * Builds `dist` with the TypeScript compiler. `--if-needed` compares the sources with the stamp the last build
 * left: names, sizes and times of everything the build reads. One build at a time; a second one waits and then
 * finds its work done. Plain JavaScript, since it runs before anything is built.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.built-from');
const ENTRY = join(DIST, 'apps/cli/main.js');
const PROJECT = 'apps/tsconfig.build.json';
const ALSO_READ = ['tsconfig.json', PROJECT, 'package.json', 'package-lock.json'];
const WAIT_FOR_OTHER_BUILD_MS = 300_000;

/** Builds unless the last build is of these very sources. Returns the URL of what to start. */
export async function buildIfNeeded() {
  if (!isBuilt()) await buildAlone(false);
  return pathToFileURL(ENTRY).href;
}

/** An installation without sources has nothing to compare: its build is what it is. */
function isBuilt() {
  if (!existsSync(ENTRY)) return false;
  if (!existsSync(join(ROOT, 'apps/cli/main.ts'))) return true;
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();
}

function fingerprint() {
  const hash = createHash('sha256');
  for (const file of [
    ...sources(join(ROOT, 'apps')),
    ...sources(join(ROOT, 'libs')),
    ...ALSO_READ.map((f) => join(ROOT, f)),
  ]) {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found !== undefined) hash.update(`${relative(ROOT, file)} ${found.size} ${found.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Every source the build compiles, in a fixed order. Tests and fixtures are not built. */
function* sources(directory) {
  const entries = readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.(ts|json)$/.test(entry.name) && !/\.(test|fixture)\.ts$/.test(entry.name)) yield path;
  }
}

async function buildAlone(isForced) {
  const release = await takeLock();
  try {
    if (isForced || !isBuilt()) compile();
  } finally {
    release();
  }
}

/** A lock that the operating system gives back however the process ends: SQLite's, on a file of its own. */
async function takeLock() {
  const { DatabaseSync } = await import('node:sqlite');
  mkdirSync(join(ROOT, '.tmp'), { recursive: true });
  const lock = new DatabaseSync(join(ROOT, '.tmp/build.lock'), { timeout: WAIT_FOR_OTHER_BUILD_MS });
  lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  return () => lock.close();
}

function compile() {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  if (!existsSync(compiler))
    throw new Error('nothing is built and the compiler is not installed; run `npm ci` first.');
  process.stderr.write('Building …\n');
  const startedAt = Date.now();
  // Taken before compiling: a source changed meanwhile makes the build stale, not unnoticed.
  const builtFrom = fingerprint();
  rmSync(STAMP, { force: true });
  const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', PROJECT], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the build failed:\n${stdout}`);
  removeOlder(DIST, startedAt);
  writeFileSync(STAMP, builtFrom);
}

/** The compiler writes every file anew, so what is older belongs to a source that is gone. */
function removeOlder(directory, startedAt) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) removeOlder(path, startedAt);
    else if (statSync(path).mtimeMs < startedAt - 2_000) rmSync(path);
  }
}

const isMain =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain) {
  try {
    if (process.argv.includes('--if-needed')) await buildIfNeeded();
    else await buildAlone(true);
  } catch (error) {
    process.stderr.write(`goodwill: ${error.message}\n`);
    process.exitCode = 1;
  }
}
