/** A policy that has employees told privately what they have left, drafted by the domain itself. */
import { ADMIN } from '../domain/access/access.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { initialState } from '../domain/book/state.ts';
import { checkPolicy } from '../domain/policy/check.ts';

const DOCUMENT = {
  currency: 'GBP',
  limits: [{ id: 'coffees', per: ['employee'], window: 'week', allow: { count: 10 }, beyond: 'decline' }],
  nudge: [{ limit: 'coffees', message: '{left} coffees left until {weekday}', passedPercent: 60 }],
};

export function factsOfNudging(): BookEvent[] {
  const state = initialState('york');
  const context = { recordedAt: Date.parse('2026-11-21T12:00:00Z'), actor: 'olga', roles: ADMIN.roles };
  const book = { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false };
  const opened = decide(new Draft(state), { type: 'DefineBook', book }, { ...context, id: '' });
  const checked = checkPolicy(DOCUMENT, { currency: 'GBP' });
  if (!('event' in opened) || !checked.ok) throw new Error('not opened');
  evolve(state, opened.event, 0);
  const { policy } = checked;
  const source = { format: 'json', text: JSON.stringify(DOCUMENT) } as const;
  const drafted = decide(new Draft(state), { type: 'DraftPolicy', policy, source }, { ...context, id: '' });
  if (!('event' in drafted)) throw new Error('not drafted');
  return [drafted.event];
}
