/**
 * Aim: each comparison finds what was planted, counts the arms as they are, bears the grade that its design earns and no
 * better one, says what speaks against it, and is the same in any order of the facts, to the byte.
 */
import { describe, expect, it } from '@jest/globals';
import type { BookEvent } from '../../domain/book/events.ts';
import { seeded } from '../acts.fixture.ts';
import type { Comparison, ComparisonFindings, ComparisonQuery } from './compare.ts';
import { chanceOfArms } from './compare-lot.ts';
import {
  actOf,
  DAY_MS,
  drawFact,
  incidentsOf,
  lotOf,
  observedUntil,
  policyOf,
  START,
} from './comparisons.fixture.ts';
import { Projected, shuffled } from './projected.fixture.ts';
import { outcomeTold } from './told.fixture.ts';

const LOT: ComparisonQuery = { design: 'lot', filters: { campaign: 'kindness' } };
const AFFECTED = ['a-0', 'a-1', 'a-2', 'a-3', 'a-4'];

function compare(events: readonly BookEvent[], query: ComparisonQuery): Comparison {
  const projected = Projected.of(events);
  const found = projected.ask({ about: 'comparison', query }) as ComparisonFindings;
  projected.close();
  if (!found.ok) throw new Error(`${found.parameter}: ${found.detail}`);
  return found;
}

describe('customers drawn by lot', () => {
  const events = lotOf(1, 1_600, 0.4, 0.15);
  const found = compare(events, LOT);

  it('are counted in the arm they were drawn into, once, whatever they were given', () => {
    const draws = events.filter((event) => event.type === 'LotDrawn');
    const arms = [false, true].map((is) => {
      const all = draws.filter(({ draw }) => draw.assigned === is).map(({ asked }) => asked.customer);
      return new Set(all).size;
    });
    expect([found.arms.first.n, found.arms.second.n]).toEqual(arms);
    const acts = events.filter((event) => event.type === 'ActAccepted');
    const crossed = acts.filter(({ draw }) => draw?.assigned === false).length;
    expect(found.checks).toMatchObject({
      strata: 1,
      givenAlthoughNotDrawn: crossed,
      notGivenAlthoughDrawn: arms[1]! - (acts.length - crossed),
    });
    expect(crossed).toBeGreaterThan(0);
  });

  it('show the planted effect, of grade A, with its sign and about its size', () => {
    expect(found).toMatchObject({ grade: 'A', causal: true });
    const { effect, first, second } = found.returnWithin30Days;
    expect(effect).toMatchObject({ grade: 'A', causal: true });
    expect(effect.interval!.low).toBeGreaterThan(0);
    expect(effect.interval!.low).toBeLessThan(0.15);
    expect(effect.interval!.high).toBeGreaterThan(0.15);
    expect(effect.value).toBeCloseTo(second.value! - first.value!, 3);
    expect(found.spendAfter30Days.effect.value).toBeGreaterThan(0);
    expect(found.against.join(' ')).toMatch(/although not drawn/);
  });

  it('lose the grade where the arms cannot come from the lot', () => {
    // Only those were drawn to whom something was meant to be given: the others are mostly missing.
    const some = events.filter(
      (event) => event.type !== 'LotDrawn' || event.draw.assigned || event.occurredAt % 3 === 0,
    );
    const uneven = compare(some, LOT);
    expect(uneven).toMatchObject({ grade: 'D', causal: false });
    expect(uneven.returnWithin30Days.effect).toMatchObject({ grade: 'D', causal: false });
    expect(uneven.checks.chanceOfArms).toBeLessThan(0.001);
    expect(uneven.verdict).toMatch(/not causal/);
  });

  it('are compared within strata where the share was raised', () => {
    const early = lotOf(2, 600, 0.2, 0);
    // Later customers come back more often, and more of them are drawn: taken together that would look like an effect.
    const late = lotOf(3, 600, 0.7, 0).map((event) =>
      JSON.parse(JSON.stringify(event).replaceAll('"c-', '"d-').replaceAll('0199aaaa', '0199dddd')),
    );
    const more = Array.from({ length: 400 }, (_, n) =>
      outcomeTold({ type: 'visit', customer: `d-${n}`, occurredAt: START + 31 * DAY_MS }),
    );
    const { checks, returnWithin30Days } = compare([...early, ...late, ...more], LOT);
    expect(checks.strata).toBe(2);
    expect(returnWithin30Days.effect.interval!.low).toBeLessThan(0);
    expect(returnWithin30Days.effect.interval!.high).toBeGreaterThan(0);
    expect(returnWithin30Days.second.value! - returnWithin30Days.first.value!).toBeLessThan(0.08);
  });

  it('do not include whom a recorded act tells of: the others were never told of', () => {
    const draw = { assigned: true, propensity: 0.5, seed: 'seed-1' };
    const act = actOf(1, START, { customer: 'ann', campaign: 'kindness', mode: 'record' }, { draw });
    expect(compare([act, observedUntil(90)], LOT).arms).toMatchObject({ first: { n: 0 }, second: { n: 0 } });
    const asked = actOf(2, START, { customer: 'ann', campaign: 'kindness' }, { draw });
    expect(compare([asked, observedUntil(90)], LOT).arms).toMatchObject({
      first: { n: 0 },
      second: { n: 1 },
    });
  });

  it('need a campaign, and cannot be filtered by what only acts have', () => {
    const projected = Projected.of(events.slice(0, 50));
    const ask = (query: ComparisonQuery) => projected.ask({ about: 'comparison', query });
    expect(ask({ design: 'lot' })).toMatchObject({ ok: false, parameter: 'campaign' });
    expect(ask({ design: 'lot', filters: { campaign: 'kindness', kind: 'comp' } })).toMatchObject({
      ok: false,
      parameter: 'kind',
    });
    expect(ask({ design: 'lot', filters: { campaign: 'nobody knows' } })).toMatchObject({
      ok: true,
      arms: { first: { n: 0 } },
      returnWithin30Days: { effect: { value: null, why: expect.any(String) } },
    });
  });
});

describe('how likely arms are', () => {
  it('is told on either side, exactly for one stratum and by the normal distribution for several', () => {
    expect(chanceOfArms([])).toBeNull();
    expect(chanceOfArms([[50, 100, 0.5]])).toBe(1);
    // 2 P(X >= 66) of 100 tosses, by summing the binomial.
    expect(chanceOfArms([[66, 100, 0.5]])).toBeCloseTo(0.00179, 4);
    expect(chanceOfArms([[34, 100, 0.5]])).toBeCloseTo(0.00179, 4);
    const strata = [
      [330, 500, 0.6],
      [170, 500, 0.3],
    ] as const;
    expect(chanceOfArms(strata)).toBeCloseTo(0.001, 3);
  });
});

describe('a policy version', () => {
  it('is compared where it changed something with where it did not: grade B', () => {
    const found = compare(policyOf(1, 0.2), {
      design: 'policy',
      filters: { policyVersion: 2 },
      affected: AFFECTED,
    });
    expect(found).toMatchObject({ grade: 'B', causal: false, arms: { first: { n: 7 }, second: { n: 5 } } });
    const { effect, first } = found.returnWithin30Days;
    expect(first.value).toBeGreaterThan(0.02);
    expect(effect.interval!.low).toBeGreaterThan(0);
    expect(effect.interval!.low).toBeLessThan(0.2);
    expect(effect.interval!.high).toBeGreaterThan(0.2);
    expect(found.checks.inForceFrom).toBe('2026-03-06');
    expect(found.checks.changeBeforeItCame).not.toBeNull();
  });

  it('that changed something everywhere is no more than before and after: grade D', () => {
    const query: ComparisonQuery = { design: 'policy', filters: { policyVersion: 2 } };
    const found = compare(policyOf(1, 0), query);
    expect(found).toMatchObject({ grade: 'D', causal: false });
    expect(found.verdict).toMatch(/not causal/);
    // What the date alone did is seen, and not taken for the version's work.
    expect(found.returnWithin30Days.effect.value).toBeGreaterThan(0.04);
    const projected = Projected.of(policyOf(1, 0));
    expect(
      projected.ask({ about: 'comparison', query: { design: 'policy', filters: { policyVersion: 9 } } }),
    ).toMatchObject({
      ok: false,
      parameter: 'policyVersion',
    });
  });
});

describe('incidents that were answered', () => {
  it('are compared with others that look alike: grade C, without what the place alone does', () => {
    const events = incidentsOf(1, 3_000);
    const found = compare(events, { design: 'incidents' });
    expect(found).toMatchObject({ grade: 'C', causal: false });
    const { effect } = found.returnWithin30Days;
    expect(effect.interval!.low).toBeGreaterThan(0.05);
    expect(effect.interval!.low).toBeLessThan(0.15);
    expect(effect.interval!.high).toBeGreaterThan(0.15);
    expect(effect.interval!.high).toBeLessThan(0.28);
    expect(found.checks.standardisedDifferenceBefore).toBeGreaterThan(0.8);
    expect(found.checks.standardisedDifferenceAfter).toBeLessThan(0.001);
    expect(found.checks.effectiveN).toBeLessThan(found.arms.first.n);
    expect(found.checks.effectiveN).toBeGreaterThan(100);
  });

  it('are looked at from a day after their opening on: who came back before counts in neither arm', () => {
    const early = incidentsOf(2, 40);
    const gone = early.flatMap((event) =>
      event.type === 'IncidentOpened' && event.asked.incident === 'inc-3'
        ? [outcomeTold({ type: 'visit', customer: 'c-3', occurredAt: event.occurredAt + 60_000 })]
        : [],
    );
    const [before, after] = [early, [...early, ...gone]].map((events) =>
      compare(events, { design: 'incidents' }),
    );
    expect(before!.checks.returnedBeforeTheLandmark).toBe(0);
    expect(after!.checks.returnedBeforeTheLandmark).toBe(1);
  });
});

describe('dates', () => {
  it('give grade D, and say that it is not causal', () => {
    const found = compare(policyOf(1, 0), { design: 'dates', pivot: '2026-03-06' });
    expect(found).toMatchObject({
      grade: 'D',
      causal: false,
      returnWithin30Days: { effect: { grade: 'D' } },
    });
    expect(found.verdict).toMatch(/not causal/);
    expect(found.arms.first.n + found.arms.second.n).toBe(2_400);
    const projected = Projected.of([observedUntil(1)]);
    expect(projected.ask({ about: 'comparison', query: { design: 'dates' } })).toMatchObject({
      ok: false,
      parameter: 'pivot',
    });
  });
});

describe('comparisons', () => {
  it('are the same in any order of the facts, byte for byte', () => {
    const events = [...lotOf(5, 150, 0.5, 0.1), ...policyOf(2, 0.1).slice(0, 900), ...incidentsOf(3, 120)];
    const unique = events.map((event, n) =>
      event.type === 'ActAccepted'
        ? { ...event, id: `0199cccc-5c00-7000-8000-${String(n).padStart(12, '0')}` }
        : event,
    );
    const queries: ComparisonQuery[] = [
      LOT,
      { design: 'policy', filters: { policyVersion: 2 }, affected: AFFECTED },
      { design: 'policy', filters: { policyVersion: 2 } },
      { design: 'incidents' },
      { design: 'dates', pivot: '2026-02-10', filters: { trigger: 'delight' } },
    ];
    const as = Projected.of(unique);
    for (const order of [1]) {
      const other = Projected.of(shuffled(unique, seeded(order)), 61);
      for (const query of queries) {
        const [one, two] = [as, other].map((view) =>
          JSON.stringify(view.ask({ about: 'comparison', query })),
        );
        expect(two).toBe(one);
      }
      other.close();
    }
  });
  it('take a draw that was learned of late for what it is: the first', () => {
    const [first, later] = [
      drawFact(1, START, 'ann', false, 0.2),
      drawFact(2, START + DAY_MS, 'ann', true, 0.6),
    ];
    const arms = [
      [first, later],
      [later, first],
    ].map((draws) => compare([...draws, observedUntil(9)], LOT).arms);
    expect(arms[0]).toMatchObject({ first: { n: 1 }, second: { n: 0 } });
    expect(arms[1]).toEqual(arms[0]);
  });
});
