/** Aim: the view of stories is what the ledger makes it, and shows each book its own. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { factsOfStories } from '../../events/stories.fixture.ts';
import { EventsInMemory } from '../acts.fixture.ts';
import { temporaryDirectory, ViewsInProcess } from '../in-process.fixture.ts';
import { compareViews } from '../verify.ts';
import type { RecognitionsAnswer, StoriesAnswer, StoryAnswer, StoryQuestion } from './stories.ts';
import { storiesView } from './stories.view.ts';

let directory: ReturnType<typeof temporaryDirectory>;
let store: EventsInMemory;
let views: ViewsInProcess;
const facts = factsOfStories();

beforeEach(async () => {
  directory = temporaryDirectory();
  store = new EventsInMemory();
  views = await ViewsInProcess.start(`${directory.path}/views.db`, store, [storiesView]);
});
afterEach(async () => {
  await views.close();
  directory.remove();
});

async function told(book: string, events = facts) {
  store.push(book, events);
  await views.until(() => views.position('stories', book) === events.length - 1, 'all projected');
  return (question: StoryQuestion) => views.reader.ask('stories', book, question) as object;
}

it('follows a story to its withdrawal', async () => {
  const withdrawal = facts.findIndex(({ type }) => type === 'StoryWithdrawn');
  const ask = await told('london', facts.slice(0, withdrawal));
  const asked = (status: 'published' | 'withdrawn') =>
    (ask({ about: 'stories', filters: { status } }) as StoriesAnswer & { ok: true }).rows;
  expect(asked('published').map(({ steps }) => steps.map(({ type }) => type))).toEqual([
    ['StoryConsented', 'StoryPublished', 'StoryRetold', 'StoryRetold', 'StoryTakenUp', 'StoryTakenUp'],
  ]);
  store.push('london', facts.slice(withdrawal));
  await views.until(() => views.position('stories', 'london') === facts.length - 1, 'withdrawn');
  expect(asked('published')).toEqual([]);
  expect(asked('withdrawn')).toHaveLength(1);
});

it('keeps books apart, also where they have a story of the same id', async () => {
  const [london, leeds] = [await told('london'), await told('leeds', facts.slice(0, 3))];
  const story = facts.flatMap((event) => (event.type === 'StoryProposed' ? [event.id] : []))[0]!;
  const steps = (ask: (question: StoryQuestion) => object) =>
    (ask({ about: 'story', story }) as StoryAnswer).row!.steps.length;
  expect([steps(london), steps(leeds)]).toEqual([7, 2]);
  const recognitions = (ask: (question: StoryQuestion) => object) =>
    (ask({ about: 'recognitions', filters: {} }) as RecognitionsAnswer & { ok: true }).rows.length;
  expect([recognitions(london), recognitions(leeds)]).toEqual([2, 0]);
  expect(views.reader.ask('stories', 'nowhere', { about: 'story', story })).toEqual({
    position: -1,
    row: null,
  });
});

it('holds no text, and is what the ledger makes it', async () => {
  await told('london');
  const compared = await compareViews({
    viewsFile: `${directory.path}/views.db`,
    store,
    views: [storiesView],
  });
  expect(compared.difference).toBeUndefined();
  expect(compared.views[0]!.rows).toBe(facts.length);
});
