import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type NudgeFound, nudgeFor } from '../../../libs/domain/book/nudge.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import type { Clock } from '../../../libs/platform/clock.ts';
import { actorOf } from '../access/gate.ts';
import { readBook } from '../books/stated.ts';
import { aPosition, mustReflect } from '../http/position.ts';
import { readQuery } from '../http/query.ts';
import { sendJson } from '../http/reply.ts';
import { bookId, pathId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { CLOCK } from '../parts.ts';
import { problemOfRefusal } from '../problems/problem.ts';

const QUESTION = { atLeast: aPosition } as const;

/** One employee at a time, on their behalf: there is no list of nudges, and none is ever recorded. */
@Controller('v1/books/:book/employees/:employee/nudge')
export class NudgeController {
  readonly #queries: QueryBus;
  readonly #clock: Clock;
  constructor(queries: QueryBus, @Inject(CLOCK) clock: Clock) {
    this.#queries = queries;
    this.#clock = clock;
  }

  @Get()
  @Describe({
    id: 'getNudge',
    tag: 'Allowances',
    summary: 'A private word to an employee who has much left to give',
    description:
      'Only where the policy in force asks for it, and for the employee alone: what they have left, never how much they or others gave. Null where there is nothing to say, also for an employee nobody knows and for one of whose acts any still waits. Nothing is recorded. A till or crm key asks on behalf of whoever stands before it; a key whose subject is an employee asks for that employee only.',
    path: ['book', 'employee'],
    query: Object.keys(QUESTION),
    answer: [200, 'NudgeAnswer'],
    problems: [400, 404],
  })
  async nudge(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const employee = pathId(request, 'employee');
    const { atLeast } = readQuery(request, QUESTION);
    const { subject } = actorOf(request);
    const now = this.#clock.now();
    const { value, position } = await readBook(this.#queries, book, (state) => ({
      // An employee's own key; any other stands for a till or a system.
      another: subject !== employee && state.employees.has(subject),
      found: nudgeFor(state, employee, now),
    }));
    if (value.another) {
      throw problemOfRefusal({
        code: 'not-allowed',
        detail: `The key is that of the employee "${subject}", and a nudge is for its employee alone.`,
        advice: `Ask for "${subject}", or with the key of the till.`,
      });
    }
    mustReflect(atLeast, position);
    reply.header('cache-control', 'no-store');
    const body = { employee, at: formatInstant(now), position, nudge: bodyOf(value.found) };
    sendJson(reply, 200, JSON.stringify(body));
  }
}

function bodyOf(found: NudgeFound | undefined) {
  if (found === undefined) return null;
  const { until, ...nudge } = found;
  return { ...nudge, until: formatInstant(until) };
}
