/**
 * Aim: the figures are those that plain counting over the list of facts gives, whatever order the facts came in, to the
 * byte; a late fact moves the figures of its act; and one more fact costs the same however much is there already.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BookEvent } from '../../domain/book/events.ts';
import { seeded } from '../acts.fixture.ts';
import { modelOf } from './model.fixture.ts';
import { OUTCOME_DIMENSIONS, type OutcomeMetricsQuery } from './outcome-metrics.ts';
import { Projected, shuffled } from './projected.fixture.ts';
import { firstTold, incidentTold, outcomeTold } from './told.fixture.ts';

const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 0, 5, 8);
const RUNS = Number(process.env.GOODWILL_PROPERTY_RUNS ?? 6);
const SHAPE = { seed: 4, locations: 3, employees: 9, customers: 25, actsPerDay: 4 };

const queries: readonly OutcomeMetricsQuery[] = [
  {},
  ...OUTCOME_DIMENSIONS.map((dimension) => ({ groupBy: [dimension] })),
  { groupBy: ['location', 'kind', 'month'], filters: { trigger: 'recovery' } },
  { from: '2026-01-12', to: '2026-01-25', groupBy: ['role'], filters: { kind: 'refund' } },
  { observedUntil: START + 40 * DAY_MS, groupBy: ['region', 'policyVersion'] },
];

describe('outcomes after acts', () => {
  it.each(queries.map((query) => [query]))('are what plain counting gives: %j', (query) => {
    for (const seed of [1, 2, 3]) {
      const events = firstTold({ ...SHAPE, seed }, 900);
      const projected = Projected.of(events);
      const found = projected.metrics(query);
      const wanted = modelOf(events, query);
      expect(found.rows.map(({ key }) => Object.values(key))).toEqual(wanted.rows.map(({ key }) => key));
      for (const [at, row] of [found.total, ...found.rows].entries()) {
        const model = at === 0 ? wanted.total : wanted.rows[at - 1]!;
        expect({
          acts: row.acts,
          costMinor: row.costMinor,
          retailMinor: row.retailMinor,
          identified: row.returnWithin30Days.n,
          customers: row.returnWithin30Days.customers,
          within30: [row.returnWithin30Days.complete.n, row.returnWithin30Days.complete.returned],
          within90: [row.returnWithin90Days.complete.n, row.returnWithin90Days.complete.returned],
          spend30: [row.spendAfter30Days.value, row.spendAfter30Days.n],
          spend90: [row.spendAfter90Days.value, row.spendAfter90Days.n],
          minutes: [row.minutesToFirstAct.median.value, row.minutesToFirstAct.p90.value],
          repeat: [row.repeatContact.value, row.repeatContact.n, row.repeatContact.censored],
          firstTouch: [row.resolvedAtFirstTouch.value, row.resolvedAtFirstTouch.n],
          cost: [row.costPerReturningCustomer.value, row.costPerReturningCustomer.returning],
        }).toEqual(model.figures);
      }
      projected.close();
    }
  });

  it('have something of everything in these tests', () => {
    const { total } = Projected.of(firstTold({ ...SHAPE, customers: 150 }, 900)).metrics({});
    for (const figure of [
      total.repeatContact.value,
      total.resolvedAtFirstTouch.value,
      total.minutesToFirstAct.p90.value,
      total.returnWithin90Days.value,
      total.returnWithin90Days.censored,
      total.spendAfter90Days.value,
      total.costPerReturningCustomer.value,
      total.identifiedShare.value,
    ])
      expect(figure).toBeGreaterThan(0);
    expect(total.returnWithin30Days.customers).toBeLessThan(total.returnWithin30Days.n);
  });

  it('are the same in any order of the facts, byte for byte', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (seed, order) => {
        const events = firstTold({ ...SHAPE, seed, customers: 1 + (seed % 30) }, 400);
        const [as, other] = [Projected.of(events), Projected.of(shuffled(events, seeded(order)), 37)];
        for (const query of queries)
          expect(JSON.stringify(other.metrics(query))).toBe(JSON.stringify(as.metrics(query)));
        as.close();
        other.close();
      }),
      { numRuns: RUNS },
    );
  });

  it('of one book do not depend on what is in another', () => {
    const [ours, theirs] = [firstTold(SHAPE, 500), firstTold({ ...SHAPE, seed: 9 }, 500)];
    const mixed = new Projected();
    for (let from = 0; from < 500; from += 25) {
      mixed.apply(theirs.slice(from, from + 25), 1);
      mixed.apply(ours.slice(from, from + 25), 2);
    }
    const alone = Projected.of(ours);
    for (const query of queries)
      expect(JSON.stringify(mixed.metrics(query, 2))).toBe(JSON.stringify(alone.metrics(query)));
  });

  it('of which nothing was told are not told, and say why', () => {
    const acts = firstTold(SHAPE, 600).filter(
      ({ type }) => type !== 'OutcomeRecorded' && !type.startsWith('Incident'),
    );
    const { total, observedUntil } = Projected.of(acts).metrics({});
    expect(observedUntil).toEqual({ returns: null, contacts: null });
    expect(total.returnWithin30Days).toMatchObject({
      value: null,
      interval: null,
      complete: { value: null },
    });
    expect(total.returnWithin30Days.why).toMatch(/visit or purchase/);
    expect(total.spendAfter30Days).toMatchObject({ value: null, why: expect.stringMatching(/visit/) });
    expect(total.repeatContact).toMatchObject({ value: null, why: expect.stringMatching(/contact/) });
    const empty = Projected.of(acts.slice(0, 1)).metrics({ groupBy: ['kind'] });
    expect(empty).toMatchObject({ rows: [], total: { acts: 0, identifiedShare: { value: null } } });
  });

  it('refuse groupings that mean nothing, and more rows than anybody reads', () => {
    const projected = Projected.of(firstTold({ ...SHAPE, locations: 40, employees: 200 }, 9_000));
    expect(() => projected.metrics({ groupBy: ['kind', 'kind'] })).toThrow(RangeError);
    expect(() => projected.metrics({ groupBy: ['employee'] as never })).toThrow(RangeError);
    expect(() => projected.metrics({ groupBy: ['day', 'location', 'kind'] })).toThrow(/More than 1000 rows/);
  });
});

const ACT = firstTold(SHAPE, 400).find(
  (event) => event.type === 'ActAccepted' && event.asked.customer !== undefined,
) as BookEvent & { type: 'ActAccepted' };

function actAt(n: number, occurredAt: number, customer: string): BookEvent {
  const { incident: _, ...asked } = ACT.asked;
  const id = `0199aaaa-5c00-7000-8000-${String(n).padStart(12, '0')}`;
  return {
    ...ACT,
    id,
    asked: { ...asked, customer },
    occurredAt,
    businessDate: new Date(occurredAt).toISOString().slice(0, 10),
  };
}

describe('a fact that comes late', () => {
  it('moves the figures of the act it follows, and of no other', () => {
    const acts = [actAt(1, START, 'ann'), actAt(2, START + 20 * DAY_MS, 'bob')];
    const until = outcomeTold({ type: 'visit', customer: 'cid', occurredAt: START + 100 * DAY_MS });
    const view = Projected.of([...acts, until]);
    const returned = () =>
      view.metrics({ groupBy: ['day'] }).rows.map((row) => row.returnWithin30Days.complete.returned);
    expect(returned()).toEqual([0, 0]);
    view.apply([outcomeTold({ type: 'visit', customer: 'ann', occurredAt: START + 30 * DAY_MS })]);
    expect(returned()).toEqual([1, 0]);
    // A moment too late for the second, and at the moment of the act itself: neither is a return in time.
    view.apply([
      outcomeTold({ type: 'visit', customer: 'bob', occurredAt: START + 50 * DAY_MS + 1 }),
      outcomeTold({ type: 'visit', customer: 'bob', occurredAt: START + 20 * DAY_MS }),
    ]);
    expect(returned()).toEqual([1, 0]);
  });

  it('never counts who was not watched long enough as not having returned', () => {
    const acts = [actAt(1, START, 'ann'), actAt(2, START + 80 * DAY_MS, 'bob')];
    const until = outcomeTold({ type: 'visit', customer: 'ann', occurredAt: START + 100 * DAY_MS });
    const { total } = Projected.of([...acts, until]).metrics({});
    expect(total.returnWithin90Days).toMatchObject({ n: 2, censored: 1, complete: { n: 1, returned: 0 } });
    expect(total.returnWithin30Days).toMatchObject({ n: 2, censored: 1, value: 0, atRisk: 1 });
  });

  it('counts the lines of one receipt as one purchase, at its earliest time', () => {
    const line = (minutes: number, valueMinor: number, receipt = 'r-1') =>
      outcomeTold({
        type: 'purchase',
        customer: 'ann',
        receipt,
        valueMinor,
        occurredAt: START + minutes * 60_000,
      });
    const until = outcomeTold({ type: 'visit', customer: 'bob', occurredAt: START + 200 * DAY_MS });
    const act = actAt(1, START, 'ann');
    const same = Projected.of([act, line(10, 500), line(-1, 250), until]).metrics({}).total;
    expect(same).toMatchObject({ spendAfter30Days: { value: 0 }, returnWithin30Days: { value: 0 } });
    const other = Projected.of([act, line(10, 500), line(-1, 250, 'r-2'), until]).metrics({}).total;
    expect(other).toMatchObject({ spendAfter30Days: { value: 500 }, returnWithin30Days: { value: 1 } });
    const nextDay = Projected.of([act, line(-1, 250), line(1440 * 2, 500), until]).metrics({}).total;
    expect(nextDay).toMatchObject({ spendAfter30Days: { value: 500 }, returnWithin30Days: { value: 1 } });
  });
});

describe('one more outcome', () => {
  it('writes one row, and takes as long beside 200,000 as beside 2,000', () => {
    const perFact = [2_000, 200_000].map((rows) => {
      const view = new Projected();
      const random = seeded(rows);
      const outcomes = (count: number) =>
        Array.from({ length: count }, () => {
          // Every other fact is of one and the same customer.
          const customer = random() < 0.5 ? 'hot' : `c-${Math.floor(random() * rows)}`;
          const occurredAt = START + Math.floor(random() * 300 * DAY_MS);
          return random() < 0.9
            ? outcomeTold({ type: 'purchase', customer, valueMinor: 5, receipt: `${random()}`, occurredAt })
            : incidentTold({ type: 'opened', incident: `i-${random()}`, customer, occurredAt });
        });
      for (let made = 0; made < rows; made += 2_000) {
        view.apply(outcomes(1_000));
        view.apply(
          Array.from({ length: 1_000 }, (_, n) =>
            actAt(made + n, START + Math.floor(random() * 300 * DAY_MS), n % 2 === 0 ? 'hot' : `c-${n}`),
          ),
        );
      }
      const times: number[] = [];
      for (let round = 0; round < 15; round++) {
        const facts = outcomes(1_000);
        const [before, from] = [view.rowsWritten, performance.now()];
        view.apply(facts);
        times.push(performance.now() - from);
        // The fact's own row, and how far the book is known and a word or two: once for all of them.
        expect(view.rowsWritten - before).toBeLessThanOrEqual(facts.length + 3);
      }
      view.close();
      return times.sort((a, b) => a - b)[4]!;
    });
    console.log(`1,000 outcomes: ${perFact.map((ms) => `${ms.toFixed(1)} ms`).join(', then ')}`);
    expect(perFact[1]! / perFact[0]!).toBeLessThan(4);
  }, 60_000);

  it('of a customer with 50,000 purchases and 5,000 acts keeps the report linear', () => {
    const view = new Projected();
    const random = seeded(1);
    const moment = () => START + Math.floor(random() * 200 * DAY_MS);
    for (let n = 0; n < 50; n++)
      view.apply(
        Array.from({ length: 1_000 }, () =>
          outcomeTold({ type: 'purchase', customer: 'hot', valueMinor: 5, occurredAt: moment() }),
        ),
      );
    view.apply(Array.from({ length: 5_000 }, (_, n) => actAt(n, moment(), 'hot')));
    const from = performance.now();
    const { total } = view.metrics({});
    const took = performance.now() - from;
    expect(total.returnWithin30Days).toMatchObject({ n: 5_000, customers: 1 });
    // 250 million steps take seconds; one look through each takes a moment.
    expect(took).toBeLessThan(1_500);
    view.close();
  }, 60_000);
});
