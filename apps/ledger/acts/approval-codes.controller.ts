import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import { hashApprovalCode, makeApprovalCode } from '../../../libs/platform/approval-code.ts';
import { factOf, record } from '../books/recorded.ts';
import { readDuration } from '../http/duration.ts';
import { ID_MAX_LENGTH } from '../http/field-text.ts';
import { Duration, given, Optional, readFieldsIfAny, Text } from '../http/fields.ts';
import { sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';

const USUAL_MS = 5 * 60_000;
/** An approver who stands at the till needs a minute; who is called to it, a few. */
const BOUNDS = { leastMs: 10_000, mostMs: 60 * 60_000 };

class ApprovalCodeFields {
  @Optional() @Text({ maxLength: ID_MAX_LENGTH }) act?: string;
  @Optional() @Duration(BOUNDS) expiresIn?: string;
}

@Controller('v1/books/:book/approval-codes')
export class ApprovalCodesController {
  readonly #commands: CommandBus;
  constructor(commands: CommandBus) {
    this.#commands = commands;
  }

  @Post()
  @HttpCode(201)
  @Describe({
    id: 'postApprovalCode',
    tag: 'Acts',
    summary: 'Make a code by which one act is approved at a till, in the name of the caller',
    description:
      'Good once and for a few minutes, for one act where that is named. The code is shown in this answer only: it is kept as a hash, so a repetition of the same request answers with code null.',
    path: ['book'],
    body: 'ApprovalCodePost',
    bodyOptional: true,
    key: true,
    answer: [201, 'ApprovalCode'],
    problems: [400, 403, 404, 409, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const fields = readFieldsIfAny(ApprovalCodeFields, request);
    const code = makeApprovalCode();
    const command = {
      type: 'MakeApprovalCode',
      hash: hashApprovalCode(book, code),
      ...given(fields, 'act'),
      expiresInMs: fields.expiresIn === undefined ? USUAL_MS : readDuration(fields.expiresIn),
    } as const;
    const answer = await record(this.#commands, request, book, command, key);
    const { position, replayed } = answer;
    const event = factOf(answer, 'ApprovalCodeMade');
    const body = {
      id: event.id,
      code: replayed ? null : code,
      act: event.act,
      expiresAt: formatInstant(event.expiresAt),
      recordedAt: formatInstant(event.recordedAt),
      position,
    };
    sendRecorded(reply, JSON.stringify(body), replayed);
  }
}
