/**
 * Aim: the image is what it is said to be. It is built from this tree; it runs as nobody in particular on a root it
 * cannot write to; it is killed under load and started again on the same volume, and everything acknowledged is there.
 */
import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { killRoundsOf } from '../crash/kill-rounds.ts';
import { seedFromEnvironment } from '../crash/seeded.ts';
import { buildImage, IMAGE, whyNoEngine } from './engine.ts';
import {
  inspectImage,
  type LedgerContainer,
  removeVolume,
  runGoodwill,
  startLedger,
  volumeName,
} from './ledger-container.ts';

const MEGABYTE = 1_000_000;
/** Node alone is 127 MB of it. */
const MAX_SIZE = 250 * MEGABYTE;
const KILL_ROUNDS = 5;

const reason = whyNoEngine();
const suite = reason === undefined ? describe : describe.skip;

suite(`the image on the embedded engine${reason === undefined ? '' : ` [skipped: ${reason}]`}`, () => {
  const volumes: string[] = [];
  const volume = (): string => {
    const name = volumeName();
    volumes.push(name);
    return name;
  };
  beforeAll(() => buildImage(), 1_200_000);
  afterAll(async () => {
    for (const name of volumes) await removeVolume(name);
  }, 60_000);

  it('is small, and says what it is and how it is asked for its health', async () => {
    const { Size, Config } = await inspectImage();
    console.info(`${IMAGE}: ${(Size / MEGABYTE).toFixed(1)} MB`);
    expect(Size).toBeLessThan(MAX_SIZE);
    expect(Config).toMatchObject({
      User: '10001:10001',
      Volumes: { '/data': {} },
      Labels: {
        'org.opencontainers.image.title': 'Goodwill Ledger',
        'org.opencontainers.image.licenses': 'Apache-2.0',
      },
      Healthcheck: { Test: expect.arrayContaining(['CMD', 'node']) },
    });
  });

  describe('while it runs', () => {
    let ledger: LedgerContainer;
    beforeAll(async () => {
      ledger = await startLedger({ volume: volume() });
    }, 120_000);
    afterAll(() => ledger?.kill(), 60_000);

    it('is not root, owns its data, and can write nowhere else', async () => {
      const script = `
        const fs = require('node:fs');
        const attempt = (path) => { try { fs.writeFileSync(path, ''); return 'written'; } catch (e) { return e.code; } };
        const data = fs.statSync('/data');
        console.log(JSON.stringify({
          uid: process.getuid(), gid: process.getgid(), owner: data.uid, mode: (data.mode & 0o777).toString(8),
          app: attempt('/app/x'), tmp: attempt('/tmp/x'), etc: attempt('/etc/x'), data: attempt('/data/x'),
          capabilities: /CapEff:\\s*(\\S+)/.exec(fs.readFileSync('/proc/1/status', 'utf8'))[1],
          first: fs.readFileSync('/proc/1/cmdline', 'utf8').split('\\0')[0],
        }));
        fs.rmSync('/data/x');`;
      const { exitCode, output } = await ledger.exec(['node', '-e', script]);
      expect({ exitCode, ...JSON.parse(output) }).toEqual({
        exitCode: 0,
        uid: 10001,
        gid: 10001,
        owner: 10001,
        mode: '700',
        app: 'EROFS',
        tmp: 'EROFS',
        etc: 'EROFS',
        data: 'written',
        capabilities: '0000000000000000',
        first: 'node',
      });
    });

    it('has no shell to be used by others', async () => {
      for (const shell of ['sh', 'bash', '/bin/sh', '/busybox/sh']) {
        expect((await ledger.exec([shell, '-c', 'true'])).exitCode).not.toBe(0);
      }
    });

    it('is found healthy by the engine, and its check can fail', async () => {
      const { Config } = await inspectImage();
      const [, ...check] = (Config.Healthcheck as { Test: string[] }).Test;
      expect((await ledger.exec(check)).exitCode).toBe(0);
      // A port nobody listens on.
      expect((await ledger.exec(check, { GOODWILL_PORT: '9' })).exitCode).toBe(1);
      const until = performance.now() + 40_000;
      while ((await ledger.health()) !== 'healthy' && performance.now() < until) await sleep(250);
      expect(await ledger.health()).toBe('healthy');
    }, 60_000);

    it('serves the description of its API and its metrics from inside', async () => {
      expect((await ledger.get('/docs')).status).toBe(200);
      expect((await ledger.get('/openapi.json')).json().info.title).toEqual(expect.any(String));
      expect((await ledger.get('/metrics')).text).toContain('goodwill_append_duration_seconds_bucket');
    });
  });

  it('starts within seconds and ends within seconds of SIGTERM, cleanly', async () => {
    const name = volume();
    const startUps: number[] = [];
    const endings: number[] = [];
    for (let round = 0; round < 5; round++) {
      const ledger = await startLedger({ volume: name });
      startUps.push(ledger.startUpMs);
      const from = performance.now();
      expect(await ledger.stop()).toBe(0);
      endings.push(Math.round(performance.now() - from));
    }
    console.info(
      `start-up on ${cpus().length} × ${cpus()[0]?.model.trim()}: ${startUps.join(', ')} ms until it serves; ` +
        `SIGTERM to gone: ${endings.join(', ')} ms`,
    );
    expect(Math.max(...startUps)).toBeLessThan(10_000);
    expect(Math.max(...endings)).toBeLessThan(5_000);
  }, 120_000);

  it(`is killed ${KILL_ROUNDS} times under load and started on the same volume: nothing lost, nothing doubled`, async () => {
    const name = volume();
    const survived = await killRoundsOf(
      {
        start: () => startLedger({ volume: name }),
        verify: async () => {
          const { exitCode, output } = await runGoodwill(name, ['verify', '--data-dir', '/data']);
          if (exitCode !== 0) throw new Error(`goodwill verify ended with ${exitCode}:\n${output}`);
        },
      },
      KILL_ROUNDS,
      seedFromEnvironment(),
    );
    console.info(JSON.stringify(survived));
    expect(survived.rounds).toBe(KILL_ROUNDS);
    // Otherwise the load was none, or the kills came when nothing was under way.
    expect(survived.acknowledged).toBeGreaterThan(KILL_ROUNDS * 20);
    expect(survived.unknown).toBeGreaterThan(KILL_ROUNDS);
  }, 300_000);

  it('ends with one line that says what to write when a setting is wrong', async () => {
    const ended = await runGoodwill(volume(), ['serve'], ['GOODWILL_PORT=nope']);
    expect(ended).toMatchObject({
      exitCode: 2,
      output: expect.stringMatching(/^goodwill: GOODWILL_PORT must be .+\n$/),
    });
  }, 60_000);

  it('has the distributed engine’s client in it, and says why it is not ready while there is no server', async () => {
    const ledger = await startLedger({
      volume: volume(),
      env: { GOODWILL_EVENT_STORE: 'esdb://127.0.0.1:9?tls=false' },
      startedWhen: '/health/live',
    });
    try {
      const reply = await ledger.get('/health/ready');
      expect(reply.status).toBe(503);
      expect(reply.json().error.engine.reason).toContain('127.0.0.1:9');
    } finally {
      await ledger.kill();
    }
  }, 90_000);

  it('runs the other commands on the same volume, and says so where there is no ledger', async () => {
    const empty = await runGoodwill(volume(), ['verify', '--data-dir', '/data']);
    expect(empty.exitCode).not.toBe(0);
    expect(empty.output).toContain('holds no ledger');
    const version = await runGoodwill(volume(), ['--version']);
    expect(version).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  }, 60_000);
});
