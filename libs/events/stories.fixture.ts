/** The life of two stories and a recognition, made by the domain itself. */
import { ADMIN } from '../domain/access/access.ts';
import type { Command } from '../domain/book/commands.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import { type BookEvent, isDecision } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { initialState } from '../domain/book/state.ts';

const START = Date.parse('2026-11-21T12:00:00Z');

export function factsOfStories(): BookEvent[] {
  const state = initialState('york');
  const facts: BookEvent[] = [];
  const run = (command: Command, actor = 'till-7'): string => {
    const id = `01985e4d-5c00-7000-a000-${String(facts.length).padStart(12, '0')}`;
    const act = facts.find(isDecision);
    const decided = decide(new Draft(state), command, {
      recordedAt: START + facts.length * 1000,
      actor,
      roles: ADMIN.roles,
      id,
      key: `story-${facts.length}`,
      ...(act !== undefined && { act: { decided: act } }),
    });
    if (!('event' in decided)) throw new Error(JSON.stringify(decided));
    evolve(state, decided.event, state.revision + 1);
    facts.push(decided.event);
    return id;
  };
  run({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } });
  run({ type: 'DefineEmployee', id: 'emp-17', employee: { roles: ['barista'] } });
  const made = { mode: 'record', kind: 'gesture', trigger: 'delight', employee: 'emp-17' } as const;
  const act = run({ type: 'DecideAct', asked: { ...made, location: 'york' } });
  const text = { place: 'ab'.repeat(32), hash: 'cd'.repeat(32) };
  const story = run({ type: 'ProposeStory', asked: { act, about: 'not-identifiable', text } });
  run({ type: 'ConsentToStory', story }, 'emp-17');
  run({ type: 'PublishStory', story }, 'olga');
  run({ type: 'RetellStory', story, asked: {} }, 'olga');
  run({ type: 'RetellStory', story, asked: { location: 'leeds' } }, 'olga');
  run({ type: 'TakeUpStory', story, asked: { location: 'leeds', act } }, 'olga');
  run({ type: 'TakeUpStory', story, asked: { location: 'hull' } }, 'olga');
  const asked = { employee: 'emp-17', for: 'idea', reason: 'tea-in-the-rain' } as const;
  run({ type: 'GiveRecognition', asked: { ...asked, story } }, 'olga');
  run({ type: 'GiveRecognition', asked: { ...asked, for: 'extra-mile' } }, 'olga');
  run({ type: 'WithdrawStory', story }, 'emp-17');
  return facts.slice(3);
}
