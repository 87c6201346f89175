import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type AskedRecognition, RECOGNISED_FOR } from '../../../libs/domain/story/story.ts';
import type { RecognitionsAnswer } from '../../../libs/views/stories/stories.ts';
import { record } from '../books/recorded.ts';
import { ID_MAX_LENGTH } from '../http/field-text.ts';
import { choiceMember, readMembers, textMember } from '../http/members.ts';
import { PAGING, pageOf, sendPage } from '../http/page.ts';
import { readQuery } from '../http/query.ts';
import { bookId, idempotencyKey, jsonBody } from '../http/request.ts';
import { readBeforeView } from '../metrics/reading-a-view.ts';
import { Describe } from '../openapi/describe.ts';
import { AskStories } from './stories.bus.ts';
import { send } from './stories.controller.ts';
import { recognitionBody } from './story.rendering.ts';

const anId = textMember({ maxLength: ID_MAX_LENGTH });
const RECOGNITION = { employee: anId, for: choiceMember(RECOGNISED_FOR), reason: anId, story: anId };
const NEEDED = {
  employee: 'Say whose it is.',
  for: `Say what for: ${RECOGNISED_FOR.join(', ')}.`,
  reason: 'Give a reason, as acts have one.',
};

@Controller('v1/books/:book/recognitions')
export class RecognitionsController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post()
  @Describe({
    id: 'postRecognition',
    tag: 'Stories',
    summary: 'Recognise an employee, for an idea or for going the extra mile',
    path: ['book'],
    body: 'RecognitionPost',
    key: true,
    answer: [201, 'Recognition'],
    problems: [400, 403, 404, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const asked = readMembers<AskedRecognition>(
      jsonBody(request),
      'A recognition',
      RECOGNITION,
      NEEDED,
    ) as AskedRecognition;
    const command = { type: 'GiveRecognition', asked } as const;
    send(reply, await record(this.#commands, request, book, command, key));
  }

  @Get()
  @Describe({
    id: 'searchRecognitions',
    tag: 'Stories',
    summary: 'What was recognised, newest first; nobody is counted',
    path: ['book'],
    query: Object.keys(PAGING),
    answer: [200, 'Recognitions'],
    problems: [400, 404],
  })
  async search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { atLeast, ...filters } = readQuery(request, PAGING);
    await readBeforeView(this.#queries, 'stories', book, atLeast);
    const asked = new AskStories(book, { about: 'recognitions', filters });
    const page = pageOf((await this.#queries.execute(asked)) as RecognitionsAnswer);
    sendPage(reply, 'recognitions', page.rows.map(recognitionBody), page);
  }
}
