/**
 * Aim: signals over HTTP: somebody who gives to one customer again and again comes first, with the acts behind it; a
 * reviewer closes it once, whatever is sent again; neither whoever wrote the policy nor whom it is about does; nobody who
 * stands at a till reads any of it.
 */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Random } from '../../libs/statistics/random.ts';
import { coffee, expectStatus, keyOf, openBook } from '../opened-book.ts';
import { endForGood, goodwill, type ServiceProcess, startFresh } from '../service-process.ts';
import { expectProblem } from './expect-refused.ts';

const POLICY = {
  limits: [{ id: 'many', per: ['employee'], window: 'day', allow: { count: 999 }, beyond: 'warn' }],
};
const SIGNAL = 'few-customers:emp-1';
const SPAN = 'from=2026-10-01&to=2026-10-31';
const VERDICT = { verdict: 'cleared', reason: 'lives next door, and pays for the cake' };

let service: ServiceProcess;
let path = '';
let position = 0;
const keys = new Map<string, string>();

async function as(who: string, method: string, to: string, body?: object, key?: string) {
  const headers = { authorization: `Bearer ${keys.get(who)!}` };
  return service.call(method, `${path}${to}`, { headers, ...(body && { body }), ...(key && { key }) });
}
const read = (query = '', who = 'rita') => as(who, 'GET', `/signals?${SPAN}&atLeast=${position}${query}`);
const review = (who: string, key: string, body: object = VERDICT, signal = SIGNAL) =>
  as(who, 'POST', `/signals/${encodeURIComponent(signal)}/reviews?${SPAN}&atLeast=${position}`, body, key);

/** Twelve colleagues give to forty customers; emp-1 gives most of it to one. */
async function give(from: number, favours: number): Promise<void> {
  const acts = [];
  const random = Random.of('signals', from);
  for (let n = from; n < from + 360; n++) {
    const employee = 1 + (n % 12);
    const isFavour = employee === 1 && Math.floor(n / 12) % 30 < favours;
    const occurredAt = new Date(
      Date.parse('2026-10-02T09:00:00Z') + (n % 25) * 86_400_000 + (n % 400) * 60_000,
    );
    acts.push({
      idempotencyKey: `act-${n}`,
      ...coffee({
        mode: 'record',
        employee: `emp-${employee}`,
        customer: isFavour ? 'c-friend' : `c-${random.below(40)}`,
        occurredAt: occurredAt.toISOString(),
      }),
    });
  }
  const { results } = expectStatus(
    await service.call('POST', `${path}/acts/batch`, { body: { acts } }),
    200,
  ).json();
  for (const { status, body } of results) {
    expect(status).toBe(201);
    position = Math.max(position, body.position);
  }
}

beforeAll(async () => {
  service = await startFresh('signals');
  ({ path } = await openBook(service, 'london', POLICY));
  for (let n = 4; n <= 12; n++)
    expectStatus(
      await service.put(`${path}/employees/emp-${n}`, { roles: ['barista'], homeLocation: 'soho' }),
      200,
    );
  const staff = { rita: 'reviewer', olga: 'operations', 'emp-1': 'reviewer', till: 'till', fin: 'finance' };
  for (const [subject, role] of Object.entries(staff)) keys.set(subject, await keyOf(service, subject, role));
  keys.set('pat', await keyOf(service, 'pat', 'operations', 'reviewer'));
  await give(0, 20);
}, 90_000);
afterAll(() => endForGood(service));

describe('signals', () => {
  it('show the pattern first, with the acts behind it and without a verdict', async () => {
    const { text } = expectStatus(await read(), 200);
    const json = JSON.parse(text);
    expect(json).toMatchObject({ from: '2026-10-01', to: '2026-10-31', acts: 360, falseDiscoveryRate: 0.05 });
    expect(json.position).toBeGreaterThanOrEqual(position);
    const [first] = json.signals;
    expect(first).toMatchObject({
      id: SIGNAL,
      kind: 'few-customers',
      weight: 'word',
      rank: 1,
      status: 'new',
      subject: { employee: 'emp-1' },
      observed: 20,
      exposure: { n: 30, unit: 'identified-acts' },
      customers: [{ customer: 'c-friend', acts: 20, actsByOthers: 0 }],
    });
    expect(first.acts).toHaveLength(20);
    const act = expectStatus(await service.get(`${path}/acts/${first.acts[0]}`), 200).json();
    expect(act).toMatchObject({ employee: 'emp-1', customer: 'c-friend' });
    expect(text).not.toMatch(/fraud|guilt|sweetheart/i);
    const one = await as('rita', 'GET', `/signals/${SIGNAL}?${SPAN}`);
    expect(one.json().signal).toEqual(first);
  });

  it('are for reviewers alone', async () => {
    for (const who of ['till', 'olga', 'fin']) {
      expect((await read('', who)).json()).toMatchObject({ status: 403, code: 'not-allowed' });
      expect((await review(who, `no-${who}`)).json()).toMatchObject({ status: 403, code: 'not-allowed' });
    }
  });

  it('are found by kind and by subject, and not in another span', async () => {
    expect((await read('&kind=few-customers&subject=emp-1')).json().signals).toHaveLength(1);
    expect((await read('&kind=few-customers&subject=emp-2')).json().signals).toEqual([]);
    expect((await read('&kind=rate&subject=emp-1')).json().signals).toEqual([]);
    const other = await as('rita', 'GET', `/signals/${SIGNAL}?from=2026-09-01&to=2026-09-30`);
    expect(other.json()).toMatchObject({ status: 404, code: 'signal-not-found' });
    for (const id of ['sweethearting:emp-1', 'few-customers:', '%25', 'few-customers:emp-1%2Fx'])
      expect((await as('rita', 'GET', `/signals/${id}?${SPAN}`)).json()).toMatchObject({ status: 404 });
    for (const wrong of [
      'kind=theft',
      'status=guilty',
      'from=2026-11-01&to=2026-10-01',
      'from=2020-01-01&to=2026-10-01',
      'from=2030-01-01',
      'from=2020-01-01',
    ])
      expect((await as('rita', 'GET', `/signals?${wrong}`)).json()).toMatchObject({
        status: 400,
        code: 'query-invalid',
      });
  });

  it('are reviewed neither by whom they are about, nor by who has a part in a policy', async () => {
    expect((await review('emp-1', 'own')).json()).toMatchObject({ status: 403, code: 'self-review' });
    const document = { currency: 'GBP', ...POLICY };
    const drafted = await as('pat', 'POST', '/policies', document, 'draft-pat');
    expect(drafted.status).toBe(201);
    expect((await review('pat', 'pat')).json()).toMatchObject({ status: 403, code: 'duties-apart' });
    // The admin key put the policy in force.
    const admin = await service.post(`${path}/signals/${SIGNAL}/reviews?${SPAN}`, 'admin', VERDICT);
    expectProblem(admin, 403, 'duties-apart');
  });

  it('are closed by a review, which is the same when sent again', async () => {
    expect((await review('rita', 'none', VERDICT, 'few-customers:emp-9')).json()).toMatchObject({
      status: 404,
      code: 'signal-not-found',
    });
    expect((await review('rita', 'bad', { verdict: 'guilty' })).json().errors).toMatchObject([
      { pointer: '/verdict' },
      { pointer: '/reason' },
    ]);
    const first = await review('rita', 'review-1');
    expect(first.status).toBe(201);
    expect(first.json()).toMatchObject({
      ...VERDICT,
      signal: SIGNAL,
      reviewer: 'rita',
      basis: { from: '2026-10-01', to: '2026-10-31', observed: 20, exposure: 30 },
    });
    expect(first.json().basis.position).toBeLessThan(first.json().position);
    position = first.json().position;
    expect((await read()).json().signals.map(({ id }: { id: string }) => id)).not.toContain(SIGNAL);
    expect((await read('&status=reviewed')).json().signals).toMatchObject([
      { id: SIGNAL, status: 'reviewed', reviews: [{ verdict: 'cleared', reviewer: 'rita' }] },
    ]);
    // The signal is another by now, and the answer to the same request the first one.
    await give(360, 20);
    const again = await review('rita', 'review-1');
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([
      201,
      first.text,
      'true',
    ]);
    expect((await review('rita', 'review-1', { ...VERDICT, verdict: 'talked' })).json()).toMatchObject({
      code: 'idempotency-key-reused',
      differs: ['verdict'],
    });
  });

  it('come back with what is unusual by itself, and end where it is reversed', async () => {
    expect((await read()).json().signals[0]).toMatchObject({ id: SIGNAL, status: 'returned', observed: 40 });
    const behind = (await as('rita', 'GET', `/signals/${SIGNAL}?${SPAN}`)).json().signal.acts;
    for (const [at, act] of behind.slice(0, 36).entries()) {
      const reply = await service.post(`${path}/acts/${act}/reverse`, `reverse-${at}`, {
        reason: 'rung up twice',
      });
      position = expectStatus(reply, 201).json().position;
    }
    expect((await read('&status=all')).json().signals.map(({ id }: { id: string }) => id)).not.toContain(
      SIGNAL,
    );
  });

  it('keep whoever has reviewed one from policies', async () => {
    const rita = await service.post('/v1/keys', 'key-rita-2', { subject: 'rita', roles: ['operations'] });
    keys.set('rita-2', expectStatus(rita, 201).json().key);
    const drafted = await as('rita-2', 'POST', '/policies', { currency: 'GBP', ...POLICY }, 'draft-rita');
    expect(drafted.json()).toMatchObject({ status: 403, code: 'duties-apart' });
  });

  it('stand in the description of the API as they are answered', async () => {
    const document = expectStatus(await service.get('/openapi.json'), 200).json();
    const { signals } = (await read('&status=all')).json();
    const known = Object.keys(document.components.schemas.Signal.properties);
    for (const signal of signals) expect(known).toEqual(expect.arrayContaining(Object.keys(signal)));
  });

  it('are whole when everything is decided again', async () => {
    expect(await service.stop()).toBe(0);
    const verified = await goodwill(['verify', '--data-dir', service.dataDir, '--json'], {});
    expect([verified.code, JSON.parse(verified.stdout)]).toMatchObject([0, { whole: true }]);
  });
});
