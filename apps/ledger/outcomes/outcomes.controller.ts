import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OUTCOME_TYPES } from '../../../libs/domain/outcome/outcome.ts';
import { type Recorded, record } from '../books/recorded.ts';
import { readBatch, recordBatch } from '../http/batch.ts';
import { PAGING, pageOf, sendPage } from '../http/page.ts';
import { aDate, anId, oneOf, readQuery } from '../http/query.ts';
import { sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody } from '../http/request.ts';
import { readBeforeView } from '../metrics/reading-a-view.ts';
import { Describe } from '../openapi/describe.ts';
import { SearchOutcomes } from './facts.bus.ts';
import { parseOutcome } from './told.parsing.ts';
import { outcomeBody, outcomeRowBody } from './told.rendering.ts';

const PARAMETERS = {
  customer: anId,
  incident: anId,
  act: anId,
  type: oneOf(OUTCOME_TYPES),
  from: aDate,
  to: aDate,
  ...PAGING,
} as const;

@Controller('v1/books/:book/outcomes')
export class OutcomesController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post()
  @Describe({
    id: 'postOutcome',
    tag: 'Outcomes',
    summary: 'Tell of something that a customer did later',
    description:
      'Taken however late and in any order. Linked by customer, incident, act, or several of them; an act must be one the ledger has.',
    path: ['book'],
    body: 'OutcomePost',
    key: true,
    answer: [201, 'Outcome'],
    problems: [400, 403, 404, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const asked = parseOutcome(jsonBody(request, true));
    const command = { type: 'RecordOutcome', asked } as const;
    const answer = await record(this.#commands, request, book, command, key);
    sendRecorded(reply, rendered(answer), answer.replayed);
  }

  @Post('batch')
  @Describe({
    id: 'postOutcomes',
    tag: 'Outcomes',
    summary: 'Tell of up to 1,000 outcomes at once',
    description:
      'Each carries its own idempotencyKey and stands alone: results come in order, each with the status and body it would have had by itself.',
    path: ['book'],
    body: 'OutcomeBatch',
    answer: [200, 'OutcomeResults'],
    problems: [400, 403, 404, 413, 415],
  })
  async postMany(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const items = readBatch(jsonBody(request, true), 'outcomes', (item, at, alsoKnown) => ({
      type: 'RecordOutcome',
      asked: parseOutcome(item, at, alsoKnown),
    }));
    await recordBatch(this.#commands, request, reply, book, items, rendered);
  }

  @Get()
  @Describe({
    id: 'searchOutcomes',
    tag: 'Outcomes',
    summary: 'What customers did later, newest in the ledger first',
    description:
      'Answered from a view that follows the ledger closely; `position` says how far it has come, `atLeast` waits for a position.',
    path: ['book'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'Outcomes'],
    problems: [400, 404],
  })
  async search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { atLeast, ...filters } = readQuery(request, PARAMETERS);
    await readBeforeView(this.#queries, 'facts', book, atLeast);
    const page = pageOf(await this.#queries.execute(new SearchOutcomes(book, filters)));
    sendPage(reply, 'outcomes', page.rows.map(outcomeRowBody), page);
  }
}

function rendered({ event, position }: Recorded): string {
  if (event.type !== 'OutcomeRecorded') throw new Error(`An outcome was answered with ${event.type}.`);
  return JSON.stringify(outcomeBody(event, position));
}
