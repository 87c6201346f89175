import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KINDS, TRIGGERS } from '../../../libs/domain/act/act.ts';
import { type PossibleQuery, possibleFor } from '../../../libs/domain/book/possible.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import type { Clock } from '../../../libs/platform/clock.ts';
import { MAX_QUANTITY } from '../acts/act.parsing.ts';
import { notInBook, readBook } from '../books/stated.ts';
import { SKU_MAX_LENGTH } from '../http/field-text.ts';
import { aPosition, mustReflect } from '../http/position.ts';
import { anId, anInstant, oneOf, readQuery, textOf, whole } from '../http/query.ts';
import { sendJson } from '../http/reply.ts';
import { bookId, pathId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { CLOCK } from '../parts.ts';
import { Problem, parameterProblem, problemOfRefusal } from '../problems/problem.ts';
import { possibleBody } from './possible.rendering.ts';

const QUESTION = {
  location: anId,
  customer: anId,
  incident: anId,
  campaign: anId,
  shift: anId,
  channel: anId,
  reason: anId,
  item: textOf(SKU_MAX_LENGTH),
  quantity: whole(1, MAX_QUANTITY),
  kind: oneOf(KINDS),
  trigger: oneOf(TRIGGERS),
  at: anInstant,
  atLeast: aPosition,
} as const;

@Controller('v1/books/:book/employees/:employee/possible')
export class PossibleController {
  readonly #queries: QueryBus;
  readonly #clock: Clock;
  constructor(queries: QueryBus, @Inject(CLOCK) clock: Clock) {
    this.#queries = queries;
    this.#clock = clock;
  }

  @Get()
  @Describe({
    id: 'getPossible',
    tag: 'Allowances',
    summary: 'What is still possible, under every limit together, and which stops first',
    description:
      'For an act as it would be asked for: its status now, how far it could grow before it is noted, held or declined, and why. Exact: evaluate shows the same at each figure and one step beyond it. Leave out kind or trigger to have it answered for whatever they may be.',
    path: ['book', 'employee'],
    query: Object.keys(QUESTION),
    answer: [200, 'Possible'],
    problems: [400, 404, 422],
  })
  async possible(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const employee = pathId(request, 'employee');
    const now = this.#clock.now();
    const { at = now, atLeast, item: sku, quantity, ...named } = readQuery(request, QUESTION);
    if (quantity !== undefined && sku === undefined) throw needs('item', 'A quantity is one of an item.');
    const item = sku === undefined ? {} : { item: { sku, quantity: quantity ?? 1 } };
    const query: PossibleQuery = { ...named, ...item, employee, at, now };
    const { value, position } = await readBook(this.#queries, book, (state) => {
      const answer = possibleFor(state, query, MAX_QUANTITY);
      return answer !== undefined && 'possible' in answer
        ? { body: possibleBody(state, query, answer.possible) }
        : answer;
    });
    mustReflect(atLeast, position);
    if (value === undefined) throw notInBook(book, `employee "${employee}"`);
    if ('missing' in value) {
      throw needs('location', `"${employee}" has no home location and has not acted anywhere yet.`);
    }
    if ('refusal' in value) {
      // Pointers into the body of an act mean nothing here.
      const { pointer: _, ...refusal } = value.refusal;
      throw problemOfRefusal(refusal);
    }
    sendJson(reply, 200, JSON.stringify({ employee, at: formatInstant(at), position, ...value.body }));
  }
}

function needs(parameter: string, detail: string): Problem {
  return parameterProblem('query-invalid', [
    { parameter, code: 'missing', detail, advice: `Name it: ${parameter}=….` },
  ]);
}
