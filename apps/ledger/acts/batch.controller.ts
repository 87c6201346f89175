import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readBatch, recordBatch } from '../http/batch.ts';
import { bookId, jsonBody } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import type { ServiceMetrics } from '../operations/service-metrics.ts';
import { METRICS } from '../parts.ts';
import { parseAct } from './act.parsing.ts';
import { renderAct } from './act.rendering.ts';
import { countAct, decidedOf } from './acts.controller.ts';

@Controller('v1/books/:book/acts/batch')
export class BatchController {
  readonly #commands: CommandBus;
  readonly #metrics: ServiceMetrics;
  constructor(commands: CommandBus, @Inject(METRICS) metrics: ServiceMetrics) {
    this.#commands = commands;
    this.#metrics = metrics;
  }

  @Post()
  @Describe({
    id: 'postActs',
    tag: 'Acts',
    summary: 'Post up to 1,000 acts at once',
    description:
      'Each act carries its own idempotencyKey and stands alone: results come in order, each with the status and body it would have had by itself. The header Idempotent-Replayed: true says that every act of the batch was answered before.',
    path: ['book'],
    body: 'BatchPost',
    answer: [200, 'BatchResults'],
    problems: [400, 404, 413, 415],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const items = readBatch(jsonBody(request, true), 'acts', (item, at, alsoKnown) => ({
      type: 'DecideAct',
      asked: parseAct(item, at, alsoKnown),
    }));
    await recordBatch(this.#commands, request, reply, book, items, (answer) => {
      const event = decidedOf(answer.event);
      countAct(this.#metrics, event, answer.replayed);
      return renderAct(event, answer.position);
    });
  }
}
