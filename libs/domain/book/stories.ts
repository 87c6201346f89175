/**
 * A story's life: proposed from an act that was made, consented to, published by somebody else, told again and taken up;
 * or withdrawn, at any time and for good. No decision about an act rests on any of it.
 */
import type { Story, StoryStatus } from '../story/story.ts';
import { type Context, type Decided, type Refused, refuse, stampOf } from './context.ts';
import { accepts } from './evolve.ts';
import type { BookState } from './state.ts';
import type { StoryCommand } from './story-commands.ts';

export function decideStory(state: BookState, command: StoryCommand, context: Context): Decided {
  switch (command.type) {
    case 'ProposeStory':
      return propose(state, command, context);
    case 'GiveRecognition':
      return recognise(state, command, context);
    default:
      return step(state, command, context);
  }
}

function propose(
  state: BookState,
  { asked }: StoryCommand & { type: 'ProposeStory' },
  context: Context,
): Decided {
  const { act } = context;
  if (act === undefined) {
    return refuse('unknown-act', `Book "${state.id}" has no act "${asked.act}".`, {
      pointer: '/act',
      advice: 'Give the id that the ledger answered when the act was posted.',
    });
  }
  const { decided, settled } = act;
  const isMade = decided.type === 'ActAccepted' || (settled !== undefined && accepts(settled));
  if (!isMade) {
    return refuse('story-out-of-turn', `Act "${asked.act}" was not made.`, {
      pointer: '/act',
      advice: 'Tell of an act that was accepted.',
    });
  }
  const { employee, location } = decided.asked;
  const { businessDate } = decided;
  const place = { employee, location, businessDate };
  return { event: { type: 'StoryProposed', id: context.id, asked, ...place, ...stampOf(context) } };
}

type Step = Exclude<StoryCommand, { type: 'ProposeStory' | 'GiveRecognition' }>;

const AFTER: Readonly<Record<Step['type'], readonly StoryStatus[]>> = {
  ConsentToStory: ['proposed'],
  WithdrawStory: ['proposed', 'consented', 'published'],
  PublishStory: ['consented'],
  RetellStory: ['published'],
  TakeUpStory: ['published'],
};
const ADVICE: Readonly<Record<StoryStatus, string>> = {
  proposed: 'Its employee consents first: POST …/consent.',
  consented: 'Somebody else publishes it first: POST …/publish.',
  published: 'It may be told again, taken up and withdrawn.',
  withdrawn: 'A withdrawn story is gone for good. To tell it after all, propose it anew.',
};

function step(state: BookState, command: Step, context: Context): Decided {
  const story = state.stories.get(command.story);
  if (story === undefined) {
    return refuse('story-not-found', `Book "${state.id}" has no story "${command.story}".`, {
      advice: 'Use the id that the ledger answered when it was proposed.',
    });
  }
  if (!AFTER[command.type].includes(story.status)) {
    return refuse('story-out-of-turn', `The story is ${story.status}.`, { advice: ADVICE[story.status] });
  }
  const stamp = stampOf(context);
  const { story: id } = command;
  switch (command.type) {
    case 'ConsentToStory':
      return notTheirs(state, story, context) ?? { event: { type: 'StoryConsented', story: id, ...stamp } };
    case 'WithdrawStory':
      return { event: { type: 'StoryWithdrawn', story: id, ...stamp } };
    case 'PublishStory':
      return ownStory(story, context) ?? { event: { type: 'StoryPublished', story: id, ...stamp } };
    case 'RetellStory':
      return { event: { type: 'StoryRetold', story: id, asked: command.asked, ...stamp } };
    case 'TakeUpStory':
      if (command.asked.act !== undefined && context.act === undefined) {
        return refuse('unknown-act', `Book "${state.id}" has no act "${command.asked.act}".`, {
          pointer: '/act',
          advice: 'Give the id that the ledger answered when the act was posted, or leave it out.',
        });
      }
      return { event: { type: 'StoryTakenUp', story: id, asked: command.asked, ...stamp } };
  }
}

/** An employee consents for themselves alone; a till for whoever stands before it. */
function notTheirs(state: BookState, { employee }: Story, { actor }: Context): Refused | undefined {
  if (actor === employee || !state.employees.has(actor)) return undefined;
  return refuse('not-allowed', `The story is of "${employee}", and "${actor}" cannot consent to it.`, {
    advice: 'Let its employee consent, with their own key or where they stand at the till.',
  });
}

function ownStory({ employee, proposedBy, consentedBy }: Story, { actor }: Context): Refused | undefined {
  if (![employee, proposedBy, consentedBy].includes(actor)) return undefined;
  const what =
    actor === employee ? 'tells of' : actor === proposedBy ? 'was proposed by' : 'was consented to by';
  return refuse('self-approval', `The story ${what} "${actor}", who therefore cannot publish it.`, {
    advice: 'Let somebody else publish it.',
  });
}

function recognise(
  state: BookState,
  { asked }: StoryCommand & { type: 'GiveRecognition' },
  context: Context,
): Decided {
  if (!state.employees.has(asked.employee)) {
    return refuse('employee-not-known', `The directory has no employee "${asked.employee}".`, {
      pointer: '/employee',
      advice: 'State the employee first, with PUT …/employees/{id}.',
    });
  }
  if (asked.employee === context.actor) {
    return refuse('self-approval', `"${context.actor}" cannot recognise what is their own.`, {
      advice: 'Let somebody else give it.',
    });
  }
  const story = asked.story === undefined ? undefined : state.stories.get(asked.story);
  if (asked.story !== undefined && story?.status !== 'published') {
    return refuse('story-not-found', `Book "${state.id}" has no published story "${asked.story}".`, {
      pointer: '/story',
      advice: 'Name one that is published, or leave it out.',
    });
  }
  return { event: { type: 'RecognitionGiven', id: context.id, asked, ...stampOf(context) } };
}
