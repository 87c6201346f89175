/** Spend against sums made without SQL, for any grouping and span; reversals on the day of their act. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ActAccepted, ActDecision, BookEvent } from '../../domain/book/events.ts';
import { EventsInMemory, firstEvents } from '../acts.fixture.ts';
import { temporaryDirectory, ViewsInProcess } from '../in-process.fixture.ts';
import { SPEND_DIMENSIONS, type SpendDimension, type SpendMeasures, type SpendQuery } from './spend.ts';

const SHAPE = { seed: 11, locations: 4, employees: 12, actsPerDay: 40 };

let directory: ReturnType<typeof temporaryDirectory>;
let store: EventsInMemory;
let views: ViewsInProcess;
const facts = firstEvents(SHAPE, 600);

beforeEach(async () => {
  directory = temporaryDirectory();
  store = new EventsInMemory();
  store.push('london', facts);
  views = await ViewsInProcess.start(`${directory.path}/views.db`, store);
  await views.until(() => views.position('spend', 'london') === 599, 'all projected');
});

afterEach(async () => {
  await views.close();
  directory.remove();
});

function valuesOf(act: ActDecision, dimension: SpendDimension): (string | number | null)[] {
  switch (dimension) {
    case 'day':
      return [act.businessDate];
    case 'region':
      return [act.region ?? null];
    case 'role':
      return act.roles.length === 0 ? [null] : [...act.roles];
    case 'policyVersion':
      return [act.policyVersion];
    default:
      return [act.asked[dimension] ?? null];
  }
}

function nothing() {
  return {
    acts: 0,
    count: 0,
    costMinor: 0,
    retailMinor: 0,
    reversed: { acts: 0, count: 0, costMinor: 0, retailMinor: 0 },
    declined: { acts: 0, costMinor: 0, retailMinor: 0 },
    breaches: 0,
  };
}

function model(events: readonly BookEvent[], { groupBy, from = '0', to = '9' }: SpendQuery) {
  const acts = new Map<string, ActDecision>();
  const groups = new Map<string, ReturnType<typeof nothing>>();
  const total = nothing();
  for (const event of events) {
    if ('asked' in event && 'guardrails' in event) acts.set(event.id, event);
    const act = acts.get('act' in event ? String(event.act) : 'id' in event ? event.id : '');
    if (act === undefined) continue;
    const accepted =
      event.type === 'ActAccepted' ||
      event.type === 'ActCommitted' ||
      ((event.type === 'ActApproved' || event.type === 'ActExpired') && event.becomes === 'accepted');
    if (!accepted && event.type !== 'ActReversed' && event.type !== 'ActDeclined') continue;
    if (act.businessDate < from || act.businessDate > to) continue;
    const touched = [total];
    let keys: (string | number | null)[][] = [[]];
    for (const dimension of groupBy)
      keys = keys.flatMap((key) => valuesOf(act, dimension).map((value) => [...key, value]));
    for (const key of keys) {
      const name = JSON.stringify(key);
      if (!groups.has(name)) groups.set(name, nothing());
      touched.push(groups.get(name)!);
    }
    for (const sums of touched) {
      const sign = event.type === 'ActReversed' ? -1 : 1;
      if (event.type === 'ActReversed') {
        const { count, costMinor, retailMinor } = event.amounts;
        sums.reversed.count += count;
        sums.reversed.costMinor += costMinor;
        sums.reversed.retailMinor += retailMinor;
        if (event.whole) {
          sums.reversed.acts++;
          sums.acts--;
        }
      } else if (accepted) {
        sums.acts++;
        if (act.asked.mode === 'record' && act.guardrails.some(({ finding }) => finding !== 'within'))
          sums.breaches++;
      } else if (event.type === 'ActDeclined') {
        sums.declined.acts++;
        sums.declined.costMinor += act.amounts.costMinor;
        sums.declined.retailMinor += act.amounts.retailMinor;
        continue;
      } else continue;
      sums.count += sign * event.amounts.count;
      sums.costMinor += sign * event.amounts.costMinor;
      sums.retailMinor += sign * event.amounts.retailMinor;
    }
  }
  return { groups, total };
}

const day = fc.integer({ min: 1, max: 25 }).map((n) => `2026-01-${String(n).padStart(2, '0')}`);
const query = fc.record(
  { groupBy: fc.shuffledSubarray([...SPEND_DIMENSIONS], { minLength: 1, maxLength: 4 }), from: day, to: day },
  { requiredKeys: ['groupBy'] },
);

describe('spend', () => {
  it('adds up as the events do, for any grouping and span', () => {
    fc.assert(
      fc.property(query, (asked) => {
        const { groups, total } = model(facts, asked);
        const answer = views.spend('london', asked);
        expect(answer.total).toEqual(total);
        expect(answer.position).toBe(599);
        const rows = new Map(
          answer.rows.map(({ key, ...measures }) => [JSON.stringify(Object.values(key)), measures]),
        );
        expect(rows.size).toBe(answer.rows.length);
        expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(groups));
        for (const { key } of answer.rows) expect(Object.keys(key)).toEqual(asked.groupBy);
      }),
      { numRuns: 150 },
    );
  });

  it('has something of everything in these tests', () => {
    const { total } = views.spend('london', { groupBy: ['kind'] });
    const figures = [
      total.acts,
      total.breaches,
      ...Object.values(total.reversed),
      ...Object.values(total.declined),
    ];
    for (const figure of figures) expect(figure).toBeGreaterThan(0);
  });

  it('sorts by the keys in the order asked, absent values first', () => {
    const { rows } = views.spend('london', { groupBy: ['region', 'day'] });
    const keys = rows.map(({ key }) => [key.region ?? null, key.day]);
    expect(keys[0]![0]).toBeNull();
    expect(keys.map(([region, on]) => `${region ?? ''} ${on}`)).toEqual(
      keys.map(([region, on]) => `${region ?? ''} ${on}`).sort(),
    );
    expect(new Set(rows.map(({ key }) => key.region)).size).toBe(3);
  });

  it('counts an act in each role its employee had, and says that rows overlap', () => {
    const byRole = views.spend('london', { groupBy: ['role'] });
    const sum = byRole.rows.reduce((acts, row) => acts + row.acts, 0);
    expect(byRole.rows.map(({ key }) => key.role)).toEqual([null, 'barista', 'lead', 'manager-on-duty']);
    expect(sum).toBeGreaterThan(byRole.total.acts);
    expect(byRole.rowsOverlap).toBe(true);
    const byKind = views.spend('london', { groupBy: ['kind'] });
    expect(byKind.rows.reduce((acts, row) => acts + row.acts, 0)).toBe(byKind.total.acts);
    expect(byKind.rowsOverlap).toBe(false);
    expect(byKind.total).toEqual(byRole.total);
  });

  it('takes a reversal off the day of its act, whenever it is learned of', async () => {
    const act = facts.find(
      (event): event is ActAccepted =>
        event.type === 'ActAccepted' &&
        !facts.some((other) => other.type === 'ActReversed' && other.act === event.id),
    )!;
    const on = { groupBy: ['day'], from: act.businessDate, to: act.businessDate } satisfies SpendQuery;
    const before: SpendMeasures = views.spend('london', on).total;
    const everywhere = views.spend('london', { groupBy: ['day'] }).total;
    store.push('london', [
      {
        type: 'ActReversed',
        recordedAt: act.recordedAt + 90 * 86_400_000,
        actor: 'admin',
        key: 'late',
        id: '019b0000-0000-7000-8000-000000000001',
        act: act.id,
        reason: 'rung up twice',
        asked: {},
        amounts: act.amounts,
        occurredAt: act.occurredAt,
        businessDate: act.businessDate,
        buckets: [],
        reversedInAll: act.amounts,
        whole: true,
      },
    ]);
    await views.until(() => views.position('spend', 'london') === 600, 'the reversal is in');
    const after = views.spend('london', on).total;
    expect(after.acts).toBe(before.acts - 1);
    expect(after.retailMinor).toBe(before.retailMinor - act.amounts.retailMinor);
    expect(after.reversed.acts).toBe(before.reversed.acts + 1);
    expect(views.spend('london', { groupBy: ['day'] }).total.costMinor).toBe(
      everywhere.costMinor - act.amounts.costMinor,
    );
  });

  it('refuses groupings that mean nothing', () => {
    for (const groupBy of [[], ['kind', 'kind'], ['kind; DROP TABLE builds']])
      expect(() => views.spend('london', { groupBy: groupBy as SpendDimension[] })).toThrow(RangeError);
    expect(() => views.spend('london', { groupBy: ['day'], from: 'yesterday' })).toThrow(RangeError);
  });

  it('knows nothing of a book it has not met', () => {
    const answer = views.spend('rome', { groupBy: ['kind'] });
    expect(answer).toMatchObject({ position: -1, rows: [], total: nothing() });
  });
});
