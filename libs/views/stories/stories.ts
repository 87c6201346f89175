/** Stories and recognition: what may be asked of them and how they answer. By time alone; nobody is counted. */
import type { RecognitionGiven, StoryProposed, StoryStepEvent } from '../../domain/book/story-events.ts';
import type { StoryStatus } from '../../domain/story/story.ts';
import type { CursorInvalid } from '../facts/facts.ts';

export interface StoryFilters {
  readonly status: StoryStatus;
  readonly pageSize?: number;
  readonly cursor?: string;
}
export interface RecognitionFilters {
  readonly pageSize?: number;
  readonly cursor?: string;
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
  | { readonly about: 'recognitions'; readonly filters: RecognitionFilters };

interface Placed {
  /** Newest event of the book that the answer reflects; -1 while there is none. */
  readonly position: number;
}
export type Page<Row> =
  | { readonly ok: true; readonly rows: readonly Row[]; readonly nextCursor?: string }
  | CursorInvalid;
export type StoriesAnswer = Placed & Page<StoryRow>;
export type RecognitionsAnswer = Placed & Page<RecognitionRow>;
export type StoryAnswer = Placed & { readonly row: StoryRow | null };
