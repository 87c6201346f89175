/** Questions about what followed acts, answered from their view. */
import { Inject } from '@nestjs/common';
import { Query as BusQuery, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { ComparisonAnswer, ComparisonQuery } from '../../../libs/views/outcome-metrics/compare.ts';
import type {
  OutcomeMetricsAnswer,
  OutcomeMetricsQuery,
} from '../../../libs/views/outcome-metrics/outcome-metrics.ts';
import type { Views } from '../../../libs/views/views.ts';
import { VIEWS } from '../parts.ts';

export class AskOutcomeMetrics extends BusQuery<OutcomeMetricsAnswer> {
  readonly book: string;
  readonly query: OutcomeMetricsQuery;
  constructor(book: string, query: OutcomeMetricsQuery) {
    super();
    this.book = book;
    this.query = query;
  }
}

@QueryHandler(AskOutcomeMetrics)
export class AskOutcomeMetricsHandler implements IQueryHandler<AskOutcomeMetrics> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, query }: AskOutcomeMetrics): Promise<OutcomeMetricsAnswer> {
    return this.#views.outcomeMetrics(book, query);
  }
}

export class CompareOutcomes extends BusQuery<ComparisonAnswer> {
  readonly book: string;
  readonly query: ComparisonQuery;
  constructor(book: string, query: ComparisonQuery) {
    super();
    this.book = book;
    this.query = query;
  }
}

@QueryHandler(CompareOutcomes)
export class CompareOutcomesHandler implements IQueryHandler<CompareOutcomes> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, query }: CompareOutcomes): Promise<ComparisonAnswer> {
    return this.#views.compareOutcomes(book, query);
  }
}

export const OUTCOME_METRICS_HANDLERS = [AskOutcomeMetricsHandler, CompareOutcomesHandler];
