import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { diffPolicies } from '../../../libs/domain/policy/diff.ts';
import type { Clock } from '../../../libs/platform/clock.ts';
import { readBook } from '../books/stated.ts';
import { readQuery, whole } from '../http/query.ts';
import { sendJson } from '../http/reply.ts';
import { bookId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { CLOCK } from '../parts.ts';
import { etagOf } from './etags.ts';
import { listPolicies, showPolicy } from './policy.rendering.ts';
import { policyNotFound } from './policy-not-found.ts';
import { versionOf } from './version-of.ts';

const DIFF = { with: whole(1, 999_999_999) } as const;
const NO_DIFFERENCE = 'The two versions decide and say the same.';

@Controller('v1/books/:book/policies')
export class PolicyReadingController {
  readonly #queries: QueryBus;
  readonly #clock: Clock;
  constructor(queries: QueryBus, @Inject(CLOCK) clock: Clock) {
    this.#queries = queries;
    this.#clock = clock;
  }

  @Get()
  @Describe({
    id: 'getPolicies',
    tag: 'Policies',
    summary: 'All versions, oldest first: how far each has come, and who did what when',
    path: ['book'],
    answer: [200, 'Policies'],
    problems: [400, 404],
  })
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const now = this.#clock.now();
    const { value, position } = await readBook(this.#queries, bookId(request), (state) =>
      listPolicies(state, now),
    );
    sendJson(reply, 200, JSON.stringify({ policies: value, position }));
  }

  @Get(':version')
  @Describe({
    id: 'getPolicy',
    tag: 'Policies',
    summary: 'Read a policy version, as posted, and how far it has come',
    description: 'The ETag names its words: it changes with every edit of the draft, and with nothing else.',
    path: ['book', 'version'],
    etag: true,
    answer: [200, 'PolicyVersion'],
    problems: [400, 404],
  })
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const version = versionOf(request);
    const now = this.#clock.now();
    const { value, position } = await readBook(this.#queries, bookId(request), (state) => {
      const body = showPolicy(state, version, now);
      return body === undefined ? undefined : { body, edit: state.policies.get(version)!.edit };
    });
    if (value === undefined) throw policyNotFound(version);
    reply.header('etag', etagOf(version, value.edit));
    sendJson(reply, 200, JSON.stringify({ ...value.body, position }));
  }

  @Get(':version/diff')
  @Describe({
    id: 'diffPolicies',
    tag: 'Policies',
    summary: 'What this version says otherwise than another one',
    path: ['book', 'version'],
    query: ['with'],
    answer: [200, 'PolicyDiff'],
    problems: [400, 404],
  })
  async diff(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const version = versionOf(request);
    const { with: other = 0 } = readQuery(request, DIFF, ['with']);
    const { value, position } = await readBook(this.#queries, bookId(request), (state) => ({
      before: state.policies.get(other)?.policy,
      after: state.policies.get(version)?.policy,
    }));
    const { before, after } = value;
    if (before === undefined) throw policyNotFound(other);
    if (after === undefined) throw policyNotFound(version);
    const changes = diffPolicies(before, after);
    const text = changes.length === 0 ? NO_DIFFERENCE : changes.map((change) => change.text).join('\n');
    sendJson(reply, 200, JSON.stringify({ version, with: other, changes, text, position }));
  }
}
