/** The shapes of stories and of recognition. */
import {
  ABOUT_CUSTOMER,
  RECOGNISED_FOR,
  STORY_STATUSES,
  STORY_TEXT_MAX_LENGTH,
} from '../../../libs/domain/story/story.ts';
import { STEPS } from '../stories/story.rendering.ts';
import {
  choice,
  date,
  id,
  instant,
  list,
  object,
  orNull,
  page,
  position,
  recordedAt,
  type Schema,
  text,
  uuid,
} from './schema-parts.ts';

const about = choice(ABOUT_CUSTOMER, {
  description:
    'Whether it tells of a customer: of nobody, of one whom nobody could tell from it, or of one who agreed.',
});
const told = text(STORY_TEXT_MAX_LENGTH, 'She had waited in the rain, so I brought the tea out to her.');
const CURSOR = 'Of the next page; null on the last.';
const of: Record<string, Schema> = {
  act: uuid,
  about,
  employee: id('emp-17'),
  location: id('soho'),
  businessDate: date('Of the act.'),
};
const recorded = { recordedAt, by: id('till-7'), position };
const where = { location: id('leeds'), act: uuid };
const recognition = {
  employee: id('emp-17'),
  for: choice(RECOGNISED_FOR),
  reason: id('stayed-late'),
  story: uuid,
};
const story: Record<string, Schema> = {
  id: uuid,
  status: choice(STORY_STATUSES.slice(0, 3)),
  text: orNull({ ...told, description: 'Null: it is not there.' }),
  ...of,
  proposedAt: instant('When it was proposed.'),
  steps: list(
    object({ step: choice(Object.values(STEPS)), at: instant('When.'), by: id('olga'), ...where }, [
      'step',
      'at',
      'by',
    ]),
  ),
};
const shownRecognition = { id: uuid, ...recognition, by: id('olga'), recordedAt: recorded.recordedAt };
const NEEDED = ['id', 'employee', 'for', 'reason', 'by', 'recordedAt'];

export const STORY_SCHEMAS = {
  StoryPost: object({ act: uuid, about, text: told }),
  StoryRecorded: object({ id: uuid, status: { type: 'string', const: 'proposed' }, ...of, ...recorded }),
  StoryStep: object(
    {
      story: uuid,
      step: choice(Object.values(STEPS)),
      status: choice(STORY_STATUSES),
      ...where,
      ...recorded,
    },
    ['story', 'step', 'status', ...Object.keys(recorded)],
  ),
  StoryRetelling: object({ location: orNull(id('leeds')) }, []),
  StoryTakeUp: object({ location: id('leeds'), act: orNull(uuid) }, ['location']),
  Story: object({ ...story, position }),
  Stories: page('stories', object(story), CURSOR),
  RecognitionPost: object({ ...recognition, story: orNull(uuid) }, ['employee', 'for', 'reason']),
  Recognition: object({ ...shownRecognition, position }, [...NEEDED, 'position']),
  Recognitions: page('recognitions', object(shownRecognition, NEEDED), CURSOR),
} as const satisfies Record<string, Schema>;
