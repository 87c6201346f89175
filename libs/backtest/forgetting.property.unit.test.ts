/**
 * Aim: a replay that forgets whatever it can after every fact decides exactly as one that forgets nothing, with late acts,
 * reversals, adjustments, carry-over and every kind of window; and it does forget.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BookEvent, isDecision } from '../domain/book/events.ts';
import { type BookState, initialState } from '../domain/book/state.ts';
import type { Limit, Policy, Window } from '../domain/policy/policy.ts';
import { businessCalendar } from '../domain/time/business-calendar.ts';
import { NRF } from '../domain/time/fiscal-calendar.ts';
import { windowAt } from '../domain/time/windows.ts';
import { encodeEvent } from '../events/codec.ts';
import { CounterfactualBook } from './counterfactual.ts';
import { Foreseen, namesAsked } from './foresee.ts';
import { Forgetting } from './forgetting.ts';
import { histories, opened, played, policies, type Step } from './histories.fixture.ts';
import { ActsToReverse } from './kept-acts.ts';

const runs = { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 60) };
const DAY_MS = 86_400_000;

/** Some acts come months late, others after months of silence; some rolling windows are longer than any calendar's. */
const stretched = (steps: readonly Step[]): Step[] =>
  steps.map((step) => {
    if (step.do !== 'act') return step;
    const agoMin = step.agoMin > 4_000 ? step.agoMin * 14 : step.agoMin;
    const laterMin = step.laterMin > 30_000 ? step.laterMin * 3 : step.laterMin;
    return { ...step, agoMin, laterMin };
  });
const lengthened = (policy: Policy): Policy => ({
  ...policy,
  limits: [
    ...policy.limits.map((limit, i) => {
      const { window } = limit;
      if (window.every !== 'rolling' || i % 2 === 0) return limit;
      return { ...limit, window: { ...window, durationMs: window.durationMs * 20, duration: 'long' } };
    }),
    ...EVERY_KIND,
  ],
});

/** So that none is missing by chance. */
const WINDOWS: readonly Window[] = [
  ...(['shift', 'day', 'month', 'quarter', 'year', 'lifetime'] as const).map((every) => ({ every })),
  ...(['month', 'quarter', 'year'] as const).map((period) => ({ every: 'fiscal' as const, period })),
  { every: 'week', startsOn: 'wednesday' },
  { every: 'rolling', durationMs: 36 * 3_600_000, duration: 'PT36H' },
];
const EVERY_KIND = WINDOWS.map((window, i): Limit => {
  const carries = ['day', 'week', 'month'].includes(window.every);
  return {
    id: `kind-${i}`,
    appliesTo: {},
    per: window.every === 'lifetime' ? ['incident'] : ['employee'],
    window,
    allow: { count: 3, costMinor: 700 },
    ...(carries && { carryOver: { upTo: { count: 2, costMinor: 100 }, for: 3 } }),
    beyond: i % 2 === 0 ? 'warn' : 'decline',
  };
});

/** After every third act somebody gives to, or takes from, buckets that it lies in. */
function withAdjustments(events: readonly BookEvent[]): BookEvent[] {
  return events.flatMap((event, i): BookEvent[] => {
    if (!isDecision(event) || i % 3 > 0) return [event];
    const { recordedAt, occurredAt: at, businessDate, asked } = event;
    const key = { employee: asked.employee };
    return [
      event,
      ...WINDOWS.flatMap((window, kind): BookEvent[] => {
        if (!['day', 'week', 'month', 'rolling'].includes(window.every)) return [];
        const { label } = windowAt(window, Date.parse(businessDate), businessCalendar('UTC', '00:00'))!;
        const amounts = { count: (i % 2) * 2 - 1, costMinor: 5, retailMinor: 0 };
        return [
          {
            type: 'BucketAdjusted',
            id: `adjusted-${i}-${kind}`,
            kind: 'correction',
            limit: `kind-${kind}`,
            bucket: { label, key },
            ...(label === 'rolling' && { at }),
            amounts,
            reason: 'r',
            asked: { key, amounts },
            recordedAt,
            actor: 'olga',
          },
        ];
      }),
    ];
  });
}

function foreseenOf(events: readonly BookEvent[], policy: Policy): Foreseen {
  // In two parts, as two threads look through it.
  const names = namesAsked(policy);
  const parts = [new Foreseen(names), new Foreseen(names)] as const;
  for (const [revision, event] of events.entries()) {
    parts[revision * 2 < events.length ? 0 : 1].note({ ...encodeEvent(event), revision });
  }
  parts[0].join(parts[1].parts);
  return parts[0];
}

function replayed(events: readonly BookEvent[], policy: Policy, foreseen?: Foreseen) {
  const reversed = new Set(events.flatMap((event) => (event.type === 'ActReversed' ? [event.act] : [])));
  const kept = new ActsToReverse(foreseen?.reversed ?? reversed);
  const book = new CounterfactualBook(
    initialState('the book'),
    { version: 3, policy, fiscalCalendar: NRF },
    kept,
  );
  const forgetting =
    foreseen === undefined ? undefined : new Forgetting(foreseen, policy, NRF, Number.NEGATIVE_INFINITY);
  const became = events.map((event, position) => {
    foreseen?.check(position, event);
    const one = book.take(event);
    forgetting?.after(position, book.state, kept);
    return one;
  });
  return { became, state: book.state, kept };
}

function actBy(employee: string, incident: string, agoMin: number, laterMin: number): Step {
  const asked = {
    mode: 'record',
    kind: 'comp',
    trigger: 'recovery',
    employee,
    location: 'soho',
    incident,
    costMinor: 1,
    retailMinor: 1,
  } as const;
  return { do: 'act', agoMin, laterMin, asked };
}

function idsIn({ buckets }: BookState): string[] {
  const { ids, rolling } = buckets.toSnapshot();
  return [...ids.split('\u0000'), ...rolling.ids.split('\u0000')].filter((id) => id !== '').sort();
}

describe('a replay that forgets', () => {
  it('decides as one that does not, and forgets buckets of every kind', () => {
    const forgotten = new Set<string>();
    fc.assert(
      fc.property(
        fc.option(policies, { nil: undefined }),
        policies.map(lengthened),
        histories(true),
        (before, candidate, steps) => {
          const events = withAdjustments(played(opened(before), stretched(steps)).events);
          const whole = replayed(events, candidate);
          const forgetful = replayed(events, candidate, foreseenOf(events, candidate));
          expect(forgetful.became).toEqual(whole.became);
          expect(forgetful.state.accepted).toEqual(whole.state.accepted);
          // Nothing is to come any more: what stays is counted for ever, by what a book has a list of.
          const left = idsIn(forgetful.state);
          expect(
            left.filter((id) => !/^[^\n]*\nlifetime(\n(employee|role|location|region|book)=.*)*$/.test(id)),
          ).toEqual([]);
          expect(forgetful.state.reversals.size).toBe(0);
          expect(forgetful.kept.size).toBe(0);
          for (const id of idsIn(whole.state)) {
            if (!left.includes(id)) forgotten.add(id.split('\n')[1]!.split(':')[0]!);
          }
          const { adjusted } = whole.state.buckets.toSnapshot();
          if (adjusted.amounts.size > 0) forgotten.add('adjusted');
          if (adjusted.rolling.size > 0) forgotten.add('adjusted rolling');
          if (whole.state.reversals.size > 0) forgotten.add('reversals');
        },
      ),
      runs,
    );
    for (const kind of ['day', 'week', 'month', 'quarter', 'year', 'shift', 'lifetime', 'rolling']) {
      expect([kind, forgotten.has(kind)]).toEqual([kind, true]);
    }
    for (const kind of ['fiscal-month', 'fiscal-quarter', 'fiscal-year', 'adjusted', 'reversals']) {
      expect([kind, forgotten.has(kind)]).toEqual([kind, true]);
    }
  });

  it('keeps what a limit carries over from, however many windows back', () => {
    const days = fc.array(fc.nat(3), { minLength: 4, maxLength: 12 });
    const carryOver = { upTo: { count: 3 }, for: 4 };
    const policy: Policy = {
      currency: 'GBP',
      uncovered: 'allow',
      rules: [],
      limits: [{ ...EVERY_KIND[1]!, id: 'carrying', allow: { count: 2 }, carryOver, beyond: 'warn' }],
    };
    let carried = 0;
    fc.assert(
      fc.property(days, (acts) => {
        let sinceMin = 0;
        const steps = acts.flatMap((count) => {
          sinceMin += 1_440;
          return Array.from({ length: count }, (_, i): Step => {
            const laterMin = i === 0 ? sinceMin : 0;
            sinceMin = 0;
            return actBy('ann', `i-${i}`, 0, laterMin);
          });
        });
        const { events } = played(opened(policy), steps);
        const whole = replayed(events, policy);
        expect(replayed(events, policy, foreseenOf(events, policy)).became).toEqual(whole.became);
        if (/"count":\[2,\d,0,\d,0\]/.test(JSON.stringify(whole.became))) carried++;
      }),
      runs,
    );
    expect(carried).toBeGreaterThan(10);
  });

  it('keeps what a later act looks at, and no more', () => {
    const week = { every: 'week', startsOn: 'monday' } as const;
    const limit = (id: string, per: 'employee' | 'incident', window: Policy['limits'][number]['window']) =>
      ({ id, appliesTo: {}, per: [per], window, allow: { count: 2 }, beyond: 'decline' }) as const;
    const policy: Policy = {
      currency: 'GBP',
      uncovered: 'allow',
      rules: [],
      limits: [
        limit('weekly', 'employee', week),
        limit('for ever', 'incident', { every: 'lifetime' }),
        limit('days', 'employee', { every: 'rolling', durationMs: 2 * DAY_MS, duration: 'P2D' }),
      ],
    };
    const act = (...of: [incident: string, agoMin: number, laterMin: number]) => actBy('ann', ...of);
    const name = 'of "many"\\parts, \u2028 £';
    // The last one is three weeks late: it lies in the first one's week, and a fortnight away from all others.
    const steps = [act(name, 0, 0), act('i-2', 0, 20_000), act('i-3', 0, 10_000), act(name, 30_000, 0)];
    const { events } = played(opened(policy), steps);
    const foreseen = foreseenOf(events, policy);
    const kept = new ActsToReverse(foreseen.reversed);
    const book = new CounterfactualBook(initialState('the book'), { version: 3, policy }, kept);
    const forgetting = new Forgetting(foreseen, policy, undefined, Number.NEGATIVE_INFINITY);
    const left = events.map((event, position) => {
      book.take(event);
      forgetting.after(position, book.state, kept);
      return idsIn(book.state);
    });
    const first = `for ever\nlifetime\nincident=${name}`;
    const ofTheWeek = 'weekly\nweek:2026-10-19\nemployee=ann';
    const days = 'days\nrolling\nemployee=ann';
    expect(left.slice(-4)).toEqual([
      [days, first, ofTheWeek],
      [days, first, ofTheWeek],
      [days, first, ofTheWeek],
      [],
    ]);
    expect(book.state.accepted.count).toBe(4);
  });

  it('stops at an act that was overlooked', () => {
    const { events } = played(opened(), []);
    const foreseen = foreseenOf(events, { currency: 'GBP', uncovered: 'allow', limits: [], rules: [] });
    const act = { type: 'ActAccepted', id: 'a', asked: {}, businessDate: '2026-11-22' };
    expect(() => foreseen.check(5, act as unknown as BookEvent)).toThrow(/overlooked/);
  });
});
