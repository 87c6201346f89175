import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DESIGNS } from '../../../libs/views/outcome-metrics/compare.ts';
import { ViewsUnavailable } from '../../../libs/views/views.ts';
import { reportForm, sendReport } from '../backtests/backtests.replies.ts';
import { ID_MAX_LENGTH, textMistake } from '../http/field-text.ts';
import { aPosition } from '../http/position.ts';
import { aDate, anInstant, oneOf, type Parameter, readQuery } from '../http/query.ts';
import { bookId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { parameterProblem } from '../problems/problem.ts';
import { renderComparison } from './comparison.page.ts';
import { CompareOutcomes } from './outcome-metrics.bus.ts';
import { checkOrder, observedBody } from './outcome-metrics.controller.ts';
import { FILTERS, splitFilters } from './outcome-metrics.query.ts';
import { readBeforeView } from './reading-a-view.ts';

const MOST_LOCATIONS = 1_000;

const locations: Parameter<readonly string[]> = (text) => {
  const names = text.split(',').map((name) => name.trim());
  if (names.length > MOST_LOCATIONS) {
    const detail = `These are more than ${MOST_LOCATIONS} locations.`;
    return { mistake: { code: 'too-long', detail, advice: 'Name those for which something changed.' } };
  }
  for (const name of names) {
    const mistake = textMistake(name, { maxLength: ID_MAX_LENGTH });
    if (mistake !== undefined) return { mistake };
  }
  return { value: names };
};

const PARAMETERS = {
  design: oneOf(DESIGNS),
  from: aDate,
  to: aDate,
  pivot: aDate,
  affected: locations,
  ...FILTERS,
  observedUntil: anInstant,
  atLeast: aPosition,
  as: oneOf(['json', 'text']),
} as const;

@Controller('v1/books/:book/metrics/outcomes')
export class ComparisonController {
  readonly #queries: QueryBus;
  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get('compare')
  @Describe({
    id: 'compareOutcomes',
    tag: 'Metrics',
    summary: 'Two arms beside each other, with the grade of the evidence and what speaks against it',
    description:
      'design=lot (grade A; needs campaign): customers drawn against those not drawn, by intention to treat. design=policy (needs policyVersion; grade B with affected, locations for which the version changed something; without them D). design=incidents (grade C): incidents answered by an act within a day against others of the same location, reason, channel and month. design=dates (grade D; needs pivot): acts before a date and from it on. The effect is the second arm less the first; only grade A shows a cause. See docs/measuring.md.',
    path: ['book'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'OutcomeComparison'],
    alsoText: true,
    problems: [400, 404],
  })
  async compare(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { filters, rest } = splitFilters(readQuery(request, PARAMETERS, ['design']));
    const { atLeast, as, design, affected, ...span } = rest;
    const form = reportForm(request, as);
    checkOrder(span);
    const known = await readBeforeView(
      this.#queries,
      'outcomes',
      book,
      atLeast,
      (state) => state.book!.currency,
    );
    const asked = { ...span, design: design!, filters, ...(affected !== undefined && { affected }) };
    const answer = await this.#queries.execute(new CompareOutcomes(book, asked));
    if (!answer.ok) {
      const { parameter, detail, advice } = answer;
      throw parameterProblem('query-invalid', [{ parameter, code: 'not-allowed', detail, advice }]);
    }
    const { ok: _, observedUntil, currency: viewed, position, ...comparison } = answer;
    const currency = known ?? viewed;
    if (currency === null) throw new ViewsUnavailable('the currency of the book is not known yet');
    const body = {
      ...comparison,
      currency,
      from: span.from ?? null,
      to: span.to ?? null,
      filters,
      observedUntil: observedBody(observedUntil),
      position,
    };
    const page = form === 'text' ? renderComparison(book, body) : '';
    sendReport(reply, form, { json: JSON.stringify(body), page });
  }
}
