/** Questions that the views answer about spend, and the wait for a view to come far enough. */
import { Inject } from '@nestjs/common';
import { Query as BusQuery, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { SpendAnswer, SpendQuery } from '../../../libs/views/spend/spend.ts';
import type { Views } from '../../../libs/views/views.ts';
import { AT_LEAST_WAIT_MS, behind } from '../http/position.ts';
import { VIEWS } from '../parts.ts';

export type ViewName =
  | 'register'
  | 'spend'
  | 'adjustments'
  | 'facts'
  | 'use'
  | 'stories'
  | 'outcomes'
  | 'conduct';

export class AskSpend extends BusQuery<SpendAnswer> {
  readonly book: string;
  readonly query: SpendQuery;
  constructor(book: string, query: SpendQuery) {
    super();
    this.book = book;
    this.query = query;
  }
}

/** The newest event of the book that the view reflects; -1 while it knows nothing of it. */
export class ViewPosition extends BusQuery<number> {
  readonly view: ViewName;
  readonly book: string;
  constructor(view: ViewName, book: string) {
    super();
    this.view = view;
    this.book = book;
  }
}

/** Answers once the view reflects the position; a Problem when that takes too long. */
export class WaitForView extends BusQuery<void> {
  readonly view: ViewName;
  readonly book: string;
  readonly position: number;
  constructor(view: ViewName, book: string, position: number) {
    super();
    this.view = view;
    this.book = book;
    this.position = position;
  }
}

@QueryHandler(AskSpend)
export class AskSpendHandler implements IQueryHandler<AskSpend> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, query }: AskSpend): Promise<SpendAnswer> {
    return this.#views.spend(book, query);
  }
}

@QueryHandler(ViewPosition)
export class ViewPositionHandler implements IQueryHandler<ViewPosition> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  async execute({ view, book }: ViewPosition): Promise<number> {
    return this.#views.position(book, view);
  }
}

@QueryHandler(WaitForView)
export class WaitForViewHandler implements IQueryHandler<WaitForView> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  async execute({ view, book, position }: WaitForView): Promise<void> {
    const reached = await this.#views.waitFor(book, position, AT_LEAST_WAIT_MS, view);
    if (!reached) throw behind(position, this.#views.position(book, view));
  }
}

export const SPEND_HANDLERS = [AskSpendHandler, ViewPositionHandler, WaitForViewHandler];
