/** A review of each shape, made by the domain itself. */
import type { Command } from '../domain/book/commands.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { initialState } from '../domain/book/state.ts';
import { signalId, type Verdict } from '../domain/signal/signal.ts';

export function factsOfReviews(): BookEvent[] {
  const state = initialState('leeds');
  const facts: BookEvent[] = [];
  const run = (command: Command) => {
    const at = facts.length;
    const decided = decide(new Draft(state), command, {
      recordedAt: Date.parse('2026-11-21T12:00:00Z') + at * 1000,
      actor: at === 0 ? 'admin' : 'rita',
      roles: [at === 0 ? 'admin' : 'reviewer'],
      id: `01985e4d-5c00-7000-c000-${String(at).padStart(12, '0')}`,
      key: `review-${at}`,
    });
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    evolve(state, decided.event, state.revision + 1);
    facts.push(decided.event);
  };
  run({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } });
  const span = { from: '2026-10-01', to: '2026-10-31' };
  const review = (signal: string, verdict: Verdict) =>
    run({
      type: 'ReviewSignal',
      asked: {
        signal,
        ...(verdict === 'talked' ? {} : span),
        verdict,
        reason: 'lives next door to the café',
      },
      basis: { position: 4711, ...span, observed: 44, exposure: 56 },
    });
  review(signalId('few-customers', { employee: 'emp-17' }), 'cleared');
  review(signalId('many-locations', { customer: 'c 991:ü' }), 'talked');
  review(signalId('approver-pair', { approver: 'dana', employee: 'emp-17' }), 'followed-up');
  return facts.slice(1);
}
