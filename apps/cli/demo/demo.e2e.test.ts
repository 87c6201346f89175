/**
 * Aim: the demo, as a stranger runs it. It ends by itself with --exit; without, the commands it prints work as
 * they are printed, and a signal ends it with nothing left behind. Needs the build (`npm test` makes it).
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { projectRoot } from '../simulate/project-root.ts';
import { columnsOf } from '../terminal/ink.ts';
import { PAGE_WIDTH } from './page.ts';

const MAIN = join(projectRoot(), 'dist', 'apps', 'cli', 'main.js');
let folder: string;
beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run `npm run build` first');
  folder = await mkdtemp(join(tmpdir(), 'goodwill-demo-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

function run(...args: string[]): {
  child: ChildProcess;
  output: () => string;
  ended: Promise<number | null>;
} {
  // A temporary folder of its own, so that what is left behind can be seen.
  const child = spawn(process.execPath, ['--no-warnings', MAIN, 'demo', ...args], {
    env: { ...process.env, TMPDIR: folder, GOODWILL_DATA_DIR: '/nowhere', GOODWILL_PORT: '1' },
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return { child, output: () => text, ended };
}

describe('goodwill demo', () => {
  it('ends by itself with --exit, has shown all three pages, and leaves nothing behind', async () => {
    const { output, ended } = run('--exit');
    expect([await ended, output()]).toEqual([0, expect.stringContaining('The demo took')]);
    const text = output();
    for (const page of ['THE TILL', 'FINANCE', 'OPERATIONS']) expect(text).toContain(`━━ ${page} ━`);
    expect(text).toContain('Idempotent-Replayed: true; the same answer');
    expect(text).toContain('idempotency-key-reused; differs: ["item.quantity"]');
    expect(text).toMatch(/declined by \S+\n +\S+/);
    expect(text).toContain('The same, to the penny.');
    expect(text).toMatch(/Gave nothing all week: \d+ of 120/);
    // The night of the change: 02:59:59 UTC is before the cut-over, 03:00 UTC is after it.
    expect(text).toMatch(/02:59:59 {2}Sun,? 03:59:59 BST +2026-03-28/);
    expect(text).toMatch(/03:00:00 {2}Sun,? 04:00:00 BST +2026-03-29/);
    expect(text).not.toContain('\u001b[');
    expect(text.split('\n').filter((line) => columnsOf(line) > PAGE_WIDTH + 4)).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  }, 90_000);

  it('serves on; its three commands work as printed; a signal ends it cleanly', async () => {
    const { child, output, ended } = run();
    const deadline = Date.now() + 80_000;
    while (!output().includes('Ctrl-C ends it') && child.exitCode === null && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const commands = output()
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('curl '));
    expect(commands).toHaveLength(3);
    const shell = promisify(execFile);
    const answers = [];
    for (const command of commands) {
      const { stdout } = await shell('sh', ['-c', command]);
      answers.push(JSON.parse(stdout) as Record<string, unknown>);
    }
    expect(answers[0]).toMatchObject({ allowances: expect.arrayContaining([expect.anything()]) });
    expect(answers[1]).toMatchObject({ status: 'accepted', costMinor: 0 });
    expect(answers[2]).toMatchObject({ groupBy: ['region', 'kind'], rows: expect.anything() });
    const again = await shell('sh', ['-c', commands[1]!]);
    expect(JSON.parse(again.stdout)).toEqual(answers[1]);
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  }, 120_000);
});
