/**
 * Aim: a campaign of delight gives by lot alone, at the till, in a batch and when asked what is possible, and says why;
 * the draw is a fact that can be read back; a recovery never meets the lot; and the lot of a running campaign stays.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook, rowsOf } from '../opened-book.ts';
import { endForGood, goodwill, type ServiceProcess, startFresh, startService } from '../service-process.ts';
import { expectProblem } from './expect-refused.ts';

const POLICY = {
  limits: [{ id: 'many', per: ['employee'], window: 'day', allow: { count: 999 }, beyond: 'decline' }],
};
const LOT = { share: 0.5, seed: 'c' };

let service: ServiceProcess;
let path = '';
let keys = 0;
/** As the ledger drew them: customer to arm. */
const arms = new Map<string, boolean>();
const CUSTOMERS = Array.from({ length: 40 }, (_, i) => `c-${i}`);

const post = (to: string, body: object) => service.post(`${path}${to}`, `lots-${keys++}`, body);
// biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
const act = async (more: object): Promise<any> =>
  expectStatus(await post('/acts', coffee({ campaign: 'kindness', ...more })), 201).json();
// biome-ignore lint/suspicious/noExplicitAny: as above
async function draws(query = ''): Promise<any[]> {
  const { position } = expectStatus(await service.get(path), 200).json();
  return rowsOf(service, `${path}/campaigns/kindness/draws?atLeast=${position}&pageSize=7${query}`);
}
const ofArm = (drawn: boolean) => [...arms].find(([, assigned]) => assigned === drawn)![0];

beforeAll(async () => {
  service = await startFresh('lots');
  ({ path } = await openBook(service, 'london', POLICY));
  expectStatus(await service.put(`${path}/campaigns/kindness`, { lot: LOT }), 200);
}, 60_000);
afterAll(() => endForGood(service));

describe('a draw', () => {
  it('is recorded with the arm, the chance and the seed, and read back', async () => {
    for (const customer of CUSTOMERS.slice(0, 20)) {
      const body = expectStatus(
        await post('/campaigns/kindness/draws', { customer, location: 'soho' }),
        201,
      ).json();
      expect(body).toMatchObject({
        campaign: 'kindness',
        customer,
        propensity: 0.5,
        seed: 'c',
        region: 'london',
      });
      arms.set(customer, body.assigned);
    }
    const items = CUSTOMERS.slice(20).map((customer) => ({ idempotencyKey: `batch-${customer}`, customer }));
    const { results } = expectStatus(
      await service.call('POST', `${path}/campaigns/kindness/draws/batch`, { body: { draws: items } }),
      200,
    ).json();
    for (const { status, body } of results) {
      expect(status).toBe(201);
      arms.set(body.customer, body.assigned);
    }
    expect(new Set(arms.values())).toEqual(new Set([true, false]));
    const rows = await draws();
    expect(rows).toHaveLength(CUSTOMERS.length);
    for (const { customer, assigned } of rows) expect(arms.get(customer)).toBe(assigned);
    const drawn = (await draws('&assigned=true')).map(({ customer }) => customer).sort();
    expect(drawn).toEqual([...arms].flatMap(([customer, arm]) => (arm ? [customer] : [])).sort());
  });

  it('says the same whoever asks and however often, and answers a retry with the first answer', async () => {
    const customer = ofArm(true);
    const again = expectStatus(await post('/campaigns/kindness/draws', { customer }), 201).json();
    expect(again.assigned).toBe(true);
    const body = { customer };
    const first = await service.post(`${path}/campaigns/kindness/draws`, 'same-key', body);
    const retried = await service.post(`${path}/campaigns/kindness/draws`, 'same-key', body);
    expect(retried.text).toBe(first.text);
    const other = await service.post(`${path}/campaigns/kindness/draws`, 'same-key', { customer: 'c-991' });
    const problem = expectProblem(other, 422, 'idempotency-key-reused');
    expect(problem.differs).toEqual(['customer']);
  });

  it('is refused where there is nothing to draw, saying what is wrong', async () => {
    await service.put(`${path}/campaigns/open`, {});
    await service.put(`${path}/campaigns/over`, { to: '2020-01-01', lot: LOT });
    const draw = (campaign: string, body: object = { customer: 'c-1' }) =>
      post(`/campaigns/${campaign}/draws`, body);
    expectProblem(await draw('unheard-of'), 404, 'campaign-not-found');
    expectProblem(await draw('open'), 409, 'campaign-without-lot');
    expectProblem(await draw('over'), 409, 'campaign-not-running');
    expectProblem(await draw('kindness', {}), 400, 'body-invalid');
    expectProblem(await draw('kindness', { customer: 'c-1', assigned: true }), 400, 'body-invalid');
    expectProblem(await draw('kindness', { customer: '' }), 400, 'body-invalid');
    const ahead = { customer: 'c-1', occurredAt: '2999-01-01T00:00:00Z' };
    expectProblem(await draw('kindness', ahead), 422, 'occurred-at-in-future');
    const keyless = await service.call('POST', `${path}/campaigns/kindness/draws`, {
      body: { customer: 'c' },
    });
    expectProblem(keyless, 400, 'idempotency-key-missing');
  });
});

describe('an act of delight in the campaign', () => {
  it('is accepted for whoever was drawn and declined for whoever was not, in plain words', async () => {
    for (const [customer, assigned] of arms) {
      const given = await act({ customer });
      expect([customer, given.status]).toEqual([customer, assigned ? 'accepted' : 'declined']);
      expect(given.draw).toEqual({ assigned, propensity: 0.5, seed: 'c' });
    }
    const { decision } = await act({ customer: ofArm(false) });
    expect(decision.guardrails[0]).toEqual({
      id: 'lot-not-drawn',
      type: 'standing',
      finding: 'decline',
      message:
        'The campaign "kindness" gives by lot, and this customer was not drawn. A recovery is never drawn for.',
    });
    const found = await rowsOf(service, `${path}/acts?status=declined&limit=500`);
    expect(new Set(found.map(({ customer }) => arms.get(customer)))).toEqual(new Set([false]));
  });

  it('is answered by evaluate as by a request, and by possible', async () => {
    for (const drawn of [true, false]) {
      const customer = ofArm(drawn);
      const asked = { body: coffee({ campaign: 'kindness', customer }) };
      const evaluated = expectStatus(await service.call('POST', `${path}/acts/evaluate`, asked), 200).json();
      expect(evaluated.status).toBe(drawn ? 'accepted' : 'declined');
      const query = `location=soho&kind=comp&trigger=delight&campaign=kindness&customer=${customer}`;
      const url = `${path}/employees/emp-1/possible?${query}`;
      const { possible, sentence, binds } = expectStatus(await service.get(url), 200).json();
      expect(possible.status).toBe(drawn ? 'accepted' : 'declined');
      if (drawn) continue;
      expect(binds.standing).toBe('lot-not-drawn');
      expect(sentence).toBe('Not possible: the lot of the campaign did not draw this customer.');
      const any = await service.get(url.replace('&trigger=delight', ''));
      const unnamed = expectStatus(any, 200).json();
      expect(unnamed.possible.status).toBe('accepted');
      expect(unnamed.assumes.map(({ sentence: one }: { sentence: string }) => one)).toContain(
        'Not for acts as delight, which is declined whatever is left: the lot of the campaign did not draw this customer.',
      );
    }
  });

  it('recorded although nobody was drawn is a breach; without a customer nobody can be', async () => {
    const recorded = await act({ mode: 'record', customer: ofArm(false) });
    expect(recorded.status).toBe('accepted');
    expect(recorded.breaches.map(({ id }: { id: string }) => id)).toEqual(['lot-not-drawn']);
    const nobody = await act({});
    expect(nobody.status).toBe('declined');
    expect(nobody.decision.guardrails[0].id).toBe('lot-without-customer');
    expect(nobody).not.toHaveProperty('draw');
  });
});

it('a recovery is never declined by a lot', async () => {
  for (const customer of [...CUSTOMERS, undefined]) {
    for (const mode of ['request', 'record']) {
      const given = await act({ trigger: 'recovery', mode, ...(customer && { customer }) });
      expect([given.status, given.breaches]).toEqual(['accepted', []]);
      expect(given).not.toHaveProperty('draw');
    }
  }
});

describe('the lot of a running campaign', () => {
  const state = (lot: object | null) => service.put(`${path}/campaigns/kindness`, { lot });
  it('stays: another seed, a smaller share and no lot are refused', async () => {
    expectProblem(await state({ ...LOT, seed: 'd' }), 409, 'lot-fixed');
    expectProblem(await state({ ...LOT, share: 0.4 }), 409, 'lot-fixed');
    expectProblem(await state(null), 409, 'lot-fixed');
    const shown = expectStatus(await service.get(`${path}/campaigns/kindness`), 200).json();
    expect(shown.lot).toEqual(LOT);
  });
  it.each([
    [{ share: 0, seed: 's' }, '/lot/share'],
    [{ share: 1, seed: 's' }, '/lot/share'],
    [{ share: '0.5', seed: 's' }, '/lot/share'],
    [{ share: 0.5 }, '/lot/seed'],
    [{ share: 0.5, seed: '' }, '/lot/seed'],
    [{ share: 0.5, seed: 's', sed: 's' }, '/lot/sed'],
    ['half', '/lot'],
  ])('has a share and a seed: %j is refused', async (lot, pointer) => {
    const { errors } = expectProblem(await state(lot as object), 400, 'body-invalid') as never as {
      errors: { pointer: string }[];
    };
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
  });
  it('may grow: whoever was drawn stays drawn', async () => {
    expectStatus(await state({ ...LOT, share: 0.8 }), 200);
    for (const [customer, assigned] of arms) {
      const drawn = expectStatus(await post('/campaigns/kindness/draws', { customer }), 201).json();
      expect(drawn.propensity).toBe(0.8);
      if (assigned) expect(drawn.assigned).toBe(true);
    }
  });
});

it('all of it is decided again by verify, and comes back from the ledger alone', async () => {
  const before = await draws();
  await service.stop();
  const verified = await goodwill(['verify', '--data-dir', service.dataDir]);
  expect([verified.code, verified.stderr]).toEqual([0, '']);
  service = await startService(service.dataDir);
  expect(await draws()).toEqual(before);
}, 60_000);
