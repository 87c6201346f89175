import { Controller, Get, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Currency, Flag, Optional, readFields, TimeZone } from '../http/fields.ts';
import { bookId, jsonBody } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { parseFiscalCalendar } from './fiscal-calendar.parsing.ts';
import { show, state } from './stated.ts';

class BookFields {
  @Currency() currency!: string;
  @TimeZone() timeZone!: string;
  @Optional() @Flag() fourEyes?: boolean;
  /** Checked when it is read as a whole. */
  @Optional() fiscalCalendar?: unknown;
}

@Controller('v1/books/:book')
export class BooksController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Put()
  @Describe({
    id: 'putBook',
    tag: 'Books',
    summary: 'Open a book, or state it again',
    path: ['book'],
    body: 'BookStatement',
    answer: [200, 'Book'],
    problems: [400, 409, 413, 415],
  })
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = bookId(request);
    const {
      currency,
      timeZone,
      fourEyes = true,
      fiscalCalendar: posted,
    } = readFields(BookFields, jsonBody(request));
    const fiscalCalendar = posted === undefined ? {} : { fiscalCalendar: parseFiscalCalendar(posted) };
    const book = { currency, timeZone, fourEyes, ...fiscalCalendar };
    await state(this.#commands, request, reply, id, { type: 'DefineBook', book }, { id, ...book });
  }

  @Get()
  @Describe({
    id: 'getBook',
    tag: 'Books',
    summary: 'Read a book',
    path: ['book'],
    answer: [200, 'Book'],
    problems: [400, 404],
  })
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = bookId(request);
    await show(this.#queries, reply, id, 'definition', ({ book }) => book && { id, ...book });
  }
}
