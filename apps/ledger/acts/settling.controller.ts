import { Controller, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Command } from '../../../libs/domain/book/commands.ts';
import { hashApprovalCode, readApprovalCode } from '../../../libs/platform/approval-code.ts';
import { record } from '../books/recorded.ts';
import { ID_MAX_LENGTH } from '../http/field-text.ts';
import { given, Optional, readFields, readFieldsIfAny, Text, Whole } from '../http/fields.ts';
import { sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody, pathId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { Problem } from '../problems/problem.ts';
import { renderFoundAct } from './found-act.rendering.ts';

const REASON = { maxLength: ID_MAX_LENGTH };

class ApprovalFields {
  @Optional() @Text(REASON) reason?: string;
  @Optional() @Text(REASON) code?: string;
}

class RejectionFields {
  @Text(REASON) reason!: string;
}

class CommitFields {
  @Optional() @Whole(0) count?: number;
  @Optional() @Whole(0) costMinor?: number;
  @Optional() @Whole(0) retailMinor?: number;
  @Optional() @Text(REASON) reason?: string;
}

class ReleaseFields {
  @Optional() @Text(REASON) reason?: string;
}

const PROBLEMS = [400, 403, 404, 409, 413, 415, 422];

/** What becomes of an act that waits: each answers with the act as it then is, and always with that on a retry. */
@Controller('v1/books/:book/acts/:act')
export class SettlingController {
  readonly #commands: CommandBus;
  constructor(commands: CommandBus) {
    this.#commands = commands;
  }

  @Post('approve')
  @Describe({
    id: 'approveAct',
    tag: 'Acts',
    summary: 'Approve an act that is pending approval',
    description:
      'By the caller, or by the maker of the approval code that is typed in. The approver is never the employee, the poster or the customer of the act. What was held has been reserved all along: an approval does not fail for lack of budget.',
    path: ['book', 'act'],
    body: 'ApprovalPost',
    bodyOptional: true,
    key: true,
    answer: [201, 'ActFound'],
    problems: PROBLEMS,
  })
  async approve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const act = pathId(request, 'act');
    const key = idempotencyKey(request);
    const fields = readFieldsIfAny(ApprovalFields, request);
    const command = {
      type: 'ApproveAct',
      act,
      ...given(fields, 'reason'),
      ...(fields.code !== undefined && { code: hashOf(book, fields.code) }),
    } as const;
    await this.#settle(request, reply, book, command, key);
  }

  @Post('reject')
  @Describe({
    id: 'rejectAct',
    tag: 'Acts',
    summary: 'Reject an act that is pending approval',
    description: 'What it reserved comes free at once.',
    path: ['book', 'act'],
    body: 'RejectionPost',
    key: true,
    answer: [201, 'ActFound'],
    problems: PROBLEMS,
  })
  async reject(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const act = pathId(request, 'act');
    const key = idempotencyKey(request);
    const { reason } = readFields(RejectionFields, jsonBody(request));
    await this.#settle(request, reply, book, { type: 'RejectAct', act, reason }, key);
  }

  @Post('commit')
  @Describe({
    id: 'commitAct',
    tag: 'Acts',
    summary: 'Commit a reservation, wholly or in part',
    description:
      'It then is an accepted act of so much. A measure that is not named is committed as it was reserved; what is not committed comes free. One commit ends the reservation.',
    path: ['book', 'act'],
    body: 'CommitPost',
    bodyOptional: true,
    key: true,
    answer: [201, 'ActFound'],
    problems: PROBLEMS,
  })
  async commit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const act = pathId(request, 'act');
    const key = idempotencyKey(request);
    const fields = readFieldsIfAny(CommitFields, request);
    const asked = given(fields, 'count', 'costMinor', 'retailMinor');
    const command = { type: 'CommitAct', act, asked, ...given(fields, 'reason') } as const;
    await this.#settle(request, reply, book, command, key);
  }

  @Post('release')
  @Describe({
    id: 'releaseAct',
    tag: 'Acts',
    summary: 'Release a reservation: nothing of it was given',
    path: ['book', 'act'],
    body: 'ReleasePost',
    bodyOptional: true,
    key: true,
    answer: [201, 'ActFound'],
    problems: PROBLEMS,
  })
  async release(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const act = pathId(request, 'act');
    const key = idempotencyKey(request);
    const fields = readFieldsIfAny(ReleaseFields, request);
    const command = { type: 'ReleaseAct', act, ...given(fields, 'reason') } as const;
    await this.#settle(request, reply, book, command, key);
  }

  async #settle(
    request: FastifyRequest,
    reply: FastifyReply,
    book: string,
    command: Command,
    key: string,
  ): Promise<void> {
    const answer = await record(this.#commands, request, book, command, key);
    if (answer.act === undefined) throw new Error('No act was settled.');
    sendRecorded(reply, renderFoundAct(answer.act), answer.replayed);
  }
}

/** What was typed is never kept. @throws Problem for what cannot be a code, as for a wrong one */
function hashOf(book: string, typed: string): string {
  const code = readApprovalCode(typed);
  if (code !== undefined) return hashApprovalCode(book, code);
  throw new Problem('approval-code-wrong', {
    detail: 'This cannot be an approval code.',
    advice: 'Type the ten letters and digits that the approver was shown.',
  });
}
