import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Run } from '../../../libs/backtest/backtests.ts';
import type { BacktestRequest } from '../../../libs/backtest/run-backtest.ts';
import type { BacktestRequested } from '../../../libs/domain/book/events.ts';
import { requestBacktest } from '../../../libs/domain/book/try-out.ts';
import { factOf, record } from '../books/recorded.ts';
import { notInBook, readBook } from '../books/stated.ts';
import { BusinessDate, given, Optional, readFieldsIfAny, Whole } from '../http/fields.ts';
import { oneOf, readQuery } from '../http/query.ts';
import { bookId, idempotencyKey, pathId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { versionOf } from '../policies/version-of.ts';
import { bodyProblem, problemOfRefusal } from '../problems/problem.ts';
import { BeginBacktest, CancelBacktest, FindBacktest } from './backtests.bus.ts';
import { preferenceOf, type ReportForm, reportForm, sendReport, sendRun } from './backtests.replies.ts';

class BacktestFields {
  @Optional() @BusinessDate() from?: string;
  @Optional() @BusinessDate() to?: string;
  @Optional() @Whole(0) position?: number;
}

const PARAMETERS = { as: oneOf(['json', 'text']) } as const;

@Controller('v1/books/:book')
export class BacktestsController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post('policies/:version/backtest')
  @HttpCode(200)
  @Describe({
    id: 'backtestPolicy',
    tag: 'Policies',
    summary: 'Replay the acts of the book under a policy version',
    description:
      'What would have been declined, warned of or allowed, had this version been in force from before the first act; from and to (business dates, both included) bound what is reported. With an Idempotency-Key the request is pinned to the position of its first answer: it gives the same report for ever. Without one, name the position that a report told to have the same again. Closing the connection cancels it; `Prefer: respond-async` answers 202 at once, `Prefer: respond-async, wait=5` after five seconds.',
    path: ['book', 'version'],
    query: ['as'],
    body: 'BacktestRequest',
    bodyOptional: true,
    keyOptional: true,
    answer: [200, 'BacktestReport'],
    accepted: 'BacktestRun',
    alsoText: true,
    problems: [400, 404, 409, 413, 415, 422],
  })
  async backtest(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const version = versionOf(request);
    const form = reportForm(request, readQuery(request, PARAMETERS).as);
    const preference = preferenceOf(request);
    const fields = readFieldsIfAny(BacktestFields, request);
    checkOrder(fields);
    const isPinned = request.headers['idempotency-key'] !== undefined || preference.isAsync;
    if (!isPinned) {
      const pinned = await this.#unpinned(book, version, fields);
      await this.#answer(request, reply, form, await this.#begin(pinned));
      return;
    }
    const { event, replayed } = await this.#pin(request, version, fields);
    reply.header('location', `/v1/books/${book}/backtests/${event.id}`);
    if (replayed) reply.header('idempotent-replayed', 'true');
    const run = await this.#begin(requestOf(book, event));
    if (preference.isAsync && !(await isOverWithin(run, preference.waitMs))) {
      sendRun(reply, 202, event.id, run);
      return;
    }
    await this.#answer(request, reply, form, run);
  }

  @Get('backtests/:backtest')
  @Describe({
    id: 'getBacktest',
    tag: 'Policies',
    summary: 'How far a backtest is, and its report when it is done',
    description:
      'Of one that was asked for with an Idempotency-Key. A report that is not at hand any more is made again, and is the same.',
    path: ['book', 'backtest'],
    query: ['as'],
    answer: [200, 'BacktestRun'],
    alsoText: true,
    problems: [400, 404],
  })
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const form = reportForm(request, readQuery(request, PARAMETERS).as);
    const { event, pinned } = await this.#asked(request);
    const run = await this.#queries.execute(new BeginBacktest(pinned, { anew: false }));
    if (run.state === 'done' && form === 'text') {
      sendReport(reply, 'text', await run.report);
      return;
    }
    sendRun(reply, 200, event.id, run, run.state === 'done' ? (await run.report).json : undefined);
  }

  @Post('backtests/:backtest/cancel')
  @HttpCode(200)
  @Describe({
    id: 'cancelBacktest',
    tag: 'Policies',
    summary: 'Cancel a backtest that waits or runs',
    description: 'One that is over stays as it is. Asked for again with its key, it is made after all.',
    path: ['book', 'backtest'],
    answer: [200, 'BacktestRun'],
    problems: [400, 404],
  })
  async cancel(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { event, pinned } = await this.#asked(request);
    const run = await this.#queries.execute(new CancelBacktest(pinned));
    sendRun(reply, 200, event.id, run ?? { state: 'cancelled', progress: 0, request: pinned });
  }

  async #asked(request: FastifyRequest): Promise<{ event: BacktestRequested; pinned: BacktestRequest }> {
    const book = bookId(request);
    const id = pathId(request, 'backtest');
    const event = await this.#queries.execute(new FindBacktest(book, id));
    if (event === undefined) throw notInBook(book, `backtest "${id}"`);
    return { event, pinned: requestOf(book, event) };
  }

  async #pin(
    request: FastifyRequest,
    version: number,
    fields: BacktestFields,
  ): Promise<{ event: BacktestRequested; replayed: boolean }> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const command = {
      type: 'RequestBacktest',
      version,
      ...given(fields, 'from', 'to', 'position'),
    } as const;
    const answer = await record(this.#commands, request, book, command, key);
    return { event: factOf(answer, 'BacktestRequested'), replayed: answer.replayed };
  }

  /** As `requestBacktest` in the domain would pin it, without a record of it. */
  async #unpinned(book: string, version: number, fields: BacktestFields): Promise<BacktestRequest> {
    const { value } = await readBook(this.#queries, book, (state) => {
      const command = { type: 'RequestBacktest', version, ...given(fields, 'position') } as const;
      return requestBacktest(state, command, '', { recordedAt: 0, actor: '' });
    });
    if ('refusal' in value) throw problemOfRefusal(value.refusal);
    return requestOf(book, { ...value.event, ...given(fields, 'from', 'to') });
  }

  #begin(request: BacktestRequest): Promise<Run> {
    return this.#queries.execute(new BeginBacktest(request, { anew: true }));
  }

  /** Waits for the report for as long as the caller does. */
  async #answer(request: FastifyRequest, reply: FastifyReply, form: ReportForm, run: Run): Promise<void> {
    const release = run.hold();
    request.raw.socket.once('close', release);
    try {
      sendReport(reply, form, await run.report);
    } finally {
      request.raw.socket.off('close', release);
      release();
    }
  }
}

function requestOf(
  book: string,
  { version, document, position, from, to, fiscalCalendar }: BacktestRequested,
): BacktestRequest {
  return {
    book,
    version,
    document,
    position,
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(fiscalCalendar !== undefined && { fiscalCalendar }),
  };
}

function checkOrder({ from, to }: BacktestFields): void {
  if (from === undefined || to === undefined || from <= to) return;
  throw bodyProblem([
    {
      pointer: '/to',
      code: 'not-allowed',
      detail: `The span ends on ${to}, before it begins on ${from}.`,
      advice: 'Give from and to in their order; both days are included.',
    },
  ]);
}

async function isOverWithin(run: Run, waitMs: number): Promise<boolean> {
  if (run.isOver) return true;
  if (waitMs === 0) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), waitMs);
  const over = () => resolve(true);
  run.report.then(over, over);
  return promise.finally(() => clearTimeout(timer));
}
