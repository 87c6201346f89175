/** Facts that other systems tell, made by the domain itself: an incident's life, and an outcome of every type. */
import { ADMIN } from '../domain/access/access.ts';
import type { Command } from '../domain/book/commands.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import { type BookEvent, isDecision } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { initialState } from '../domain/book/state.ts';

const START = Date.parse('2026-11-21T12:00:00Z');

export function factsTold(): BookEvent[] {
  const state = initialState('leeds');
  const facts: BookEvent[] = [];
  const run = (command: Command) => {
    const id = `01985e4d-5c00-7000-b000-${String(facts.length).padStart(12, '0')}`;
    const decided = decide(new Draft(state), command, {
      recordedAt: START + facts.length * 1000,
      actor: 'crm',
      roles: ADMIN.roles,
      id,
      key: `told-${facts.length}`,
      ...(act !== undefined && isDecision(act) && { act: { decided: act } }),
    });
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    evolve(state, decided.event, state.revision + 1);
    facts.push(decided.event);
  };
  let act: BookEvent | undefined;
  run({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } });
  run({
    type: 'DefineLocation',
    id: 'leeds',
    location: { region: 'north', timeZone: 'Europe/London', businessDayStartsAt: '04:00' },
  });
  const made = { mode: 'record', kind: 'gesture', trigger: 'recovery', employee: 'emp-17' } as const;
  run({ type: 'DecideAct', asked: { ...made, location: 'leeds' } });
  act = facts.at(-1)!;
  const actId = isDecision(act) ? act.id : '';
  const customer = 'c-991';
  const incident = 'inc-5';
  run({
    type: 'ReportIncident',
    asked: {
      type: 'opened',
      incident,
      customer,
      location: 'leeds',
      channel: 'phone',
      reason: 'long-wait',
      // Before the day's cut-over: the business date is the day before.
      occurredAt: Date.parse('2026-11-20T02:00:00Z'),
    },
  });
  run({ type: 'ReportIncident', asked: { type: 'resolved', incident, act: actId } });
  run({ type: 'ReportIncident', asked: { type: 'reopened', incident } });
  run({ type: 'RecordOutcome', asked: { type: 'visit', customer, location: 'leeds' } });
  run({
    type: 'RecordOutcome',
    asked: { type: 'purchase', customer, valueMinor: 1250, currency: 'GBP', receipt: '4711' },
  });
  run({ type: 'RecordOutcome', asked: { type: 'contact', incident, channel: 'mail' } });
  run({
    type: 'RecordOutcome',
    asked: { type: 'rating', act: actId, rating: { score: 4, lowest: 1, highest: 5 }, occurredAt: START },
  });
  run({ type: 'RecordOutcome', asked: { type: 'review', customer } });
  run({ type: 'RecordOutcome', asked: { type: 'referral', customer } });
  run({ type: 'RecordOutcome', asked: { type: 'churn', customer } });
  return facts.slice(3);
}
