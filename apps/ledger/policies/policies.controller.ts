import { Controller, HttpCode, Post, Put, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { actorOf } from '../access/gate.ts';
import { WriteToBook } from '../books/books.bus.ts';
import { factOf, record } from '../books/recorded.ts';
import { readBook } from '../books/stated.ts';
import { sendJson, sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { problemOfRefusal } from '../problems/problem.ts';
import { etagOf, requiredIfMatch } from './etags.ts';
import { policyBody } from './policy-body.ts';
import { policyNotFound } from './policy-not-found.ts';
import { versionOf } from './version-of.ts';

@Controller('v1/books/:book/policies')
export class PoliciesController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post()
  @HttpCode(201)
  @Describe({
    id: 'postPolicy',
    tag: 'Policies',
    summary: 'Post a policy document as a draft',
    description:
      'Every mistake is reported at once, with line and column; warnings are of what is legal and surely not meant.',
    path: ['book'],
    body: 'PolicyDocument',
    yaml: true,
    key: true,
    answer: [201, 'PolicyDraft'],
    problems: [400, 404, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const { policy, source, warnings } = await policyBody(request, this.#queries, book, { withNames: false });
    const command = { type: 'DraftPolicy', policy, source } as const;
    const answer = await record(this.#commands, request, book, command, key);
    const { version } = factOf(answer, 'PolicyDrafted');
    reply.header('etag', etagOf(version, 0));
    const body = { version, status: 'draft', warnings, position: answer.position };
    sendRecorded(reply, JSON.stringify(body), answer.replayed);
  }

  @Put(':version')
  @Describe({
    id: 'putPolicy',
    tag: 'Policies',
    summary: 'Edit a draft: state its document anew',
    description:
      'If-Match carries the ETag of the draft that was read, so that nobody overwrites what they have not seen. Whoever edits a draft is one of its authors and cannot approve it.',
    path: ['book', 'version'],
    body: 'PolicyDocument',
    yaml: true,
    ifMatch: 'required',
    etag: true,
    answer: [200, 'PolicyEdited'],
    problems: [400, 404, 409, 412, 413, 415, 422, 428],
  })
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const version = versionOf(request);
    const ifMatch = requiredIfMatch(request, version);
    const { policy, source, warnings } = await policyBody(request, this.#queries, book, { withNames: true });
    const command = { type: 'EditPolicy', version, policy, source, ifMatch } as const;
    const answer = await this.#commands.execute(new WriteToBook(book, command, actorOf(request)));
    if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
    const edit =
      answer.outcome === 'recorded' && answer.event.type === 'PolicyEdited'
        ? answer.event.edit
        : await this.#editOf(book, version);
    reply.header('etag', etagOf(version, edit));
    sendJson(
      reply,
      200,
      JSON.stringify({ version, status: 'draft', edit, warnings, position: answer.position }),
    );
  }

  /** Of a draft that says already what was put. */
  async #editOf(book: string, version: number): Promise<number> {
    const { value } = await readBook(this.#queries, book, (state) => state.policies.get(version)?.edit);
    if (value === undefined) throw policyNotFound(version);
    return value;
  }
}
