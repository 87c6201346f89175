/** The question of how employees use what they may give. */
import { Inject } from '@nestjs/common';
import { Query as BusQuery, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { UseAnswer, UseSpan } from '../../../libs/views/use/use.ts';
import type { Views } from '../../../libs/views/views.ts';
import { VIEWS } from '../parts.ts';

export class AskUse extends BusQuery<UseAnswer> {
  readonly book: string;
  readonly span: UseSpan;
  constructor(book: string, span: UseSpan) {
    super();
    this.book = book;
    this.span = span;
  }
}

@QueryHandler(AskUse)
export class AskUseHandler implements IQueryHandler<AskUse> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, span }: AskUse): Promise<UseAnswer> {
    return this.#views.use(book, span);
  }
}
