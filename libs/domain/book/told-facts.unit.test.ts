/**
 * Aim: what other systems tell is taken however late and in whatever order, is refused only for what can never be
 * true, and leaves nothing behind in the book's state.
 */
import { describe, expect, it } from '@jest/globals';
import { ADMIN } from '../access/access.ts';
import type { AskedIncident } from '../outcome/incident.ts';
import type { AskedOutcome } from '../outcome/outcome.ts';
import { commandOf, idOf } from './command-of.ts';
import type { Command } from './commands.ts';
import { differences } from './content.ts';
import type { Context } from './context.ts';
import { decide } from './decide.ts';
import { Draft } from './draft.ts';
import type { ActDecision, BookEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { type BookState, initialState } from './state.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const ID = '01985e4d-5c00-7000-8000-000000000001';
const AT_DESK: Context = { recordedAt: NOW, actor: 'crm', roles: ['crm'], id: ID, key: 'k-1' };

function opened(): BookState {
  const state = initialState('london');
  const book = { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false };
  const location = { region: 'south', timeZone: 'Europe/London', businessDayStartsAt: '04:00' };
  const setting: Command[] = [
    { type: 'DefineBook', book },
    { type: 'DefineLocation', id: 'soho', location },
  ];
  for (const command of setting) {
    const decided = decide(new Draft(state), command, { ...AT_DESK, roles: ADMIN.roles });
    if ('event' in decided) evolve(state, decided.event, state.revision + 1);
  }
  return state;
}

const tell = (command: Command, more: Partial<Context> = {}) =>
  decide(new Draft(opened()), command, { ...AT_DESK, ...more });
const outcome = (asked: AskedOutcome, more?: Partial<Context>) =>
  tell({ type: 'RecordOutcome', asked }, more);
const incident = (asked: AskedIncident, more?: Partial<Context>) =>
  tell({ type: 'ReportIncident', asked }, more);
const factOf = (decided: ReturnType<typeof decide>): BookEvent => {
  if (!('event' in decided)) throw new Error(JSON.stringify(decided));
  return decided.event;
};

describe('an outcome', () => {
  it.each<[string, AskedOutcome, string]>([
    ['is linked to nothing', { type: 'visit' }, '/customer'],
    ['is a purchase without a value', { type: 'purchase', customer: 'c' }, '/valueMinor'],
    ['is a visit with a value', { type: 'visit', customer: 'c', valueMinor: 1 }, '/valueMinor'],
    ['is a visit with a currency', { type: 'visit', customer: 'c', currency: 'GBP' }, '/currency'],
    ['is a visit with a receipt', { type: 'visit', customer: 'c', receipt: '7' }, '/receipt'],
    ['is a rating without a score', { type: 'rating', customer: 'c' }, '/rating'],
    [
      'is a visit with a rating',
      { type: 'visit', customer: 'c', rating: { score: 1, lowest: 1, highest: 5 } },
      '/rating',
    ],
    [
      'has a scale upside down',
      { type: 'rating', customer: 'c', rating: { score: 3, lowest: 5, highest: 1 } },
      '/rating/highest',
    ],
    [
      'has a scale beyond use',
      { type: 'rating', customer: 'c', rating: { score: 3, lowest: 1, highest: 1001 } },
      '/rating/highest',
    ],
    [
      'has a score above its scale',
      { type: 'review', customer: 'c', rating: { score: 6, lowest: 1, highest: 5 } },
      '/rating/score',
    ],
    [
      'has a score below its scale',
      { type: 'rating', customer: 'c', rating: { score: 0, lowest: 1, highest: 5 } },
      '/rating/score',
    ],
  ])('that %s is refused, pointing at it', (_, asked, pointer) => {
    expect(outcome(asked)).toMatchObject({ refusal: { code: 'outcome-incoherent', pointer } });
  });

  it.each<[string, AskedOutcome]>([
    ['a purchase of nothing', { type: 'purchase', customer: 'c', valueMinor: 0 }],
    ['a score at either end', { type: 'rating', customer: 'c', rating: { score: 5, lowest: 1, highest: 5 } }],
    ['a review without a score', { type: 'review', incident: 'i' }],
    ['one of a location that nobody knows', { type: 'visit', customer: 'c', location: 'atlantis' }],
    ['one of long ago', { type: 'churn', customer: 'c', occurredAt: Date.parse('1999-12-31T23:00:00Z') }],
  ])('takes %s', (_, asked) => {
    expect(factOf(outcome(asked))).toMatchObject({ type: 'OutcomeRecorded', asked, id: ID });
  });

  it('is in the currency of the book', () => {
    expect(outcome({ type: 'purchase', customer: 'c', valueMinor: 1, currency: 'EUR' })).toMatchObject({
      refusal: { code: 'currency-mismatch', pointer: '/currency' },
    });
  });

  it('names an act that the ledger has', () => {
    const asked = { type: 'visit', act: ID } as const;
    expect(outcome(asked)).toMatchObject({ refusal: { code: 'unknown-act', pointer: '/act' } });
    const decided = { id: ID } as ActDecision;
    expect(factOf(outcome(asked, { act: { decided } }))).toMatchObject({ asked });
  });

  it('happened: beyond what clocks differ by, the future is refused', () => {
    const later = (ms: number) => outcome({ type: 'visit', customer: 'c', occurredAt: NOW + ms });
    expect(factOf(later(5 * 60_000))).toMatchObject({ occurredAt: NOW + 5 * 60_000 });
    expect(later(5 * 60_000 + 1)).toMatchObject({ refusal: { code: 'occurred-at-in-future' } });
  });

  it('has the business date and the region of its location, and of the book without one', () => {
    const occurredAt = Date.parse('2026-11-20T02:00:00Z');
    expect(factOf(outcome({ type: 'visit', customer: 'c', location: 'soho', occurredAt }))).toMatchObject({
      businessDate: '2026-11-19',
      region: 'south',
    });
    const elsewhere = factOf(outcome({ type: 'visit', customer: 'c', occurredAt }));
    expect(elsewhere).toMatchObject({ businessDate: '2026-11-20' });
    expect(elsewhere).not.toHaveProperty('region');
  });
});

describe('a fact of an incident', () => {
  it.each([
    ['opened', 'IncidentOpened'],
    ['resolved', 'IncidentResolved'],
    ['reopened', 'IncidentReopened'],
  ] as const)('%s is taken, whatever came before', (type, event) => {
    expect(factOf(incident({ type, incident: 'inc-5' }))).toMatchObject({
      type: event,
      asked: { type, incident: 'inc-5' },
      occurredAt: NOW,
    });
  });

  it('is refused for an act that there is not, and for the future', () => {
    expect(incident({ type: 'resolved', incident: 'i', act: ID })).toMatchObject({
      refusal: { code: 'unknown-act' },
    });
    expect(incident({ type: 'opened', incident: 'i', occurredAt: NOW + 3_600_000 })).toMatchObject({
      refusal: { code: 'occurred-at-in-future' },
    });
  });
});

const PURCHASE: AskedOutcome = { type: 'purchase', customer: 'c', valueMinor: 5 };
const OPENED: AskedIncident = { type: 'opened', incident: 'i' };

describe('what is told', () => {
  it('takes a role with facts:write, and a book', () => {
    for (const roles of [['till'], ['operations'], ['finance']] as const) {
      expect(outcome(PURCHASE, { roles })).toMatchObject({ refusal: { code: 'not-allowed' } });
      expect(incident(OPENED, { roles })).toMatchObject({ refusal: { code: 'not-allowed' } });
    }
    const nowhere = new Draft(initialState('nowhere'));
    const command = { type: 'RecordOutcome', asked: PURCHASE } as const;
    expect(decide(nowhere, command, AT_DESK)).toMatchObject({ refusal: { code: 'book-not-found' } });
  });

  it('changes nothing in the state but how far it has come', () => {
    const state = opened();
    const before = { ...state.toSnapshot(), revision: 0 };
    for (const decided of [outcome(PURCHASE), incident(OPENED)])
      evolve(state, factOf(decided), state.revision + 1);
    expect(state.revision).toBe(3);
    expect({ ...state.toSnapshot(), revision: 0 }).toEqual(before);
  });

  it('is decided again from itself', () => {
    for (const fact of [factOf(outcome(PURCHASE)), factOf(incident(OPENED))]) {
      const again = tell(commandOf(fact)!, { id: idOf(fact) });
      expect(factOf(again)).toEqual(fact);
    }
  });

  it('differs from what was sent before by the members named', () => {
    const fact = factOf(
      outcome({ type: 'rating', customer: 'c', rating: { score: 4, lowest: 1, highest: 5 } }),
    );
    const asked: AskedOutcome = {
      type: 'rating',
      customer: 'd',
      rating: { score: 5, lowest: 1, highest: 5 },
    };
    expect(differences({ type: 'RecordOutcome', asked }, fact)).toEqual(['customer', 'rating.score']);
    expect(differences({ type: 'ReportIncident', asked: OPENED }, fact)).toEqual(['operation']);
    const told = factOf(incident(OPENED));
    const resolved: AskedIncident = { type: 'resolved', incident: 'i' };
    expect(differences({ type: 'ReportIncident', asked: OPENED }, told)).toEqual([]);
    expect(differences({ type: 'ReportIncident', asked: resolved }, told)).toEqual(['type']);
    expect(differences({ type: 'RecordOutcome', asked: PURCHASE }, told)).toEqual(['operation']);
  });
});
