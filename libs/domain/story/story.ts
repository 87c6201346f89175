/** Words of a story: a note of an act, told so that others may learn from it. Its text is never in a fact: only its hash. */

/** Whether it tells of the customer: of nobody, of one whom nobody could tell from it, or of one who agreed. */
export const ABOUT_CUSTOMER = ['nobody', 'not-identifiable', 'agreed'] as const;
export type AboutCustomer = (typeof ABOUT_CUSTOMER)[number];

/** In the order of a story's life; from each of the first three it may be withdrawn, for good. */
export const STORY_STATUSES = ['proposed', 'consented', 'published', 'withdrawn'] as const;
export type StoryStatus = (typeof STORY_STATUSES)[number];

export const STORY_TEXT_MAX_LENGTH = 4_000;

/** Where the text is kept, outside the ledger, and what it must hash to together with its salt. */
export interface KeptText {
  /** Names the place; says nothing of the text. */
  readonly place: string;
  /** SHA-256 of salt and text, hex: once the salt is erased, nobody can try out what the text was. */
  readonly hash: string;
}

/** What decisions about a story rest on. */
export interface Story {
  readonly status: StoryStatus;
  readonly employee: string;
  readonly text: KeptText;
  readonly proposedBy: string;
  readonly consentedBy?: string;
}

export interface AskedStory {
  /** The act it tells of. */
  readonly act: string;
  readonly about: AboutCustomer;
  readonly text: KeptText;
}

export interface AskedRetelling {
  /** Where it was told again; absent: nowhere in particular. */
  readonly location?: string;
}

/** Somebody elsewhere did the same. */
export interface AskedTakeUp {
  readonly location: string;
  /** The act in which they did it. */
  readonly act?: string;
}

/** What a recognition is given for. */
export const RECOGNISED_FOR = ['idea', 'extra-mile'] as const;
export type RecognisedFor = (typeof RECOGNISED_FOR)[number];

export interface AskedRecognition {
  readonly employee: string;
  readonly for: RecognisedFor;
  /** A word, as reasons of acts are; no free text: it would stay for good. */
  readonly reason: string;
  readonly story?: string;
}
