/** Stories and recognition as they are shown. */
import type { StoryEvent, StoryStepEvent } from '../../../libs/domain/book/story-events.ts';
import type { StoryStatus } from '../../../libs/domain/story/story.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import type { RecognitionRow } from '../../../libs/views/stories/stories.ts';
import type { StoryShown } from './stories.bus.ts';

export const STEPS = {
  StoryConsented: 'consented',
  StoryPublished: 'published',
  StoryRetold: 'retold',
  StoryTakenUp: 'taken-up',
  StoryWithdrawn: 'withdrawn',
} as const satisfies Readonly<Record<StoryStepEvent['type'], string>>;

const AFTER: Readonly<Record<StoryStepEvent['type'], StoryStatus>> = {
  StoryConsented: 'consented',
  StoryPublished: 'published',
  StoryRetold: 'published',
  StoryTakenUp: 'published',
  StoryWithdrawn: 'withdrawn',
};

/** What was recorded: the same for a replay, whatever has become of the story since. Its text is not repeated. */
export function recordedBody(event: StoryEvent, position: number): object {
  const told = { recordedAt: formatInstant(event.recordedAt), by: event.actor, position };
  if (event.type === 'RecognitionGiven') return { id: event.id, ...event.asked, ...told };
  if (event.type === 'StoryProposed') {
    const { id, asked, employee, location, businessDate } = event;
    const { act, about } = asked;
    return { id, status: 'proposed', act, about, employee, location, businessDate, ...told };
  }
  return { story: event.story, step: STEPS[event.type], status: AFTER[event.type], ...asked(event), ...told };
}

export function storyBody({ row, status, text }: StoryShown) {
  const { id, asked, employee, location, businessDate, recordedAt } = row.proposed;
  return {
    id,
    status,
    text,
    act: asked.act,
    about: asked.about,
    employee,
    location,
    businessDate,
    proposedAt: formatInstant(recordedAt),
    steps: row.steps.map((step) => stepBody(step)),
  };
}

function stepBody(step: StoryStepEvent) {
  return { step: STEPS[step.type], at: formatInstant(step.recordedAt), by: step.actor, ...asked(step) };
}

function asked(step: StoryStepEvent): object {
  return 'asked' in step ? step.asked : {};
}

export function recognitionBody({ event }: RecognitionRow) {
  const { id, recordedAt, actor } = event;
  return { id, ...event.asked, by: actor, recordedAt: formatInstant(recordedAt) };
}
