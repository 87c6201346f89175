/**
 * Aim: what goes beyond a limit that holds waits, reserved, until somebody else agrees; nobody agrees with
 * themselves, by whichever way; and what was refused gives back what it kept.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, keyOf, openBook } from '../opened-book.ts';
import { endForGood, type Reply, type ServiceProcess, startFresh } from '../service-process.ts';
import { expectProblem } from './expect-refused.ts';

const POLICY = {
  hold: { for: 'PT12H', then: 'expire' },
  limits: [{ id: 'two', per: ['employee'], window: 'lifetime', allow: { count: 2 }, beyond: 'hold' }],
  rules: [
    { id: 'large', when: 'act.retailMinor > 5000', then: 'hold', message: 'A large one is agreed to first.' },
  ],
};

let service: ServiceProcess;
let book = '';
let acts = '';
/** Keys of an approver, of the employee of most acts, and of a till. */
let dana = '';
let emp1 = '';
let till = '';

beforeAll(async () => {
  service = await startFresh('holds');
  ({ path: book } = await openBook(service, 'holds', POLICY));
  acts = `${book}/acts`;
  for (const key of ['one', 'two']) expectStatus(await service.post(acts, key, coffee()), 201);
  dana = await keyOf(service, 'dana', 'approver');
  emp1 = await keyOf(service, 'emp-1', 'approver', 'till');
  till = await keyOf(service, 'till-7', 'till');
}, 60_000);
afterAll(() => endForGood(service));

// biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
async function hold(key: string, more: object = {}): Promise<any> {
  return expectStatus(await service.post(acts, key, coffee(more)), 201).json();
}
const answer = (act: string, how: string, key: string, body: object = {}): Promise<Reply> =>
  service.post(`${acts}/${act}/${how}`, key, body);
/** The same with the key of somebody else than the admin. */
const answerAs = (authorization: string, act: string, how: string, key: string, body: object = {}) =>
  service.call('POST', `${acts}/${act}/${how}`, {
    key,
    body,
    headers: { authorization: `Bearer ${authorization}` },
  });
async function codeOf(authorization: string, key: string, body: object = {}): Promise<Reply> {
  const headers = { authorization: `Bearer ${authorization}` };
  return service.call('POST', `${book}/approval-codes`, { key, body, headers });
}
async function bucket(employee = 'emp-1'): Promise<object> {
  const path = `${book}/buckets?limit=two&employee=${employee}`;
  const { used, reserved } = expectStatus(await service.get(path), 200).json().measures.count;
  return { used, reserved };
}

describe('an act beyond a limit that holds', () => {
  it('waits, with its value reserved, and says why and until when', async () => {
    const act = await hold('third');
    expect(act.status).toBe('pending_approval');
    expect(Date.parse(act.expiresAt) - Date.parse(act.recordedAt)).toBe(12 * 3_600_000);
    expect(act.decision.guardrails[0]).toMatchObject({
      finding: 'hold',
      measures: { count: { allowed: 2, usedBefore: 2, usedAfter: 2, reserved: 1, remaining: -1 } },
    });
    expect(act.decision.guardrails[0].message).toMatch(/^Beyond the limit "two"/);
    expect(act.breaches).toEqual([]);
    expect(await bucket()).toEqual({ used: 2, reserved: 1 });
    const row = expectStatus(
      await service.get(`${acts}?status=pending_approval&atLeast=${act.position}`),
      200,
    ).json().acts[0];
    expect(row).toMatchObject({ id: act.id, expiresAt: act.expiresAt });
    const spend = expectStatus(
      await service.get(`${book}/metrics/spend?groupBy=employee&atLeast=${act.position}`),
      200,
    ).json();
    expect(spend.total).toMatchObject({ acts: 2, declined: { acts: 0 } });
  });

  it('is not approved by whoever posted it, not even with a code they made themselves', async () => {
    const act = await hold('own');
    expectProblem(await answer(act.id, 'approve', 'own-1'), 403, 'self-approval');
    expectProblem(
      await service.post(`${book}/approval-codes`, 'own-2', { act: act.id }),
      403,
      'self-approval',
    );
    const any = expectStatus(await service.post(`${book}/approval-codes`, 'own-3', {}), 201).json();
    expectProblem(await answer(act.id, 'approve', 'own-4', { code: any.code }), 403, 'self-approval');
    // The same refusals for a reservation.
    const kept = await hold('own-kept', { mode: 'reserve' });
    expect(kept.status).toBe('pending_approval');
    expectProblem(await answer(kept.id, 'approve', 'own-5'), 403, 'self-approval');
    expectProblem(await answer(kept.id, 'commit', 'own-6'), 409, 'act-not-open');
    for (const id of [act.id, kept.id]) {
      expect(expectStatus(await service.get(`${acts}/${id}`), 200).json().status).toBe('pending_approval');
    }
  });

  it('is approved by somebody else, and is spend from then on', async () => {
    const act = await hold('agreed');
    const before = (await bucket()) as { used: number; reserved: number };
    expectProblem(await answerAs(emp1, act.id, 'approve', 'a-1'), 403, 'self-approval');
    expectProblem(await answerAs(till, act.id, 'approve', 'a-2'), 403, 'not-allowed');
    const first = expectStatus(await answerAs(dana, act.id, 'approve', 'a-3', { reason: 'a regular' }), 201);
    const approved = first.json();
    expect(approved).toMatchObject({
      id: act.id,
      status: 'accepted',
      retailMinor: 390,
      approval: { approver: 'dana', reason: 'a regular' },
    });
    expect(approved).not.toHaveProperty('expiresAt');
    expect(await bucket()).toEqual({ used: before.used + 1, reserved: before.reserved - 1 });
    const { total } = expectStatus(
      await service.get(`${book}/metrics/spend?groupBy=day&atLeast=${approved.position}`),
      200,
    ).json();
    expect(total).toMatchObject({ acts: 3, retailMinor: 3 * 390 });
    const again = await answerAs(dana, act.id, 'approve', 'a-3', { reason: 'a regular' });
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    expectStatus(await answer(act.id, 'reverse', 'a-4', { reason: 'not theirs' }), 201);
    expect(await bucket()).toEqual({ used: before.used, reserved: before.reserved - 1 });
    const later = await answerAs(dana, act.id, 'approve', 'a-3', { reason: 'a regular' });
    expect(later.text).toBe(first.text);
  });

  it.each([
    ['approve', 'approve'],
    ['approve', 'reject'],
  ])('is settled by one of 32 who %s and %s at once', async (one, other) => {
    for (let round = 0; round < 4; round++) {
      const act = await hold(`race-${other}-${round}`);
      const before = (await bucket()) as { used: number; reserved: number };
      const replies = await Promise.all(
        Array.from({ length: 32 }, (_, i) => {
          const how = i % 2 === 0 ? one : other;
          return answerAs(dana, act.id, how, `race-${other}-${round}-${i}`, { reason: 'now' });
        }),
      );
      const won = replies.filter(({ status }) => status === 201);
      expect(won).toHaveLength(1);
      for (const reply of replies) if (reply.status !== 201) expectProblem(reply, 409, 'act-not-open');
      const found = expectStatus(await service.get(`${acts}/${act.id}`), 200);
      expect(found.text).toBe(won[0]?.text);
      const given = found.json().status === 'accepted' ? 1 : 0;
      expect(await bucket()).toEqual({ used: before.used + given, reserved: before.reserved - 1 });
    }
  });

  it('that reserves is reserved anew once approved, and then committed', async () => {
    const kept = await hold('kept', { mode: 'reserve', timeToLive: 'PT10M' });
    expect(kept.status).toBe('pending_approval');
    const approved = expectStatus(await answerAs(dana, kept.id, 'approve', 'k-1'), 201).json();
    expect(approved.status).toBe('reserved');
    const livesMs = Date.parse(approved.expiresAt) - Date.parse(approved.approval.recordedAt);
    expect(livesMs).toBe(600_000);
    const committed = expectStatus(await answer(kept.id, 'commit', 'k-2', { retailMinor: 90 }), 201).json();
    expect(committed).toMatchObject({
      status: 'accepted',
      retailMinor: 90,
      approval: { approver: 'dana' },
      committed: { retailMinor: 90 },
      released: { retailMinor: 300 },
    });
  });

  it('is rejected with a reason, once, and gives back what it kept', async () => {
    const before = (await bucket()) as { reserved: number };
    const act = await hold('rejected');
    expectProblem(await answer(act.id, 'reject', 'r-0'), 400, 'body-invalid');
    const replies = await Promise.all(
      Array.from({ length: 32 }, (_, i) =>
        answer(
          act.id,
          i % 4 === 0 ? 'approve' : 'reject',
          `r-${i + 1}`,
          i % 4 === 0 ? {} : { reason: 'not now' },
        ),
      ),
    );
    const won = replies.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    const first = won[0] as Reply;
    expect(first.json()).toMatchObject({
      id: act.id,
      status: 'rejected',
      rejection: { approver: 'admin', reason: 'not now' },
    });
    expect(await bucket()).toEqual(before);
    expect(expectStatus(await service.get(`${acts}/${act.id}`), 200).text).toBe(first.text);
    const key = `r-${replies.indexOf(first) + 1}`;
    const again = await answer(act.id, 'reject', key, { reason: 'not now' });
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([first.text, 'true']);
    expectProblem(await answer(act.id, 'reject', 'late', { reason: 'x' }), 409, 'act-not-open');
  });

  it('is held by a rule as well, and recorded all the same when it has happened', async () => {
    const large = { item: null, retailMinor: 6_000, costMinor: 1_000, employee: 'emp-3' };
    expect(await hold('large', large)).toMatchObject({
      status: 'pending_approval',
      decision: {
        guardrails: [
          { id: 'two', finding: 'within' },
          { id: 'large', finding: 'hold' },
        ],
      },
    });
    const recorded = await hold('told', { ...large, mode: 'record' });
    expect(recorded).toMatchObject({ status: 'accepted', breaches: [{ id: 'large', consequence: 'hold' }] });
    const evaluated = await service.call('POST', `${acts}/evaluate`, {
      body: coffee({ ...large, employee: 'emp-2' }),
    });
    expect(expectStatus(evaluated, 200).json()).toMatchObject({ id: null, status: 'pending_approval' });
  });
});

describe('an approval code', () => {
  it('is shown once, and a repetition says so', async () => {
    const codes = `${book}/approval-codes`;
    const first = expectStatus(await service.post(codes, 'code', { expiresIn: 'PT2M' }), 201).json();
    expect(first.code).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
    expect(Date.parse(first.expiresAt) - Date.parse(first.recordedAt)).toBe(120_000);
    const again = expectStatus(await service.post(codes, 'code', { expiresIn: 'PT2M' }), 201);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(again.json()).toEqual({ ...first, code: null });
    expectProblem(await service.post(codes, 'code', { expiresIn: 'PT3M' }), 422, 'idempotency-key-reused');
  });

  it.each([
    ['1 hour', 'bad-duration'],
    ['PT1S', 'out-of-range'],
    ['P1D', 'out-of-range'],
    [300, 'wrong-type'],
  ])('that should last %p is refused', async (expiresIn, code) => {
    const refused = await service.post(
      `${book}/approval-codes`,
      `lasts-${code}-${typeof expiresIn}-${String(expiresIn).length}`,
      { expiresIn },
    );
    expect(expectProblem(refused, 400, 'body-invalid').errors).toMatchObject([
      { pointer: '/expiresIn', code },
    ]);
  });

  it('is not made for an act that waits no more, and says what became of it', async () => {
    const act = await hold('answered-before-the-code');
    expectStatus(await answerAs(dana, act.id, 'reject', 'answered', { reason: 'no' }), 201);
    const refused = expectProblem(await codeOf(dana, 'too-late', { act: act.id }), 409, 'act-not-open');
    expect(refused.detail).toContain('was rejected by "dana"');
    const nobody = '01985e4d-5c00-7000-8000-000000000000';
    expectProblem(await codeOf(dana, 'for-nothing', { act: nobody }), 404, 'act-not-found');
  });

  it('approves one act in the name of its maker, however it is typed', async () => {
    const [act, another] = [await hold('with-code'), await hold('with-code-again')];
    const made = expectStatus(await codeOf(dana, 'dana-1'), 201).json();
    const typed = `${made.code.slice(0, 5)}-${made.code.slice(5)}`.toLowerCase();
    const approved = expectStatus(await answerAs(till, act.id, 'approve', 'typed-1', { code: typed }), 201);
    expect(approved.json()).toMatchObject({ status: 'accepted', approval: { approver: 'dana' } });
    expect(approved.text).not.toContain(made.code);
    expectProblem(
      await answerAs(till, another.id, 'approve', 'typed-2', { code: typed }),
      409,
      'approval-code-used',
    );
    const again = await answerAs(till, act.id, 'approve', 'typed-1', { code: typed });
    expect([again.text, again.headers['idempotent-replayed']]).toEqual([approved.text, 'true']);
  });

  it('is good for the act it was made for, and never for its maker’s own', async () => {
    const [act, another] = [await hold('bound'), await hold('bound-other')];
    const bound = expectStatus(await codeOf(dana, 'dana-2', { act: act.id }), 201).json();
    expect(bound.act).toBe(act.id);
    const wrong = await answerAs(till, another.id, 'approve', 'bound-1', { code: bound.code });
    expectProblem(wrong, 403, 'approval-code-wrong');
    expectProblem(await codeOf(emp1, 'emp-1-1', { act: act.id }), 403, 'self-approval');
    const own = expectStatus(await codeOf(emp1, 'emp-1-2'), 201).json();
    const refused = await answerAs(till, act.id, 'approve', 'bound-2', { code: own.code });
    expectProblem(refused, 403, 'self-approval');
    expectProblem(await codeOf(till, 'till-1'), 403, 'not-allowed');
    const right = await answerAs(till, act.id, 'approve', 'bound-3', { code: bound.code });
    expectStatus(right, 201);
  });

  it('that nobody made approves nothing', async () => {
    const act = await hold('coded');
    for (const [i, code] of ['7K3QM0XWD4', 'oil-lo1', 'U'.repeat(10), `${'7K3QM0XWD4'}5`].entries()) {
      expectProblem(await answer(act.id, 'approve', `wrong-${i}`, { code }), 403, 'approval-code-wrong');
    }
    expectProblem(await answer(act.id, 'approve', 'wrong-type', { code: 7 }), 400, 'body-invalid');
  });
});
