import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../../libs/books/answers.ts';
import type { Command } from '../../../libs/domain/book/commands.ts';
import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import { readIdempotencyKey } from '../../../libs/platform/idempotency-key.ts';
import { actorOf } from '../access/gate.ts';
import { WriteManyToBook } from '../books/books.bus.ts';
import { kindOf, pointerTo } from '../http/field-text.ts';
import { sendJson } from '../http/reply.ts';
import { bookId, jsonBody } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import type { ServiceMetrics } from '../operations/service-metrics.ts';
import { METRICS } from '../parts.ts';
import { bodyProblem, type FieldProblem, Problem, problemOfRefusal } from '../problems/problem.ts';
import { parseAct } from './act.parsing.ts';
import { renderAct } from './act.rendering.ts';
import { countAct, decidedOf } from './acts.controller.ts';
import { MAX_BATCH } from './batch-limit.ts';

interface Write {
  readonly command: Command;
  readonly key: string;
}

@Controller('v1/books/:book/acts/batch')
export class BatchController {
  readonly #commands: CommandBus;
  readonly #metrics: ServiceMetrics;
  constructor(commands: CommandBus, @Inject(METRICS) metrics: ServiceMetrics) {
    this.#commands = commands;
    this.#metrics = metrics;
  }

  @Post()
  @Describe({
    id: 'postActs',
    tag: 'Acts',
    summary: 'Post up to 1,000 acts at once',
    description:
      'Each act carries its own idempotencyKey and stands alone: results come in order, each with the status and body it would have had by itself. The header Idempotent-Replayed: true says that every act of the batch was answered before.',
    path: ['book'],
    body: 'BatchPost',
    answer: [200, 'BatchResults'],
    problems: [400, 404, 413, 415],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const items = itemsOf(jsonBody(request, true)).map((item, index) => readItem(item, `/acts/${index}`));
    const writes = items.filter((item): item is Write => !(item instanceof Problem));
    const answers = await this.#commands.execute(new WriteManyToBook(book, writes, actorOf(request)));
    const [first] = answers;
    if (first?.outcome === 'refused' && first.refusal.code === 'book-not-found') {
      throw problemOfRefusal(first.refusal);
    }
    let next = 0;
    const results = items.map((item) =>
      item instanceof Problem ? resultOf(item) : this.#result(answers[next++]!),
    );
    if (
      writes.length === items.length &&
      answers.every((one) => one.outcome === 'recorded' && one.replayed)
    ) {
      reply.header('idempotent-replayed', 'true');
    }
    sendJson(reply, 200, `{"results":[${results.join(',')}]}`);
  }

  #result(answer: Answer): string {
    if (answer.outcome === 'refused') return resultOf(problemOfRefusal(answer.refusal));
    if (answer.outcome !== 'recorded') throw new Error('An act was answered as a statement.');
    const event = decidedOf(answer.event);
    countAct(this.#metrics, event, answer.replayed);
    return `{"status":201,"body":${renderAct(event, answer.position)}}`;
  }
}

function resultOf(problem: Problem): string {
  return `{"status":${problem.status},"body":${JSON.stringify(problem.body())}}`;
}

/** @throws Problem when there is no list of acts to take item by item */
function itemsOf(body: unknown): readonly unknown[] {
  const errors: FieldProblem[] = [];
  const advice = 'Write {"acts": [{"idempotencyKey": "…", …}]}.';
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const detail = `A batch is an object, not ${kindOf(body)}.`;
    throw bodyProblem([{ pointer: '', code: 'wrong-type', detail, advice }]);
  }
  const { acts, ...others } = body as { acts?: unknown };
  for (const name of Object.keys(others)) {
    const pointer = pointerTo('', name.toWellFormed().slice(0, 200));
    const meant = nearestName(name, ['acts']);
    const hint = meant === undefined ? advice : `Did you mean ${meant}?`;
    errors.push({ pointer, code: 'unknown-field', detail: 'No such member is known here.', advice: hint });
  }
  if (!Array.isArray(acts)) {
    const code = acts === undefined || acts === null ? 'missing' : 'wrong-type';
    errors.push({ pointer: '/acts', code, detail: `acts is a list, not ${kindOf(acts)}.`, advice });
  } else if (acts.length === 0) {
    errors.push({ pointer: '/acts', code: 'too-short', detail: 'The list is empty.', advice });
  } else if (acts.length > MAX_BATCH) {
    const detail = `The list has ${acts.length} acts.`;
    errors.push({ pointer: '/acts', code: 'too-long', detail, advice: `Send at most ${MAX_BATCH} at once.` });
  }
  if (errors.length > 0) throw bodyProblem(errors);
  return acts as unknown[];
}

/** What is wrong with one act is that act's answer; the others stand. */
function readItem(item: unknown, at: string): Write | Problem {
  try {
    const asked = parseAct(item, at, 'idempotencyKey');
    const reading = readIdempotencyKey((item as { idempotencyKey?: unknown }).idempotencyKey);
    if (reading.ok) return { command: { type: 'DecideAct', asked }, key: reading.key };
    const code = reading.missing ? 'idempotency-key-missing' : 'idempotency-key-malformed';
    const errors = [{ pointer: `${at}/idempotencyKey`, code, detail: reading.detail }];
    return new Problem(code, { detail: reading.detail, errors });
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}
