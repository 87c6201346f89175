import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import { USE_DIMENSIONS } from '../../../libs/views/use/use.ts';
import { aPosition } from '../http/position.ts';
import { aDate, oneOf, readQuery } from '../http/query.ts';
import { sendJson } from '../http/reply.ts';
import { bookId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { parameterProblem } from '../problems/problem.ts';
import { readBeforeView } from './reading-a-view.ts';
import { AskUse } from './use.bus.ts';

const PARAMETERS = { from: aDate, to: aDate, groupBy: oneOf(USE_DIMENSIONS), atLeast: aPosition } as const;

@Controller('v1/books/:book/metrics/use')
export class UseController {
  readonly #queries: QueryBus;
  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @Describe({
    id: 'getUse',
    tag: 'Metrics',
    summary:
      'Whether employees use what they may give: allowances unused, and the spread over staff and stores',
    description:
      'Nobody is named. Windows of allowances are counted where they lie in the span as a whole and had ended; acts by their business date. groupBy takes one of location, region, role. Every figure with its number of cases and a 95 % interval, or why there is none; docs/measuring.md defines each.',
    path: ['book'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'Use'],
    problems: [400, 404],
  })
  async use(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { atLeast, ...span } = readQuery(request, PARAMETERS);
    for (const view of ['spend', 'use', 'outcomes'] as const)
      await readBeforeView(this.#queries, view, book, atLeast);
    const answer = await this.#queries.execute(new AskUse(book, span));
    if (!answer.ok) {
      throw parameterProblem('query-invalid', [
        { parameter: 'from', code: 'out-of-range', detail: answer.detail, advice: answer.advice },
      ]);
    }
    const { ok: _, position, asOf, ...figures } = answer;
    const body = {
      from: span.from ?? null,
      to: span.to ?? null,
      asOf: asOf === null ? null : formatInstant(asOf),
      ...figures,
      position,
    };
    sendJson(reply, 200, JSON.stringify(body));
  }
}
