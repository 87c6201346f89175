/** Aim: a service that does not come up is reported with its own words, and none is left running. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startService } from './service-process.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'goodwill-service-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function program(name: string, source: string): Promise<string> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, source);
  return file;
}
const start = (file: string, more = {}) =>
  startService({ dataDir: folder, adminKey: 'k'.repeat(32), program: file, ...more });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

const READY = `
import { createServer } from 'node:http';
const server = createServer((q, r) => r.end(JSON.stringify(process.env)));
server.listen(Number(process.env.GOODWILL_PORT), process.env.GOODWILL_HOST);`;

describe('a service of one’s own', () => {
  it('is started with exactly our settings and stopped by its pid', async () => {
    process.env.GOODWILL_EVENT_STORE = 'from-outside';
    const service = await start(await program('good', READY), { sandbox: true });
    delete process.env.GOODWILL_EVENT_STORE;
    const env = (await (await fetch(service.url)).json()) as Record<string, string>;
    expect(env).toMatchObject({
      GOODWILL_DATA_DIR: folder,
      GOODWILL_HOST: '127.0.0.1',
      GOODWILL_SANDBOX: 'true',
    });
    expect(env.GOODWILL_EVENT_STORE).toBeUndefined();
    expect(isAlive(service.pid)).toBe(true);
    await service.stop();
    expect(isAlive(service.pid)).toBe(false);
    await service.stop();
  });

  it('says what it said when it ends before it is ready', async () => {
    const file = await program('bad', `console.error('GOODWILL_PORT is wrong.'); process.exit(2);`);
    await expect(start(file)).rejects.toThrow(/ended before it was ready[\s\S]*\| GOODWILL_PORT is wrong\./);
  });

  it('gives up on one that is never ready, and leaves nothing running', async () => {
    const file = await program('mute', `console.log('pid ' + process.pid); setInterval(() => {}, 1000);`);
    const failure = await start(file, { readyWithinMs: 700 }).then(
      () => undefined,
      (error: Error) => error,
    );
    expect(failure?.message).toMatch(/not ready in time/);
    const pid = Number(/pid (\d+)/.exec(failure!.message)![1]);
    expect(isAlive(pid)).toBe(false);
  });

  it('names a port that is taken, and what to do', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    await expect(start(await program('other', READY), { port })).rejects.toMatchObject({
      message: `Port ${port} on 127.0.0.1 is taken.`,
      advice: expect.stringContaining('--port'),
    });
    taken.close();
  });

  it('says that it is not built', async () => {
    await expect(start(join(folder, 'nowhere.js'))).rejects.toMatchObject({
      message: expect.stringContaining('not built'),
      advice: expect.stringContaining('npm run build'),
    });
  });
});
