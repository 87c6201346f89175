import { Controller, Get, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { KINDS } from '../../../libs/domain/act/act.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import { MAX_PAGE } from '../../../libs/views/page.ts';
import { REGISTER_STATUSES, type RegisterRow } from '../../../libs/views/register/register.ts';
import { aCursor, pageOf, sendPage } from '../http/page.ts';
import { aPosition } from '../http/position.ts';
import { aDate, anId, oneOf, readQuery, whole } from '../http/query.ts';
import { bookId } from '../http/request.ts';
import { readBeforeView } from '../metrics/reading-a-view.ts';
import { Describe } from '../openapi/describe.ts';
import { SearchRegister } from './acts.bus.ts';

const PARAMETERS = {
  employee: anId,
  location: anId,
  customer: anId,
  incident: anId,
  kind: oneOf(KINDS),
  status: oneOf(REGISTER_STATUSES),
  from: aDate,
  to: aDate,
  cursor: aCursor,
  limit: whole(1, MAX_PAGE),
  atLeast: aPosition,
} as const;

@Controller('v1/books/:book/acts')
export class RegisterController {
  readonly #queries: QueryBus;
  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Get()
  @Describe({
    id: 'searchActs',
    tag: 'Acts',
    summary: 'Search the register of acts, newest first',
    description:
      'Answered from a view that follows the ledger closely; `position` says how far it has come, `atLeast` waits for a position.',
    path: ['book'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'Register'],
    problems: [400, 404],
  })
  async search(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { atLeast, ...filters } = readQuery(request, PARAMETERS);
    await readBeforeView(this.#queries, 'register', book, atLeast);
    const page = pageOf(await this.#queries.execute(new SearchRegister(book, filters)));
    sendPage(reply, 'acts', page.rows.map(rowBody), page);
  }
}

export function rowBody(row: RegisterRow) {
  return {
    id: row.id,
    status: row.status,
    mode: row.mode,
    kind: row.kind,
    trigger: row.trigger,
    employee: row.employee,
    location: row.location,
    region: row.region ?? undefined,
    customer: row.customer ?? undefined,
    incident: row.incident ?? undefined,
    campaign: row.campaign ?? undefined,
    item: row.item ?? undefined,
    count: row.amounts.count,
    retailMinor: row.amounts.retailMinor,
    costMinor: row.amounts.costMinor,
    reason: row.reason ?? undefined,
    note: row.note ?? undefined,
    businessDate: row.businessDate,
    occurredAt: formatInstant(row.occurredAt),
    recordedAt: formatInstant(row.recordedAt),
    expiresAt: row.expiresAt === null ? undefined : formatInstant(row.expiresAt),
    position: row.position,
    policyVersion: row.policyVersion,
    breachCount: row.breaches,
    declinedBy: row.declinedBy,
    reversed: row.reversed,
  };
}
