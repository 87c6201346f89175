/** Aim: what is reserved is nobody else's, becomes spend when it is committed and only then, and is settled once. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import { endForGood, type Reply, type ServiceProcess, startFresh } from '../service-process.ts';
import { expectProblem } from './expect-refused.ts';

const ALLOWED = 40;
const POLICY = {
  limits: [
    {
      id: 'till',
      per: ['employee'],
      window: 'lifetime',
      allow: { count: ALLOWED, retailMinor: 100_000 },
      beyond: 'decline',
    },
    { id: 'one', per: ['customer'], window: 'lifetime', allow: { count: 1 }, beyond: 'decline' },
  ],
};

let service: ServiceProcess;
let book = '';
let acts = '';

beforeAll(async () => {
  service = await startFresh('reservations');
  ({ path: book } = await openBook(service, 'reservations', POLICY));
  acts = `${book}/acts`;
}, 60_000);
afterAll(() => endForGood(service));

// biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
async function reserve(key: string, more: object = {}): Promise<any> {
  return expectStatus(await service.post(acts, key, coffee({ mode: 'reserve', ...more })), 201).json();
}
const settle = (act: string, how: string, key: string, body: object = {}): Promise<Reply> =>
  service.post(`${acts}/${act}/${how}`, key, body);

async function bucket(employee: string): Promise<object> {
  const path = `${book}/buckets?limit=till&employee=${employee}`;
  const { used, reserved, remaining } = expectStatus(await service.get(path), 200).json().measures.count;
  return { used, reserved, remaining };
}
// biome-ignore lint/suspicious/noExplicitAny: as above
async function spendOf(employee: string, atLeast: number): Promise<any> {
  const path = `${book}/metrics/spend?groupBy=employee&atLeast=${atLeast}`;
  const { rows } = expectStatus(await service.get(path), 200).json();
  return rows.find((row: { key: { employee: string } }) => row.key.employee === employee);
}
async function registered(filter: string, atLeast: number) {
  return expectStatus(await service.get(`${acts}?${filter}&atLeast=${atLeast}`), 200).json().acts;
}

describe('a reservation', () => {
  it('keeps its value from others, says until when, and is not spend', async () => {
    const act = await reserve('kept', { customer: 'c-1', timeToLive: 'PT2H' });
    expect(act).toMatchObject({ status: 'reserved', mode: 'reserve' });
    expect(Date.parse(act.expiresAt) - Date.parse(act.recordedAt)).toBe(2 * 3_600_000);
    expect(act.decision.guardrails[0].measures.count).toMatchObject({
      usedBefore: 0,
      usedAfter: 0,
      reserved: 1,
    });
    expect(await bucket('emp-1')).toEqual({ used: 0, reserved: 1, remaining: ALLOWED - 1 });
    const other = expectStatus(await service.post(acts, 'other', coffee({ customer: 'c-1' })), 201).json();
    expect(other.status).toBe('declined');
    expect(other.decision.guardrails.map(({ finding }: { finding: string }) => finding)).toEqual([
      'within',
      'decline',
    ]);
    expect((await spendOf('emp-1', other.position)).acts).toBe(0);
    const [row, ...more] = await registered('status=reserved', other.position);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ id: act.id, status: 'reserved', expiresAt: act.expiresAt, retailMinor: 390 });
    expect(expectStatus(await service.get(`${acts}/${act.id}`), 200).json()).toMatchObject({
      status: 'reserved',
      expiresAt: act.expiresAt,
      position: act.position,
    });
  });

  it('is evaluated and posted in batches as by itself', async () => {
    const asked = coffee({ mode: 'reserve', employee: 'emp-3' });
    const evaluated = expectStatus(
      await service.call('POST', `${acts}/evaluate`, { body: asked }),
      200,
    ).json();
    expect(evaluated).toMatchObject({ id: null, status: 'reserved' });
    expect(evaluated.expiresAt).toBeDefined();
    const batch = await service.call('POST', `${acts}/batch`, {
      body: {
        acts: [
          { idempotencyKey: 'b-1', ...asked },
          { idempotencyKey: 'b-2', ...asked, timeToLive: 'soon' },
        ],
      },
    });
    const [one, two] = expectStatus(batch, 200).json().results;
    expect(one).toMatchObject({ status: 201, body: { status: 'reserved' } });
    expect(two).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/acts/1/timeToLive', code: 'bad-duration' }] },
    });
    expect(await bucket('emp-3')).toMatchObject({ used: 0, reserved: 1 });
  });

  it('is committed in part: register, spend and bucket have what was committed, the rest is free', async () => {
    const act = await reserve('part', { employee: 'emp-2', item: { sku: 'coffee/flat-white', quantity: 3 } });
    expect(await bucket('emp-2')).toEqual({ used: 0, reserved: 3, remaining: ALLOWED - 3 });
    const body = { count: 2, retailMinor: 780, costMinor: 160, reason: 'one was returned' };
    const first = expectStatus(await settle(act.id, 'commit', 'part-commit', body), 201);
    const committed = first.json();
    expect(committed).toMatchObject({
      id: act.id,
      status: 'accepted',
      retailMinor: 780,
      costMinor: 160,
      committed: { count: 2, retailMinor: 780, costMinor: 160, reason: 'one was returned' },
      released: { count: 1, retailMinor: 390, costMinor: 80 },
    });
    expect(committed.position).toBeGreaterThan(act.position);
    expect(committed).not.toHaveProperty('expiresAt');
    expect(await bucket('emp-2')).toEqual({ used: 2, reserved: 0, remaining: ALLOWED - 2 });
    expect(await spendOf('emp-2', committed.position)).toMatchObject({
      acts: 1,
      count: 2,
      retailMinor: 780,
      costMinor: 160,
    });
    const [row] = await registered('employee=emp-2', committed.position);
    expect(row).toMatchObject({
      id: act.id,
      status: 'accepted',
      count: 2,
      retailMinor: 780,
      position: act.position,
    });
    expect(row).not.toHaveProperty('expiresAt');

    const again = await settle(act.id, 'commit', 'part-commit', body);
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    expect(expectStatus(await service.get(`${acts}/${act.id}`), 200).text).toBe(first.text);
    expectProblem(
      await settle(act.id, 'commit', 'part-commit', { ...body, count: 1 }),
      422,
      'idempotency-key-reused',
    );

    const reversed = expectStatus(
      await settle(act.id, 'reverse', 'part-back', { reason: 'wrong table' }),
      201,
    ).json();
    expect(reversed).toMatchObject({ status: 'reversed', reversed: { count: 2, retailMinor: 780 } });
    expect(await bucket('emp-2')).toEqual({ used: 0, reserved: 0, remaining: ALLOWED });
    // The first answer stands, whatever has become of the act since.
    expect((await settle(act.id, 'commit', 'part-commit', body)).text).toBe(first.text);
  });

  it('is committed whole without a body, and released without one', async () => {
    const whole = await reserve('whole', { employee: 'emp-3' });
    const committed = expectStatus(
      await service.call('POST', `${acts}/${whole.id}/commit`, { key: 'whole-commit' }),
      201,
    ).json();
    expect(committed).toMatchObject({
      status: 'accepted',
      retailMinor: 390,
      released: { count: 0, retailMinor: 0 },
    });
    const free = await reserve('free', { employee: 'emp-3' });
    const released = expectStatus(
      await service.call('POST', `${acts}/${free.id}/release`, { key: 'free-release' }),
      201,
    ).json();
    expect(released).toMatchObject({ status: 'released', released: { count: 1, retailMinor: 390 } });
    expect(await bucket('emp-3')).toMatchObject({ used: 1, reserved: 1 });
    const [row] = await registered('status=released', released.position);
    expect(row).toMatchObject({ id: free.id, retailMinor: 390 });
    expect(await spendOf('emp-3', released.position)).toMatchObject({ acts: 1, retailMinor: 390 });
  });

  it('refuses what cannot become of it, and says what did', async () => {
    const act = await reserve('refusals');
    expectProblem(
      await settle(act.id, 'commit', 'x-1', { retailMinor: 391 }),
      422,
      'commit-exceeds-reservation',
    );
    expectProblem(await settle(act.id, 'approve', 'x-2'), 409, 'act-not-open');
    expectProblem(await settle(act.id, 'reverse', 'x-3', { reason: 'r' }), 409, 'act-not-reversible');
    expectProblem(await settle(act.id, 'commit', 'x-4', { retailMinor: -1 }), 400, 'body-invalid');
    expectProblem(await settle(act.id, 'release', 'x-5', { reson: 'r' }), 400, 'body-invalid');
    expectProblem(
      await service.call('POST', `${acts}/${act.id}/commit`, { body: {} }),
      400,
      'idempotency-key-missing',
    );
    expectProblem(
      await settle('0199f3a2-7c1e-7a30-8c5e-2f6d1b7a9e44', 'commit', 'x-6'),
      404,
      'act-not-found',
    );
    expectProblem(await settle('nonsense', 'release', 'x-7'), 404, 'act-not-found');
    expectStatus(await settle(act.id, 'release', 'x-8'), 201);
    const late = expectProblem(await settle(act.id, 'commit', 'x-9'), 409, 'act-not-open');
    expect(late.detail).toMatch(/was released/);
  });

  it('is settled by exactly one of 32 who try at once, in many ways', async () => {
    for (let round = 0; round < 8; round++) {
      const before = await bucket('emp-1');
      const act = await reserve(`race-${round}`);
      const replies = await Promise.all(
        Array.from({ length: 32 }, (_, i) =>
          settle(act.id, i % 2 === 0 ? 'commit' : 'release', `race-${round}-${i}`),
        ),
      );
      const won = replies.filter(({ status }) => status === 201);
      expect(won).toHaveLength(1);
      for (const reply of replies) if (reply.status !== 201) expectProblem(reply, 409, 'act-not-open');
      const found = expectStatus(await service.get(`${acts}/${act.id}`), 200);
      expect(found.text).toBe(won[0]?.text);
      const used = (before as { used: number }).used + (found.json().status === 'accepted' ? 1 : 0);
      expect(await bucket('emp-1')).toMatchObject({
        used,
        reserved: (before as { reserved: number }).reserved,
      });
    }
  });
});
