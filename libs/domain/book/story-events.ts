/** The life of a story, and recognition for what people did. Part of a book's facts (`events.ts`). */
import type { AskedRecognition, AskedRetelling, AskedStory, AskedTakeUp } from '../story/story.ts';
import type { Stamp } from './stamp.ts';

export interface StoryProposed extends Stamp {
  readonly type: 'StoryProposed';
  /** UUIDv7. */
  readonly id: string;
  readonly asked: AskedStory;
  /** Of the act, repeated: whose story it is, and where and when it happened. */
  readonly employee: string;
  readonly location: string;
  readonly businessDate: string;
}
interface StoryStep extends Stamp {
  readonly story: string;
}
/** By the employee, or on their behalf where they stand. */
export interface StoryConsented extends StoryStep {
  readonly type: 'StoryConsented';
}
/** For good: the text is erased, and the story is in no answer any more. */
export interface StoryWithdrawn extends StoryStep {
  readonly type: 'StoryWithdrawn';
}
/** By somebody who neither proposed it, nor consented to it, nor is its employee. */
export interface StoryPublished extends StoryStep {
  readonly type: 'StoryPublished';
}
export interface StoryRetold extends StoryStep {
  readonly type: 'StoryRetold';
  readonly asked: AskedRetelling;
}
export interface StoryTakenUp extends StoryStep {
  readonly type: 'StoryTakenUp';
  readonly asked: AskedTakeUp;
}
export interface RecognitionGiven extends Stamp {
  readonly type: 'RecognitionGiven';
  /** UUIDv7. */
  readonly id: string;
  readonly asked: AskedRecognition;
}

export type StoryStepEvent = StoryConsented | StoryWithdrawn | StoryPublished | StoryRetold | StoryTakenUp;
export type StoryEvent = StoryProposed | StoryStepEvent | RecognitionGiven;

export function isStoryStep(event: { readonly type: string }): event is StoryStepEvent {
  switch (event.type) {
    case 'StoryConsented':
    case 'StoryWithdrawn':
    case 'StoryPublished':
    case 'StoryRetold':
    case 'StoryTakenUp':
      return true;
    default:
      return false;
  }
}
