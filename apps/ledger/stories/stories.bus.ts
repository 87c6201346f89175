/** Messages about stories: their texts are put beside the ledger before the fact, and erased after it. */
import { Inject } from '@nestjs/common';
import {
  Command as BusCommand,
  Query as BusQuery,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  QueryHandler,
} from '@nestjs/cqrs';
import type { Answer } from '../../../libs/books/answers.ts';
import type { Books } from '../../../libs/books/books.ts';
import type { StoryTexts } from '../../../libs/books/story-texts.ts';
import { type Actor, may } from '../../../libs/domain/access/access.ts';
import { lacking } from '../../../libs/domain/access/capabilities.ts';
import type { BookState } from '../../../libs/domain/book/state.ts';
import type { AskedStory, KeptText, Story } from '../../../libs/domain/story/story.ts';
import type { Clock } from '../../../libs/platform/clock.ts';
import type {
  RecognitionsAnswer,
  StoriesAnswer,
  StoryAnswer,
  StoryQuestion,
  StoryRow,
} from '../../../libs/views/stories/stories.ts';
import type { Views } from '../../../libs/views/views.ts';
import { BOOKS, CLOCK, STORY_TEXTS, VIEWS } from '../parts.ts';

export class ProposeStory extends BusCommand<Answer> {
  readonly book: string;
  readonly asked: Omit<AskedStory, 'text'> & { readonly text: string };
  readonly actor: Actor;
  readonly key: string;
  constructor(
    book: string,
    asked: Omit<AskedStory, 'text'> & { readonly text: string },
    actor: Actor,
    key: string,
  ) {
    super();
    this.book = book;
    this.asked = asked;
    this.actor = actor;
    this.key = key;
  }
}

export class WithdrawStory extends BusCommand<Answer> {
  readonly book: string;
  readonly story: string;
  readonly actor: Actor;
  readonly key: string;
  constructor(book: string, story: string, actor: Actor, key: string) {
    super();
    this.book = book;
    this.story = story;
    this.actor = actor;
    this.key = key;
  }
}

export class AskStories extends BusQuery<StoriesAnswer | StoryAnswer | RecognitionsAnswer> {
  readonly book: string;
  readonly question: StoryQuestion;
  constructor(book: string, question: StoryQuestion) {
    super();
    this.book = book;
    this.question = question;
  }
}

/** A story as it may be shown now. */
export interface StoryShown {
  readonly row: StoryRow;
  readonly status: Story['status'];
  /** Null: it is not there. */
  readonly text: string | null;
}

/** Those of the rows that whoever asks may see, exact: a story that was withdrawn is not among them, whatever a view says. */
export class ShowStories extends BusQuery<readonly StoryShown[]> {
  readonly book: string;
  readonly rows: readonly StoryRow[];
  readonly actor: Actor;
  constructor(book: string, rows: readonly StoryRow[], actor: Actor) {
    super();
    this.book = book;
    this.rows = rows;
    this.actor = actor;
  }
}

@CommandHandler(ProposeStory)
export class ProposeStoryHandler implements ICommandHandler<ProposeStory> {
  readonly #books: Books;
  readonly #texts: StoryTexts;
  readonly #clock: Clock;
  constructor(
    @Inject(BOOKS) books: Books,
    @Inject(STORY_TEXTS) texts: StoryTexts,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.#books = books;
    this.#texts = texts;
    this.#clock = clock;
  }

  async execute({ book, asked, actor, key }: ProposeStory): Promise<Answer> {
    const place = this.#texts.placeOf(book, key);
    const told = (text: KeptText) =>
      ({ type: 'ProposeStory', asked: { act: asked.act, about: asked.about, text } }) as const;
    // Nothing is put anywhere for whoever may not propose.
    const refusal = lacking(told({ place, hash: '' }), actor.subject, actor.roles);
    if (refusal !== undefined) return { outcome: 'refused', refusal };
    const known = await this.#storyAt(book, place);
    // Once it is withdrawn its text cannot be compared any more, and must not come back.
    const text =
      known?.status === 'withdrawn'
        ? known.text
        : await this.#texts.put(book, place, asked.text, this.#clock.now());
    const answer = await this.#books.execute(book, told(text), { key, actor });
    if (answer.outcome === 'refused' && (await this.#storyAt(book, place)) === undefined)
      await this.#texts.erase(book, place);
    return answer;
  }

  async #storyAt(book: string, place: string): Promise<Story | undefined> {
    return (await this.#books.read(book, (state) => storyAt(state, place)))?.value;
  }
}

function storyAt({ stories }: BookState, place: string): Story | undefined {
  for (const story of stories.values()) if (story.text.place === place) return story;
  return undefined;
}

@CommandHandler(WithdrawStory)
export class WithdrawStoryHandler implements ICommandHandler<WithdrawStory> {
  readonly #books: Books;
  readonly #texts: StoryTexts;
  constructor(@Inject(BOOKS) books: Books, @Inject(STORY_TEXTS) texts: StoryTexts) {
    this.#books = books;
    this.#texts = texts;
  }

  /** Answered only once the text is erased; until then the same key finishes it. */
  async execute({ book, story, actor, key }: WithdrawStory): Promise<Answer> {
    const answer = await this.#books.execute(book, { type: 'WithdrawStory', story }, { key, actor });
    if (answer.outcome === 'recorded') {
      const known = await this.#books.read(book, (state) => state.stories.get(story));
      if (known?.value !== undefined) await this.#texts.erase(book, known.value.text.place);
    }
    return answer;
  }
}

@QueryHandler(AskStories)
export class AskStoriesHandler implements IQueryHandler<AskStories> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, question }: AskStories): Promise<StoriesAnswer | StoryAnswer | RecognitionsAnswer> {
    return this.#views.stories(book, question);
  }
}

@QueryHandler(ShowStories)
export class ShowStoriesHandler implements IQueryHandler<ShowStories> {
  readonly #books: Books;
  readonly #texts: StoryTexts;
  constructor(@Inject(BOOKS) books: Books, @Inject(STORY_TEXTS) texts: StoryTexts) {
    this.#books = books;
    this.#texts = texts;
  }

  async execute({ book, rows, actor }: ShowStories): Promise<readonly StoryShown[]> {
    const known = await this.#books.read(book, ({ stories }) =>
      rows.map(({ proposed }) => stories.get(proposed.id)),
    );
    const shown: StoryShown[] = [];
    for (const [i, row] of rows.entries()) {
      const story = known?.value[i];
      if (story === undefined || story.status === 'withdrawn') continue;
      if (story.status !== 'published' && !may(actor.roles, 'stories:write')) continue;
      const text = (await this.#texts.textOf(book, story.text)) ?? null;
      shown.push({ row, status: story.status, text });
    }
    return shown;
  }
}

export const STORY_HANDLERS = [
  ProposeStoryHandler,
  WithdrawStoryHandler,
  AskStoriesHandler,
  ShowStoriesHandler,
];
