import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KEY_FILTERS, MAX_PAGE } from '../../../libs/views/adjustments/adjustments.ts';
import { actorOf } from '../access/gate.ts';
import { WriteToBook } from '../books/books.bus.ts';
import { pageOf, sendPage } from '../http/page.ts';
import { aPosition } from '../http/position.ts';
import { anId, readQuery, whole } from '../http/query.ts';
import { sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody } from '../http/request.ts';
import { readBeforeView } from '../metrics/reading-a-view.ts';
import { Describe } from '../openapi/describe.ts';
import { problemOfRefusal } from '../problems/problem.ts';
import { adjustmentBody } from './adjustment.rendering.ts';
import { SearchAdjustments } from './adjustments.bus.ts';
import { readAdjustment } from './adjustments.fields.ts';

const PARAMETERS = {
  limit: anId,
  author: anId,
  ...(Object.fromEntries(KEY_FILTERS.map((name) => [name, anId])) as Record<
    (typeof KEY_FILTERS)[number],
    typeof anId
  >),
  cursor: (text: string) => ({ value: text }),
  pageSize: whole(1, MAX_PAGE),
  atLeast: aPosition,
} as const;

@Controller('v1/books/:book/adjustments')
export class AdjustmentsController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post()
  @Describe({
    id: 'postAdjustment',
    tag: 'Allowances',
    summary: 'Grant, correct, or transfer between buckets of one limit',
    description:
      'A grant gives more than the limit does, a correction gives or takes away, a transfer moves what remains of one bucket to another. The author never gains by it. Undone by a correction.',
    path: ['book'],
    body: 'AdjustmentPost',
    key: true,
    answer: [201, 'Adjustment'],
    problems: [400, 403, 404, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const command = readAdjustment(jsonBody(request));
    const answer = await this.#commands.execute(new WriteToBook(book, command, actorOf(request), key));
    if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
    if (
      answer.outcome !== 'recorded' ||
      (answer.event.type !== 'BucketAdjusted' && answer.event.type !== 'BucketTransferred')
    ) {
      throw new Error('No adjustment was recorded.');
    }
    const body = adjustmentBody(answer.event, answer.position);
    sendRecorded(reply, JSON.stringify(body), answer.replayed);
  }

  @Get()
  @Describe({
    id: 'searchAdjustments',
    tag: 'Allowances',
    summary: 'What was adjusted, by whom and why, newest first',
    description:
      'Answered from a view that follows the ledger closely; `position` says how far it has come, `atLeast` waits for a position. A transfer is found by either side.',
    path: ['book'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'Adjustments'],
    problems: [400, 404],
  })
  async search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { atLeast, ...filters } = readQuery(request, PARAMETERS);
    await readBeforeView(this.#queries, 'adjustments', book, atLeast, () => undefined);
    const page = pageOf(await this.#queries.execute(new SearchAdjustments(book, filters)));
    const adjustments = page.rows.map((row) => adjustmentBody(row.event, row.position));
    sendPage(reply, 'adjustments', adjustments, page);
  }
}
