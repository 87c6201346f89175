/**
 * Aim: a key that was answered works, whatever kills the service afterwards and whichever process is asked; one that
 * was revoked works nowhere; whoever acts stands in every event, and nobody's key stands anywhere.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import {
  ADMIN_KEY,
  goodwill,
  type Reply,
  removeDirectory,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from '../service-process.ts';

const POLICY = {
  limits: [{ id: 'all', per: ['book'], window: 'lifetime', allow: { count: 1_000_000 }, beyond: 'decline' }],
};

let dataDir: string;
const running: ServiceProcess[] = [];
beforeEach(async () => {
  dataDir = await temporaryDirectory('access');
});
afterEach(async () => {
  for (const service of running.splice(0)) await service.stop();
  await removeDirectory(dataDir);
});

async function start(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startService(dataDir, { env });
  running.push(service);
  return service;
}

interface Made {
  readonly id: string;
  readonly key: string;
}
async function make(service: ServiceProcess, subject: string, ...roles: string[]): Promise<Made> {
  return expectStatus(await service.post('/v1/keys', `make-${subject}`, { subject, roles }), 201).json();
}
function as(service: ServiceProcess, key: string) {
  const headers = { authorization: `Bearer ${key}` };
  return {
    get: (path: string): Promise<Reply> => service.call('GET', path, { headers }),
    post: (path: string, idempotencyKey: string, body: object): Promise<Reply> =>
      service.call('POST', path, { key: idempotencyKey, body, headers }),
  };
}

describe('a key', () => {
  it('works after the service was killed as soon as it was answered', async () => {
    for (let round = 0; round < 3; round++) {
      const service = await start();
      const { key } = await make(service, `till-${round}`, 'till');
      await service.kill();
      running.pop();
      const again = await start();
      const who = await as(again, key).get('/v1/whoami');
      expect(who.status).toBe(200);
      expect(who.json()).toMatchObject({ subject: `till-${round}`, roles: ['till'] });
      await again.stop();
      running.pop();
    }
  });

  it('works at once in another process on the same file, and is revoked there within a second', async () => {
    const [one, other] = [await start(), await start()];
    for (let round = 0; round < 5; round++) {
      const { key, id } = await make(round % 2 === 0 ? one : other, `till-${round}`, 'till');
      const [here, there] = round % 2 === 0 ? [one, other] : [other, one];
      expect((await as(there, key).get('/v1/whoami')).status).toBe(200);
      expectStatus(await here.post(`/v1/keys/${id}/revoke`, `revoke-${round}`, {}), 201);
      const revokedAt = performance.now();
      expect((await as(here, key).get('/v1/whoami')).status).toBe(401);
      while ((await as(there, key).get('/v1/whoami')).status !== 401) {
        expect(performance.now() - revokedAt).toBeLessThan(1_000);
        await sleep(10);
      }
    }
  });

  it('is written nowhere but in its one answer, and its subject in every event', async () => {
    const service = await start({ GOODWILL_LOG_LEVEL: 'debug' });
    const { path } = await openBook(service, 'london', POLICY);
    const made = [await make(service, 'till-7', 'till'), await make(service, 'olga', 'operations')];
    const [till, olga] = made.map(({ key }) => as(service, key));
    const answers = [
      await till!.post(`${path}/acts`, 'act-1', coffee()),
      await till!.post(`${path}/policies`, 'not-mine', { currency: 'GBP' }),
      await olga!.post(`${path}/policies`, 'draft', { currency: 'GBP', ...POLICY }),
      await olga!.post(`${path}/policies`, 'draft', { currency: 'GBP' }),
      await olga!.post(`${path}/acts`, 'act-2', coffee()),
      await olga!.post('/v1/keys', 'mine', { subject: 'x', roles: ['admin'] }),
      await as(service, `${made[0]!.key}x`).get('/v1/whoami'),
      await service.get('/v1/keys'),
      await service.get('/metrics'),
      await service.post(`/v1/keys/${made[0]!.id}/revoke`, 'revoke', { reason: 'lost' }),
      await till!.post(`${path}/acts`, 'act-3', coffee()),
    ];
    expect(answers.map(({ status }) => status)).toEqual([
      201, 403, 201, 422, 403, 403, 401, 200, 200, 201, 401,
    ]);
    await service.stop();
    running.pop();
    const database = new DatabaseSync(join(dataDir, 'events.db'), { readOnly: true });
    const events = database.prepare('SELECT CAST(data AS TEXT) AS data FROM events ORDER BY id').all();
    database.close();
    const actors = events.map(({ data }) => JSON.parse(String(data)).actor);
    expect([...new Set(actors)].sort()).toEqual(['admin', 'olga', 'till-7']);
    expect(actors.filter((actor) => actor === 'till-7')).toHaveLength(1);
    const written = [
      service.logs(),
      ...answers.map(({ text, headers }) => text + JSON.stringify(headers)),
      ...readdirSync(dataDir).map((file) => readFileSync(join(dataDir, file), 'latin1')),
    ].join('\n');
    for (const { key, id } of made) {
      expect(written).toContain(id);
      expect(written).not.toContain(key.slice(14));
    }
    expect(service.logs()).not.toContain(ADMIN_KEY);
  });

  it('is not a way around the answers of others: a replay takes the capability as well', async () => {
    const service = await start();
    const { path } = await openBook(service, 'london', POLICY);
    const till = as(service, (await make(service, 'till-7', 'till')).key);
    const reviewer = as(service, (await make(service, 'rita', 'reviewer')).key);
    const first = expectStatus(await till.post(`${path}/acts`, 'act-1', coffee()), 201);
    const again = await till.post(`${path}/acts`, 'act-1', coffee());
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.text,
      'true',
    ]);
    expect((await reviewer.post(`${path}/acts`, 'act-1', coffee())).json().code).toBe('not-allowed');
    const batch = { acts: [{ idempotencyKey: 'act-1', ...coffee() }] };
    expect((await reviewer.post(`${path}/acts/batch`, 'b', batch)).status).toBe(403);
  });
});

describe('goodwill keys', () => {
  it('makes, lists and revokes', async () => {
    const service = await start();
    const env = { GOODWILL_URL: service.url, GOODWILL_ADMIN_KEY: ADMIN_KEY };
    const made = await goodwill(['keys', 'make', 'olga', '-r', 'operations', '-r', 'approver'], { env });
    expect([made.code, made.stderr]).toEqual([0, '']);
    const [, id, key] = /^Key (\S+) for olga \(operations, approver\)[\s\S]*^ {4}(glk_\S+)$/m.exec(
      made.stdout,
    )!;
    expect((await as(service, key!).get('/v1/whoami')).json().roles).toEqual(['operations', 'approver']);
    const listed = await goodwill(['keys', 'list', '--json'], { env });
    expect(JSON.parse(listed.stdout).keys).toMatchObject([{ id, subject: 'olga', status: 'live' }]);
    const revoked = await goodwill(['keys', 'revoke', id!, '--reason', 'she left'], { env });
    expect(revoked).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Key ${id} of olga is revoked`),
    });
    expect((await as(service, key!).get('/v1/whoami')).status).toBe(401);
    const table = await goodwill(['keys', 'list'], { env });
    expect(table.stdout).toMatch(/olga +operations, approver .* by admin: she left/);
    expect(table.stdout).not.toContain(key!.slice(14));
    const wrong = await goodwill(['keys', 'make', 'x', '--role', 'root'], { env });
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringMatching(/no role "root"[\s\S]*till, crm/) });
    const lacking = await goodwill(['keys', 'list', '--key', key!], { env });
    expect(lacking).toMatchObject({ code: 1, stderr: expect.stringMatching(/401/) });
  });
});
