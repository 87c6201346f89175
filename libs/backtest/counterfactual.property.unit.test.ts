/**
 * Aim: under the version that was in force a replay gives back exactly what was recorded; under any other it equals a
 * fresh book with that version in force from the start, told the same things; and a report adds up to what a plain count
 * of the two histories gives.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { commandOf, idOf } from '../domain/book/command-of.ts';
import { type BookEvent, isDecision } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { type BookState, initialState } from '../domain/book/state.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { encodeEvent } from '../events/codec.ts';
import { Comparison } from './comparison.ts';
import { type Became, CounterfactualBook } from './counterfactual.ts';
import { decodeRecorded } from './decode-recorded.ts';
import { histories, opened, played, policies, ToldBook } from './histories.fixture.ts';
import { ActsToReverse } from './kept-acts.ts';
import { outcomeOf } from './outcome.ts';
import type { Sum } from './report.ts';

const runs = { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 300) };

function reversedIn(events: readonly BookEvent[]): Set<string> {
  return new Set(events.flatMap((event) => (event.type === 'ActReversed' ? [event.act] : [])));
}

function replayed(events: readonly BookEvent[], policy: Policy, version = 1) {
  const kept = new ActsToReverse(reversedIn(events));
  const book = new CounterfactualBook(initialState('the book'), { version, policy }, kept);
  return { book, became: events.map((event) => book.take(event)) };
}

/** Everything that happened to acts, in order. */
function actsIn(events: readonly BookEvent[]): BookEvent[] {
  return events.filter((event) => /^(Act|ApprovalCode)/.test(event.type));
}

function madeOf(became: readonly Became[]): BookEvent[] {
  return became.flatMap((one) => [...one.expired, ...(one.became === 'decided' ? [one.event] : [])]);
}

function sameState(one: BookState, other: BookState): void {
  expect(one.buckets.toSnapshot()).toEqual(other.buckets.toSnapshot());
  expect(one.reversals).toEqual(other.reversals);
  expect(one.accepted).toEqual(other.accepted);
  expect(one.reserved).toEqual(other.reserved);
  expect([...one.open.values()]).toEqual([...other.open.values()]);
}

describe('a replay under the version that was in force', () => {
  it('gives back exactly what was recorded', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(policies, histories(false), (policy, steps) => {
        const { events, state } = played(opened(policy), steps);
        const { book, became } = replayed(events, policy);
        expect(madeOf(became)).toEqual(actsIn(events));
        expect(became.some((one) => one.became === 'refused')).toBe(false);
        sameState(book.state, state);
        for (const event of events) {
          seen.set(event.type, (seen.get(event.type) ?? 0) + 1);
          if (!isDecision(event) || event.draw === undefined) continue;
          const arm = `draw ${event.draw.assigned}`;
          seen.set(arm, (seen.get(arm) ?? 0) + 1);
        }
      }),
      runs,
    );
    // Histories in which nothing of a kind happens would prove nothing about it.
    for (const type of [
      'ActHeld',
      'ActReserved',
      'ActApproved',
      'ActRejected',
      'ActCommitted',
      'ActReleased',
    ])
      expect([type, (seen.get(type) ?? 0) > 0]).toEqual([type, true]);
    for (const type of [
      'ActExpired',
      'ActReversed',
      'ApprovalCodeMade',
      'ActDeclined',
      'BucketAdjusted',
      'BucketTransferred',
      'LotDrawn',
      'draw true',
      'draw false',
    ])
      expect([type, (seen.get(type) ?? 0) > 0]).toEqual([type, true]);
  });
});

/** Told everything but what says which policy is in force. */
function fresh(events: readonly BookEvent[], policy: Policy, version: number): ToldBook {
  const book = new ToldBook();
  const first = events[0]!;
  book.tell(commandOf(first)!, { recordedAt: first.recordedAt, id: '' });
  const bringIntoForce = (recordedAt: number) => {
    if (book.state.policies.size > 0) return;
    const source = { format: 'json', text: '' } as const;
    for (let n = 1; n <= version; n++)
      book.tell({ type: 'DraftPolicy', policy, source }, { recordedAt, id: '' });
    book.tell({ type: 'ActivatePolicy', version }, { recordedAt, id: '' });
  };
  for (const event of events.slice(1)) {
    if (event.type === 'PolicyActivated' || isDecision(event)) bringIntoForce(event.recordedAt);
    retell(book, [event]);
  }
  return book;
}

/** All but what says which policy is in force, or asks a question. */
function retell(book: ToldBook, events: readonly BookEvent[]): void {
  for (const event of events) {
    const { recordedAt, key, actor } = event;
    const command = commandOf(event);
    const told = { recordedAt, actor, id: idOf(event), ...(key === undefined ? {} : { key }) };
    // Nobody asks for a deadline, and time passes all the same.
    if (command === undefined) book.letPass(recordedAt);
    else if (/^(Policy|Shadow|Backtest)/.test(event.type)) book.letPass(recordedAt);
    else if (/^Bucket/.test(event.type)) book.take(event);
    else if (event.type === 'ApprovalCodeMade') book.tell(command, { ...told, roles: event.roles as never });
    else if (event.type === 'ActApproved' && event.code === undefined) {
      const approvesAs = event.authority === undefined ? [] : [event.authority.role];
      book.tell(command, { ...told, approvesAs });
    } else if (event.type === 'ActApproved' && event.authority !== undefined) {
      book.tell(command, { ...told, approvesAs: [event.authority.role] });
    } else book.tell(command, told);
  }
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
          expect(madeOf(became)).toEqual(actsIn(expected.events));
          sameState(book.state, expected.state);
        },
      ),
      runs,
    );
  });
});

describe('a shadow', () => {
  it('equals a book in which the version was put in force when it began', () => {
    fc.assert(
      fc.property(policies, policies, histories(true), fc.nat(), (before, candidate, steps, at) => {
        const { events } = played(opened(before), steps);
        const began = at % events.length;
        const version = 7;
        const asItStood = () => {
          const state = initialState('the book');
          for (const event of events.slice(0, began + 1)) evolve(state, event, state.revision + 1);
          return state;
        };
        const all = new ActsToReverse(reversedIn(events));
        const shadow = new CounterfactualBook(
          asItStood(),
          { version, policy: candidate },
          all,
          events[began]!,
        );
        const became = events.slice(began + 1).map((event) => shadow.take(event));

        const { recordedAt, actor } = events[began]!;
        const book = ToldBook.from(asItStood(), events.slice(0, began + 1));
        const stamp = { recordedAt, actor };
        book.state.activations = book.state.activations.filter(({ at: from }) => from <= recordedAt);
        const source = { format: 'json', text: '' } as const;
        for (const event of [
          { type: 'PolicyDrafted', version, policy: candidate, source, ...stamp },
          { type: 'PolicyActivated', version, asked: {}, ...stamp },
        ] as const) {
          evolve(book.state, event, book.state.revision + 1);
        }
        retell(book, events.slice(began + 1));
        const made = madeOf(became).filter(({ type }) => type !== 'ActReversed');
        expect(made).toEqual(actsIn(book.events).filter(({ type }) => type !== 'ActReversed'));
        sameState(shadow.state, book.state);
      }),
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
        const outcomes = (all: readonly BookEvent[]) =>
          new Map(all.filter(isDecision).map((act) => [act.id, outcomeOf(act)]));
        const then = outcomes(events);
        const now = outcomes(madeOf(became));
        const reported = events.filter(isDecision).filter(inSpan);
        expect(report.acts.reported).toBe(reported.length);
        const changed = reported.filter(({ id }) => then.get(id) !== (now.get(id) ?? 'refused'));
        expect(report.acts.changed).toBe(changed.length);
        const { spent } = report;
        expect(spent.recorded).toEqual(given(events, inSpan));
        expect(spent.candidate).toEqual(given(madeOf(became), inSpan));
        for (const measure of ['acts', 'costMinor', 'retailMinor'] as const) {
          expect(spent.recorded[measure] - spent.notSpent[measure] + spent.spentInAddition[measure]).toBe(
            spent.candidate[measure],
          );
        }
        const flips = report.employees.first.reduce(
          (acts, { notMade, madeInAddition }) => acts + notMade.acts + madeInAddition.acts,
          0,
        );
        expect(flips).toBe(spent.notSpent.acts + spent.spentInAddition.acts);
        const waited = Object.values(report.waited.candidate).reduce((sum, acts) => sum + acts, 0);
        const { held, reserved } = report.outcomes.candidate;
        expect(waited).toBe(held.acts + reserved.acts);
      }),
      runs,
    );
  });
});

/** What was given in all, net, by adding up the facts. */
function given(events: readonly BookEvent[], inSpan: (event: { businessDate: string }) => boolean): Sum {
  const sum = { acts: 0, costMinor: 0, retailMinor: 0 };
  for (const event of events) {
    if (!('businessDate' in event) || !inSpan(event)) continue;
    const isReversal = event.type === 'ActReversed';
    const isGiven =
      event.type === 'ActAccepted' ||
      event.type === 'ActCommitted' ||
      ('becomes' in event && event.becomes === 'accepted');
    if (isGiven) sum.acts++;
    if (!isGiven && !isReversal) continue;
    sum.costMinor += isReversal ? -event.amounts.costMinor : event.amounts.costMinor;
    sum.retailMinor += isReversal ? -event.amounts.retailMinor : event.amounts.retailMinor;
  }
  return sum;
}
