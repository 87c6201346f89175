import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isAboutIncident } from '../../../libs/domain/book/told-events.ts';
import { INCIDENT_STATUSES } from '../../../libs/views/facts/facts.ts';
import { SearchRegister } from '../acts/acts.bus.ts';
import { rowBody } from '../acts/register.controller.ts';
import { type Recorded, record } from '../books/recorded.ts';
import { readBatch, recordBatch } from '../http/batch.ts';
import { PAGING, pageOf, sendPage } from '../http/page.ts';
import { aPosition } from '../http/position.ts';
import { aDate, anId, oneOf, readQuery } from '../http/query.ts';
import { sendJson, sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody, pathId } from '../http/request.ts';
import { readBeforeView } from '../metrics/reading-a-view.ts';
import { Describe } from '../openapi/describe.ts';
import { Problem } from '../problems/problem.ts';
import { FindIncident, SearchIncidents } from './facts.bus.ts';
import { parseIncident } from './told.parsing.ts';
import { incidentFactBody, incidentFactRowBody, incidentRowBody } from './told.rendering.ts';

const PARAMETERS = {
  customer: anId,
  location: anId,
  status: oneOf(INCIDENT_STATUSES),
  from: aDate,
  to: aDate,
  ...PAGING,
} as const;

/** Acts shown with an incident; the register has them all. */
const ACTS_SHOWN = 100;

@Controller('v1/books/:book/incidents')
export class IncidentsController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post()
  @Describe({
    id: 'postIncident',
    tag: 'Outcomes',
    summary: 'Tell that an incident was opened, resolved or reopened',
    description:
      'Taken however late and in any order: what an incident is now follows from the times of its facts, not from the order in which they came.',
    path: ['book'],
    body: 'IncidentPost',
    key: true,
    answer: [201, 'IncidentFact'],
    problems: [400, 403, 404, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const asked = parseIncident(jsonBody(request, true));
    const command = { type: 'ReportIncident', asked } as const;
    const answer = await record(this.#commands, request, book, command, key);
    sendRecorded(reply, rendered(answer), answer.replayed);
  }

  @Post('batch')
  @Describe({
    id: 'postIncidents',
    tag: 'Outcomes',
    summary: 'Tell up to 1,000 facts of incidents at once',
    description:
      'Each carries its own idempotencyKey and stands alone: results come in order, each with the status and body it would have had by itself.',
    path: ['book'],
    body: 'IncidentBatch',
    answer: [200, 'IncidentResults'],
    problems: [400, 403, 404, 413, 415],
  })
  async postMany(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const items = readBatch(jsonBody(request, true), 'incidents', (item, at, alsoKnown) => ({
      type: 'ReportIncident',
      asked: parseIncident(item, at, alsoKnown),
    }));
    await recordBatch(this.#commands, request, reply, book, items, rendered);
  }

  @Get()
  @Describe({
    id: 'searchIncidents',
    tag: 'Outcomes',
    summary: 'Incidents that were told, the one that began last first',
    description:
      'Answered from a view that follows the ledger closely; `position` says how far it has come, `atLeast` waits for a position.',
    path: ['book'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'Incidents'],
    problems: [400, 404],
  })
  async search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { atLeast, ...filters } = readQuery(request, PARAMETERS);
    await readBeforeView(this.#queries, 'facts', book, atLeast);
    const page = pageOf(await this.#queries.execute(new SearchIncidents(book, filters)));
    sendPage(reply, 'incidents', page.rows.map(incidentRowBody), page);
  }

  @Get(':incident')
  @Describe({
    id: 'getIncident',
    tag: 'Outcomes',
    summary: 'An incident: its status, its times, its facts and the acts that name it',
    description:
      'An incident that acts name and nobody has told of has the status `untold`. `position` is that of the oldest of the two views asked.',
    path: ['book', 'incident'],
    query: ['atLeast'],
    answer: [200, 'Incident'],
    problems: [400, 404],
  })
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const incident = pathId(request, 'incident');
    const { atLeast } = readQuery(request, { atLeast: aPosition });
    await readBeforeView(this.#queries, 'facts', book, atLeast);
    await readBeforeView(this.#queries, 'register', book, atLeast);
    const [found, register] = await Promise.all([
      this.#queries.execute(new FindIncident(book, incident)),
      this.#queries.execute(new SearchRegister(book, { incident, limit: ACTS_SHOWN })),
    ]);
    if (!register.ok) throw new Error(register.detail);
    if (found.incident === null && register.rows.length === 0) {
      throw new Problem('resource-not-found', {
        detail: `The book "${book}" knows nothing of an incident "${incident}".`,
        advice: 'Check the id; what was just recorded is found with atLeast=<its position>.',
      });
    }
    const told =
      found.incident === null ? { incident, status: 'untold' as const } : incidentRowBody(found.incident);
    const body = {
      ...told,
      facts: found.facts.map(incidentFactRowBody),
      acts: register.rows.map(rowBody),
      moreActs: register.nextCursor !== undefined,
      position: Math.min(found.position, register.position),
    };
    sendJson(reply, 200, JSON.stringify(body));
  }
}

function rendered({ event, position }: Recorded): string {
  if (!isAboutIncident(event)) throw new Error(`An incident was answered with ${event.type}.`);
  return JSON.stringify(incidentFactBody(event, position));
}
