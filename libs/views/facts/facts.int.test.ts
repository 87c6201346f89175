/**
 * Aim: what the view says of incidents and outcomes is what a plain list of the same facts gives, on every page and
 * under every filter; and the same facts in another order make the same incidents, byte for byte.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BookEvent } from '../../domain/book/events.ts';
import type { IncidentEvent, OutcomeRecorded } from '../../domain/book/told-events.ts';
import { type AskedIncident, INCIDENT_TYPES } from '../../domain/outcome/incident.ts';
import { type AskedOutcome, OUTCOME_TYPES } from '../../domain/outcome/outcome.ts';
import { EventsInMemory } from '../acts.fixture.ts';
import { temporaryDirectory, ViewsInProcess } from '../in-process.fixture.ts';
import type {
  FactsQuestion,
  IncidentAnswer,
  IncidentFilters,
  IncidentRow,
  OutcomeFilters,
  OutcomeRow,
} from './facts.ts';
import { factsView } from './facts.view.ts';

const START = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;
const EVENT_OF = {
  opened: 'IncidentOpened',
  resolved: 'IncidentResolved',
  reopened: 'IncidentReopened',
} as const;

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

const idOf = (n: number) => `01985e4d-5c00-7000-8000-${String(n).padStart(12, '0')}`;
const placed = (occurredAt: number) => ({
  occurredAt,
  businessDate: new Date(occurredAt).toISOString().slice(0, 10),
  recordedAt: START + 30 * DAY_MS,
  actor: 'crm',
});
function told(asked: AskedIncident, n: number): IncidentEvent {
  return { type: EVENT_OF[asked.type], id: idOf(n), asked, ...placed(asked.occurredAt!) };
}
function recorded(asked: AskedOutcome, n: number): OutcomeRecorded {
  const region = asked.location && { region: `region of ${asked.location}` };
  return { type: 'OutcomeRecorded', id: idOf(n), asked, ...placed(asked.occurredAt!), ...region };
}

/** Few values, so that facts meet: the same incident, the same time, and contradictions. */
const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
const when = fc.integer({ min: 0, max: 11 }).map((half) => START + half * (DAY_MS / 2));
const incidents = fc.record({
  type: fc.constantFrom(...INCIDENT_TYPES),
  incident: fc.constantFrom('inc-1', 'inc-2', 'inc-3'),
  customer: maybe(['ann', 'bob']),
  location: maybe(['soho', 'leeds']),
  channel: maybe(['phone', 'mail']),
  reason: maybe(['long-wait', 'cold']),
  occurredAt: when,
}) as fc.Arbitrary<AskedIncident>;
const outcomes = fc.record({
  type: fc.constantFrom(...OUTCOME_TYPES),
  customer: maybe(['ann', 'bob']),
  incident: maybe(['inc-1', 'inc-2']),
  act: maybe([idOf(1), idOf(2)]),
  location: maybe(['soho', 'leeds']),
  valueMinor: maybe([0, 1250]),
  rating: maybe([{ score: 4, lowest: 1, highest: 5 }]),
  occurredAt: when,
}) as fc.Arbitrary<AskedOutcome>;

const DEFINED: BookEvent = {
  type: 'BookDefined',
  book: { currency: 'GBP', timeZone: 'UTC', fourEyes: false },
  recordedAt: START,
  actor: 'admin',
};
let files = 0;
async function viewOf(facts: readonly BookEvent[]): Promise<ViewsInProcess> {
  const store = new EventsInMemory();
  // A second book with the same ids: what it has must not show.
  store.push('paris', [DEFINED, told({ type: 'opened', incident: 'inc-1', occurredAt: START }, 900)]);
  store.push('london', [DEFINED, ...facts]);
  const views = await ViewsInProcess.start(`${directory.path}/${files++}.db`, store, [factsView]);
  opened.push(views);
  await views.until(() => views.position('facts', 'london') === facts.length, 'all projected');
  return views;
}

function all<Row>(
  views: ViewsInProcess,
  about: 'incidents' | 'outcomes',
  filters: IncidentFilters | OutcomeFilters,
) {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const asked = {
      about,
      filters: { ...filters, ...(cursor !== undefined && { cursor }) },
    } as FactsQuestion;
    const page = views.reader.ask('facts', 'london', asked) as {
      ok: true;
      rows: Row[];
      nextCursor?: string;
    };
    if (!page.ok) throw new Error(JSON.stringify(page));
    rows.push(...page.rows);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return rows;
}

/** An incident as it should be, from the list of its facts in the order in which they happened. */
function incidentOf(facts: readonly IncidentEvent[]): IncidentRow {
  const rank = ({ asked }: IncidentEvent) => INCIDENT_TYPES.indexOf(asked.type);
  const inOrder = facts.toSorted((a, b) => a.occurredAt - b.occurredAt || rank(a) - rank(b));
  const last = inOrder.at(-1)!;
  const timesOf = (type: AskedIncident['type']) =>
    inOrder.filter(({ asked }) => asked.type === type).map(({ occurredAt }) => occurredAt);
  const first = (member: 'customer' | 'location' | 'channel' | 'reason') => {
    const saying = inOrder.filter(({ asked }) => asked[member] !== undefined);
    const tied = saying.filter(
      (one) => one.occurredAt === saying[0]!.occurredAt && rank(one) === rank(saying[0]!),
    );
    return tied.map(({ asked }) => asked[member]!).sort()[0] ?? null;
  };
  return {
    incident: last.asked.incident,
    status: last.asked.type === 'resolved' ? 'resolved' : 'open',
    openedAt: timesOf('opened')[0] ?? null,
    firstResolvedAt: timesOf('resolved')[0] ?? null,
    resolvedAt: last.asked.type === 'resolved' ? last.occurredAt : null,
    reopened: timesOf('reopened').length,
    businessDate: inOrder[0]!.businessDate,
    customer: first('customer'),
    location: first('location'),
    region: null,
    channel: first('channel'),
    reason: first('reason'),
  };
}

function modelOf(facts: readonly IncidentEvent[], filters: IncidentFilters = {}): IncidentRow[] {
  const groups = [...Map.groupBy(facts, ({ asked }) => asked.incident).values()];
  return groups
    .map((group) => ({
      row: incidentOf(group),
      group,
      start: Math.min(...group.map((one) => one.occurredAt)),
    }))
    .filter(({ row, group }) => {
      const { customer, location, status, from, to } = filters;
      return (
        (customer === undefined || group.some(({ asked }) => asked.customer === customer)) &&
        (location === undefined || group.some(({ asked }) => asked.location === location)) &&
        (status === undefined || row.status === status) &&
        (from === undefined || row.businessDate >= from) &&
        (to === undefined || row.businessDate <= to)
      );
    })
    .toSorted((a, b) => b.start - a.start || (a.row.incident < b.row.incident ? 1 : -1))
    .map(({ row }) => row);
}

const FILTERS: readonly IncidentFilters[] = [
  {},
  { customer: 'ann' },
  { location: 'leeds' },
  { status: 'open' },
  { status: 'resolved', customer: 'bob' },
  { from: '2026-11-02', to: '2026-11-04' },
  { customer: 'nobody' },
  { location: 'nowhere' },
];

describe('incidents', () => {
  it('are what their facts make of them, and the same in any order of the facts', async () => {
    const order = fc.array(incidents, { minLength: 1, maxLength: 14 }).chain((asked) => {
      const facts = asked.map(told);
      return fc.tuple(
        fc.constant(facts),
        fc.shuffledSubarray(facts, { minLength: facts.length, maxLength: facts.length }),
      );
    });
    await fc.assert(
      fc.asyncProperty(order, async ([facts, shuffled]) => {
        const [views, others] = [await viewOf(facts), await viewOf(shuffled)];
        for (const filters of FILTERS) {
          const rows = all<IncidentRow>(views, 'incidents', { ...filters, pageSize: 2 });
          expect(rows).toEqual(modelOf(facts, filters));
          const again = all<IncidentRow>(others, 'incidents', { ...filters, pageSize: 1 });
          expect(JSON.stringify(again)).toBe(JSON.stringify(rows));
        }
        for (const views of opened.splice(0)) await views.close();
      }),
      { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 25) },
    );
  });

  it('are found by id with their facts as they happened', async () => {
    const asked: AskedIncident[] = [
      { type: 'resolved', incident: 'inc-1', act: idOf(77), occurredAt: START + 2 * DAY_MS },
      { type: 'opened', incident: 'inc-1', customer: 'ann', occurredAt: START },
      { type: 'opened', incident: 'inc-2', occurredAt: START },
    ];
    const views = await viewOf(asked.map(told));
    const find = (incident: string) =>
      views.reader.ask('facts', 'london', { about: 'incident', incident }) as IncidentAnswer;
    expect(find('inc-1')).toMatchObject({
      position: 3,
      incident: { status: 'resolved', openedAt: START, resolvedAt: START + 2 * DAY_MS, customer: 'ann' },
      facts: [
        { type: 'opened', position: 2, act: null },
        { type: 'resolved', position: 1, act: idOf(77) },
      ],
    });
    expect(find('inc-9')).toEqual({ position: 3, incident: null, facts: [] });
  });
});

describe('outcomes', () => {
  it('are found by each of their links, type and day, newest in the ledger first', async () => {
    const sets: OutcomeFilters[] = [
      {},
      { customer: 'ann' },
      { incident: 'inc-2' },
      { act: idOf(2) },
      { type: 'purchase' },
      { type: 'churn' },
      { customer: 'bob', type: 'visit', incident: 'inc-1' },
      { from: '2026-11-03', to: '2026-11-04' },
      { act: 'no id of ours' },
    ];
    await fc.assert(
      fc.asyncProperty(fc.array(outcomes, { minLength: 1, maxLength: 14 }), async (asked) => {
        const facts = asked.map(recorded);
        const views = await viewOf(facts);
        for (const filters of sets) {
          const { customer, incident, act, type, from, to } = filters;
          const wanted = facts.filter(
            (fact) =>
              (customer === undefined || fact.asked.customer === customer) &&
              (incident === undefined || fact.asked.incident === incident) &&
              (act === undefined || fact.asked.act === act) &&
              (type === undefined || fact.asked.type === type) &&
              (from === undefined || fact.businessDate >= from) &&
              (to === undefined || fact.businessDate <= to),
          );
          const rows = all<OutcomeRow>(views, 'outcomes', { ...filters, pageSize: 3 });
          expect(rows).toEqual(
            wanted.toReversed().map((fact) => ({
              id: fact.id,
              position: facts.indexOf(fact) + 1,
              type: fact.asked.type,
              customer: fact.asked.customer ?? null,
              incident: fact.asked.incident ?? null,
              act: fact.asked.act ?? null,
              location: fact.asked.location ?? null,
              region: fact.region ?? null,
              channel: null,
              valueMinor: fact.asked.valueMinor ?? null,
              receipt: null,
              rating: fact.asked.rating ?? null,
              businessDate: fact.businessDate,
              occurredAt: fact.occurredAt,
              recordedAt: fact.recordedAt,
            })),
          );
        }
        for (const views of opened.splice(0)) await views.close();
      }),
      { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 25) },
    );
  });

  it('take a cursor for the search it came from, and for no other', async () => {
    const visits = Array.from({ length: 4 }, (_, n) =>
      recorded({ type: 'visit', customer: 'ann', occurredAt: START }, n),
    );
    const views = await viewOf(visits);
    const ask = (filters: OutcomeFilters) =>
      views.reader.ask('facts', 'london', { about: 'outcomes', filters }) as {
        ok: boolean;
        nextCursor?: string;
      };
    const cursor = ask({ pageSize: 2 }).nextCursor!;
    expect(ask({ cursor, pageSize: 2 })).toMatchObject({ ok: true });
    expect(ask({ cursor, customer: 'ann' })).toMatchObject({ ok: false, code: 'cursor-invalid' });
    expect(ask({ cursor: 'x' })).toMatchObject({ ok: false, code: 'cursor-invalid' });
    expect(() => ask({ pageSize: 0 })).toThrow(RangeError);
  });
});
