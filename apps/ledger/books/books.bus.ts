/** Messages between the controllers and the books, and who answers them. */
import { Inject } from '@nestjs/common';
import {
  Command as BusCommand,
  Query as BusQuery,
  CommandHandler,
  type ICommandHandler,
  type IQueryHandler,
  QueryHandler,
} from '@nestjs/cqrs';
import type { Answer } from '../../../libs/books/answers.ts';
import type { Books } from '../../../libs/books/books.ts';
import type { Actor } from '../../../libs/domain/access/access.ts';
import type { Command } from '../../../libs/domain/book/commands.ts';
import type { BookState } from '../../../libs/domain/book/state.ts';
import { BOOKS } from '../parts.ts';

export class WriteToBook extends BusCommand<Answer> {
  readonly book: string;
  readonly command: Command;
  readonly actor: Actor;
  /** Absent for PUTs, which state a whole resource. */
  readonly key: string | undefined;
  constructor(book: string, command: Command, actor: Actor, key?: string) {
    super();
    this.book = book;
    this.command = command;
    this.actor = actor;
    this.key = key;
  }
}

export class WriteManyToBook extends BusCommand<Answer[]> {
  readonly book: string;
  readonly writes: readonly { readonly command: Command; readonly key: string }[];
  readonly actor: Actor;
  constructor(
    book: string,
    writes: readonly { readonly command: Command; readonly key: string }[],
    actor: Actor,
  ) {
    super();
    this.book = book;
    this.writes = writes;
    this.actor = actor;
  }
}

export interface Reading<T> {
  readonly value: T;
  readonly position: number;
}

/** Undefined: there is no such book. */
export class ReadBook<T> extends BusQuery<Reading<T> | undefined> {
  readonly book: string;
  readonly read: (state: BookState) => T;
  constructor(book: string, read: (state: BookState) => T) {
    super();
    this.book = book;
    this.read = read;
  }
}

@CommandHandler(WriteToBook)
export class WriteToBookHandler implements ICommandHandler<WriteToBook> {
  readonly #books: Books;
  constructor(@Inject(BOOKS) books: Books) {
    this.#books = books;
  }
  execute({ book, command, actor, key }: WriteToBook): Promise<Answer> {
    return this.#books.execute(book, command, key === undefined ? { actor } : { key, actor });
  }
}

@CommandHandler(WriteManyToBook)
export class WriteManyToBookHandler implements ICommandHandler<WriteManyToBook> {
  readonly #books: Books;
  constructor(@Inject(BOOKS) books: Books) {
    this.#books = books;
  }
  execute({ book, writes, actor }: WriteManyToBook): Promise<Answer[]> {
    return this.#books.executeMany(book, writes, { actor });
  }
}

@QueryHandler(ReadBook)
export class ReadBookHandler implements IQueryHandler<ReadBook<unknown>> {
  readonly #books: Books;
  constructor(@Inject(BOOKS) books: Books) {
    this.#books = books;
  }
  execute({ book, read }: ReadBook<unknown>): Promise<Reading<unknown> | undefined> {
    return this.#books.read(book, read);
  }
}

export const BOOKS_HANDLERS = [WriteToBookHandler, WriteManyToBookHandler, ReadBookHandler];
