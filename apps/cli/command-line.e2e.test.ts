/** Aim: the commands as a shell meets them: what they print, where, and how they end; on the built program. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const LAUNCHER = join(REPOSITORY, 'apps/cli/bin/goodwill.js');
const KEY = 'command-line-test-key-0123456789abcdef';

const MAP = `book: cafe
format: { type: csv }
act: { kind: '"comp"', trigger: '"delight"', employee: row.who, location: '"soho"', retailMinor: 'minor(row.amount, 2)', costMinor: 80, occurredAt: 'localTime(row.at, "Europe/London")' }
idempotencyKey: '"t/" + string(line)'
directory:
  book: { currency: GBP, timeZone: Europe/London, fourEyes: false }
  location: { timeZone: '"Europe/London"' }
  employee: { roles: '["barista"]' }
`;
const CSV =
  'who,amount,at\nemp-1,3.90,2026-03-01 10:00:00\nemp-2,3.90,2026-03-01 10:00:00\nemp-2,oops,2026-03-01 10:00:00\n';

let directory: string;
let dataDir: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'goodwill-cli-'));
  dataDir = join(directory, 'data');
  await writeFile(join(directory, 'acts.csv'), CSV);
  await writeFile(join(directory, 'acts.map.yaml'), MAP);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function environment(more: Record<string, string> = {}): Record<string, string> {
  return { PATH: process.env.PATH ?? '', GOODWILL_ADMIN_KEY: KEY, GOODWILL_LOG_LEVEL: 'error', ...more };
}

function goodwill(args: string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', LAUNCHER, ...args], {
    cwd: directory,
    encoding: 'utf8',
    env: environment(env),
  });
  return { status, stdout, stderr };
}

/** `goodwill serve` on any free port, ready. */
async function serve(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(
    process.execPath,
    ['--no-warnings', LAUNCHER, 'serve', '--port', '0', '--data-dir', dataDir],
    {
      cwd: directory,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let said = '';
  child.stdout?.on('data', (chunk) => {
    said += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  for (let tries = 0; tries < 300; tries++) {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    if (url !== undefined && (await fetch(`${url}/health/ready`).catch(() => undefined))?.ok)
      return { child, url };
    if (child.exitCode !== null) break;
    await new Promise((wait) => setTimeout(wait, 100));
  }
  child.kill('SIGKILL');
  throw new Error(`the service did not come up: ${said}`);
}

describe('the command line', () => {
  it.each([
    [['--help'], 0, /Commands:/, ''],
    [['import', '--help'], 0, /Examples:/, ''],
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/, ''],
    [['improt'], 2, '', /unknown command 'improt'[\s\S]*Did you mean import\?/],
    [['import', 'acts.csv'], 2, '', /required option '-m, --map <file>'/],
    [
      ['import', 'acts.csv', '--map', 'acts.map.yaml', '--batch', '1001'],
      2,
      '',
      /whole number from 1 to 1000/,
    ],
    [['import', 'acts.csv', '--map', 'nowhere.yaml'], 2, '', /nowhere\.yaml cannot be read/],
    [['import', 'nowhere.csv', '--map', 'acts.map.yaml', '--dry-run'], 2, '', /no such file/],
    [['import', 'acts.csv', '--map', 'acts.map.yaml', '--url', 'ftp://x'], 2, '', /not an http/],
    [['verify', '--data-dir', 'nowhere'], 2, '', /holds no ledger/],
    [['rebuild', 'speend', '--data-dir', 'nowhere'], 2, '', /There is no view "speend"/],
    [
      ['import', 'acts.csv', '--map', 'acts.map.yaml', '--url', 'http://127.0.0.1:9'],
      3,
      '',
      /does not answer[\s\S]*npm start/,
    ],
  ])('%p ends with %s', (args, status, stdout, stderr) => {
    const ended = goodwill(args as string[]);
    expect(ended.status).toBe(status);
    if (stdout === '') expect(ended.stdout === '' || status === 3).toBe(true);
    else expect(ended.stdout).toMatch(stdout);
    if (stderr === '') expect(ended.stderr).toBe('');
    else expect(ended.stderr).toMatch(stderr);
    expect(ended.stderr).not.toMatch(/\n\s+at /);
  });

  it('lists every mistake of a map', async () => {
    await writeFile(join(directory, 'bad.yaml'), MAP.replace('kind:', 'knd:').replace('currency: GBP, ', ''));
    const { status, stderr } = goodwill(['import', 'acts.csv', '--map', 'bad.yaml', '--dry-run']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/bad\.yaml:3:\d+ /);
    expect(stderr).toMatch(/bad\.yaml:6:3 directory\.book needs currency/);
  });

  it('serves in its own process, imports, verifies, rebuilds, and ends on SIGTERM', async () => {
    const { child, url } = await serve();
    const importing = () =>
      goodwill(['import', 'acts.csv', '--map', 'acts.map.yaml', '--json'], { GOODWILL_URL: url });
    try {
      const first = importing();
      expect(first).toMatchObject({ status: 0, stderr: '' });
      expect(JSON.parse(first.stdout)).toMatchObject({ rows: 3, acts: { new: 2 }, rejected: { total: 1 } });
      expect(JSON.parse(importing().stdout)).toMatchObject({ acts: { new: 0, alreadyThere: 2 } });
      expect(await readdir(directory)).toContain('acts.csv.rejects.ndjson');

      const wrongKey = goodwill(['import', 'acts.csv', '--map', 'acts.map.yaml', '--key', 'wrong'], {
        GOODWILL_URL: url,
      });
      expect(wrongKey).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/401 [\s\S]*--key or GOODWILL_ADMIN_KEY/),
      });
      const noBook = goodwill(
        ['import', 'acts.csv', '--map', 'acts.map.yaml', '--book', 'x', '--no-directory'],
        {
          GOODWILL_URL: url,
        },
      );
      expect(noBook).toMatchObject({ status: 1, stderr: expect.stringMatching(/book-not-found/) });

      expect(goodwill(['verify', '--data-dir', dataDir])).toMatchObject({ status: 0, stderr: '' });
      expect(goodwill(['rebuild', '--data-dir', dataDir])).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/A service is running on [\s\S]*Stop it first/),
      });
    } finally {
      child.kill('SIGTERM');
    }
    const [code] = await once(child, 'exit');
    expect(code).toBe(0);

    const rebuilt = goodwill(['rebuild', '--data-dir', dataDir, '--json']);
    expect(rebuilt.status).toBe(0);
    expect(JSON.parse(rebuilt.stdout).rebuilt.map(({ view }: { view: string }) => view)).toEqual([
      'register',
      'spend',
      'adjustments',
      'facts',
      'use',
      'stories',
      'outcomes',
      'conduct',
      'history',
    ]);
    const verified = goodwill(['verify', '--data-dir', dataDir, '--json']);
    expect(JSON.parse(verified.stdout)).toMatchObject({ whole: true, books: [{ book: 'cafe', acts: 2 }] });
  }, 120_000);

  it('verify names a view that was tampered with, and rebuild mends it', () => {
    const views = new DatabaseSync(join(dataDir, 'views.db'));
    const tables = views
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'spend_%'`)
      .all();
    // All of them: a build that the last rebuild has replaced may still be there.
    const changed = tables.filter(({ name }) => {
      const columns = views.prepare(`PRAGMA table_info(${name})`).all();
      const column = columns.find((one) => /cost/.test(String(one.name)))?.name;
      return (
        column !== undefined &&
        Number(views.prepare(`UPDATE ${name} SET ${column} = ${column} + 1`).run().changes) > 0
      );
    });
    views.close();
    expect(changed.length).toBeGreaterThan(0);
    const found = goodwill(['verify', '--data-dir', dataDir]);
    expect(found).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/DIFFERS: view spend, book cafe/),
    });
    expect(goodwill(['rebuild', 'spend', '--data-dir', dataDir]).status).toBe(0);
    expect(goodwill(['verify', '--data-dir', dataDir]).status).toBe(0);
  });
});
