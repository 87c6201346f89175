import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ActDecision, BookEvent } from '../../../libs/domain/book/events.ts';
import { actorOf } from '../access/gate.ts';
import { factOf, record } from '../books/recorded.ts';
import { ID_MAX_LENGTH } from '../http/field-text.ts';
import { given, Optional, readFields, Text, Whole } from '../http/fields.ts';
import { sendJson, sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody, pathId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import type { ServiceMetrics } from '../operations/service-metrics.ts';
import { METRICS } from '../parts.ts';
import { problemOfRefusal } from '../problems/problem.ts';
import { parseAct } from './act.parsing.ts';
import { renderAct, renderEvaluation, renderReversal, STATUS_OF_DECISION } from './act.rendering.ts';
import { EvaluateAct, FindAct } from './acts.bus.ts';
import { renderFoundAct } from './found-act.rendering.ts';

class ReversalFields {
  @Optional() @Whole(0) count?: number;
  @Optional() @Whole(0) costMinor?: number;
  @Optional() @Whole(0) retailMinor?: number;
  @Text({ maxLength: ID_MAX_LENGTH }) reason!: string;
}

@Controller('v1/books/:book/acts')
export class ActsController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  readonly #metrics: ServiceMetrics;
  constructor(commands: CommandBus, queries: QueryBus, @Inject(METRICS) metrics: ServiceMetrics) {
    this.#commands = commands;
    this.#queries = queries;
    this.#metrics = metrics;
  }

  @Post()
  @Describe({
    id: 'postAct',
    tag: 'Acts',
    summary: 'Ask for an act, or record one that has happened',
    description:
      '201 says that the ledger has the fact; `status` says what was decided. The same key with the same content answers byte for byte as the first time.',
    path: ['book'],
    body: 'ActPost',
    key: true,
    answer: [201, 'Act'],
    problems: [400, 404, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const asked = parseAct(jsonBody(request, true));
    const answer = await record(this.#commands, request, book, { type: 'DecideAct', asked }, key);
    const event = decidedOf(answer.event);
    countAct(this.#metrics, event, answer.replayed);
    sendRecorded(reply, renderAct(event, answer.position), answer.replayed);
  }

  @Post('evaluate')
  @Describe({
    id: 'evaluateAct',
    tag: 'Acts',
    summary: 'Ask what would be decided now; nothing is recorded',
    path: ['book'],
    body: 'ActPost',
    answer: [200, 'ActEvaluation'],
    problems: [400, 404, 413, 415, 422],
  })
  async evaluate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const asked = parseAct(jsonBody(request, true));
    const evaluation = await this.#queries.execute(new EvaluateAct(book, asked, actorOf(request)));
    if (evaluation.outcome === 'refused') throw problemOfRefusal(evaluation.refusal);
    sendJson(reply, 200, renderEvaluation(evaluation.event, evaluation.position));
  }

  @Get(':act')
  @Describe({
    id: 'getAct',
    tag: 'Acts',
    summary: 'Read an act from the ledger, exact at once',
    path: ['book', 'act'],
    answer: [200, 'ActFound'],
    problems: [400, 404],
  })
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const id = pathId(request, 'act');
    const found = await this.#queries.execute(new FindAct(book, id));
    if (found === undefined) {
      throw problemOfRefusal({ code: 'act-not-found', detail: `The book "${book}" has no act "${id}".` });
    }
    sendJson(reply, 200, renderFoundAct(found));
  }

  @Post(':act/reverse')
  @Describe({
    id: 'reverseAct',
    tag: 'Acts',
    summary: 'Undo an accepted act, wholly or in part',
    description:
      'Without amounts all that is left is reversed. Count and amounts go back to the windows the act was in.',
    path: ['book', 'act'],
    body: 'ReversalPost',
    key: true,
    answer: [201, 'Reversal'],
    problems: [400, 404, 409, 413, 415, 422],
  })
  async reverse(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const act = pathId(request, 'act');
    const key = idempotencyKey(request);
    const fields = readFields(ReversalFields, jsonBody(request));
    const asked = given(fields, 'count', 'costMinor', 'retailMinor');
    const command = { type: 'ReverseAct', act, reason: fields.reason, asked } as const;
    const answer = await record(this.#commands, request, book, command, key);
    sendRecorded(reply, renderReversal(factOf(answer, 'ActReversed'), answer.position), answer.replayed);
  }
}

export function decidedOf(event: BookEvent): ActDecision {
  if (event.type in STATUS_OF_DECISION) return event as ActDecision;
  throw new Error(`An act was answered with ${event.type}.`);
}

export function countAct(metrics: ServiceMetrics, event: ActDecision, replayed: boolean): void {
  metrics.acts.of(STATUS_OF_DECISION[event.type], event.asked.mode, replayed ? 'true' : 'false').value++;
}
