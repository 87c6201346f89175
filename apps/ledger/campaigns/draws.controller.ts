import { Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BookEvent } from '../../../libs/domain/book/events.ts';
import { actorOf } from '../access/gate.ts';
import { WriteManyToBook, WriteToBook } from '../books/books.bus.ts';
import { batchResults, readBatch, writesOf } from '../http/batch.ts';
import { sendJson, sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody, pathId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { problemOfRefusal } from '../problems/problem.ts';
import { parseDraw } from './draw.parsing.ts';
import { drawnBody } from './draw.rendering.ts';

@Controller('v1/books/:book/campaigns/:campaign/draws')
export class DrawsController {
  readonly #commands: CommandBus;
  constructor(commands: CommandBus) {
    this.#commands = commands;
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
    const answer = await this.#commands.execute(new WriteToBook(book, command, actorOf(request), key));
    if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
    if (answer.outcome !== 'recorded') throw new Error('A draw was answered as a statement.');
    sendRecorded(reply, rendered(answer.event, answer.position), answer.replayed);
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
    const writes = new WriteManyToBook(book, writesOf(items), actorOf(request));
    const { text, allReplayed } = batchResults(items, await this.#commands.execute(writes), (answer) =>
      rendered(answer.event, answer.position),
    );
    if (allReplayed) reply.header('idempotent-replayed', 'true');
    sendJson(reply, 200, text);
  }
}

function rendered(event: BookEvent, position: number): string {
  if (event.type !== 'LotDrawn') throw new Error(`A draw was answered with ${event.type}.`);
  return JSON.stringify(drawnBody(event, position));
}
