/** Aim: the draws of a campaign, page by page and under every filter, are what a plain list of the same facts gives. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BookEvent } from '../../domain/book/events.ts';
import type { LotDrawn } from '../../domain/book/lot-events.ts';
import { EventsInMemory } from '../acts.fixture.ts';
import { temporaryDirectory, ViewsInProcess } from '../in-process.fixture.ts';
import type { DrawFilters, DrawRow, DrawsAnswer } from './facts.ts';
import { factsView } from './facts.view.ts';

const START = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;

let directory: ReturnType<typeof temporaryDirectory>;
let opened: ViewsInProcess[];
beforeEach(() => {
  directory = temporaryDirectory();
  opened = [];
});
afterEach(async () => {
  for (const views of opened) await views.close();
  directory.remove();
});

const DEFINED: BookEvent = {
  type: 'BookDefined',
  book: { currency: 'GBP', timeZone: 'UTC', fourEyes: false },
  recordedAt: START,
  actor: 'admin',
};
const draws = fc
  .record({
    campaign: fc.constantFrom('kind', 'other'),
    customer: fc.constantFrom('ann', 'bob', 'cat'),
    location: fc.constantFrom('soho', undefined),
    assigned: fc.boolean(),
    propensity: fc.constantFrom(0.5, 0.25),
    day: fc.nat(5),
  })
  .map(({ campaign, customer, location, assigned, propensity, day }) => {
    const occurredAt = START + day * DAY_MS;
    const where = location === undefined ? {} : { location, region: 'south' };
    return { campaign, customer, assigned, propensity, seed: 'spring', occurredAt, ...where };
  });

type Drawn = typeof draws extends fc.Arbitrary<infer T> ? T : never;

function factOf(drawn: Drawn, n: number): LotDrawn {
  const { campaign, customer, assigned, propensity, seed, occurredAt, ...where } = drawn;
  const { location, region } = where as { location?: string; region?: string };
  return {
    type: 'LotDrawn',
    id: `01985e4d-5c00-7000-8000-${String(n).padStart(12, '0')}`,
    asked: { campaign, customer, ...(location === undefined ? {} : { location }) },
    draw: { assigned, propensity, seed },
    occurredAt,
    businessDate: new Date(occurredAt).toISOString().slice(0, 10),
    ...(region === undefined ? {} : { region }),
    recordedAt: START + 30 * DAY_MS,
    actor: 'till',
  };
}

function rowOf({ id, asked, draw, ...fact }: LotDrawn, position: number): DrawRow {
  const { occurredAt, businessDate, recordedAt } = fact;
  const { campaign, customer } = asked;
  const where = { location: asked.location ?? null, region: fact.region ?? null };
  return { id, position, campaign, customer, ...draw, ...where, businessDate, occurredAt, recordedAt };
}

const FILTERS: readonly DrawFilters[] = [
  { campaign: 'kind' },
  { campaign: 'other', assigned: true },
  { campaign: 'kind', assigned: false, customer: 'bob' },
  { campaign: 'kind', customer: 'ann' },
  { campaign: 'kind', from: '2026-11-02', to: '2026-11-03' },
  { campaign: 'kind', to: '2026-11-02', assigned: true },
  { campaign: 'unheard-of' },
];

function all(views: ViewsInProcess, filters: DrawFilters): DrawRow[] {
  const rows: DrawRow[] = [];
  let cursor: string | undefined;
  do {
    const asked = { about: 'draws', filters: { ...filters, ...(cursor && { cursor }) } };
    const page = views.reader.ask('facts', 'london', asked) as DrawsAnswer;
    if (!page.ok) throw new Error(page.detail);
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return rows;
}

describe('the draws of a campaign', () => {
  it('are those of a plain list, newest first', async () => {
    let files = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(draws, { maxLength: 30 }),
        fc.integer({ min: 1, max: 4 }),
        async (some, pageSize) => {
          const facts = some.map(factOf);
          const store = new EventsInMemory();
          store.push('paris', [DEFINED, ...facts.slice(0, 2)]);
          store.push('london', [DEFINED, ...facts]);
          const views = await ViewsInProcess.start(`${directory.path}/${files++}.db`, store, [factsView]);
          opened.push(views);
          await views.until(() => views.position('facts', 'london') === facts.length, 'all projected');
          const rows = facts.map((fact, i) => rowOf(fact, i + 1)).reverse();
          for (const filters of FILTERS) {
            const { campaign, customer, assigned, from, to } = filters;
            const expected = rows.filter(
              (row) =>
                row.campaign === campaign &&
                (customer === undefined || row.customer === customer) &&
                (assigned === undefined || row.assigned === assigned) &&
                (from === undefined || row.businessDate >= from) &&
                (to === undefined || row.businessDate <= to),
            );
            expect(all(views, { ...filters, pageSize })).toEqual(expected);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
