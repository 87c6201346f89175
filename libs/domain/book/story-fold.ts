/** Folds the facts of stories into the state. */
import type { BookState } from './state.ts';
import type { StoryEvent } from './story-events.ts';

/** Total, as `evolve`. */
export function evolveStory(state: BookState, event: StoryEvent): void {
  if (event.type === 'RecognitionGiven') return;
  if (event.type === 'StoryProposed') {
    const { employee, actor: proposedBy } = event;
    state.stories.set(event.id, { status: 'proposed', employee, text: event.asked.text, proposedBy });
    return;
  }
  const story = state.stories.get(event.story);
  if (story === undefined) return;
  if (event.type === 'StoryConsented')
    state.stories.set(event.story, { ...story, status: 'consented', consentedBy: event.actor });
  else if (event.type === 'StoryPublished') state.stories.set(event.story, { ...story, status: 'published' });
  else if (event.type === 'StoryWithdrawn') state.stories.set(event.story, { ...story, status: 'withdrawn' });
}
