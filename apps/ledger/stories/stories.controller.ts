import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../../libs/books/answers.ts';
import { may } from '../../../libs/domain/access/access.ts';
import { notAllowed } from '../../../libs/domain/access/capabilities.ts';
import type { StoryCommand } from '../../../libs/domain/book/story-commands.ts';
import type { StoryEvent } from '../../../libs/domain/book/story-events.ts';
import {
  ABOUT_CUSTOMER,
  type AskedStory,
  STORY_STATUSES,
  STORY_TEXT_MAX_LENGTH,
} from '../../../libs/domain/story/story.ts';
import type { StoriesAnswer, StoryAnswer } from '../../../libs/views/stories/stories.ts';
import { actorOf } from '../access/gate.ts';
import { record, recordedOf } from '../books/recorded.ts';
import { ID_MAX_LENGTH } from '../http/field-text.ts';
import { choiceMember, readMembers, textMember } from '../http/members.ts';
import { PAGING, pageOf, sendPage } from '../http/page.ts';
import { aPosition } from '../http/position.ts';
import { oneOf, readQuery } from '../http/query.ts';
import { sendJson, sendRecorded } from '../http/reply.ts';
import { bookId, hasBody, idempotencyKey, jsonBody, pathId } from '../http/request.ts';
import { readBeforeView } from '../metrics/reading-a-view.ts';
import { Describe } from '../openapi/describe.ts';
import { Problem, problemOfRefusal } from '../problems/problem.ts';
import { AskStories, ProposeStory, ShowStories, WithdrawStory } from './stories.bus.ts';
import { recordedBody, storyBody } from './story.rendering.ts';

/** Withdrawn ones are shown to nobody. */
export const STATUSES_SHOWN = STORY_STATUSES.slice(0, 3);

const PARAMETERS = {
  storyStatus: oneOf(STATUSES_SHOWN),
  ...PAGING,
} as const;

const anId = textMember({ maxLength: ID_MAX_LENGTH });
const PROPOSAL = {
  act: anId,
  about: choiceMember(ABOUT_CUSTOMER),
  text: textMember({ maxLength: STORY_TEXT_MAX_LENGTH, lines: true }),
};
const NEEDED = {
  act: 'Give the id of the act that it tells of.',
  about: `Say whether it tells of a customer: ${ABOUT_CUSTOMER.join(', ')}.`,
  text: 'Tell it, in words that its employee agrees to.',
};
const WHERE = { location: anId };
const TAKEN_UP = { location: anId, act: anId };

@Controller('v1/books/:book/stories')
export class StoriesController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post()
  @Describe({
    id: 'postStory',
    tag: 'Stories',
    summary: 'Propose a story: a note of an act, told so that others may learn from it',
    description:
      'The text is kept outside the ledger, where it can be erased. It must say whether it tells of a customer: of nobody, of one whom nobody could tell from it, or of one who agreed. Its employee consents next.',
    path: ['book'],
    body: 'StoryPost',
    key: true,
    answer: [201, 'StoryRecorded'],
    problems: [400, 403, 404, 409, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const asked = readMembers<Omit<AskedStory, 'text'> & { text: string }>(
      jsonBody(request),
      'A story',
      PROPOSAL,
      NEEDED,
    ) as Omit<AskedStory, 'text'> & { text: string };
    send(reply, await this.#commands.execute(new ProposeStory(book, asked, actorOf(request), key)));
  }

  @Post(':story/consent')
  @HttpCode(201)
  @Describe({
    id: 'consentToStory',
    tag: 'Stories',
    summary: 'Its employee consents, with their own key or where they stand at the till',
    path: ['book', 'story'],
    key: true,
    answer: [201, 'StoryStep'],
    problems: [400, 403, 404, 409],
  })
  consent(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#step(request, reply, (story) => ({ type: 'ConsentToStory', story }));
  }

  @Post(':story/withdraw')
  @HttpCode(201)
  @Describe({
    id: 'withdrawStory',
    tag: 'Stories',
    summary: 'Withdraw it, at any time and for good: the text is erased, and no answer has it any more',
    path: ['book', 'story'],
    key: true,
    answer: [201, 'StoryStep'],
    problems: [400, 403, 404, 409],
  })
  async withdraw(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [book, story, key] = [bookId(request), pathId(request, 'story'), idempotencyKey(request)];
    send(reply, await this.#commands.execute(new WithdrawStory(book, story, actorOf(request), key)));
  }

  @Post(':story/publish')
  @HttpCode(201)
  @Describe({
    id: 'publishStory',
    tag: 'Stories',
    summary: 'Publish it; not by whoever proposed it, consented to it, or is its employee',
    path: ['book', 'story'],
    key: true,
    answer: [201, 'StoryStep'],
    problems: [400, 403, 404, 409],
  })
  publish(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#step(request, reply, (story) => ({ type: 'PublishStory', story }));
  }

  @Post(':story/retell')
  @HttpCode(201)
  @Describe({
    id: 'retellStory',
    tag: 'Stories',
    summary: 'It was told again, somewhere',
    path: ['book', 'story'],
    body: 'StoryRetelling',
    bodyOptional: true,
    key: true,
    answer: [201, 'StoryStep'],
    problems: [400, 403, 404, 409, 413, 415],
  })
  retell(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const body = hasBody(request) ? jsonBody(request) : {};
    const asked = readMembers<{ location?: string }>(body, 'A retelling', WHERE, {});
    return this.#step(request, reply, (story) => ({ type: 'RetellStory', story, asked }));
  }

  @Post(':story/take-up')
  @HttpCode(201)
  @Describe({
    id: 'takeUpStory',
    tag: 'Stories',
    summary: 'Somebody elsewhere did the same',
    path: ['book', 'story'],
    body: 'StoryTakeUp',
    key: true,
    answer: [201, 'StoryStep'],
    problems: [400, 403, 404, 409, 413, 415, 422],
  })
  takeUp(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const needed = { location: 'Say where it was taken up.' };
    const asked = readMembers<{ location: string; act?: string }>(
      jsonBody(request),
      'What was taken up',
      TAKEN_UP,
      needed,
    ) as { location: string; act?: string };
    return this.#step(request, reply, (story) => ({ type: 'TakeUpStory', story, asked }));
  }

  @Get()
  @Describe({
    id: 'searchStories',
    tag: 'Stories',
    summary: 'Stories, newest first',
    description:
      'Published ones for whoever may read acts; those that are not yet published (storyStatus) for whoever may propose. Withdrawn ones are in no answer, from the moment of the withdrawal on. In the order of time alone.',
    path: ['book'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'Stories'],
    problems: [400, 404],
  })
  async search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { atLeast, storyStatus: status = 'published', ...asked } = readQuery(request, PARAMETERS);
    const actor = actorOf(request);
    if (status !== 'published' && !may(actor.roles, 'stories:write'))
      throw problemOfRefusal(notAllowed(actor.subject, actor.roles, 'stories:write'));
    await readBeforeView(this.#queries, 'stories', book, atLeast);
    const question = { about: 'stories', filters: { status, ...asked } } as const;
    const page = pageOf((await this.#queries.execute(new AskStories(book, question))) as StoriesAnswer);
    const shown = await this.#queries.execute(new ShowStories(book, page.rows, actor));
    const stories = shown.filter((story) => story.status === status).map(storyBody);
    sendPage(reply, 'stories', stories, page);
  }

  @Get(':story')
  @Describe({
    id: 'getStory',
    tag: 'Stories',
    summary: 'One story; 404 once it was withdrawn',
    path: ['book', 'story'],
    query: ['atLeast'],
    answer: [200, 'Story'],
    problems: [400, 404],
  })
  async one(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const [book, story] = [bookId(request), pathId(request, 'story')];
    const { atLeast } = readQuery(request, { atLeast: aPosition });
    await readBeforeView(this.#queries, 'stories', book, atLeast);
    const asked = new AskStories(book, { about: 'story', story });
    const { row, position } = (await this.#queries.execute(asked)) as StoryAnswer;
    const rows = row === null ? [] : [row];
    const [shown] = await this.#queries.execute(new ShowStories(book, rows, actorOf(request)));
    if (shown === undefined)
      throw new Problem('story-not-found', { detail: `There is no story "${story}" to be shown.` });
    sendJson(reply, 200, JSON.stringify({ ...storyBody(shown), position }));
  }

  async #step(
    request: FastifyRequest,
    reply: FastifyReply,
    command: (story: string) => StoryCommand,
  ): Promise<void> {
    const [book, story, key] = [bookId(request), pathId(request, 'story'), idempotencyKey(request)];
    send(reply, await record(this.#commands, request, book, command(story), key));
  }
}

export function send(reply: FastifyReply, answer: Answer): void {
  const { event, position, replayed } = recordedOf(answer);
  sendRecorded(reply, JSON.stringify(recordedBody(event as StoryEvent, position)), replayed);
}
