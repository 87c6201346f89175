/** The fact that an answer tells of, where a command can only be recorded or refused. */
import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyRequest } from 'fastify';
import type { Answer } from '../../../libs/books/answers.ts';
import type { Command } from '../../../libs/domain/book/commands.ts';
import type { BookEvent } from '../../../libs/domain/book/events.ts';
import { actorOf } from '../access/gate.ts';
import { problemOfRefusal } from '../problems/problem.ts';
import { WriteToBook } from './books.bus.ts';

export type Recorded = Answer & { readonly outcome: 'recorded' };

/** @throws Problem when it was refused */
export async function record(
  commands: CommandBus,
  request: FastifyRequest,
  book: string,
  command: Command,
  key: string,
): Promise<Recorded> {
  return recordedOf(await commands.execute(new WriteToBook(book, command, actorOf(request), key)));
}

/** @throws Problem when it was refused */
export function recordedOf(answer: Answer): Recorded {
  if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
  if (answer.outcome !== 'recorded') throw new Error('A fact was answered as a statement.');
  return answer;
}

/** The fact, as the one that its command records. */
export function factOf<T extends BookEvent['type']>(
  { event }: Recorded,
  ...types: readonly T[]
): Extract<BookEvent, { readonly type: T }> {
  if ((types as readonly string[]).includes(event.type)) return event as Extract<BookEvent, { type: T }>;
  throw new Error(`${types.join(' or ')} was to be recorded, and ${event.type} was.`);
}
