import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Allowance, allowancesOf, bucketsOf } from '../../../libs/domain/book/allowances.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import type { Clock } from '../../../libs/platform/clock.ts';
import { notInBook, readBook } from '../books/stated.ts';
import { aPosition, mustReflect } from '../http/position.ts';
import { anId, anInstant, readQuery } from '../http/query.ts';
import { sendJson } from '../http/reply.ts';
import { bookId, pathId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { CLOCK } from '../parts.ts';
import { Problem, parameterProblem } from '../problems/problem.ts';

/** What a bucket's key is made of, where the caller may name it. */
const KEY = {
  employee: anId,
  role: anId,
  location: anId,
  region: anId,
  customer: anId,
  incident: anId,
  campaign: anId,
  shift: anId,
} as const;
const { employee: _, ...BESIDE_THE_EMPLOYEE } = KEY;
const ALLOWANCES = { ...BESIDE_THE_EMPLOYEE, at: anInstant, atLeast: aPosition } as const;
const BUCKETS = { limit: anId, ...KEY, at: anInstant, atLeast: aPosition } as const;

@Controller('v1/books/:book')
export class AllowancesController {
  readonly #queries: QueryBus;
  readonly #clock: Clock;
  constructor(queries: QueryBus, @Inject(CLOCK) clock: Clock) {
    this.#queries = queries;
    this.#clock = clock;
  }

  @Get('employees/:employee/allowances')
  @Describe({
    id: 'getAllowances',
    tag: 'Allowances',
    summary: 'What an employee may still give',
    description:
      'Every limit of the policy in force that is counted per employee, exact, from the book itself. A limit counted per employee and something else (a customer, a location) is answered when that is named; the home location is the default.',
    path: ['book', 'employee'],
    query: Object.keys(ALLOWANCES),
    answer: [200, 'Allowances'],
    problems: [400, 404],
  })
  async allowances(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const employee = pathId(request, 'employee');
    const now = this.#clock.now();
    const { at = now, atLeast, ...key } = readQuery(request, ALLOWANCES);
    const { value, position } = await readBook(this.#queries, book, (state) =>
      allowancesOf(state, { employee, at, now, key }),
    );
    mustReflect(atLeast, position);
    if (value === undefined) throw notInBook(book, `employee "${employee}"`);
    const body = { employee, at: formatInstant(at), position, allowances: value.map(allowanceBody) };
    sendJson(reply, 200, JSON.stringify(body));
  }

  @Get('buckets')
  @Describe({
    id: 'getBucket',
    tag: 'Allowances',
    summary: 'What is left of any one bucket',
    description: 'The limit, and a value for each dimension it is counted per.',
    path: ['book'],
    query: Object.keys(BUCKETS),
    answer: [200, 'Bucket'],
    problems: [400, 404],
  })
  async bucket(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const now = this.#clock.now();
    const { limit = '', at = now, atLeast, ...key } = readQuery(request, BUCKETS, ['limit']);
    const { value, position } = await readBook(this.#queries, book, (state) =>
      bucketsOf(state, { limit, key, at, now }),
    );
    mustReflect(atLeast, position);
    if (value === undefined) {
      throw new Problem('resource-not-found', { detail: `The policy in force has no limit "${limit}".` });
    }
    if ('missing' in value) {
      throw parameterProblem(
        'query-invalid',
        value.missing.map((parameter) => ({
          parameter,
          code: 'missing',
          detail: `The limit "${limit}" is counted per ${parameter}.`,
          advice: `Name one: ${parameter}=….`,
        })),
      );
    }
    const body = { ...allowanceBody(value.bucket), at: formatInstant(at), position };
    sendJson(reply, 200, JSON.stringify(body));
  }
}

function allowanceBody({ limit, title, key, window, resetsAt, measures }: Allowance) {
  return {
    limit,
    title,
    key,
    window: { from: instantOrNull(window.from), to: instantOrNull(window.to) },
    resetsAt: instantOrNull(resetsAt),
    measures,
  };
}

function instantOrNull(at: number | null): string | null {
  return at === null ? null : formatInstant(at);
}
