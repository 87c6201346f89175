import { Inject } from '@nestjs/common';
import { Query as BusQuery, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { AdjustmentFilters, AdjustmentsAnswer } from '../../../libs/views/adjustments/adjustments.ts';
import type { Views } from '../../../libs/views/views.ts';
import { VIEWS } from '../parts.ts';

export class SearchAdjustments extends BusQuery<AdjustmentsAnswer> {
  readonly book: string;
  readonly filters: AdjustmentFilters;
  constructor(book: string, filters: AdjustmentFilters) {
    super();
    this.book = book;
    this.filters = filters;
  }
}

@QueryHandler(SearchAdjustments)
export class SearchAdjustmentsHandler implements IQueryHandler<SearchAdjustments> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, filters }: SearchAdjustments): Promise<AdjustmentsAnswer> {
    return this.#views.adjustments(book, filters);
  }
}
