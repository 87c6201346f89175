/** Aim: the command as a shell meets it, on the built program: killed at any moment it goes on, and it harms nothing. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openEventStore } from '../../../libs/event-store/engines.ts';
import { coffee, expectStatus, openBook } from '../../../test/opened-book.ts';
import { goodwill, startService } from '../../../test/service-process.ts';
import { startStandIn } from '../../../test/stand-in/start.ts';

const LAUNCHER = resolve(import.meta.dirname, '../bin/goodwill.js');
const EVENTS = 80_000;

let directory: string;
const at = (name: string): string => join(directory, name);
/** The ledger of a service, with real acts in it. */
let dataDir: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'goodwill-copy-'));
  dataDir = at('data');
  mkdirSync(dataDir);
  const service = await startService(dataDir);
  try {
    const { path } = await openBook(service, 'cafe', {
      limits: [
        { id: 'some', per: ['employee'], window: 'lifetime', allow: { count: 20 }, beyond: 'decline' },
      ],
    });
    for (let n = 0; n < 30; n++) expectStatus(await service.post(`${path}/acts`, `k-${n}`, coffee()), 201);
  } finally {
    await service.stop();
  }
  const large = await openEventStore(at('large.db'));
  const data = JSON.stringify({ text: 'x'.repeat(900) });
  for (let head = -1; head < EVENTS - 1; head += 2_000) {
    const events = Array.from({ length: 2_000 }, () => ({ id: randomUUID(), type: 'T', data }));
    await large.append('facts-large', events, head);
  }
  await large.close();
}, 60_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

function start(from: string, to: string): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', LAUNCHER, 'copy', '--from', from, '--to', to], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH ?? '' },
  });
}

const verified = async (dir: string): Promise<unknown> => {
  const { code, stdout } = await goodwill(['verify', '--data-dir', dir, '--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout).books.map((book: object) => ({ ...book, compared: [] }));
};

describe('goodwill copy', () => {
  it('killed again and again, has no ledger under its name until it is whole, and then all of it', async () => {
    const target = at('killed');
    let kills = 0;
    let grown = 0;
    let isWhole = false;
    for (let afterMs = 300; afterMs < 20_000 && kills < 8; afterMs += 150) {
      const child = start(at('large.db'), target);
      const exit = once(child, 'exit');
      await Promise.race([exit, sleep(afterMs)]);
      if (child.exitCode !== null) break;
      child.kill('SIGKILL');
      await exit;
      kills++;
      // Whole, and killed before it could say so.
      isWhole = existsSync(join(target, 'events.db'));
      if (isWhole) break;
      const unfinished = statSync(join(target, 'events.db.copying'), { throwIfNoEntry: false });
      if ((unfinished?.size ?? 0) > 0) grown++;
    }
    expect(kills).toBeGreaterThan(2);
    expect(grown).toBeGreaterThan(0);
    const last = await goodwill(['copy', '--from', at('large.db'), '--to', target, '--json']);
    expect(last).toMatchObject({ code: 0, stderr: '' });
    const told = JSON.parse(last.stdout);
    expect(told).toMatchObject({ whole: true, events: EVENTS, behind: 0 });
    // Under its name there was nothing, or all of it.
    if (isWhole) expect(told.copied).toBe(0);
    else expect(told.copied).toBeLessThan(EVENTS);
    expect(readdirSync(target).sort()).toEqual(['events.db', 'slot-0.lock']);
    expect(statSync(join(target, 'events.db')).mode & 0o777).toBe(0o600);
    const again = await goodwill(['copy', '--from', at('large.db'), '--to', target, '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ copied: 0, sha256: told.sha256 });
  }, 120_000);

  it('from file to EventStoreDB (the stand-in) and back is the same ledger, as verify sees it', async () => {
    const server = await startStandIn({ nodes: 3 });
    // Without TLS the client keeps them to itself; and so must we, wherever the engine is named.
    const cluster = server.connectionString.replace('://', '://copy:secret-word@');
    try {
      const there = await goodwill(['copy', '--from', dataDir, '--to', cluster, '--json']);
      expect(there).toMatchObject({ code: 0, stderr: '' });
      expect(there.stdout).not.toContain('secret-word');
      const back = await goodwill(['copy', '--from', cluster, '--to', at('back')]);
      expect(back).toMatchObject({ code: 0, stderr: '' });
      expect(back.stdout).toContain(JSON.parse(there.stdout).sha256);
      expect(back.stdout).not.toContain('secret-word');
      expect(await verified(at('back'))).toEqual(await verified(dataDir));
      // A service takes it up: the same key still has the same answer.
      const service = await startService(at('back'));
      try {
        const replay = await service.post('/v1/books/cafe/acts', 'k-7', coffee());
        expect(replay.status).toBe(201);
        expect(replay.headers['idempotent-replayed']).toBe('true');
      } finally {
        await service.stop();
      }
    } finally {
      await server.stop();
    }
  }, 60_000);

  it('refuses a target in use, another ledger, and what is no engine, and writes nothing', async () => {
    const service = await startService(dataDir);
    try {
      const busy = await goodwill(['copy', '--from', at('large.db'), '--to', dataDir]);
      expect(busy).toMatchObject({ code: 1, stderr: expect.stringMatching(/A service is running on/) });
    } finally {
      await service.stop();
    }
    const before = await verified(dataDir);
    const other = await goodwill(['copy', '--from', at('large.db'), '--to', dataDir]);
    expect(other).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/another ledger: the stream "book-cafe" .* is not in the source/),
    });
    expect(await verified(dataDir)).toEqual(before);

    writeFileSync(at('text.db'), 'this is no ledger, however long it may go on. '.repeat(99));
    for (const [from, to, code, message] of [
      [dataDir, join(dataDir, 'events.db'), 2, /are the same ledger/],
      [at('nowhere'), at('new'), 2, /holds no ledger/],
      [at('text.db'), at('new'), 3, /damaged or no ledger/],
      [dataDir, at('text.db'), 3, /damaged or no ledger/],
      [dataDir, at('no/such/dir/x.db'), 2, /make it first/],
      [dataDir, 'http://127.0.0.1:9', 2, /--to names no engine/],
      ['esdb://a:pass-word@127.0.0.1:9?tls=false', at('new'), 3, /127\.0\.0\.1:9/],
      [dataDir, 'esdb://127.0.0.1:9?tsl=false', 2, /no setting "tsl"/],
    ] as const) {
      const ended = await goodwill(['copy', '--from', from, '--to', to]);
      expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(message) });
      expect(ended.stderr).not.toMatch(/\n\s+at |pass-word/);
    }
    expect(existsSync(at('new'))).toBe(false);
    expect(readFileSync(at('text.db'), 'utf8')).toMatch(/^this is no ledger/);
  }, 60_000);

  it('of a ledger whose decisions do not hold is exact, says so, and fails', async () => {
    const odd = await openEventStore(at('odd.db'));
    await odd.append('book-odd', [{ id: randomUUID(), type: 'NothingKnown', data: '{}' }], -1);
    await odd.close();
    const ended = await goodwill(['copy', '--from', at('odd.db'), '--to', at('odd-copy.db')]);
    expect(ended).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/book odd DIFFERS[\s\S]*is not whole/),
    });
    expect(existsSync(at('odd-copy.db'))).toBe(false);
    rmSync(at('odd-copy.db.copying'));
  });
});
