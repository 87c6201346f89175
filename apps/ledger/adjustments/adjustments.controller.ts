import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KEY_FILTERS } from '../../../libs/views/adjustments/adjustments.ts';
import { factOf, record } from '../books/recorded.ts';
import { PAGING, pageOf, sendPage } from '../http/page.ts';
import { anId, readQuery } from '../http/query.ts';
import { sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody } from '../http/request.ts';
import { readBeforeView } from '../metrics/reading-a-view.ts';
import { Describe } from '../openapi/describe.ts';
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
  ...PAGING,
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
    const answer = await record(this.#commands, request, book, command, key);
    const body = adjustmentBody(factOf(answer, 'BucketAdjusted', 'BucketTransferred'), answer.position);
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
    await readBeforeView(this.#queries, 'adjustments', book, atLeast);
    const page = pageOf(await this.#queries.execute(new SearchAdjustments(book, filters)));
    const adjustments = page.rows.map((row) => adjustmentBody(row.event, row.position));
    sendPage(reply, 'adjustments', adjustments, page);
  }
}
