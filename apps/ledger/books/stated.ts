/** What the calls on resources of a book have in common: stating one with PUT, reading one with GET. */
import type { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Command } from '../../../libs/domain/book/commands.ts';
import type { BookState } from '../../../libs/domain/book/state.ts';
import { actorOf } from '../access/gate.ts';
import { sendJson } from '../http/reply.ts';
import { Problem, problemOfRefusal } from '../problems/problem.ts';
import { ReadBook, type Reading, WriteToBook } from './books.bus.ts';

/** Answers with the resource as it now stands, whether or not it stood so before. */
export async function state(
  commands: CommandBus,
  request: FastifyRequest,
  reply: FastifyReply,
  book: string,
  command: Command,
  resource: object,
): Promise<void> {
  const answer = await commands.execute(new WriteToBook(book, command, actorOf(request)));
  if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
  sendJson(reply, 200, JSON.stringify({ ...resource, position: answer.position }));
}

/** @throws Problem when there is no such book */
export async function readBook<T>(
  queries: QueryBus,
  book: string,
  read: (state: BookState) => T,
): Promise<Reading<T>> {
  const reading = (await queries.execute(new ReadBook(book, read))) as Reading<T> | undefined;
  if (reading !== undefined) return reading;
  throw problemOfRefusal({ code: 'book-not-found', detail: `There is no book "${book}".` });
}

export async function show(
  queries: QueryBus,
  reply: FastifyReply,
  book: string,
  what: string,
  read: (state: BookState) => object | undefined,
): Promise<void> {
  const { value, position } = await readBook(queries, book, read);
  if (value === undefined) throw notInBook(book, what);
  sendJson(reply, 200, JSON.stringify({ ...value, position }));
}

/** @param what it is, by name: `employee "emp-17"` */
export function notInBook(book: string, what: string): Problem {
  return new Problem('resource-not-found', { detail: `The book "${book}" has no ${what}.` });
}
