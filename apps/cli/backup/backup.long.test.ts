/**
 * Aim: a backup of a service under load has all that was acknowledged before it began, and restores to a ledger that
 * is whole; killed or out of space at any moment, it leaves nothing under its name. On the built program.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Ask, POLICY, startLoad } from '../../../test/crash/load.ts';
import { seeded, seedFromEnvironment } from '../../../test/crash/seeded.ts';
import { coffee, expectStatus, openBook } from '../../../test/opened-book.ts';
import { goodwill, startService } from '../../../test/service-process.ts';
import { fillLedger } from './backup.fixture.ts';

const LAUNCHER = resolve(import.meta.dirname, '../bin/goodwill.js');
const ENVIRONMENT = { PATH: process.env.PATH ?? '' };

let directory: string;
const at = (...names: string[]): string => join(directory, ...names);
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'goodwill-backup-'));
  for (const name of ['data', 'large']) mkdirSync(at(name));
  await fillLedger(at('large/events.db'), 60_000);
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

const asJson = async (...args: string[]) => {
  const { code, stdout, stderr } = await goodwill([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};
/** What `verify` says of the books, but for the caches that were there to compare with. */
const verified = async (dataDir: string): Promise<object[]> =>
  (await asJson('verify', '--data-dir', dataDir)).books.map((book: object) => ({ ...book, compared: [] }));

describe('goodwill backup and restore', () => {
  it('of a service under load: all that was acknowledged before is there, and the ledger is whole', async () => {
    const seed = seedFromEnvironment();
    const service = await startService(at('data'));
    let before: Ask[] = [];
    let after = 0;
    try {
      const { path } = await openBook(service, 'busy', POLICY);
      const load = startLoad(service, `${path}/acts`, 0, 16, seeded(seed));
      for (let n = 0; n < 3; n++) {
        await sleep(700);
        before = load.asks.filter(({ answer }) => answer !== undefined);
        const told = await asJson('backup', '--data-dir', at('data'), '--to', at(`busy-${n}`));
        expect(told).toMatchObject({ backup: at(`busy-${n}`), leftBehind: [] });
        after = load.asks.filter(({ answer }) => answer !== undefined).length;
        expect(after).toBeGreaterThan(before.length);
      }
      await service.kill();
      await load.ended;
    } finally {
      await service.kill();
    }
    expect(before.length).toBeGreaterThan(100);
    await asJson('restore', '--from', at('busy-2'), '--data-dir', at('restored'));
    expect(await verified(at('restored'))).toEqual(await verified(at('busy-2')));
    const again = await startService(at('restored'));
    try {
      for (const ask of before) {
        const reply = await again.post(ask.path, ask.key, ask.body);
        expect({ seed, key: ask.key, status: reply.status, text: reply.text }).toEqual({
          seed,
          key: ask.key,
          status: ask.answer!.status,
          text: ask.answer!.text,
        });
        if (reply.status === 201) expect(reply.headers['idempotent-replayed']).toBe('true');
      }
    } finally {
      await again.stop();
    }
    await verified(at('restored'));
  }, 120_000);

  it('of a service at rest: verify says the same of the ledger, the backup and what is restored', async () => {
    const service = await startService(at('data'));
    try {
      const { path } = await openBook(service, 'quiet', POLICY);
      expectStatus(await service.post(`${path}/acts`, 'one', coffee()), 201);
      await asJson('backup', '--data-dir', at('data'), '--to', at('quiet'));
    } finally {
      await service.stop();
    }
    await asJson('restore', '--from', at('quiet'), '--data-dir', at('quiet-restored'));
    const books = await verified(at('data'));
    expect(books.length).toBe(2);
    expect(await verified(at('quiet'))).toEqual(books);
    expect(await verified(at('quiet-restored'))).toEqual(books);
  }, 60_000);

  it('killed at any moment leaves nothing under its name, and the next one is whole', async () => {
    let kills = 0;
    for (let afterMs = 150; kills < 15; afterMs += 120) {
      const backup = at(`killed-${kills}`);
      const child = spawn(
        process.execPath,
        ['--no-warnings', LAUNCHER, 'backup', '--data-dir', at('large'), '--to', backup],
        { stdio: 'ignore', env: ENVIRONMENT },
      );
      const exit = once(child, 'exit');
      await Promise.race([exit, sleep(afterMs)]);
      if (child.exitCode === 0) break;
      child.kill('SIGKILL');
      await exit;
      kills++;
      if (existsSync(backup)) await asJson('restore', '--from', backup, '--dry-run');
    }
    expect(kills).toBeGreaterThan(2);
    expect(
      readdirSync(directory).some((name) => name.startsWith('killed-') && name.includes('.partial-')),
    ).toBe(true);
    const last = await asJson('backup', '--data-dir', at('large'), '--to', at(`killed-${kills - 1}-again`));
    expect(last.events).toBe(60_000);
    await asJson('restore', '--from', at(`killed-${kills - 1}-again`), '--dry-run');
  }, 120_000);

  it('a restore killed at any moment leaves no ledger that is not whole, and can be done again', async () => {
    await asJson('backup', '--data-dir', at('large'), '--to', at('of-large'));
    let kills = 0;
    for (let afterMs = 150; kills < 12; afterMs += 100) {
      const child = spawn(
        process.execPath,
        ['--no-warnings', LAUNCHER, 'restore', '--from', at('of-large'), '--data-dir', at('restore-killed')],
        { stdio: 'ignore', env: ENVIRONMENT },
      );
      const exit = once(child, 'exit');
      await Promise.race([exit, sleep(afterMs)]);
      if (child.exitCode === null) {
        child.kill('SIGKILL');
        await exit;
        kills++;
      }
      if (existsSync(at('restore-killed/events.db'))) break;
    }
    expect(kills).toBeGreaterThan(0);
    if (!existsSync(at('restore-killed/events.db')))
      await asJson('restore', '--from', at('of-large'), '--data-dir', at('restore-killed'));
    const copied = await asJson('copy', '--from', at('restore-killed'), '--to', at('check.db'));
    expect(copied).toMatchObject({ events: 60_000, whole: true });
  }, 120_000);

  it('that may not write so much leaves nothing at all, and says why', () => {
    const command = `ulimit -f 20000; exec "$0" --no-warnings "$1" backup --data-dir "$2" --to "$3"`;
    const { status, stdout, stderr } = spawnSync(
      'bash',
      ['-c', command, process.execPath, LAUNCHER, at('large'), at('limited')],
      { encoding: 'utf8', env: ENVIRONMENT },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/The backup cannot be written: .*Nothing is left of it/);
    expect(readdirSync(directory).filter((name) => name.startsWith('limited'))).toEqual([]);
  });

  it('ended by a signal leaves nothing', async () => {
    const child = spawn(
      process.execPath,
      ['--no-warnings', LAUNCHER, 'backup', '--data-dir', at('large'), '--to', at('signalled')],
      { stdio: 'ignore', env: ENVIRONMENT },
    );
    const exit = once(child, 'exit');
    const begun = (): boolean => readdirSync(directory).some((name) => name.startsWith('signalled.partial-'));
    while (!begun() && child.exitCode === null) await sleep(5);
    child.kill('SIGTERM');
    expect(await exit).toEqual([null, 'SIGTERM']);
    expect(readdirSync(directory).filter((name) => name.startsWith('signalled'))).toEqual([]);
  });

  it('refuses what cannot be meant, with what to do', async () => {
    const cases: [string[], RegExp, Record<string, string>?][] = [
      [['backup', '--data-dir', at('nowhere'), '--to', at('x')], /holds no ledger/],
      [['backup', '--data-dir', at('large'), '--to', at('data')], /holds a ledger already/],
      [['backup', '--data-dir', at('large'), '--to', at('no/such/x')], /make it first/],
      [['backup', '--data-dir', at('large'), '--to', 'esdb://a'], /goodwill copy/],
      [['backup', '--data-dir', 'esdb://n:pass-word@a', '--to', at('x')], /EventStoreDB[\s\S]*goodwill copy/],
      [
        ['backup', '--to', at('x')],
        /EventStoreDB[\s\S]*goodwill copy/,
        { GOODWILL_EVENT_STORE: 'esdb://n:pass-word@a' },
      ],
      [['backup'], /required option '--to/],
      [['restore', '--from', at('large'), '--data-dir', at('x')], /is no backup/],
      [['restore', '--from', at('quiet'), '--data-dir', at('data')], /never restored over one/],
      [['restore', '--from', at('quiet'), '--data-dir', 'esdb://n:pass-word@a'], /goodwill copy/],
    ];
    for (const [args, message, env = {}] of cases) {
      const ended = await goodwill(args, { env });
      expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
      expect(ended.stderr).not.toMatch(/\n\s+at |pass-word/);
    }
    expect(existsSync(at('x'))).toBe(false);
  }, 30_000);

  it('into a directory that is there makes one named by the time', async () => {
    mkdirSync(at('kept'));
    const { backup } = await asJson('backup', '--data-dir', at('data'), '--to', at('kept'));
    expect(backup).toMatch(/\/kept\/ledger-\d{8}T\d{6}Z$/);
    expect(readdirSync(at('kept'))).toHaveLength(1);
  });
});
