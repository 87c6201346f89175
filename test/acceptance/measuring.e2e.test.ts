/**
 * Aim: over HTTP, what followed acts is told with n, interval and grade, in JSON and as a page; a comparison bears the
 * grade its design earns; a late fact moves the figures; wrong questions are refused, naming what is wrong; and all of it
 * comes back the same, byte for byte, when the views have been deleted.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { coffee, expectStatus, openBook } from '../opened-book.ts';
import { endForGood, type ServiceProcess, startFresh, startService } from '../service-process.ts';
import { expectProblem } from './expect-refused.ts';

const POLICY = {
  limits: [{ id: 'many', per: ['employee'], window: 'day', allow: { count: 9_999 }, beyond: 'warn' }],
};
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 12, 10);
const at = (day: number) => new Date(START + day * DAY_MS).toISOString();

let service: ServiceProcess;
let path = '';

async function position(): Promise<number> {
  return expectStatus(await service.get(path), 200).json().position;
}
async function ask(query: string): Promise<string> {
  const joined = `${path}/metrics/outcomes${query}${query.includes('?') ? '&' : '?'}atLeast=${await position()}`;
  return expectStatus(await service.get(joined), 200).text;
}

beforeAll(async () => {
  service = await startFresh('measuring');
  ({ path } = await openBook(service, 'london', POLICY));
  const campaign = { lot: { share: 0.5, seed: 'spring' } };
  expectStatus(await service.put(`${path}/campaigns/kindness`, campaign), 200);
  const acts = Array.from({ length: 60 }, (_, n) => ({
    idempotencyKey: `act-${n}`,
    ...coffee({
      mode: 'record',
      trigger: n % 3 === 0 ? 'delight' : 'recovery',
      location: n % 2 === 0 ? 'soho' : 'leeds',
      customer: n % 4 === 3 ? null : `c-${n}`,
      incident: n % 3 === 0 ? null : `inc-${n}`,
      occurredAt: at(n / 2),
    }),
  }));
  expectStatus(await service.call('POST', `${path}/acts/batch`, { body: { acts } }), 200);
  const incidents = Array.from({ length: 60 }, (_, n) => [
    {
      idempotencyKey: `opened-${n}`,
      type: 'opened',
      incident: `inc-${n}`,
      customer: `c-${n}`,
      location: n % 2 === 0 ? 'soho' : 'leeds',
      occurredAt: at(n / 2 - 0.01),
    },
    { idempotencyKey: `resolved-${n}`, type: 'resolved', incident: `inc-${n}`, occurredAt: at(n / 2 + 1) },
  ]).flat();
  expectStatus(await service.call('POST', `${path}/incidents/batch`, { body: { incidents } }), 200);
  const draws = Array.from({ length: 100 }, (_, n) => ({
    idempotencyKey: `draw-${n}`,
    customer: `c-${n}`,
    location: 'soho',
    occurredAt: at(n / 10),
  }));
  expectStatus(
    await service.call('POST', `${path}/campaigns/kindness/draws/batch`, { body: { draws } }),
    200,
  );
  const outcomes = Array.from({ length: 100 }, (_, n) => ({
    idempotencyKey: `bought-${n}`,
    type: 'purchase',
    customer: `c-${n}`,
    valueMinor: 400 + n,
    receipt: `r-${n}`,
    occurredAt: at(n % 2 === 0 ? n / 2 + 12 : n / 2 + 50),
  }));
  expectStatus(await service.call('POST', `${path}/outcomes/batch`, { body: { outcomes } }), 200);
}, 60_000);
afterAll(() => endForGood(service));

describe('what followed acts', () => {
  it('is told with n, interval and grade', async () => {
    const { total, rows, ...told } = JSON.parse(await ask('?groupBy=location,trigger'));
    expect(told).toMatchObject({ currency: 'GBP', grade: 'D', causal: false, rowsOverlap: false });
    expect(told.notes[0]).toMatch(/not causal/);
    expect(rows.map(({ key }: { key: object }) => key)).toEqual([
      { location: 'leeds', trigger: 'delight' },
      { location: 'leeds', trigger: 'recovery' },
      { location: 'soho', trigger: 'delight' },
      { location: 'soho', trigger: 'recovery' },
    ]);
    // Every fourth act names nobody; of those with an incident, the incident does.
    expect(total).toMatchObject({ acts: 60, identifiedShare: { n: 60, value: 0.9167, grade: 'D' } });
    const { returnWithin30Days } = total;
    expect(returnWithin30Days).toMatchObject({ n: 55, customers: 55, censored: 0, complete: { n: 55 } });
    expect(returnWithin30Days.value).toBeCloseTo(30 / 55, 4);
    expect(returnWithin30Days.interval.low).toBeLessThan(30 / 55);
    expect(total.minutesToFirstAct.median).toMatchObject({ value: 14.4, n: 40 });
    expect(total.resolvedAtFirstTouch).toMatchObject({ value: 1, grade: 'D' });
    expect(total.resolvedAtFirstTouch.censored).toBeGreaterThan(0);
    const one = JSON.parse(await ask('?location=soho&from=2026-01-12&to=2026-01-18'));
    expect(one.total.acts).toBe(7);
  });

  it('is moved by a fact that comes late, and is a page for whoever asks for text', async () => {
    const before = JSON.parse(await ask('?from=2026-01-12&to=2026-01-12')).total;
    const late = { type: 'visit', customer: 'c-1', occurredAt: at(3) };
    expectStatus(await service.post(`${path}/outcomes`, 'late', late), 201);
    const after = JSON.parse(await ask('?from=2026-01-12&to=2026-01-12')).total;
    expect(after.returnWithin30Days.complete.returned).toBe(before.returnWithin30Days.complete.returned + 1);
    const page = await ask('?as=text&groupBy=location');
    expect(page).toMatch(/^WHAT FOLLOWED ACTS\n/);
    expect(page).toMatch(/not causal/);
    expect(page).toMatch(/location soho\n {2}acts {2,}30,/);
    for (const line of page.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each([
    ['?groupBy=employee', 'groupBy'],
    ['?from=2026-02-01&to=2026-01-01', 'to'],
    ['?observedUntil=yesterday', 'observedUntil'],
    ['?kind=comb', 'kind'],
    ['?employee=emp-1', 'employee'],
    ['/compare?groupBy=kind&design=lot', 'groupBy'],
    ['/compare?from=2026-01-01', 'design'],
    ['/compare?design=lot', 'campaign'],
    ['/compare?design=dates', 'pivot'],
    ['/compare?design=policy', 'policyVersion'],
    ['/compare?design=incidents&kind=comp', 'kind'],
    ['/compare?design=policy&policyVersion=1&affected=', 'affected'],
  ])('refuses %s', async (query, parameter) => {
    const reply = await service.get(`${path}/metrics/outcomes${query}`);
    expectProblem(reply, 400, 'query-invalid');
    expect(reply.json().errors).toEqual(expect.arrayContaining([expect.objectContaining({ parameter })]));
  });
});

describe('comparisons', () => {
  it('bear the grade of their design', async () => {
    const compare = async (query: string) => JSON.parse(await ask(`/compare?${query}`));
    const lot = await compare('design=lot&campaign=kindness');
    expect(lot).toMatchObject({ grade: 'A', causal: true, returnWithin30Days: { effect: { causal: true } } });
    expect(lot.arms.first.n + lot.arms.second.n).toBe(100);
    expect(lot.checks.chanceOfArms).toBeGreaterThan(0.001);
    expect(await compare('design=policy&policyVersion=1')).toMatchObject({ grade: 'D', causal: false });
    expect(await compare('design=incidents')).toMatchObject({ grade: 'C', causal: false });
    expect(await compare('design=dates&pivot=2026-01-25')).toMatchObject({
      grade: 'D',
      verdict: expect.stringMatching(/not causal/),
    });
    const page = await ask('/compare?design=dates&pivot=2026-01-25&as=text');
    expect(page).toMatch(/^COMPARISON BY DATES: EVIDENCE OF GRADE D, NOT CAUSAL\n/);
    expect(page).toMatch(/WHAT SPEAKS AGAINST IT\n- /);
  });
});

describe('the figures', () => {
  it('come back the same when the views were deleted', async () => {
    const queries = [
      '?groupBy=location,kind,month',
      '?groupBy=role&trigger=recovery',
      '/compare?design=lot&campaign=kindness',
      '/compare?design=incidents',
      '/compare?design=dates&pivot=2026-01-25',
    ];
    const before = [];
    for (const query of queries) before.push(await ask(query));
    await service.stop();
    const files = (await readdir(service.dataDir)).filter((name) => name.startsWith('views'));
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) await rm(join(service.dataDir, name));
    service = await startService(service.dataDir);
    for (const [n, query] of queries.entries()) expect(await ask(query)).toBe(before[n]);
  }, 60_000);
});
