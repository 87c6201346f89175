/** Aim: what a crash left of a text that is to be gone is gone after a sweep, and every other text is still there. */
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  coffee,
  furnish,
  type OpenBooks,
  openBooks,
  policyOf,
  temporaryFolder,
} from '../../../libs/books/books.fixture.ts';
import { StoryTexts, UNTOLD_KEPT_MS } from '../../../libs/books/story-texts.ts';
import { ADMIN } from '../../../libs/domain/access/access.ts';
import type { Command } from '../../../libs/domain/book/commands.ts';
import { Sweeping } from './sweeping.ts';

let folder: { path: string; remove(): void };
let open: OpenBooks;
let texts: StoryTexts;
let keys = 0;

beforeEach(async () => {
  folder = temporaryFolder();
  open = await openBooks(folder.path);
  texts = new StoryTexts(open.eventStore);
  for (const book of ['london', 'leeds']) await furnish(open.books, book, policyOf([]));
});
afterEach(async () => {
  await open.close();
  folder.remove();
});

async function run(book: string, command: Command): Promise<string> {
  const answer = await open.books.execute(book, command, { actor: ADMIN, key: `k-${++keys}` });
  if (answer.outcome !== 'recorded') throw new Error(JSON.stringify(answer));
  return 'id' in answer.event ? answer.event.id : '';
}
async function told(book: string, words: string): Promise<string> {
  const act = await run(book, { type: 'DecideAct', asked: coffee() });
  const text = await texts.put(book, texts.placeOf(book, words), words, open.clock.nowMs);
  return run(book, { type: 'ProposeStory', asked: { act, about: 'nobody', text } });
}
const placed = (book: string, words: string) => ({ book, place: texts.placeOf(book, words) });
async function there() {
  return [...(await texts.all())].map(({ book, place }) => `${book}:${place}`).sort();
}
const names = (...places: { book: string; place: string }[]) =>
  places.map(({ book, place }) => `${book}:${place}`).sort();

it('takes what was withdrawn and what was never told, and nothing else', async () => {
  await told('london', 'kept');
  await told('leeds', 'kept');
  // Each is withdrawn, and the process dies before its text is erased.
  await run('london', { type: 'WithdrawStory', story: await told('london', 'withdrawn') });
  const now = open.clock.nowMs;
  await texts.put('london', placed('london', 'broken off').place, 'broken off', now - UNTOLD_KEPT_MS - 1);
  await texts.put('leeds', placed('leeds', 'under way').place, 'under way', now);
  const sweeping = new Sweeping(open.books, texts, { now: () => open.clock.nowMs });
  await sweeping.sweep();
  const [london, leeds] = [placed('london', 'kept'), placed('leeds', 'kept')];
  expect(await there()).toEqual(names(london, leeds, placed('leeds', 'under way')));

  const story = await told('london', 'withdrawn later');
  await run('london', { type: 'WithdrawStory', story });
  open.clock.nowMs += UNTOLD_KEPT_MS + 1;
  await sweeping.sweep();
  expect(await there()).toEqual(names(london, leeds));
});

it('leaves a proposal that became a story since', async () => {
  const act = await run('london', { type: 'DecideAct', asked: coffee() });
  const { book, place } = placed('london', 'slow');
  const text = await texts.put(book, place, 'slow', open.clock.nowMs);
  const sweeping = new Sweeping(open.books, texts, { now: () => open.clock.nowMs });
  await sweeping.sweep();
  await run('london', { type: 'ProposeStory', asked: { act, about: 'nobody', text } });
  open.clock.nowMs += 2 * UNTOLD_KEPT_MS;
  await sweeping.sweep();
  expect(await texts.textOf('london', text)).toBe('slow');
});
