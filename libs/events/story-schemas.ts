/** JSON Schemas of the life of a story, and of recognition. The text of a story is in none of them. */
import { ABOUT_CUSTOMER, RECOGNISED_FOR } from '../domain/story/story.ts';
import { businessDate, type JsonSchema, object, oneOf, stamp, text, uuid } from './schema-parts.ts';

const hex = { type: 'string', pattern: '^[0-9a-f]{64}$' };
const step = { story: uuid, ...stamp };

export const STORY_EVENTS = {
  StoryProposed: object({
    id: uuid,
    asked: object({
      act: text,
      about: oneOf(ABOUT_CUSTOMER),
      text: object(
        { place: hex, hash: { ...hex, description: 'SHA-256 of salt and text.' } },
        'Where the text is kept, outside the ledger.',
      ),
    }),
    employee: text,
    location: text,
    businessDate,
    ...stamp,
  }),
  StoryConsented: object(step),
  StoryWithdrawn: object(step),
  StoryPublished: object(step),
  StoryRetold: object({ asked: object({ 'location?': text }), ...step }),
  StoryTakenUp: object({ asked: object({ location: text, 'act?': text }), ...step }),
  RecognitionGiven: object({
    id: uuid,
    asked: object({ employee: text, for: oneOf(RECOGNISED_FOR), reason: text, 'story?': uuid }),
    ...stamp,
  }),
} as const satisfies Readonly<Record<string, JsonSchema>>;
