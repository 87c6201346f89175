/**
 * Aim: an answer never changes on retry. The same key with the same content gives the first answer, byte for byte,
 * and adds nothing; the same key with other content is refused and the difference named; a key lives as long as the
 * ledger.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook, publish } from '../opened-book.ts';
import { endForGood, type Reply, type ServiceProcess, startFresh, startService } from '../service-process.ts';

const POLICY = {
  limits: [
    {
      id: 'three',
      per: ['customer'],
      window: 'lifetime',
      allow: { count: 3 },
      beyond: 'decline',
    },
  ],
};
const OTHER_KEYS = 100_000;
const BATCH = 1_000;

let service: ServiceProcess;
let acts = '';
let path = '';

/** What stands in the ledger now: a read that records nothing. */
async function position(): Promise<number> {
  return expectStatus(await service.call('POST', `${acts}/evaluate`, { body: coffee() }), 200).json()
    .position;
}

function expectReplay(first: Reply, again: Reply): void {
  expect(again.text).toBe(first.text);
  expect(again.status).toBe(first.status);
  expect(again.headers['idempotent-replayed']).toBe('true');
  expect(first.headers['idempotent-replayed']).toBeUndefined();
}

beforeAll(async () => {
  service = await startFresh('idempotency');
  ({ path } = await openBook(service, 'keys', POLICY));
  acts = `${path}/acts`;
}, 60_000);
afterAll(() => endForGood(service));

describe('the same key with the same content', () => {
  it('gives the first answer and adds nothing', async () => {
    const first = expectStatus(await service.post(acts, 'same-1', coffee()), 201);
    const stood = await position();
    expectReplay(first, await service.post(acts, 'same-1', coffee()));
    expect(await position()).toBe(stood);
  });

  it('takes two spellings of one content for the same', async () => {
    const first = expectStatus(await service.post(acts, 'same-2', coffee({ note: 'x' })), 201);
    const { item, ...rest } = coffee({ note: 'x' }) as { item: object };
    expectReplay(first, await service.post(acts, 'same-2', { ...rest, customer: null, item }));
  });

  it('leaves a decline a decline', async () => {
    for (let i = 0; i < 3; i++) {
      expectStatus(await service.post(acts, `full-${i}`, coffee({ customer: 'full' })), 201);
    }
    const declined = expectStatus(await service.post(acts, 'full-3', coffee({ customer: 'full' })), 201);
    expect(declined.json().status).toBe('declined');
    const given = expectStatus(await service.post(acts, 'full-0', coffee({ customer: 'full' })), 201).json();
    expectStatus(
      await service.post(`${acts}/${given.id}/reverse`, 'full-0-back', { reason: 'entered twice' }),
      200,
      201,
    );
    // There is room again now; the answer that was given stays.
    expectReplay(declined, await service.post(acts, 'full-3', coffee({ customer: 'full' })));
    const afresh = await service.post(acts, 'full-4', coffee({ customer: 'full' }));
    expect(afresh.json().status).toBe('accepted');
  });

  it('is one act when both posts are in flight at once', async () => {
    for (let round = 0; round < 25; round++) {
      const stood = await position();
      const replies = await Promise.all(
        Array.from({ length: 4 }, () => service.post(acts, `twins-${round}`, coffee({ note: 'at once' }))),
      );
      expect(new Set(replies.map((reply) => reply.text)).size).toBe(1);
      expect(replies.map((reply) => reply.status)).toEqual([201, 201, 201, 201]);
      expect(replies.filter((reply) => reply.headers['idempotent-replayed'] === undefined)).toHaveLength(1);
      expect(await position()).toBe(stood + 1);
    }
  });

  it('is the same key bare and quoted', async () => {
    const first = expectStatus(await service.post(acts, 'till-7-000231', coffee()), 201);
    expectReplay(first, await service.post(acts, '"till-7-000231"', coffee()));
  });

  it('holds for a policy, its activation and a reversal', async () => {
    const document = {
      currency: 'GBP',
      title: 'Looser',
      limits: [{ ...POLICY.limits[0], allow: { count: 4 } }],
    };
    const drafted = expectStatus(await service.post(`${path}/policies`, 'policy-again', document), 201);
    expectReplay(drafted, await service.post(`${path}/policies`, 'policy-again', document));
    const activate = `${path}/policies/${drafted.json().version}/activate`;
    const activated = expectStatus(await service.post(activate, 'activate-again', {}), 200, 201);
    expectReplay(activated, await service.post(activate, 'activate-again', {}));
    const act = expectStatus(await service.post(acts, 'to-reverse', coffee()), 201).json();
    const reverse = `${acts}/${act.id}/reverse`;
    const reversed = expectStatus(
      await service.post(reverse, 'reverse-again', { reason: 'wrong till' }),
      200,
      201,
    );
    expectReplay(reversed, await service.post(reverse, 'reverse-again', { reason: 'wrong till' }));
    await publish(service, path, 'strict-again', POLICY);
  });
});

describe('the same key with other content', () => {
  const REUSED = { status: 422, code: 'idempotency-key-reused' };

  it('is refused and every difference is named', async () => {
    expectStatus(await service.post(acts, 'other-1', coffee({ customer: 'c-1', note: 'a' })), 201);
    const stood = await position();
    const refused = await service.post(
      acts,
      'other-1',
      coffee({ note: 'b', item: { sku: 'coffee/flat-white', quantity: 2 } }),
    );
    expect({ status: refused.status, code: refused.json().code }).toEqual(REUSED);
    expect([...refused.json().differs].sort()).toEqual(['customer', 'item.quantity', 'note']);
    expect(await position()).toBe(stood);
  });

  it('is refused when another kind of write has the key', async () => {
    const act = expectStatus(await service.post(acts, 'other-kind', coffee()), 201).json();
    const refused = await service.post(`${acts}/${act.id}/reverse`, 'other-kind', { reason: 'x' });
    expect({ status: refused.status, code: refused.json().code }).toEqual(REUSED);
  });

  it('is refused for a policy, its activation and a reversal', async () => {
    const draft = (title: string): object => ({ currency: 'GBP', title, limits: POLICY.limits });
    const drafted = expectStatus(
      await service.post(`${path}/policies`, 'other-policy', draft('one')),
      201,
    ).json();
    const refused = [await service.post(`${path}/policies`, 'other-policy', draft('two'))];
    const activate = `${path}/policies/${drafted.version}/activate`;
    expectStatus(await service.post(activate, 'other-activation', {}), 200, 201);
    refused.push(await service.post(activate, 'other-activation', { from: '2030-01-01T00:00:00Z' }));
    const act = expectStatus(await service.post(acts, 'other-act', coffee()), 201).json();
    const reverse = `${acts}/${act.id}/reverse`;
    expectStatus(await service.post(reverse, 'other-reversal', { reason: 'one' }), 200, 201);
    refused.push(await service.post(reverse, 'other-reversal', { reason: 'two' }));
    for (const reply of refused) expect({ status: reply.status, code: reply.json().code }).toEqual(REUSED);
    expect(refused.at(-1)?.json().differs).toContain('reason');
  });
});

describe('a missing or broken key', () => {
  it.each([
    [undefined, 'idempotency-key-missing'],
    ['', 'idempotency-key-malformed'],
    ['""', 'idempotency-key-malformed'],
    ['   ', 'idempotency-key-malformed'],
    ['two words', 'idempotency-key-malformed'],
    ['"open', 'idempotency-key-malformed'],
    ['k'.repeat(256), 'idempotency-key-malformed'],
  ])('%j is refused, and nothing is recorded', async (key, code) => {
    const stood = await position();
    const asked = key === undefined ? { body: coffee() } : { key, body: coffee() };
    const refused = await service.call('POST', acts, asked);
    expect(refused.status).toBe(400);
    expect(refused.json().code).toBe(code);
    expect(await position()).toBe(stood);
  });

  it('a refused act leaves its key free', async () => {
    const refused = await service.post(
      acts,
      'freed',
      coffee({ item: { sku: 'nothing/known', quantity: 1 } }),
    );
    expect(refused.status).toBe(422);
    const mended = expectStatus(await service.post(acts, 'freed', coffee()), 201);
    expect(mended.headers['idempotent-replayed']).toBeUndefined();
  });
});

describe('in batches', () => {
  const batch = async (
    items: readonly object[],
  ): Promise<{ status: number; body: { id: string; code?: string } }[]> =>
    expectStatus(await service.call('POST', `${acts}/batch`, { body: { acts: items } }), 200).json().results;

  it('the same key twice in one batch is one act', async () => {
    const stood = await position();
    const item = { idempotencyKey: 'in-batch', ...coffee() };
    const [one, two] = await batch([item, item]);
    expect(one?.status).toBe(201);
    expect(two).toEqual(one);
    expect(await position()).toBe(stood + 1);
  });

  it('the same key with other content in one batch is refused for the second', async () => {
    const [one, two] = await batch([
      { idempotencyKey: 'in-batch-2', ...coffee() },
      { idempotencyKey: 'in-batch-2', ...coffee({ note: 'other' }) },
    ]);
    expect([one?.status, two?.status]).toEqual([201, 422]);
    expect(two?.body.code).toBe('idempotency-key-reused');
  });

  it('a key is the same in a batch and by itself', async () => {
    const single = expectStatus(await service.post(acts, 'both-ways', coffee()), 201);
    const [inBatch] = await batch([{ idempotencyKey: 'both-ways', ...coffee() }]);
    expect(inBatch?.body).toEqual(single.json());
    const [first] = await batch([{ idempotencyKey: 'both-ways-2', ...coffee() }]);
    const again = await service.post(acts, 'both-ways-2', coffee());
    expect(again.json()).toEqual(first?.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
  });

  it('an item without a key is refused, and its neighbours stand', async () => {
    const [one, two] = await batch([coffee(), { idempotencyKey: 'neighbour', ...coffee() }]);
    expect([one?.status, two?.status]).toEqual([400, 201]);
    expect(one?.body.code).toBe('idempotency-key-missing');
  });
});

describe('a key lives as long as the ledger', () => {
  it(`after ${OTHER_KEYS} other keys and a restart without warning`, async () => {
    const accepted = expectStatus(await service.post(acts, 'old-accepted', coffee()), 201);
    for (let i = 0; i < 4; i++) await service.post(acts, `old-${i}`, coffee({ customer: 'old' }));
    const declined = expectStatus(await service.post(acts, 'old-declined', coffee({ customer: 'old' })), 201);
    expect(declined.json().status).toBe('declined');

    for (let from = 0; from < OTHER_KEYS; from += BATCH) {
      const items = Array.from({ length: BATCH }, (_, i) => ({
        idempotencyKey: `new-${from + i}`,
        ...coffee(),
      }));
      expectStatus(await service.call('POST', `${acts}/batch`, { body: { acts: items } }), 200);
    }
    expectReplay(accepted, await service.post(acts, 'old-accepted', coffee()));

    await service.kill();
    service = await startService(service.dataDir, { readyTimeoutMs: 60_000 });
    const stood = await position();
    expectReplay(accepted, await service.post(acts, 'old-accepted', coffee()));
    expectReplay(declined, await service.post(acts, 'old-declined', coffee({ customer: 'old' })));
    const other = await service.post(acts, 'old-accepted', coffee({ reason: 'celebration' }));
    expect(other.status).toBe(422);
    expect(other.json().differs).toEqual(['reason']);
    expect(await position()).toBe(stood);
  }, 180_000);
});
