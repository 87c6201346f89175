/** Facts of what makes limits larger or smaller, made by the domain itself: fiscal calendar, carry-over, adjustments. */
import { ADMIN } from '../domain/access/access.ts';
import type { AskedAct } from '../domain/act/act.ts';
import type { Command } from '../domain/book/commands.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { initialState } from '../domain/book/state.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { NRF } from '../domain/time/fiscal-calendar.ts';

const POLICY: Policy = {
  currency: 'GBP',
  uncovered: 'allow',
  limits: [
    {
      id: 'carried',
      appliesTo: {},
      per: ['employee'],
      window: { every: 'fiscal', period: 'month' },
      allow: { count: 2 },
      carryOver: { upTo: { count: 1 }, for: 1 },
      beyond: 'decline',
    },
    {
      id: 'rolling',
      appliesTo: {},
      per: ['book'],
      window: { every: 'rolling', durationMs: 604_800_000, duration: 'P7D' },
      allow: { costMinor: 5000 },
      beyond: 'warn',
    },
  ],
  rules: [],
};
/** In the fiscal month before that of the adjustments, so that something is carried. */
const START = Date.parse('2026-10-20T12:00:00Z');
const LATER = Date.parse('2026-11-21T12:00:00Z');

export function factsOfLimits(): BookEvent[] {
  const state = initialState('york');
  const facts: BookEvent[] = [];
  let now = START;
  const run = (command: Command) => {
    now += 1000;
    const id = `01985e4d-5c00-7000-a000-${String(facts.length).padStart(12, '0')}`;
    const context = {
      recordedAt: now,
      actor: 'admin',
      roles: ADMIN.roles,
      id,
      key: `limits-${facts.length}`,
    };
    const decided = decide(new Draft(state), command, context);
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    evolve(state, decided.event, state.revision + 1);
    facts.push(decided.event);
  };
  run({
    type: 'DefineBook',
    book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false, fiscalCalendar: NRF },
  });
  run({
    type: 'DefineLocation',
    id: 'york',
    location: { timeZone: 'Europe/London', businessDayStartsAt: '04:00' },
  });
  for (const id of ['emp-17', 'emp-18']) {
    run({ type: 'DefineEmployee', id, employee: { roles: ['barista'], homeLocation: 'york' } });
  }
  run({ type: 'DraftPolicy', policy: POLICY, source: { format: 'json', text: '' } });
  run({ type: 'ActivatePolicy', version: 1 });
  now = LATER;
  const ann = { employee: 'emp-17' };
  run({
    type: 'AdjustBucket',
    kind: 'grant',
    limit: 'carried',
    asked: { key: ann, location: 'york', amounts: { count: 3 } },
    reason: 'Christmas week',
  });
  run({
    type: 'AdjustBucket',
    kind: 'correction',
    limit: 'rolling',
    asked: { key: {}, at: LATER, amounts: { costMinor: -100 } },
    reason: 'granted twice',
  });
  run({
    type: 'TransferBetweenBuckets',
    limit: 'carried',
    asked: { from: ann, to: { employee: 'emp-18' }, amounts: { count: 2 } },
    reason: 'a busy week',
  });
  const asked: AskedAct = {
    mode: 'request',
    kind: 'comp',
    trigger: 'recovery',
    employee: 'emp-17',
    location: 'york',
    retailMinor: 390,
    costMinor: 80,
  };
  run({ type: 'DecideAct', asked });
  return facts;
}
