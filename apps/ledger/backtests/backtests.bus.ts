/** Backtests, as the controllers ask for them. */
import { Inject } from '@nestjs/common';
import { Query as BusQuery, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { Backtests, Run } from '../../../libs/backtest/backtests.ts';
import type { BacktestRequest } from '../../../libs/backtest/run-backtest.ts';
import type { Books } from '../../../libs/books/books.ts';
import type { BacktestRequested } from '../../../libs/domain/book/events.ts';
import { BACKTESTS, BOOKS } from '../parts.ts';

/** The run of a request: one that is there, or a new one. */
export class BeginBacktest extends BusQuery<Run> {
  readonly request: BacktestRequest;
  /** Whether one that was cancelled or failed is begun anew. */
  readonly anew: boolean;
  constructor(request: BacktestRequest, { anew }: { readonly anew: boolean }) {
    super();
    this.request = request;
    this.anew = anew;
  }
}

/** What was asked for under an id; undefined: nothing. */
export class FindBacktest extends BusQuery<BacktestRequested | undefined> {
  readonly book: string;
  readonly id: string;
  constructor(book: string, id: string) {
    super();
    this.book = book;
    this.id = id;
  }
}

/** Ends a run that waits or runs. @returns what became of it; undefined: there is no run of this request now */
export class CancelBacktest extends BusQuery<Run | undefined> {
  readonly request: BacktestRequest;
  constructor(request: BacktestRequest) {
    super();
    this.request = request;
  }
}

@QueryHandler(BeginBacktest)
export class BeginBacktestHandler implements IQueryHandler<BeginBacktest> {
  readonly #backtests: Backtests;
  readonly #books: Books;
  constructor(@Inject(BACKTESTS) backtests: Backtests, @Inject(BOOKS) books: Books) {
    this.#backtests = backtests;
    this.#books = books;
  }
  async execute({ request, anew }: BeginBacktest): Promise<Run> {
    const known = this.#backtests.find(request);
    if (known !== undefined && (!anew || !known.isOver || known.state === 'done')) return known;
    // The state knows them, and saves the run from looking for them.
    const reversed = await this.#books.read(request.book, (state) => [...state.reversals.keys()]);
    return this.#backtests.begin(request, reversed?.value);
  }
}

@QueryHandler(FindBacktest)
export class FindBacktestHandler implements IQueryHandler<FindBacktest> {
  readonly #books: Books;
  constructor(@Inject(BOOKS) books: Books) {
    this.#books = books;
  }
  execute({ book, id }: FindBacktest): Promise<BacktestRequested | undefined> {
    return this.#books.backtest(book, id);
  }
}

@QueryHandler(CancelBacktest)
export class CancelBacktestHandler implements IQueryHandler<CancelBacktest> {
  readonly #backtests: Backtests;
  constructor(@Inject(BACKTESTS) backtests: Backtests) {
    this.#backtests = backtests;
  }
  async execute({ request }: CancelBacktest): Promise<Run | undefined> {
    const run = this.#backtests.find(request);
    if (run !== undefined) this.#backtests.cancel(run);
    return run;
  }
}

export const BACKTESTS_HANDLERS = [BeginBacktestHandler, FindBacktestHandler, CancelBacktestHandler];
