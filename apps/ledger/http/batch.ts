/** What every batch is: a list of items that stand alone, each with a key of its own, and their results in order. */
import type { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Command } from '../../../libs/domain/book/commands.ts';
import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import { readIdempotencyKey } from '../../../libs/platform/idempotency-key.ts';
import { actorOf } from '../access/gate.ts';
import { MAX_BATCH } from '../acts/batch-limit.ts';
import { WriteManyToBook } from '../books/books.bus.ts';
import type { Recorded } from '../books/recorded.ts';
import { bodyProblem, type FieldProblem, Problem, problemOfRefusal } from '../problems/problem.ts';
import { kindOf, pointerTo } from './field-text.ts';
import { sendJson } from './reply.ts';

export interface Write {
  readonly command: Command;
  readonly key: string;
}

/** An item's command, read; or the answer that what is wrong with it gets. The others stand. */
export type Item = Write | Problem;

/** @param at JSON pointer to the item; @throws Problem */
export type ReadItem = (item: unknown, at: string, alsoKnown: string) => Command;

/**
 * @param member that holds the list: `acts`
 * @throws Problem when there is no list to take item by item
 */
export function readBatch(body: unknown, member: string, read: ReadItem): readonly Item[] {
  const errors: FieldProblem[] = [];
  const advice = `Write {"${member}": [{"idempotencyKey": "…", …}]}.`;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const detail = `A batch is an object, not ${kindOf(body)}.`;
    throw bodyProblem([{ pointer: '', code: 'wrong-type', detail, advice }]);
  }
  const { [member]: items, ...others } = body as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(others)) {
    const pointer = pointerTo('', name.toWellFormed().slice(0, 200));
    const meant = nearestName(name, [member]);
    const hint = meant === undefined ? advice : `Did you mean ${meant}?`;
    errors.push({ pointer, code: 'unknown-field', detail: 'No such member is known here.', advice: hint });
  }
  const pointer = `/${member}`;
  if (!Array.isArray(items)) {
    const code = items === undefined || items === null ? 'missing' : 'wrong-type';
    errors.push({ pointer, code, detail: `${member} is a list, not ${kindOf(items)}.`, advice });
  } else if (items.length === 0) {
    errors.push({ pointer, code: 'too-short', detail: 'The list is empty.', advice });
  } else if (items.length > MAX_BATCH) {
    const detail = `The list has ${items.length} ${member}.`;
    errors.push({ pointer, code: 'too-long', detail, advice: `Send at most ${MAX_BATCH} at once.` });
  }
  if (errors.length > 0) throw bodyProblem(errors);
  return (items as unknown[]).map((item, index) => readItem(item, `${pointer}/${index}`, read));
}

function readItem(item: unknown, at: string, read: ReadItem): Item {
  try {
    const command = read(item, at, 'idempotencyKey');
    const reading = readIdempotencyKey((item as { idempotencyKey?: unknown }).idempotencyKey);
    if (reading.ok) return { command, key: reading.key };
    const code = reading.missing ? 'idempotency-key-missing' : 'idempotency-key-malformed';
    const errors = [{ pointer: `${at}/idempotencyKey`, code, detail: reading.detail }];
    return new Problem(code, { detail: reading.detail, errors });
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

/**
 * Writes what can be written, and sends the results in order, marked when every one of them was given before.
 * @param render the body of a fact that was recorded, as JSON
 * @throws Problem when there is no such book
 */
export async function recordBatch(
  commands: CommandBus,
  request: FastifyRequest,
  reply: FastifyReply,
  book: string,
  items: readonly Item[],
  render: (answer: Recorded) => string,
): Promise<void> {
  const writes = items.filter((item): item is Write => !(item instanceof Problem));
  const answers = await commands.execute(new WriteManyToBook(book, writes, actorOf(request)));
  const [first] = answers;
  if (first?.outcome === 'refused' && first.refusal.code === 'book-not-found') {
    throw problemOfRefusal(first.refusal);
  }
  let next = 0;
  const results = items.map((item) => {
    if (item instanceof Problem) return resultOf(item);
    const answer = answers[next++]!;
    if (answer.outcome === 'refused') return resultOf(problemOfRefusal(answer.refusal));
    if (answer.outcome !== 'recorded') throw new Error('An item of a batch was answered as a statement.');
    return `{"status":201,"body":${render(answer)}}`;
  });
  const allReplayed =
    answers.length === items.length && answers.every((one) => one.outcome === 'recorded' && one.replayed);
  if (allReplayed) reply.header('idempotent-replayed', 'true');
  sendJson(reply, 200, `{"results":[${results.join(',')}]}`);
}

function resultOf(problem: Problem): string {
  return `{"status":${problem.status},"body":${JSON.stringify(problem.body())}}`;
}
