/** Aim: a key is known to the ledger, not to a process: through whichever process it comes, it is one act. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import {
  removeDirectory,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from '../service-process.ts';

const POLICY = {
  limits: [{ id: 'ten', per: ['customer'], window: 'lifetime', allow: { count: 10 }, beyond: 'decline' }],
};
const ROUNDS = 100;

let dataDir = '';
let services: ServiceProcess[] = [];
let acts = '';
let opened = 0;

beforeAll(async () => {
  dataDir = await temporaryDirectory('two-processes');
  services = [await startService(dataDir), await startService(dataDir)];
  const { path, position } = await openBook(services[0] as ServiceProcess, 'twice', POLICY);
  acts = `${path}/acts`;
  opened = position;
}, 60_000);
afterAll(async () => {
  await Promise.all(services.map((service) => service.kill()));
  await removeDirectory(dataDir);
});

describe('two processes on one data directory', () => {
  it('make one act of one key, also when both are asked at once', async () => {
    const [one, two] = services as [ServiceProcess, ServiceProcess];
    for (let round = 0; round < ROUNDS; round++) {
      const key = `both-${round}`;
      const replies = await Promise.all(
        [one, two, one, two].map((service) => service.post(acts, key, coffee())),
      );
      for (const reply of replies) expectStatus(reply, 201);
      expect(new Set(replies.map((reply) => reply.text)).size).toBe(1);
      expect(replies.filter((reply) => reply.headers['idempotent-replayed'] === undefined)).toHaveLength(1);
      expect(replies[0]?.json().position).toBe(opened + 1 + round);
    }
  }, 60_000);

  it('refuse other content under a key that the other process has just taken', async () => {
    const [one, two] = services as [ServiceProcess, ServiceProcess];
    expectStatus(await one.post(acts, 'taken', coffee()), 201);
    const refused = await two.post(acts, 'taken', coffee({ note: 'other' }));
    expect([refused.status, refused.json().differs]).toEqual([422, ['note']]);
  });

  it('find each other’s acts and the same allowances at once', async () => {
    const [one, two] = services as [ServiceProcess, ServiceProcess];
    for (let n = 0; n < 20; n++) {
      const act = expectStatus(
        await one.post(acts, `found-${n}`, coffee({ customer: `c-${n}` })),
        201,
      ).json();
      expect(expectStatus(await two.get(`${acts}/${act.id}`), 200).json().position).toBe(act.position);
    }
  });
});
