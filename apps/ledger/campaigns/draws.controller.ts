import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { factOf, type Recorded, record } from '../books/recorded.ts';
import { readBatch, recordBatch } from '../http/batch.ts';
import { PAGING, pageOf, sendPage } from '../http/page.ts';
import { aDate, anId, oneOf, readQuery } from '../http/query.ts';
import { sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody, pathId } from '../http/request.ts';
import { readBeforeView } from '../metrics/reading-a-view.ts';
import { Describe } from '../openapi/describe.ts';
import { SearchDraws } from '../outcomes/facts.bus.ts';
import { parseDraw } from './draw.parsing.ts';
import { drawnBody, drawRowBody } from './draw.rendering.ts';

const PARAMETERS = {
  customer: anId,
  assigned: oneOf(['true', 'false']),
  from: aDate,
  to: aDate,
  ...PAGING,
} as const;

@Controller('v1/books/:book/campaigns/:campaign/draws')
export class DrawsController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post()
  @Describe({
    id: 'postDraw',
    tag: 'Campaigns',
    summary: 'Draw the lot of a campaign for a customer',
    description:
      'Says whether the customer is among those the campaign gives to, and records it: whoever was drawn, or not, belongs to that arm from then on, whatever is given. The same customer draws the same however often, whether or not a draw is recorded.',
    path: ['book', 'campaign'],
    body: 'DrawPost',
    key: true,
    answer: [201, 'Draw'],
    problems: [400, 403, 404, 409, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const campaign = pathId(request, 'campaign');
    const key = idempotencyKey(request);
    const asked = parseDraw(campaign, jsonBody(request, true));
    const command = { type: 'DrawLot', asked } as const;
    const answer = await record(this.#commands, request, book, command, key);
    sendRecorded(reply, rendered(answer), answer.replayed);
  }

  @Post('batch')
  @Describe({
    id: 'postDraws',
    tag: 'Campaigns',
    summary: 'Draw the lot of a campaign for up to 1,000 customers at once',
    description:
      'Each carries its own idempotencyKey and stands alone: results come in order, each with the status and body it would have had by itself.',
    path: ['book', 'campaign'],
    body: 'DrawBatch',
    answer: [200, 'DrawResults'],
    problems: [400, 403, 404, 413, 415],
  })
  async postMany(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const campaign = pathId(request, 'campaign');
    const items = readBatch(jsonBody(request, true), 'draws', (item, at, alsoKnown) => ({
      type: 'DrawLot',
      asked: parseDraw(campaign, item, at, alsoKnown),
    }));
    await recordBatch(this.#commands, request, reply, book, items, rendered);
  }

  @Get()
  @Describe({
    id: 'searchDraws',
    tag: 'Campaigns',
    summary: 'Who was drawn in a campaign and who was not, newest in the ledger first',
    description:
      'Every draw that was recorded, with the chance it had. Answered from a view that follows the ledger closely; `position` says how far it has come, `atLeast` waits for a position.',
    path: ['book', 'campaign'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'Draws'],
    problems: [400, 404],
  })
  async search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const campaign = pathId(request, 'campaign');
    const { atLeast, assigned, ...named } = readQuery(request, PARAMETERS);
    const filters = { campaign, ...named, ...(assigned !== undefined && { assigned: assigned === 'true' }) };
    await readBeforeView(this.#queries, 'facts', book, atLeast);
    const page = pageOf(await this.#queries.execute(new SearchDraws(book, filters)));
    sendPage(reply, 'draws', page.rows.map(drawRowBody), page);
  }
}

function rendered(answer: Recorded): string {
  return JSON.stringify(drawnBody(factOf(answer, 'LotDrawn'), answer.position));
}
