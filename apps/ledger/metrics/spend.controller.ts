import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SPEND_DIMENSIONS } from '../../../libs/views/spend/spend.ts';
import { ViewsUnavailable } from '../../../libs/views/views.ts';
import { aPosition } from '../http/position.ts';
import { aDate, listOf, readQuery } from '../http/query.ts';
import { sendJson } from '../http/reply.ts';
import { bookId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { parameterProblem } from '../problems/problem.ts';
import { readBeforeView } from './reading-a-view.ts';
import { AskSpend } from './spend.bus.ts';

const PARAMETERS = { from: aDate, to: aDate, groupBy: listOf(SPEND_DIMENSIONS), atLeast: aPosition } as const;

@Controller('v1/books/:book/metrics')
export class SpendController {
  readonly #queries: QueryBus;
  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get('spend')
  @Describe({
    id: 'getSpend',
    tag: 'Metrics',
    summary: 'What was given, net of reversals, by one or more dimensions',
    description:
      'Of the acts whose business date is in the span, both days included. Grouped by role, an employee with several roles counts in each: then rowsOverlap is true.',
    path: ['book'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'Spend'],
    problems: [400, 404],
  })
  async spend(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { atLeast, groupBy = ['day'], ...span } = readQuery(request, PARAMETERS);
    const known = await readBeforeView(
      this.#queries,
      'spend',
      book,
      atLeast,
      (state) => state.book!.currency,
    );
    const answer = await this.#queries.execute(new AskSpend(book, { groupBy, ...span }));
    if (!answer.ok) {
      throw parameterProblem('query-invalid', [
        { parameter: 'groupBy', code: 'out-of-range', detail: answer.detail, advice: answer.advice },
      ]);
    }
    const { rows, total, rowsOverlap, position } = answer;
    const currency = known ?? answer.currency;
    if (currency === null) throw new ViewsUnavailable('the currency of the book is not known yet');
    sendJson(
      reply,
      200,
      JSON.stringify({
        currency,
        from: span.from ?? null,
        to: span.to ?? null,
        groupBy,
        rows: rows.map(({ key, ...measures }) => ({ key, ...measures })),
        total,
        rowsOverlap,
        position,
      }),
    );
  }
}
