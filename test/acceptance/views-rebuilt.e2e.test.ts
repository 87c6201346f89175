/** Aim: read models are disposable. Deleted and made again, they answer the same, byte for byte. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import { endForGood, type ServiceProcess, startFresh, startService } from '../service-process.ts';

const POLICY = {
  limits: [{ id: 'ten', per: ['customer'], window: 'lifetime', allow: { count: 10 }, beyond: 'decline' }],
};
const KINDS = ['comp', 'replacement', 'refund', 'credit', 'gesture'];
const REASONS = ['long-wait', 'wrong-item', 'spill', 'regular'];

let service: ServiceProcess;

/** Every answer of a view that a caller could ask for here, page by page. */
async function answers(
  path: string,
  position: number,
  acts: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  const ask = async (query: string): Promise<string> => {
    const { text } = expectStatus(await service.get(`${path}${query}`), 200);
    found.set(query, text);
    return text;
  };
  for (const filter of [
    '',
    'employee=emp-2',
    'location=leeds',
    'kind=refund',
    'status=declined',
    'customer=c-3',
  ]) {
    let cursor: string | null = null;
    do {
      const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      cursor = JSON.parse(await ask(`/acts?${filter}&atLeast=${position}${more}`)).nextCursor;
    } while (cursor !== null);
  }
  for (const by of [
    'day',
    'location',
    'region',
    'kind',
    'reason',
    'trigger',
    'employee',
    'role',
    'policyVersion',
  ]) {
    await ask(`/metrics/spend?groupBy=${by}&atLeast=${position}`);
  }
  await ask(`/metrics/spend?groupBy=location,kind&atLeast=${position}`);
  for (const id of acts) await ask(`/acts/${id}`);
  return found;
}

beforeAll(async () => {
  service = await startFresh('views');
}, 60_000);
afterAll(() => endForGood(service));

describe('the views', () => {
  it('come back the same after they were deleted', async () => {
    const { path } = await openBook(service, 'views', POLICY);
    const ids: string[] = [];
    let position = 0;
    for (let n = 0; n < 400; n++) {
      const act = expectStatus(
        await service.post(
          `${path}/acts`,
          `act-${n}`,
          coffee({
            mode: n % 5 === 0 ? 'record' : 'request',
            kind: KINDS[n % KINDS.length],
            trigger: n % 3 === 0 ? 'delight' : 'recovery',
            employee: `emp-${1 + (n % 3)}`,
            location: n % 2 === 0 ? 'soho' : 'leeds',
            customer: `c-${n % 17}`,
            reason: REASONS[n % REASONS.length],
            item: { sku: 'coffee/flat-white', quantity: 1 + (n % 3) },
          }),
        ),
        201,
      ).json();
      ids.push(act.id);
      position = act.position;
    }
    for (let n = 0; n < 400; n += 13) {
      const reply = await service.post(`${path}/acts/${ids[n]}/reverse`, `reverse-${n}`, {
        reason: 'entered twice',
        ...(n % 2 === 0 ? {} : { count: 1 }),
      });
      if (reply.status < 300) position = reply.json().position;
    }

    const before = await answers(path, position, ids.slice(0, 20));
    expect([...before.values()].some((text) => text.includes('"declined"'))).toBe(true);
    expect([...before.keys()].some((query) => query.includes('cursor='))).toBe(true);

    expect(await service.stop()).toBe(0);
    const views = (await readdir(service.dataDir)).filter((name) => name.startsWith('views'));
    expect(views.length).toBeGreaterThan(0);
    for (const name of views) await rm(join(service.dataDir, name), { recursive: true });
    service = await startService(service.dataDir);

    expect(Object.fromEntries(await answers(path, position, ids.slice(0, 20)))).toEqual(
      Object.fromEntries(before),
    );
  }, 90_000);
});
