/** What may be asked of stories. Part of a book's commands (`commands.ts`). */
import type { AskedRecognition, AskedRetelling, AskedStory, AskedTakeUp } from '../story/story.ts';

export type StoryCommand =
  | { readonly type: 'ProposeStory'; readonly asked: AskedStory }
  | { readonly type: 'ConsentToStory'; readonly story: string }
  | { readonly type: 'WithdrawStory'; readonly story: string }
  | { readonly type: 'PublishStory'; readonly story: string }
  | { readonly type: 'RetellStory'; readonly story: string; readonly asked: AskedRetelling }
  | { readonly type: 'TakeUpStory'; readonly story: string; readonly asked: AskedTakeUp }
  | { readonly type: 'GiveRecognition'; readonly asked: AskedRecognition };
