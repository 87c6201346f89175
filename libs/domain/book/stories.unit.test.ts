/**
 * Aim: a story is told only in its turn: its employee consents before anybody publishes it, never the same person, and
 * what was withdrawn stays so.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StoryStatus } from '../story/story.ts';
import { BookSpec, limit, WEEK } from './book-spec.fixture.ts';
import type { Command } from './commands.ts';
import { BookState, initialState } from './state.ts';

const TEXT = { place: 'a'.repeat(64), hash: 'b'.repeat(64) };

function told(): { spec: BookSpec; act: string; story: string } {
  const spec = BookSpec.open('2026-11-21T12:00:00Z').inForce([
    limit('coffees', ['employee'], WEEK, { count: 1 }, { beyond: 'hold' }),
  ]);
  const { id: act } = spec.act();
  const proposed = by(spec, 'till-7', { type: 'ProposeStory', asked: { act, about: 'nobody', text: TEXT } });
  if (!('event' in proposed) || proposed.event.type !== 'StoryProposed') throw new Error('not proposed');
  return { spec, act, story: proposed.event.id };
}
const by = (spec: BookSpec, actor: string, command: Command) =>
  spec.when(command, { actor, roles: ['admin'] });
const code = (decided: object) =>
  'refusal' in decided ? (decided.refusal as { code: string }).code : 'done';

describe('a story', () => {
  it('is of an act that was made, with its employee and place', () => {
    const { spec } = told();
    const [story] = [...spec.state.stories.values()];
    expect(story).toEqual({ status: 'proposed', employee: 'ann', text: TEXT, proposedBy: 'till-7' });
    const asked = { act: 'nothing', about: 'nobody', text: TEXT } as const;
    expect(code(by(spec, 'till-7', { type: 'ProposeStory', asked }))).toBe('unknown-act');
    const held = spec.act();
    expect(held.type).toBe('ActHeld');
    const ofHeld: Command = { type: 'ProposeStory', asked: { ...asked, act: held.id } };
    expect(code(by(spec, 'till-7', ofHeld))).toBe('story-out-of-turn');
    spec.given({ type: 'ApproveAct', act: held.id }, { actor: 'olga' });
    expect(code(by(spec, 'till-7', ofHeld))).toBe('done');
  });

  it('is consented to by its employee, or at a till, and by no other employee', () => {
    const { spec, story } = told();
    expect(code(by(spec, 'bob', { type: 'ConsentToStory', story }))).toBe('not-allowed');
    expect(code(by(spec, 'ann', { type: 'ConsentToStory', story }))).toBe('done');
    const another = told();
    expect(code(by(another.spec, 'till-8', { type: 'ConsentToStory', story: another.story }))).toBe('done');
  });

  it.each([
    ['its employee', 'ann'],
    ['whoever proposed it', 'till-7'],
    ['whoever consented to it', 'till-8'],
  ])('is not published by %s', (_, actor) => {
    const { spec, story } = told();
    by(spec, 'till-8', { type: 'ConsentToStory', story });
    expect(code(by(spec, actor, { type: 'PublishStory', story }))).toBe('self-approval');
    expect(spec.state.stories.get(story)!.status).toBe('consented');
    expect(code(by(spec, 'olga', { type: 'PublishStory', story }))).toBe('done');
  });

  it('goes its way step by step, whatever is tried, and is withdrawn for good', () => {
    const steps = ['ConsentToStory', 'PublishStory', 'WithdrawStory', 'RetellStory', 'TakeUpStory'] as const;
    const next: Readonly<Record<(typeof steps)[number], (status: StoryStatus) => StoryStatus | undefined>> = {
      ConsentToStory: (status) => (status === 'proposed' ? 'consented' : undefined),
      PublishStory: (status) => (status === 'consented' ? 'published' : undefined),
      WithdrawStory: (status) => (status === 'withdrawn' ? undefined : 'withdrawn'),
      RetellStory: (status) => (status === 'published' ? status : undefined),
      TakeUpStory: (status) => (status === 'published' ? status : undefined),
    };
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 8 }), (tried) => {
        const { spec, story } = told();
        let status: StoryStatus = 'proposed';
        for (const type of tried) {
          const command = { type, story, asked: { location: 'leeds' } } as Command;
          const becomes = next[type](status);
          const decided = spec.when(command, {
            actor: type === 'PublishStory' ? 'olga' : 'till-8',
            roles: ['admin'],
          });
          expect(code(decided)).toBe(becomes === undefined ? 'story-out-of-turn' : 'done');
          status = becomes ?? status;
          expect(spec.state.stories.get(story)!.status).toBe(status);
        }
        const again = BookState.fromSnapshot(structuredClone(spec.state.toSnapshot()));
        expect(again.stories).toEqual(spec.state.stories);
      }),
      { numRuns: 60 },
    );
  });

  it('is none that nobody proposed', () => {
    const { spec } = told();
    expect(code(by(spec, 'olga', { type: 'PublishStory', story: 'nothing' }))).toBe('story-not-found');
    expect(initialState('x').stories.size).toBe(0);
  });
});

describe('recognition', () => {
  const asked = { employee: 'ann', for: 'idea', reason: 'tea' } as const;
  const given = (spec: BookSpec, actor: string, more: object = {}) =>
    code(spec.when({ type: 'GiveRecognition', asked: { ...asked, ...more } }, { actor, roles: ['admin'] }));

  it('is given by another, to somebody the directory knows, for a published story if for one', () => {
    const { spec, story } = told();
    expect(given(spec, 'olga')).toBe('done');
    expect(given(spec, 'ann')).toBe('self-approval');
    expect(given(spec, 'olga', { employee: 'eve' })).toBe('employee-not-known');
    expect(given(spec, 'olga', { story })).toBe('story-not-found');
    spec.when({ type: 'ConsentToStory', story }, { actor: 'ann', roles: ['admin'] });
    spec.when({ type: 'PublishStory', story }, { actor: 'olga', roles: ['admin'] });
    expect(given(spec, 'olga', { story })).toBe('done');
  });
});
