/**
 * Aim: the signals of a span are made from the ledger alone and are the same in whatever order its facts came; each says
 * what is behind it and what speaks against it; a review closes one until what has come since is unusual by itself, and
 * what is reversed is no longer behind anything.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ActAccepted, ActReversed, BookEvent } from '../../domain/book/events.ts';
import { signalId } from '../../domain/signal/signal.ts';
import { Random } from '../../statistics/random.ts';
import { EventsInMemory } from '../acts.fixture.ts';
import { temporaryDirectory, ViewsInProcess } from '../in-process.fixture.ts';
import type { Signal, SignalsAnswer, SignalsQuestion } from './conduct.ts';
import { conductView } from './conduct.view.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-10-01T08:00:00Z');
const STAFF = 24;
const idOf = (n: number) => `01985e4d-5c00-7000-8000-${String(n).padStart(12, '0')}`;
const stamp = { recordedAt: START, actor: 'admin' };

function directory(): BookEvent[] {
  return [
    { type: 'BookDefined', ...stamp, book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: true } },
    ...['soho', 'bank'].map(
      (id): BookEvent => ({
        type: 'LocationDefined',
        ...stamp,
        id,
        location: { timeZone: 'Europe/London', businessDayStartsAt: '04:00' },
      }),
    ),
    ...Array.from(
      { length: STAFF },
      (_, at): BookEvent => ({
        type: 'EmployeeDefined',
        recordedAt: START - 90 * DAY_MS,
        actor: 'admin',
        id: `emp-${at}`,
        employee: { roles: ['barista'] },
      }),
    ),
  ];
}

interface Given {
  readonly n: number;
  readonly employee: number;
  readonly customer?: string;
  readonly day: number;
  readonly minute: number;
}

function act({ n, employee, customer, day, minute }: Given): ActAccepted {
  const occurredAt = START + day * DAY_MS + minute * 60_000;
  const businessDate = new Date(occurredAt).toISOString().slice(0, 10);
  const location = employee % 2 === 0 ? 'soho' : 'bank';
  return {
    type: 'ActAccepted',
    recordedAt: occurredAt,
    actor: 'till',
    id: idOf(n),
    asked: {
      mode: 'request',
      kind: 'comp',
      trigger: 'delight',
      employee: `emp-${employee}`,
      location,
      shift: `${location}-${businessDate}-${minute < 240 ? 'early' : 'late'}`,
      ...(customer === undefined ? {} : { customer }),
      note: 'a regular',
    },
    occurredAt,
    businessDate,
    amounts: { count: 1, costMinor: 80, retailMinor: 390 },
    roles: ['barista'],
    policyVersion: 1,
    guardrails: [],
  };
}

/** Everybody gives alike, but emp-0: two of three acts to one customer. @param from number of the first act and of its day */
function acts(count: number, from = 0, days = 28, favours = true): ActAccepted[] {
  const random = Random.of(7, 'conduct', from);
  return Array.from({ length: count }, (_, at) => {
    const employee = random.below(STAFF - 2);
    const anybody = random.chance(0.5) ? `c-${random.below(60)}` : undefined;
    const customer = favours && employee === 0 && random.chance(0.67) ? 'c-friend' : anybody;
    return act({
      n: from + at,
      employee,
      ...(customer !== undefined && { customer }),
      day: (from === 0 ? 0 : 28) + random.below(days),
      minute: random.below(480),
    });
  });
}

let place: ReturnType<typeof temporaryDirectory>;
let store: EventsInMemory;
let views: ViewsInProcess;
beforeEach(async () => {
  place = temporaryDirectory();
  store = new EventsInMemory();
  views = await ViewsInProcess.start(`${place.path}/views.db`, store, [conductView]);
});
afterEach(async () => {
  await views.close();
  place.remove();
});

let pushed = 0;
async function push(events: readonly BookEvent[], book = 'london'): Promise<void> {
  store.push(book, events);
  pushed = store.events.filter(({ stream }) => stream === `book-${book}`).length - 1;
  await views.until(() => views.position('conduct', book) === pushed, `position ${pushed}`);
}
const ask = (question: SignalsQuestion = {}, book = 'london') =>
  views.reader.ask('conduct', book, question) as SignalsAnswer;
const FRIEND = signalId('few-customers', { employee: 'emp-0' });
const friend = (question: SignalsQuestion = {}): Signal | undefined =>
  ask({ ...question, signal: FRIEND }).signals[0];

function reviewed(signal: Signal, position: number): BookEvent {
  return {
    type: 'SignalReviewed',
    ...stamp,
    actor: 'rita',
    id: idOf(900_000 + position),
    asked: { signal: signal.id, verdict: 'cleared', reason: 'lives next door' },
    kind: signal.kind,
    subject: signal.subject,
    basis: {
      position,
      from: '2026-10-01',
      to: '2026-10-28',
      observed: signal.observed,
      exposure: signal.exposure.n,
    },
  };
}

describe('the signals of a book', () => {
  it('are none of a book that has no act', async () => {
    expect(ask()).toMatchObject({ position: -1, from: null, signals: [], tests: 0 });
    await push(directory());
    expect(ask()).toMatchObject({ from: null, signals: [] });
  });

  it('say who gives to few, with the acts behind it, and what speaks against it', async () => {
    const given = acts(1_500);
    await push([...directory(), ...given]);
    const came = given.filter(({ asked }) => asked.customer === 'c-friend').length;
    // Came twice without being given anything: once by two lines of one receipt.
    await push(
      [0, 1, 2].map((n): BookEvent => {
        const occurredAt = START + (n === 0 ? 40 : 41) * DAY_MS;
        return {
          type: 'OutcomeRecorded',
          ...stamp,
          id: idOf(800_000 + n),
          asked: { type: 'purchase', customer: 'c-friend', valueMinor: 100, receipt: n === 0 ? '1' : '2' },
          occurredAt,
          businessDate: new Date(occurredAt).toISOString().slice(0, 10),
        };
      }),
    );
    const report = ask({ from: '2026-10-01', to: '2026-11-30' });
    expect(report).toMatchObject({
      from: '2026-10-01',
      to: '2026-11-30',
      acts: 1_500,
      falseDiscoveryRate: 0.05,
    });
    expect(report.tests).toBeGreaterThan(100);
    const [first] = report.signals;
    expect(first).toMatchObject({
      id: FRIEND,
      kind: 'few-customers',
      weight: 'word',
      rank: 1,
      status: 'new',
      subject: { employee: 'emp-0' },
      observed: came,
      exposure: { unit: 'identified-acts' },
      customers: [{ customer: 'c-friend', acts: came, actsByOthers: 0, daysCame: 2, daysWithoutAct: 2 }],
      reviews: [],
    });
    expect(first!.expected).toBeLessThan(3);
    expect(first!.q).toBeLessThan(0.001);
    expect(first!.times!.interval.low).toBeGreaterThan(1);
    expect(new Set(first!.acts)).toEqual(
      new Set(given.filter(({ asked }) => asked.customer === 'c-friend').map(({ id }) => id)),
    );
    expect(first!.against.map(({ what }) => what)).toContain('regular-customer');
    expect(report.signals.filter(({ weight }) => weight === 'word')).toHaveLength(1);
    // Two of the staff never gave: that is told, last, and is no reproach.
    expect(report.signals.filter(({ kind }) => kind === 'under-use').map(({ subject }) => subject)).toEqual([
      { employee: 'emp-22' },
      { employee: 'emp-23' },
    ]);
    expect(JSON.stringify(report)).not.toMatch(/fraud|guilt|theft|sweetheart|suspect/i);
  });

  it('are the same in whatever order the facts came', async () => {
    const given = acts(600);
    await push([...directory(), ...given]);
    const texts = [JSON.stringify({ ...ask({ to: '2026-10-31', status: 'all' }), position: 0 })];
    for (const [at, shuffled] of [[...given].reverse(), Random.of(3, 'order').shuffled(given)].entries()) {
      const book = `other-${at}`;
      await push([...shuffled.slice(0, 300), ...directory(), ...shuffled.slice(300)], book);
      texts.push(JSON.stringify({ ...ask({ to: '2026-10-31', status: 'all' }, book), position: 0 }));
    }
    expect(texts[0]!.length).toBeGreaterThan(1_000);
    expect(new Set(texts).size).toBe(1);
  });

  it('are closed by a review, until what has come since is unusual by itself', async () => {
    await push([...directory(), ...acts(900)]);
    const span = { from: '2026-10-01', to: '2026-12-31' };
    const before = friend(span)!;
    await push([reviewed(before, pushed)]);
    expect(ask({ ...span, kind: 'few-customers' }).signals).toEqual([]);
    const closed = friend(span)!;
    expect(closed).toMatchObject({
      status: 'reviewed',
      rank: 1,
      reviews: [{ verdict: 'cleared', reviewer: 'rita' }],
    });
    expect(closed.against.map(({ what }) => what)).toContain('reviewed-before');
    expect(ask({ ...span, status: 'reviewed' }).signals.map(({ id }) => id)).toEqual([FRIEND]);

    // More acts, of which none goes to that customer: the same old ones bring nothing back.
    await push(acts(300, 10_000, 10, false));
    expect(friend(span)!.status).toBe('reviewed');
    // One more is no new pattern, three are.
    const again = (n: number) =>
      act({ n: 20_000 + n, employee: 0, customer: 'c-friend', day: 60, minute: n });
    await push([again(0)]);
    expect(friend(span)!.status).toBe('reviewed');
    await push([1, 2, 3, 4].map(again));
    expect(friend(span)).toMatchObject({ status: 'returned' });
    expect(ask(span).signals.map(({ id }) => id)).toContain(FRIEND);
    await push([reviewed(friend(span)!, pushed)]);
    expect(friend(span)).toMatchObject({ status: 'reviewed', reviews: [{}, {}] });
  });

  it('end where the acts behind them are reversed, or are of another span', async () => {
    const given = acts(900);
    await push([...directory(), ...given]);
    const span = { from: '2026-10-01', to: '2026-10-28' };
    expect(friend(span)).toBeDefined();
    expect(friend({ from: '2026-11-01', to: '2026-11-30' })).toBeUndefined();
    const behind = given.filter(({ asked }) => asked.customer === 'c-friend');
    await push(
      behind.map(
        ({ id, amounts, occurredAt, businessDate }, at): ActReversed => ({
          type: 'ActReversed',
          ...stamp,
          id: idOf(700_000 + at),
          act: id,
          reason: 'rung up twice',
          asked: {},
          amounts,
          occurredAt,
          businessDate,
          buckets: [],
          reversedInAll: amounts,
          whole: true,
        }),
      ),
    );
    expect(friend(span)).toBeUndefined();
    expect(ask(span).acts).toBe(900 - behind.length);
    // That so much of it was taken back is now what is unusual.
    expect(ask(span).signals[0]).toMatchObject({ kind: 'reversals', subject: { employee: 'emp-0' } });
  });

  it('tell of acts for oneself without any test', async () => {
    const own = act({ n: 5_000, employee: 3, customer: 'emp-3', day: 3, minute: 10 });
    await push([...directory(), ...acts(300, 0, 28, false), own]);
    expect(ask().signals[0]).toMatchObject({
      kind: 'own-benefit',
      rank: 1,
      observed: 1,
      p: null,
      q: null,
      times: null,
      acts: [own.id],
    });
  });

  it('refuse a span that is none', () => {
    expect(() => ask({ from: '2026-10-02', to: '2026-10-01' })).toThrow(RangeError);
    expect(() => ask({ from: '2020-10-02', to: '2026-10-01' })).toThrow(RangeError);
  });
});
