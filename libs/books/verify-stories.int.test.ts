/** Aim: `verifyBooks` decides stories again as they were decided, and notices a text that is not the one that was told. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ADMIN } from '../domain/access/access.ts';
import type { Command } from '../domain/book/commands.ts';
import { coffee, furnish, type OpenBooks, openBooks, policyOf, temporaryFolder } from './books.fixture.ts';
import { StoryTexts } from './story-texts.ts';
import { verifyBooks } from './verify.ts';

let folder: { path: string; remove(): void };
let open: OpenBooks;
let texts: StoryTexts;
let keys = 0;

beforeEach(async () => {
  folder = temporaryFolder();
  open = await openBooks(folder.path);
  texts = new StoryTexts(open.eventStore);
  await furnish(open.books, 'london', policyOf([]));
});
afterEach(async () => {
  await open.close();
  folder.remove();
});

async function run(command: Command, subject = 'till-7'): Promise<string> {
  const by = { actor: { ...ADMIN, subject }, key: `k-${++keys}` };
  const answer = await open.books.execute('london', command, by);
  if (answer.outcome !== 'recorded') throw new Error(JSON.stringify(answer));
  return 'id' in answer.event ? answer.event.id : '';
}
async function told(words: string) {
  const act = await run({ type: 'DecideAct', asked: coffee() });
  const text = await texts.put('london', texts.placeOf('london', words), words, 0);
  return { text, story: await run({ type: 'ProposeStory', asked: { act, about: 'nobody', text } }) };
}
const difference = async () =>
  (await verifyBooks({ eventStore: open.eventStore, cacheFiles: [] }))[0]!.difference;

it('finds nothing in stories that are as they were told, or withdrawn', async () => {
  const { story } = await told('ginger tea');
  await run({ type: 'ConsentToStory', story }, 'emp-1');
  await run({ type: 'PublishStory', story }, 'olga');
  await run({ type: 'TakeUpStory', story, asked: { location: 'leeds' } }, 'olga');
  const gone = await told('mint tea');
  await run({ type: 'WithdrawStory', story: gone.story });
  await texts.erase('london', gone.text.place);
  expect(await difference()).toBeUndefined();
});

it('names a text that is missing, and one that was exchanged', async () => {
  const { story, text } = await told('ginger tea');
  await texts.erase('london', text.place);
  const said = `the text of story ${story} is not the one that was told`;
  expect(await difference()).toBe(said);
  await texts.put('london', text.place, 'another tea', 0);
  expect(await difference()).toBe(said);
});
