/**
 * Aim: under the version that was in force a replay gives back exactly what was recorded; under any other it equals a
 * fresh book with that version in force from the start, told the same things; and a report adds up to what a plain count
 * of the two histories gives.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commandOf, idOf } from '../domain/book/command-of.ts';
import type { ActReversed, BookEvent } from '../domain/book/events.ts';
import { initialState } from '../domain/book/state.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { encodeEvent } from '../events/codec.ts';
import { Comparison } from './comparison.ts';
import { CounterfactualBook } from './counterfactual.ts';
import { decodeRecorded } from './decode-recorded.ts';
import { histories, opened, played, policies, ToldBook } from './histories.fixture.ts';
import { ActsToReverse } from './kept-acts.ts';
import { type DecidedAct, isDecidedAct, outcomeOf, tookPlace } from './outcome.ts';

const runs = { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 300) };

function reversedIn(events: readonly BookEvent[]): Set<string> {
  return new Set(events.flatMap((event) => (event.type === 'ActReversed' ? [event.act] : [])));
}

function replayed(events: readonly BookEvent[], policy: Policy, version = 1) {
  const kept = new ActsToReverse(reversedIn(events));
  const book = new CounterfactualBook(initialState('the book'), { version, policy }, kept);
  return { book, became: events.map((event) => book.take(event)) };
}

describe('a replay under the version that was in force', () => {
  it('gives back exactly what was recorded', () => {
    fc.assert(
      fc.property(policies, histories(false), (policy, steps) => {
        const { events, state } = played(opened(policy), steps);
        const { book, became } = replayed(events, policy);
        events.forEach((event, i) => {
          if (became[i]!.became === 'decided') expect(became[i]).toEqual({ became: 'decided', event });
        });
        expect(became.some((one) => one.became === 'refused')).toBe(false);
        expect(book.state.buckets.toSnapshot()).toEqual(state.buckets.toSnapshot());
        expect(book.state.reversals).toEqual(state.reversals);
        expect(book.state.accepted).toEqual(state.accepted);
      }),
      runs,
    );
  });
});

/** Told everything but what says which policy is in force. */
function fresh(events: readonly BookEvent[], policy: Policy, version: number): ToldBook {
  const book = new ToldBook();
  const first = events[0]!;
  book.tell(commandOf(first)!, { recordedAt: first.recordedAt, id: '' });
  for (let n = 1; n <= version; n++) {
    book.tell(
      { type: 'DraftPolicy', policy, source: { format: 'json', text: '' } },
      { recordedAt: 0, id: '' },
    );
  }
  book.tell({ type: 'ActivatePolicy', version }, { recordedAt: 0, id: '' });
  for (const event of events.slice(1)) {
    const { recordedAt, key } = event;
    if (/^(Policy|Shadow|Backtest)/.test(event.type)) continue;
    book.tell(commandOf(event)!, { recordedAt, id: idOf(event), ...(key === undefined ? {} : { key }) });
  }
  return book;
}

describe('a replay under another version', () => {
  it('equals a fresh book told the same things under that version', () => {
    fc.assert(
      fc.property(
        fc.option(policies, { nil: undefined }),
        policies,
        histories(true),
        (before, candidate, steps) => {
          const { events } = played(opened(before), steps);
          const { book, became } = replayed(events, candidate, 3);
          const expected = fresh(events, candidate, 3);
          const decided = became.flatMap((one) => (one.became === 'decided' ? [one.event] : []));
          expect(decided).toEqual(expected.events.filter((event) => /^Act/.test(event.type)));
          expect(book.state.buckets.toSnapshot()).toEqual(expected.state.buckets.toSnapshot());
          expect(book.state.reversals).toEqual(expected.state.reversals);
        },
      ),
      runs,
    );
  });
});

describe('a report', () => {
  it('adds up to a plain count of both histories', () => {
    const dates = fc.option(fc.constantFrom('2026-10-24', '2026-10-25', '2026-11-01', '2026-12-01'), {
      nil: undefined,
    });
    fc.assert(
      fc.property(policies, policies, histories(true), dates, dates, (before, candidate, steps, from, to) => {
        const { events } = played(opened(before), steps);
        const { became } = replayed(events, candidate, 7);
        const comparison = new Comparison({
          kind: 'backtest',
          book: 'the book',
          currency: 'GBP',
          version: 7,
          document: 3,
          policy: candidate,
          startedAfter: -1,
          ...(from === undefined ? {} : { from }),
          ...(to === undefined ? {} : { to }),
        });
        for (const [i, event] of events.entries()) {
          comparison.take(i, decodeRecorded(encodeEvent(event)), became[i]!);
        }
        const report = comparison.report(events.length - 1);

        const inSpan = ({ businessDate }: { businessDate: string }) =>
          (from === undefined || businessDate >= from) && (to === undefined || businessDate <= to);
        const pairs = events.flatMap((event, i) => {
          const one = became[i]!;
          if (!isDecidedAct(event) || !inSpan(event)) return [];
          return [{ then: event, now: one.became === 'decided' ? (one.event as DecidedAct) : undefined }];
        });
        expect(report.acts.reported).toBe(pairs.length);
        const changed = pairs.filter(
          ({ then, now }) => outcomeOf(then) !== (now ? outcomeOf(now) : 'refused'),
        );
        expect(report.acts.changed).toBe(changed.length);
        const costOf = (acts: readonly DecidedAct[]) =>
          acts.reduce((sum, { amounts }) => sum + amounts.costMinor, 0);
        const back = (reversals: readonly ActReversed[]) =>
          reversals.filter(inSpan).reduce((sum, { amounts }) => sum + amounts.costMinor, 0);
        const made = pairs.filter(({ then }) => tookPlace(outcomeOf(then))).map(({ then }) => then);
        const madeNow = pairs.flatMap(({ now }) =>
          now !== undefined && tookPlace(outcomeOf(now)) ? [now] : [],
        );
        const reversals = events.filter((event) => event.type === 'ActReversed');
        const reversalsNow = became.flatMap((one) =>
          one.became === 'decided' && one.event.type === 'ActReversed' ? [one.event] : [],
        );
        const { spent } = report;
        expect(spent.recorded).toMatchObject({
          acts: made.length,
          costMinor: costOf(made) - back(reversals),
        });
        expect(spent.candidate).toMatchObject({
          acts: madeNow.length,
          costMinor: costOf(madeNow) - back(reversalsNow),
        });
        for (const measure of ['acts', 'costMinor', 'retailMinor'] as const) {
          expect(spent.recorded[measure] - spent.notSpent[measure] + spent.spentInAddition[measure]).toBe(
            spent.candidate[measure],
          );
        }
        const employees = report.employees.first;
        const flips = employees.reduce(
          (acts, { notMade, madeInAddition }) => acts + notMade.acts + madeInAddition.acts,
          0,
        );
        expect(flips).toBe(spent.notSpent.acts + spent.spentInAddition.acts);
      }),
      runs,
    );
  });
});
