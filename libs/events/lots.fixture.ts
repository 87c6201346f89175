/** Facts of a campaign that is drawn by lot, made by the domain itself: draws either way, and acts of every kind of arm. */
import { ADMIN } from '../domain/access/access.ts';
import type { Command } from '../domain/book/commands.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { initialState } from '../domain/book/state.ts';

const START = Date.parse('2026-11-21T12:00:00Z');

export function factsOfLots(): BookEvent[] {
  const state = initialState('york');
  const facts: BookEvent[] = [];
  const run = (command: Command) => {
    const id = `01985e4d-5c00-7000-c000-${String(facts.length).padStart(12, '0')}`;
    const decided = decide(new Draft(state), command, {
      recordedAt: START + facts.length * 1000,
      actor: 'till-7',
      roles: ADMIN.roles,
      id,
      key: `lot-${facts.length}`,
    });
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    evolve(state, decided.event, state.revision + 1);
    facts.push(decided.event);
  };
  run({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } });
  run({
    type: 'DefineLocation',
    id: 'york',
    location: { region: 'north', timeZone: 'Europe/London', businessDayStartsAt: '04:00' },
  });
  run({ type: 'DefineEmployee', id: 'emp-17', employee: { roles: [] } });
  const lot = { share: 0.25, seed: 'spring' };
  run({ type: 'DefineCampaign', id: 'kind', campaign: { name: 'Kind', from: '2026-11-20', lot } });
  // A greater share: what was drawn stays drawn.
  run({ type: 'DefineCampaign', id: 'kind', campaign: { from: '2026-11-20', lot: { ...lot, share: 0.5 } } });
  const policy = { currency: 'GBP', uncovered: 'allow', limits: [], rules: [] } as const;
  run({ type: 'DraftPolicy', policy, source: { format: 'json', text: '{}' } });
  run({ type: 'ActivatePolicy', version: 1 });
  run({ type: 'DrawLot', asked: { campaign: 'kind', customer: 'c-1' } });
  run({ type: 'DrawLot', asked: { campaign: 'kind', customer: 'c-2', location: 'york', occurredAt: START } });
  run({ type: 'DrawLot', asked: { campaign: 'kind', customer: 'c-3', location: 'york' } });
  const asked = {
    mode: 'request',
    kind: 'gesture',
    trigger: 'delight',
    employee: 'emp-17',
    location: 'york',
    campaign: 'kind',
  } as const;
  for (const customer of ['c-1', 'c-2', 'c-3', undefined]) {
    for (const mode of ['request', 'record', 'reserve'] as const) {
      run({ type: 'DecideAct', asked: { ...asked, mode, ...(customer !== undefined && { customer }) } });
    }
  }
  run({ type: 'DecideAct', asked: { ...asked, trigger: 'recovery', customer: 'c-1' } });
  return facts.slice(3).filter(({ type }) => !type.startsWith('Policy'));
}
