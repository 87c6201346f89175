import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendJson } from '../http/reply.ts';
import { bookId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { policyBody } from './policy-body.ts';

@Controller('v1/books/:book/policies')
export class PolicyCheckController {
  readonly #queries: QueryBus;
  constructor(queries: QueryBus) {
    this.#queries = queries;
  }

  @Post('check')
  @HttpCode(200)
  @Describe({
    id: 'checkPolicy',
    tag: 'Policies',
    summary: 'Check a policy document against the book and record nothing',
    description:
      'Answers as posting it would, and warns as well of names that the directory does not hold. Needs no key.',
    path: ['book'],
    body: 'PolicyDocument',
    yaml: true,
    answer: [200, 'PolicyChecked'],
    problems: [400, 404, 413, 415, 422],
  })
  async check(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { warnings, position } = await policyBody(request, this.#queries, book, { withNames: true });
    sendJson(reply, 200, JSON.stringify({ warnings, position }));
  }
}
