/**
 * Aim: the figures on use are those that counting by hand gives: windows of employees who could have used them, whole
 * and in force, and acts where they belong; whatever order facts come in, and from the ledger alone.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BookSpec, limit, ms, WEEK } from '../../domain/book/book-spec.fixture.ts';
import type { Command } from '../../domain/book/commands.ts';
import type { ActDecision, BookEvent } from '../../domain/book/events.ts';
import type { Limit } from '../../domain/policy/policy.ts';
import { EventsInMemory, firstEvents } from '../acts.fixture.ts';
import { temporaryDirectory, ViewsInProcess } from '../in-process.fixture.ts';
import { outcomeMetricsView } from '../outcome-metrics/outcome-metrics.view.ts';
import type { GivenAnswer } from '../spend/given.ts';
import { spendView } from '../spend/spend.view.ts';
import { compareViews } from '../verify.ts';
import type { UseAnswer, UseSpan } from './use.ts';
import { useView } from './use.view.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let store: EventsInMemory;
let views: ViewsInProcess;

beforeEach(async () => {
  directory = temporaryDirectory();
  store = new EventsInMemory();
  views = await ViewsInProcess.start(`${directory.path}/views.db`, store, [
    spendView,
    useView,
    outcomeMetricsView,
  ]);
});
afterEach(async () => {
  await views.close();
  directory.remove();
});

let books = 0;
async function told(events: readonly BookEvent[]): Promise<(span?: UseSpan) => UseAnswer & { ok: true }> {
  const book = `book-${++books}`;
  store.push(book, events);
  const last = events.length - 1;
  const reached = () => ['spend', 'use', 'outcomes'].every((view) => views.position(view, book) === last);
  await views.until(reached, 'all projected');
  return (span = {}) => {
    const asked = { about: 'given', ...span };
    const given = views.reader.ask('spend', book, asked) as GivenAnswer;
    const gestures = views.reader.ask('outcomes', book, { ...asked, about: 'gestures' });
    const answer = views.reader.ask('use', book, { ...span, given, gestures }) as UseAnswer;
    if (!answer.ok) throw new Error(answer.detail);
    return answer;
  };
}

/** A book whose events are kept. */
class Kept {
  readonly spec = new BookSpec();
  readonly events: BookEvent[] = [];

  at(now: string): this {
    this.spec.at(now);
    return this;
  }
  given(command: Command): BookEvent {
    const event = this.spec.given(command);
    this.events.push(event);
    return event;
  }
  inForce(...limits: Limit[]): this {
    const policy = { currency: 'GBP', uncovered: 'allow', limits, rules: [] } as const;
    const drafted = this.given({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
    this.given({ type: 'ActivatePolicy', version: drafted.type === 'PolicyDrafted' ? drafted.version : 0 });
    return this;
  }
  employee(id: string, roles: readonly string[], homeLocation?: string): this {
    const employee = { roles, ...(homeLocation === undefined ? {} : { homeLocation }) };
    this.given({ type: 'DefineEmployee', id, employee });
    return this;
  }
  act(employee: string, more: Parameters<BookSpec['act']>[0] = {}): ActDecision {
    const event = this.spec.act({ employee, mode: 'record', ...more });
    this.events.push(event);
    return event;
  }
  reverse(act: ActDecision): void {
    this.given({ type: 'ReverseAct', act: act.id, reason: 'wrong key', asked: {} });
  }
}

const COFFEES = limit(
  'weekly-coffees',
  ['employee'],
  WEEK,
  { count: 4 },
  { appliesTo: { roles: ['barista'] } },
);

/** Three weeks from 2 November, with a policy change, a newcomer, a leaver, a grant and a reversal in them. */
function threeWeeks(): Kept {
  const kept = new Kept().at('2026-11-01T12:00:00Z');
  kept.given({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } });
  for (const [id, region] of [
    ['soho', 'south'],
    ['leeds', 'north'],
  ] as const) {
    const location = { timeZone: 'Europe/London', businessDayStartsAt: '04:00', region };
    kept.given({ type: 'DefineLocation', id, location });
  }
  kept.employee('ann', ['barista'], 'soho').employee('bob', ['barista', 'lead']).employee('dan', ['office']);
  kept.inForce(COFFEES, limit('daily', ['employee', 'customer'], { every: 'day' }, { count: 1 }));
  for (let i = 0; i < 4; i++) kept.at('2026-11-03T12:00:00Z').act('ann');
  kept.at('2026-11-10T12:00:00Z').act('ann', { costMinor: 0 });
  kept.employee('cat', ['barista'], 'leeds');
  kept.given({
    type: 'AdjustBucket',
    kind: 'grant',
    limit: 'weekly-coffees',
    asked: { key: { employee: 'bob' }, amounts: { count: 2 } },
    reason: 'a wet week',
  });
  for (let i = 0; i < 4; i++) kept.at('2026-11-11T12:00:00Z').act('bob', { location: 'leeds' });
  const wrong = kept.at('2026-11-17T12:00:00Z').act('ann');
  kept.at('2026-11-18T12:00:00Z').inForce({ ...COFFEES, allow: { count: 5 } });
  kept.reverse(wrong);
  kept.at('2026-11-20T12:00:00Z').employee('bob', ['lead']);
  kept.at('2026-11-23T12:00:00Z').employee('eve', ['barista'], 'soho');
  return kept;
}
const windows = ({ employeeWindows, employees, nothing, some, all }: UseAnswerAllowances) => [
  employeeWindows,
  employees,
  ...[nothing, some, all].map(({ value }) => value),
];
type UseAnswerAllowances = (UseAnswer & { ok: true })['total']['allowances'];

describe('allowances unused', () => {
  it('are counted in whole windows, of those who were there and whom the limit spoke of', async () => {
    const use = await told(threeWeeks().events);
    const { total, limits, asOf } = use();
    // Ann: all, some, nothing (reversed). Bob: nothing, some of what he was granted; then no barista. Cat: her first whole week.
    expect(windows(total.allowances)).toEqual([6, 3, 0.5, 0.3333, 0.1667]);
    expect(asOf).toBe(ms('2026-11-23T12:00:00Z'));
    expect(limits).toEqual([{ limit: 'weekly-coffees', title: null, ...total.allowances }]);
    expect(total.allowances.nothing.why).toMatch(/Fewer than 10 employees/);
  });

  it('lie in the span as a whole', async () => {
    const use = await told(threeWeeks().events);
    const counted = (from?: string, to?: string) =>
      use({ ...(from && { from }), ...(to && { to }) }).total.allowances.employeeWindows;
    expect(counted('2026-11-02', '2026-11-22')).toBe(6);
    expect(counted('2026-11-03', '2026-11-22')).toBe(4);
    expect(counted('2026-11-02', '2026-11-21')).toBe(4);
    expect(counted('2026-11-09', '2026-11-15')).toBe(2);
    expect(counted('2026-11-23')).toBe(0);
  });

  it('move with an act that is told late, and have no figure where no window ended', async () => {
    const kept = threeWeeks();
    kept.act('ann', { occurredAt: '2026-11-18T12:00:00Z' });
    const use = await told(kept.events);
    expect(windows(use().total.allowances)).toEqual([6, 3, 0.3333, 0.5, 0.1667]);
    const { allowances } = use({ from: '2026-12-01' }).total;
    expect(windows(allowances)).toEqual([0, 0, null, null, null]);
    expect(allowances.nothing.why).toMatch(/No window/);
  });

  it('begin anew where a version without the limit was in force between', async () => {
    const kept = threeWeeks();
    kept.at('2026-11-24T12:00:00Z').inForce();
    kept.at('2026-11-25T12:00:00Z').inForce(COFFEES);
    // The fourth week has a gap; the fifth is whole: of ann, cat and eve.
    kept.at('2026-12-07T12:00:00Z').act('ann');
    const use = await told(kept.events);
    expect(use({ from: '2026-11-23' }).total.allowances.employeeWindows).toBe(3);
  });

  it('are grouped by home, its region, and the roles that the limit speaks of', async () => {
    const use = await told(threeWeeks().events);
    const by = (groupBy: 'location' | 'region' | 'role') =>
      use({ groupBy, to: '2026-11-22' }).rows.map(({ key, allowances }) => [
        key[groupBy],
        allowances.employeeWindows,
      ]);
    expect(by('location')).toEqual([
      [null, 2],
      ['leeds', 1],
      ['soho', 3],
    ]);
    expect(by('region')).toEqual([
      [null, 2],
      ['north', 1],
      ['south', 3],
    ]);
    expect(by('role')).toEqual([
      ['barista', 6],
      // Bob gave, and is a lead at the end of the span; the allowance is the barista's.
      ['lead', 0],
    ]);
  });
});

describe('the spread over staff and stores', () => {
  it('counts whoever could have given, and whoever gave', async () => {
    const use = await told(threeWeeks().events);
    const { staff, stores, zeroCost } = use({ to: '2026-11-22' }).total;
    // Ann 5, bob 4 (who may no more at the end, and gave), cat 0; dan never may, eve came later.
    expect(staff).toMatchObject({
      couldHaveGiven: 3,
      gave: { n: 3, value: 0.6667, interval: { low: 0.2077, high: 0.9385 } },
      byTopTenth: { n: 9, value: 0.5556, interval: null },
      gini: { n: 3, value: 0.3704, interval: null },
    });
    expect(stores).toMatchObject({ couldHaveGiven: 2, gave: { value: 1 }, byTopTenth: { value: 0.5556 } });
    expect(zeroCost).toMatchObject({ n: 9, value: 0.1111 });
    // Then another limit of each employee spoke of everybody, of Dan too.
    const early = use({ from: '2026-11-02', to: '2026-11-08' });
    expect(early.total.staff).toMatchObject({ couldHaveGiven: 3, gave: { n: 3, value: 0.3333 } });
    expect(early.total.stores!.gave).toMatchObject({ n: 2, value: 0.5 });
  });

  it('names nobody', async () => {
    const use = await told(threeWeeks().events);
    for (const groupBy of ['location', 'region', 'role'] as const)
      expect(JSON.stringify(use({ groupBy }))).not.toMatch(/"(?:ann|bob|cat|dan|eve)"/);
  });

  it('has a store’s spread for regions alone', async () => {
    const use = await told(threeWeeks().events);
    const stores = (groupBy: 'location' | 'region' | 'role') =>
      use({ groupBy }).rows.map(({ stores }) => stores?.couldHaveGiven ?? null);
    expect(stores('region')).toEqual([0, 1, 1]);
    expect(new Set([...stores('location'), ...stores('role')])).toEqual(new Set([null]));
  });
});

describe('the time to gesture', () => {
  const opened = (kept: Kept, incident: string, occurredAt: string) =>
    kept.given({
      type: 'ReportIncident',
      asked: { type: 'opened', incident, occurredAt: ms(occurredAt) },
    });
  const at = (time: string) => ({ occurredAt: `2026-11-12T${time}:00Z` });

  it('is from the first opening to the first act that was not taken back, wherever it was told', async () => {
    const kept = threeWeeks().at('2026-11-24T12:00:00Z');
    const acted = (incident: string, time: string, location = 'soho') =>
      kept.act('ann', { incident, location, ...at(time) });
    opened(kept, 'a', at('12:00').occurredAt);
    acted('a', '12:30');
    acted('a', '12:20');
    // Told late, and earlier.
    opened(kept, 'a', at('11:50').occurredAt);
    opened(kept, 'b', at('10:00').occurredAt);
    kept.reverse(acted('b', '10:01'));
    acted('b', '10:10', 'leeds');
    // Before anybody complained; and one that nobody answered, and one that nobody told was opened.
    acted('c', '09:00');
    opened(kept, 'c', at('09:05').occurredAt);
    opened(kept, 'd', at('09:05').occurredAt);
    acted('e', '09:00');
    const use = await told(kept.events);
    const { medianMinutes, p90Minutes } = use().total.timeToGesture;
    expect([medianMinutes, p90Minutes]).toMatchObject([
      { n: 3, value: 10, interval: null, why: '3 are too few for an interval.' },
      { n: 3, value: 26 },
    ]);
    const by = (groupBy: 'location' | 'region' | 'role') =>
      use({ groupBy })
        .rows.filter(({ timeToGesture }) => timeToGesture.medianMinutes.n > 0)
        .map(({ key, timeToGesture }) => [key[groupBy], timeToGesture.medianMinutes.value]);
    expect(by('location')).toEqual([
      ['leeds', 10],
      ['soho', 15],
    ]);
    expect(by('region')).toEqual([
      ['north', 10],
      ['south', 15],
    ]);
    expect(by('role')).toEqual([['barista', 10]]);
    // The first act decides in which span the incident is.
    acted('b', '10:05');
    const later = await told([...kept.events]);
    expect(later({ from: '2026-11-13' }).total.timeToGesture.medianMinutes).toMatchObject({
      n: 0,
      value: null,
    });
    expect(later({ to: '2026-11-12' }).total.timeToGesture.medianMinutes.n).toBe(3);
  });

  it('has an interval of order statistics from six on', async () => {
    const kept = threeWeeks().at('2026-11-24T12:00:00Z');
    for (let n = 1; n <= 6; n++) {
      opened(kept, `i-${n}`, at('12:00').occurredAt);
      kept.act('ann', { incident: `i-${n}`, ...at(`12:0${n}`) });
    }
    const use = await told(kept.events);
    expect(use().total.timeToGesture.medianMinutes).toEqual({
      n: 6,
      value: 3.5,
      interval: { low: 1, high: 6 },
    });
  });
});

/** Weeks of November by the number of the act, and who gave then. */
const some = fc.array(
  fc.record({
    by: fc.constantFrom('ann', 'bob', 'cat', 'eve', 'zoe'),
    day: fc.integer({ min: 2, max: 22 }),
    cost: fc.constantFrom(0, 80),
    isReversed: fc.boolean(),
  }),
  { maxLength: 30 },
);

describe('any acts', () => {
  it('give the same figures in any order, and those of a count by hand', async () => {
    await fc.assert(
      fc.asyncProperty(some, fc.infiniteStream(fc.nat()), async (acts, lots) => {
        const ledger = (order: typeof acts): BookEvent[] => {
          const kept = new Kept().at('2026-11-01T12:00:00Z');
          const book = { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false };
          kept.given({ type: 'DefineBook', book });
          for (const id of ['ann', 'bob', 'cat', 'eve']) kept.employee(id, ['barista']);
          kept.inForce(COFFEES).at('2026-11-25T12:00:00Z');
          for (const { by, day, cost, isReversed } of order) {
            const occurredAt = `2026-11-${String(day).padStart(2, '0')}T12:00:00Z`;
            const act = kept.act(by, { costMinor: cost, occurredAt });
            if (isReversed) kept.reverse(act);
          }
          // Without a fact after it, no window is known to have ended.
          kept.given({ type: 'DefineCampaign', id: 'may', campaign: {} });
          return kept.events;
        };
        const answer = (await told(ledger(acts)))({ to: '2026-11-22' });
        const shuffled = acts
          .map((act) => [lots.next().value!, act] as const)
          .sort(([one], [other]) => one - other)
          .map(([, act]) => act);
        const { position: _, ...again } = (await told(ledger(shuffled)))({ to: '2026-11-22' });
        expect({ ...again, position: answer.position }).toEqual(answer);

        const kept = acts.filter(({ isReversed }) => !isReversed);
        const found = [0, 0, 0];
        for (const who of ['ann', 'bob', 'cat', 'eve'])
          for (const monday of [2, 9, 16]) {
            const count = kept.filter(
              ({ by, day }) => by === who && day >= monday && day < monday + 7,
            ).length;
            found[count === 0 ? 0 : count < 4 ? 1 : 2]!++;
          }
        const { nothing, some, all } = answer.total.allowances;
        expect([nothing, some, all].map(({ value }) => Math.round(value! * 12))).toEqual(found);
        const givers = new Set(kept.map(({ by }) => by));
        // Zoe is nobody the directory knows, and counts once she gave.
        expect(answer.total.staff.couldHaveGiven).toBe(givers.has('zoe') ? 5 : 4);
        expect(Math.round(answer.total.staff.gave.value! * answer.total.staff.gave.n)).toBe(givers.size);
        expect(answer.total.zeroCost.n).toBe(kept.length);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

describe('the view', () => {
  it('is what the ledger makes it', async () => {
    await told(threeWeeks().events);
    await told(firstEvents({ seed: 3 }, 800));
    const compared = await compareViews({
      viewsFile: `${directory.path}/views.db`,
      store,
      views: [spendView, useView],
    });
    expect(compared.difference).toBeUndefined();
    expect(compared.views.find(({ view }) => view === 'use')!.rows).toBeGreaterThan(20);
  });

  it('refuses a dimension it does not have', async () => {
    const use = await told(threeWeeks().events);
    expect(() => use({ groupBy: 'employee' as 'role' })).toThrow();
  });
});
