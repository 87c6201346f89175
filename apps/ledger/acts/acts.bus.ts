/** Questions about acts: two that the book itself answers, exactly, and one for the register. */
import { Inject } from '@nestjs/common';
import { Query as BusQuery, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { Evaluation, FoundAct } from '../../../libs/books/answers.ts';
import type { Books } from '../../../libs/books/books.ts';
import type { Actor } from '../../../libs/domain/access/access.ts';
import type { AskedAct } from '../../../libs/domain/act/act.ts';
import type { RegisterAnswer, RegisterFilters } from '../../../libs/views/register/register.ts';
import type { Views } from '../../../libs/views/views.ts';
import { BOOKS, VIEWS } from '../parts.ts';

export class EvaluateAct extends BusQuery<Evaluation> {
  readonly book: string;
  readonly asked: AskedAct;
  readonly actor: Actor;
  constructor(book: string, asked: AskedAct, actor: Actor) {
    super();
    this.book = book;
    this.asked = asked;
    this.actor = actor;
  }
}

export class FindAct extends BusQuery<FoundAct | undefined> {
  readonly book: string;
  readonly id: string;
  constructor(book: string, id: string) {
    super();
    this.book = book;
    this.id = id;
  }
}

export class SearchRegister extends BusQuery<RegisterAnswer> {
  readonly book: string;
  readonly filters: RegisterFilters;
  constructor(book: string, filters: RegisterFilters) {
    super();
    this.book = book;
    this.filters = filters;
  }
}

@QueryHandler(EvaluateAct)
export class EvaluateActHandler implements IQueryHandler<EvaluateAct> {
  readonly #books: Books;
  constructor(@Inject(BOOKS) books: Books) {
    this.#books = books;
  }
  execute({ book, asked, actor }: EvaluateAct): Promise<Evaluation> {
    return this.#books.evaluate(book, asked, actor);
  }
}

@QueryHandler(FindAct)
export class FindActHandler implements IQueryHandler<FindAct> {
  readonly #books: Books;
  constructor(@Inject(BOOKS) books: Books) {
    this.#books = books;
  }
  execute({ book, id }: FindAct): Promise<FoundAct | undefined> {
    return this.#books.act(book, id);
  }
}

@QueryHandler(SearchRegister)
export class SearchRegisterHandler implements IQueryHandler<SearchRegister> {
  readonly #views: Views;
  constructor(@Inject(VIEWS) views: Views) {
    this.#views = views;
  }
  execute({ book, filters }: SearchRegister): Promise<RegisterAnswer> {
    return this.#views.search(book, filters);
  }
}

export const ACTS_HANDLERS = [EvaluateActHandler, FindActHandler, SearchRegisterHandler];
