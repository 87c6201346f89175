import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../access/gate.ts';
import { WriteToBook } from '../books/books.bus.ts';
import { readBook } from '../books/stated.ts';
import { Flag, readFields } from '../http/fields.ts';
import { oneOf, readQuery } from '../http/query.ts';
import { sendJson, sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { policyNotFound } from '../policies/policy-not-found.ts';
import { versionOf } from '../policies/version-of.ts';
import { Problem, problemOfRefusal } from '../problems/problem.ts';
import { reportForm, sendReport } from './backtests.replies.ts';
import { specOf } from './shadow-specs.ts';
import { ReportShadow } from './shadows.bus.ts';

class ShadowFields {
  @Flag() on!: boolean;
}

const PARAMETERS = { as: oneOf(['json', 'text']) } as const;
const RETRY_AFTER_SECONDS = 1;

@Controller('v1/books/:book/policies')
export class ShadowsController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post(':version/shadow')
  @HttpCode(201)
  @Describe({
    id: 'switchShadow',
    tag: 'Policies',
    summary: 'Evaluate a version beside the active one from now on, or no more',
    description: 'It is never enforced. What already is as asked is answered with 200.',
    path: ['book', 'version'],
    body: 'ShadowSwitch',
    key: true,
    answer: [201, 'ShadowState'],
    problems: [400, 404, 409, 413, 415, 422],
  })
  async switch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const version = versionOf(request);
    const key = idempotencyKey(request);
    const { on } = readFields(ShadowFields, jsonBody(request));
    const command = { type: on ? 'StartShadow' : 'StopShadow', version } as const;
    const answer = await this.#commands.execute(new WriteToBook(book, command, actorOf(request), key));
    if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
    const body = JSON.stringify({ version, shadow: on ? 'on' : 'off', position: answer.position });
    if (answer.outcome === 'recorded') sendRecorded(reply, body, answer.replayed);
    else sendJson(reply, 200, body);
  }

  @Get(':version/shadow')
  @Describe({
    id: 'getShadow',
    tag: 'Policies',
    summary:
      'What has come of the acts since a version began to run in shadow, and would have come of them under it',
    description:
      'Of the last time it was started; a shadow that was stopped reports up to there. `position` is the newest event that the report reflects.',
    path: ['book', 'version'],
    query: ['as'],
    answer: [200, 'BacktestReport'],
    alsoText: true,
    problems: [400, 404],
  })
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const version = versionOf(request);
    const form = reportForm(request, readQuery(request, PARAMETERS).as);
    const { value, position } = await readBook(this.#queries, book, (state) => {
      if (!state.policies.has(version)) throw policyNotFound(version);
      const shadow = state.shadows.get(version);
      return shadow && { until: shadow.until, spec: specOf(version, shadow) };
    });
    if (value === undefined) {
      throw new Problem('resource-not-found', {
        detail: `Version ${version} has never run in shadow.`,
        advice: `Start it: POST /v1/books/${book}/policies/${version}/shadow {"on": true}.`,
      });
    }
    const upTo = value.until ?? position;
    const report = await this.#queries.execute(new ReportShadow(book, value.spec, upTo));
    if (report === undefined) {
      throw new Problem('shadow-not-ready', {
        detail: `The shadow of version ${version} is still being made.`,
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    sendReport(reply, form, report);
  }
}
