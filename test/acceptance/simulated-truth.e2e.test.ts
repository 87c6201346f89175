/**
 * Aim: a simulated chain told over HTTP arrives whole, in a sandbox as it happens and elsewhere as past; and from what
 * the ledger answers alone, the effect that was planted in one campaign by lot is found, and none in the other.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SimulatedFact } from '../../apps/cli/simulate/bodies.ts';
import { cafeChain } from '../../apps/cli/simulate/cafe-chain.ts';
import { withEffects } from '../../apps/cli/simulate/effects.ts';
import { simulatedFacts } from '../../apps/cli/simulate/facts.ts';
import type { Truth } from '../../apps/cli/simulate/truth.ts';
import { expectStatus, rowsOf } from '../opened-book.ts';
import {
  ADMIN_KEY,
  endForGood,
  goodwill,
  SANDBOX,
  type ServiceProcess,
  startFresh,
} from '../service-process.ts';

const DAY_MS = 86_400_000;

let service: ServiceProcess;

beforeAll(async () => {
  service = await startFresh('simulated-truth', SANDBOX);
}, 60_000);
afterAll(() => endForGood(service));

/** Plays a chain; @returns the summary and the truth as they were written. */
// biome-ignore lint/suspicious/noExplicitAny: what is printed is looked at from outside, without our types
async function simulate(book: string, ...args: string[]): Promise<{ summary: any; truth: Truth }> {
  const file = join(service.dataDir, `${book}.json`);
  const where = [
    '--url',
    service.url,
    '--key',
    ADMIN_KEY,
    '--book',
    book,
    '--rate',
    '0',
    '--batch',
    '--json',
  ];
  const printed = await goodwill(['simulate', ...where, '--outcomes', '--truth', file, ...args]);
  expect([printed.code, printed.stderr]).toEqual([0, '']);
  return { summary: JSON.parse(printed.stdout), truth: JSON.parse(await readFile(file, 'utf8')) as Truth };
}

/** All pages of a resource, once the view has come so far as the book. */
// biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
async function readAll(book: string, resource: string): Promise<any[]> {
  const path = `/v1/books/${book}`;
  const { position } = expectStatus(await service.get(path), 200).json();
  return rowsOf(service, `${path}/${resource}?pageSize=500&atLeast=${position}`);
}

function countOf(facts: readonly SimulatedFact[], what: SimulatedFact['what']): number {
  return facts.filter((fact) => fact.what === what).length;
}

describe('in a sandbox', () => {
  it('everything is told as it happens, and is there', async () => {
    const chain = { seed: 3, stores: 2, staffPerStore: 6, from: '2026-03-23', days: 4 } as const;
    const sized = ['--seed', '3', '--stores', '2', '--staff-per-store', '6', '--days', '4'];
    const { summary } = await simulate('as-it-happens', ...sized, '--from', chain.from);
    const facts = [...simulatedFacts(cafeChain({ ...chain, mode: 'request' }, withEffects()))];
    expect(summary).toMatchObject({
      mode: 'request',
      refused: {},
      sent: countOf(facts, 'act'),
      told: {
        draw: countOf(facts, 'draw'),
        incident: countOf(facts, 'incident'),
        outcome: countOf(facts, 'outcome'),
      },
    });
    expect(await readAll('as-it-happens', 'outcomes')).toHaveLength(countOf(facts, 'outcome'));
    const incidents = facts.flatMap(({ what, body }) => (what === 'incident' ? [body.incident] : []));
    const told = await readAll('as-it-happens', 'incidents');
    expect(told.map(({ incident }) => incident).sort()).toEqual([...new Set(incidents)].sort());
    const acts = await rowsOf(service, '/v1/books/as-it-happens/acts?limit=500');
    expect(acts).toHaveLength(countOf(facts, 'act'));
  }, 120_000);
});

describe('from what the ledger answers', () => {
  const book = 'as-past';
  let truth: Truth;
  // biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
  const came = new Map<string, any[]>();

  beforeAll(async () => {
    const sized = ['--stores', '4', '--days', '70', '--from', '2025-01-06', '--draws-per-day', '10'];
    const few = ['--regular-share', '0', '--no-planted', '--acts-per-day', '2', '--clock', 'real'];
    ({ truth } = await simulate(book, ...sized, ...few));
    for (const outcome of await readAll(book, 'outcomes')) {
      if (outcome.type === 'contact') continue;
      const known = came.get(outcome.customer);
      if (known === undefined) came.set(outcome.customer, [outcome]);
      else known.push(outcome);
    }
  }, 240_000);

  it.each([0, 1])('the effect of a campaign by lot is what was planted: %d', async (which) => {
    const { id, lot, effect, drawn, notDrawn } = truth.effects!.campaigns[which]!;
    const arms = { true: { n: 0, came: 0 }, false: { n: 0, came: 0 } };
    const until = Date.parse(truth.effects!.observedUntil);
    for (const { customer, assigned, occurredAt } of await readAll(book, `campaigns/${id}/draws`)) {
      const from = Date.parse(occurredAt);
      if (from + 30 * DAY_MS > until) continue;
      const arm = arms[String(assigned) as 'true' | 'false'];
      arm.n++;
      const back = (came.get(customer) ?? []).some((outcome) => {
        const at = Date.parse(outcome.occurredAt);
        return at > from && at <= from + 30 * DAY_MS;
      });
      if (back) arm.came++;
    }
    const n = arms.true.n + arms.false.n;
    expect(n).toBeGreaterThan(1_400);
    expect(Math.abs(arms.true.n / n - lot.share)).toBeLessThan(3.5 * Math.sqrt(0.25 / n));
    const share = (arm: { n: number; came: number }) => arm.came / arm.n;
    const deviation = (arm: { n: number }) => Math.sqrt(0.25 / arm.n);
    expect(Math.abs(share(arms.true) - drawn.returned30)).toBeLessThan(3.5 * deviation(arms.true));
    expect(Math.abs(share(arms.false) - notDrawn.returned30)).toBeLessThan(3.5 * deviation(arms.false));
    const found = share(arms.true) - share(arms.false);
    const wide = 3.5 * Math.hypot(deviation(arms.true), deviation(arms.false));
    expect(Math.abs(found - effect.returned30)).toBeLessThan(wide);
    // The one that has an effect is told from nothing.
    if (effect.returned30 > 0) expect(found).toBeGreaterThan(2 * (wide / 3.5));
  });

  it('whoever was not drawn was given nothing in the campaign', async () => {
    for (const { id } of truth.effects!.campaigns) {
      const drawn = new Map(
        (await readAll(book, `campaigns/${id}/draws`)).map(({ customer, assigned }) => [customer, assigned]),
      );
      const given = (await rowsOf(service, `/v1/books/${book}/acts?limit=500&kind=gesture`)).filter(
        ({ campaign }) => campaign === id,
      );
      expect(given.length).toBeGreaterThan(500);
      expect(
        given.filter(({ customer, breachCount }) => drawn.get(customer) !== true || breachCount > 0),
      ).toEqual([]);
    }
  });

  it('incidents have the life that was told', async () => {
    const incidents = await readAll(book, 'incidents');
    const open = incidents.filter(({ status }) => status === 'open').length;
    expect(incidents.length).toBeGreaterThan(100);
    expect(open / incidents.length).toBeGreaterThan(0.05);
    expect(open / incidents.length).toBeLessThan(0.45);
  });
});
