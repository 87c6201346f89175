/**
 * Aim: on a full disk nothing is acknowledged that is not kept; the service says what is wrong and goes on by itself
 * when there is space again. Needs root, for a small file system of its own.
 */
import { execFileSync } from 'node:child_process';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook, rowsOf } from '../opened-book.ts';
import {
  removeDirectory,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from '../service-process.ts';

const SIZE_MIB = 24;
const POLICY = {
  limits: [
    { id: 'many', per: ['employee'], window: 'lifetime', allow: { count: 1_000_000 }, beyond: 'decline' },
  ],
};

/** Undefined when a small file system can be mounted, else why not. */
function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux to mount a small file system';
  if (process.getuid?.() !== 0) return 'needs root to mount a small file system';
  try {
    const probe = execFileSync('mktemp', ['-d']).toString().trim();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'pipe' });
    execFileSync('umount', [probe]);
    return undefined;
  } catch (error) {
    return `mount is refused here: ${(error as Error).message.split('\n').at(-1)}`;
  }
}

/** Writes until there is no room left. */
async function fill(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const size of [1024 * 1024, 4096, 1]) {
      const block = Buffer.alloc(size, 1);
      try {
        for (;;) await file.write(block);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    await file.close();
  }
}

const reason = whyNot();
const suite = reason === undefined ? describe : describe.skip;

suite(`a full disk${reason === undefined ? '' : ` [skipped: ${reason}]`}`, () => {
  let service: ServiceProcess;
  let mountPoint = '';

  beforeAll(async () => {
    mountPoint = await temporaryDirectory('full-disk');
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MIB}m`, 'tmpfs', mountPoint]);
    service = await startService(mountPoint);
  }, 60_000);
  afterAll(async () => {
    await service?.kill();
    execFileSync('umount', [mountPoint]);
    await removeDirectory(mountPoint);
  });

  it('is told, acknowledges nothing that is lost, and ends when there is space again', async () => {
    const { path, position } = await openBook(service, 'full', POLICY);
    const acts = `${path}/acts`;
    const acknowledged = new Map<string, string>();
    const failed: string[] = [];
    const post = async (key: string): Promise<number> => {
      const reply = await service.post(acts, key, coffee({ note: 'x'.repeat(1_500) }));
      if (reply.status === 201) acknowledged.set(key, reply.json().id);
      else {
        failed.push(key);
        expect(reply.status).toBe(503);
        expect(Number(reply.headers['retry-after'])).toBeGreaterThan(0);
        expect(reply.headers['content-type']).toContain('application/problem+json');
        expect(reply.json().advice.length).toBeGreaterThan(0);
      }
      return reply.status;
    };

    for (let n = 0; n < 20; n++) expect(await post(`before-${n}`)).toBe(201);
    const ballast = join(mountPoint, 'ballast');
    await fill(ballast);
    // The engine's log may have room of its own for a while.
    for (let n = 0; n < 20_000 && failed.length < 20; n++) await post(`during-${n}`);
    expect(failed.length).toBeGreaterThanOrEqual(20);

    const ready = await service.get('/health/ready');
    expect(ready.status).toBe(503);
    expect(ready.text).toMatch(/full|space|disk/i);
    expect((await service.get('/health/live')).status).toBe(200);
    // What can still be read is answered.
    const [known] = acknowledged.values();
    expectStatus(await service.get(`${acts}/${known}`), 200);

    await rm(ballast);
    let status = 0;
    for (let n = 0; n < 100 && status !== 201; n++) {
      status = (await service.post(acts, 'after', coffee())).status;
      if (status !== 201) await sleep(100);
    }
    expect(status).toBe(201);
    for (let n = 0; n < 100; n++) {
      if ((await service.get('/health/ready')).status === 200) break;
      await sleep(100);
    }
    expect((await service.get('/health/ready')).status).toBe(200);

    // Retried with their keys, the failed ones are recorded, once.
    const recovered = new Set<number>();
    for (const key of failed) {
      const act = expectStatus(
        await service.post(acts, key, coffee({ note: 'x'.repeat(1_500) })),
        201,
      ).json();
      acknowledged.set(key, act.id);
      recovered.add(act.position);
    }
    expect(recovered.size).toBe(failed.length);
    const newest = Math.max(...recovered);
    // Nothing beside what was acknowledged: the opening, these acts, and the one after.
    expect(newest).toBe(position + acknowledged.size + 1);
    const rows = await rowsOf(service, `${path}/acts?limit=500&atLeast=${newest}`);
    const ids = rows.map((row) => row.id as string);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toHaveLength(acknowledged.size + 1);
    expect(ids).toEqual(expect.arrayContaining([...acknowledged.values()]));
  }, 180_000);
});
