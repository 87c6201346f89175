import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Observed } from '../../../libs/views/outcome-metrics/outcome-metrics.ts';
import { ViewsUnavailable } from '../../../libs/views/views.ts';
import { reportForm, sendReport } from '../backtests/backtests.replies.ts';
import { readQuery } from '../http/query.ts';
import { bookId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { parameterProblem } from '../problems/problem.ts';
import { AskOutcomeMetrics } from './outcome-metrics.bus.ts';
import { renderMetrics } from './outcome-metrics.page.ts';
import { METRICS_PARAMETERS, splitFilters } from './outcome-metrics.query.ts';
import { readBeforeView } from './reading-a-view.ts';

@Controller('v1/books/:book/metrics')
export class OutcomeMetricsController {
  readonly #queries: QueryBus;
  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get('outcomes')
  @Describe({
    id: 'getOutcomeMetrics',
    tag: 'Metrics',
    summary:
      'What followed acts: first answers, repeat contacts, returns and spend, by one or more dimensions',
    description:
      'Of the acts whose business date is in the span and that pass the filters, as far as outcomes have been told (observedUntil: no further than that). Every figure carries n, a 95 % interval and its evidence grade; what cannot be told is null and says why. Customers who were not watched long enough are censored. The figures are defined in docs/measuring.md.',
    path: ['book'],
    query: Object.keys(METRICS_PARAMETERS),
    answer: [200, 'OutcomeMetrics'],
    alsoText: true,
    problems: [400, 404],
  })
  async metrics(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { filters, rest } = splitFilters(readQuery(request, METRICS_PARAMETERS));
    const { atLeast, as, groupBy = [], ...span } = rest;
    const form = reportForm(request, as as 'json' | 'text' | undefined);
    checkOrder(span);
    const known = await readBeforeView(
      this.#queries,
      'outcomes',
      book,
      atLeast,
      (state) => state.book!.currency,
    );
    const answer = await this.#queries.execute(new AskOutcomeMetrics(book, { ...span, groupBy, filters }));
    if (!answer.ok) {
      throw parameterProblem('query-invalid', [
        { parameter: 'groupBy', code: 'out-of-range', detail: answer.detail, advice: answer.advice },
      ]);
    }
    const { rows, total, rowsOverlap, grade, causal, notes, observedUntil, position } = answer;
    const currency = known ?? answer.currency;
    if (currency === null) throw new ViewsUnavailable('the currency of the book is not known yet');
    const body = {
      currency,
      from: span.from ?? null,
      to: span.to ?? null,
      filters,
      groupBy,
      observedUntil: observedBody(observedUntil),
      grade,
      causal,
      rows,
      total,
      rowsOverlap,
      notes,
      position,
    };
    sendReport(reply, form, {
      json: JSON.stringify(body),
      page: form === 'text' ? renderMetrics(book, body) : '',
    });
  }
}

export function observedBody({ returns, contacts }: Observed) {
  const text = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return { returns: text(returns), contacts: text(contacts) };
}

/** @throws Problem when the span ends before it begins */
export function checkOrder({ from, to }: { readonly from?: string; readonly to?: string }): void {
  if (from === undefined || to === undefined || from <= to) return;
  throw parameterProblem('query-invalid', [
    {
      parameter: 'to',
      code: 'out-of-range',
      detail: `The span ends on ${to}, before it begins on ${from}.`,
      advice: 'Give from and to in their order; both days are included.',
    },
  ]);
}
