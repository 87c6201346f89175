/** Stories and recognition: what may be asked of them and how they answer. By time alone; nobody is counted. */
import type { RecognitionGiven, StoryProposed, StoryStepEvent } from '../../domain/book/story-events.ts';
import type { StoryStatus } from '../../domain/story/story.ts';
import type { Page, PageAsked } from '../page.ts';

export interface StoryFilters extends PageAsked {
  readonly status: StoryStatus;
}

export interface StoryRow {
  readonly position: number;
  readonly proposed: StoryProposed;
  /** What became of it, in the order of the ledger. */
  readonly steps: readonly StoryStepEvent[];
}
export interface RecognitionRow {
  readonly position: number;
  readonly event: RecognitionGiven;
}

export type StoryQuestion =
  | { readonly about: 'stories'; readonly filters: StoryFilters }
  | { readonly about: 'story'; readonly story: string }
  | { readonly about: 'recognitions'; readonly filters: PageAsked };

export type StoriesAnswer = Page<StoryRow>;
export type RecognitionsAnswer = Page<RecognitionRow>;
export interface StoryAnswer {
  /** Newest event of the book that the answer reflects; -1 while there is none. */
  readonly position: number;
  readonly row: StoryRow | null;
}
