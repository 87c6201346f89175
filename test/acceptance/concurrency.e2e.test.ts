/**
 * Aim: no limit is ever exceeded, however many ask at once, through however many processes: 10,000 requests over
 * 64 connections against a limit of 1,000 make exactly 1,000 accepted acts.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import {
  removeDirectory,
  type ServiceProcess,
  startService,
  temporaryDirectory,
} from '../service-process.ts';

const REQUESTS = 10_000;
const ALLOWED = 1_000;
const CONNECTIONS = 64;

const POLICY = {
  limits: [
    {
      id: 'hot',
      title: 'A thousand in all, for everybody together',
      per: ['employee'],
      window: 'lifetime',
      allow: { count: ALLOWED },
      beyond: 'decline',
    },
  ],
};

interface Decided {
  readonly accepted: number;
  readonly declined: number;
  readonly positions: readonly number[];
}

/** Each connection asks one after the other, all connections at once, spread over the given services. */
async function storm(services: readonly ServiceProcess[], path: string): Promise<Decided> {
  let next = 0;
  const tally = { accepted: 0, declined: 0 };
  const positions: number[] = [];
  const ask = async (service: ServiceProcess): Promise<void> => {
    while (next < REQUESTS) {
      const n = next++;
      const reply = expectStatus(await service.post(`${path}/acts`, `storm-${n}`, coffee()), 201).json();
      tally[reply.status as 'accepted' | 'declined'] += 1;
      positions.push(reply.position);
    }
  };
  await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, i) => ask(services[i % services.length] as ServiceProcess)),
  );
  return { ...tally, positions };
}

async function count(service: ServiceProcess, path: string, at: number): Promise<number> {
  const spend = expectStatus(
    await service.get(`${path}/metrics/spend?groupBy=employee&atLeast=${at}`),
    200,
  ).json();
  return spend.rows.reduce((sum: number, row: { count: number }) => sum + row.count, 0);
}

async function remaining(service: ServiceProcess, path: string): Promise<number[]> {
  const answer = expectStatus(await service.get(`${path}/employees/emp-1/allowances`), 200).json();
  return answer.allowances.map(
    (allowance: { measures: { count: { remaining: number } } }) => allowance.measures.count.remaining,
  );
}

describe('one limit, asked by everybody at once', () => {
  const running: ServiceProcess[] = [];
  let dataDir = '';

  beforeEach(async () => {
    dataDir = await temporaryDirectory('concurrency');
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((service) => service.kill()));
    await removeDirectory(dataDir);
  });

  it.each([1, 2])(
    'holds with %i process(es) on one data directory',
    async (processes) => {
      for (let i = 0; i < processes; i++) running.push(await startService(dataDir));
      const first = running[0] as ServiceProcess;
      const { path, position } = await openBook(first, 'hot', POLICY);

      const decided = await storm(running, path);

      expect(decided).toMatchObject({ accepted: ALLOWED, declined: REQUESTS - ALLOWED });
      // One event for each, without a gap and without a place given twice.
      const inOrder = [...decided.positions].sort((a, b) => a - b);
      expect(inOrder).toEqual(Array.from({ length: REQUESTS }, (_, i) => position + 1 + i));
      for (const service of running) {
        expect(await remaining(service, path)).toEqual([0]);
        expect(await count(service, path, position + REQUESTS)).toBe(ALLOWED);
      }
    },
    120_000,
  );
});
