import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PolicyCommand } from '../../../libs/domain/book/policy-life.ts';
import { isBusinessDate, parseInstant } from '../../../libs/domain/time/instant.ts';
import { factOf, type Recorded, record } from '../books/recorded.ts';
import { NOTE_MAX_LENGTH } from '../http/field-text.ts';
import { given, InstantOrDate, Optional, readFields, readFieldsIfAny, Text } from '../http/fields.ts';
import { sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { etagOf, ifMatchOf } from './etags.ts';
import { activatedBody } from './policy.rendering.ts';
import { versionOf } from './version-of.ts';

const WORDS = { maxLength: NOTE_MAX_LENGTH, lines: true };

class CommentFields {
  @Optional() @Text(WORDS) comment?: string;
}
class RejectionFields {
  @Text(WORDS) reason!: string;
}
class ActivationFields {
  @Optional() @InstantOrDate() from?: string;
}

@Controller('v1/books/:book/policies/:version')
export class PolicyLifeController {
  readonly #commands: CommandBus;
  constructor(commands: CommandBus) {
    this.#commands = commands;
  }

  @Post('submit')
  @HttpCode(201)
  @Describe({
    id: 'submitPolicy',
    tag: 'Policies',
    summary: 'Submit a draft for approval: from then on it does not change',
    path: ['book', 'version'],
    body: 'PolicyComment',
    bodyOptional: true,
    key: true,
    ifMatch: 'optional',
    answer: [201, 'PolicyStep'],
    problems: [400, 404, 409, 412, 413, 415, 422],
  })
  submit(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#agreed(request, reply, 'SubmitPolicy', 'submitted');
  }

  @Post('approve')
  @HttpCode(201)
  @Describe({
    id: 'approvePolicy',
    tag: 'Policies',
    summary: 'Approve a submitted version that somebody else wrote',
    description:
      'Nobody approves what they drafted or edited, whatever their roles. With If-Match, only the words that were seen are approved.',
    path: ['book', 'version'],
    body: 'PolicyComment',
    bodyOptional: true,
    key: true,
    ifMatch: 'optional',
    answer: [201, 'PolicyStep'],
    problems: [400, 404, 409, 412, 413, 415, 422],
  })
  approve(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.#agreed(request, reply, 'ApprovePolicy', 'approved');
  }

  @Post('reject')
  @HttpCode(201)
  @Describe({
    id: 'rejectPolicy',
    tag: 'Policies',
    summary: 'Send a submitted version back to draft, and say why',
    path: ['book', 'version'],
    body: 'PolicyRejection',
    key: true,
    ifMatch: 'optional',
    answer: [201, 'PolicyStep'],
    problems: [400, 404, 409, 412, 413, 415, 422],
  })
  async reject(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const version = versionOf(request);
    const { reason } = readFields(RejectionFields, jsonBody(request));
    const command = { type: 'RejectPolicy', version, reason, ...seen(request, version) } as const;
    this.#answer(reply, version, 'draft', await this.#write(request, command));
  }

  @Post('roll-back')
  @HttpCode(201)
  @Describe({
    id: 'rollBackPolicy',
    tag: 'Policies',
    summary: 'Draft anew what an earlier version said',
    description: 'A new version with the words of this one, to be submitted and approved as any other.',
    path: ['book', 'version'],
    key: true,
    answer: [201, 'PolicyRollBack'],
    problems: [400, 404, 409, 422],
  })
  async rollBack(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const rollbackOf = versionOf(request);
    const answer = await this.#write(request, { type: 'RollBackPolicy', version: rollbackOf });
    const { version } = factOf(answer, 'PolicyDrafted');
    reply.header('etag', etagOf(version, 0));
    const body = { version, status: 'draft', rollbackOf, position: answer.position };
    sendRecorded(reply, JSON.stringify(body), answer.replayed);
  }

  @Post('activate')
  @HttpCode(201)
  @Describe({
    id: 'activatePolicy',
    tag: 'Policies',
    summary: 'Put a policy version in force: now, from a time on, or from a business day on',
    description:
      'A business day begins at each location by its own clock. A time or day that has passed means from now on.',
    path: ['book', 'version'],
    body: 'Activation',
    bodyOptional: true,
    key: true,
    answer: [201, 'PolicyActivated'],
    problems: [400, 404, 409, 413, 415, 422],
  })
  async activate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const version = versionOf(request);
    const { from } = readFieldsIfAny(ActivationFields, request);
    const answer = await this.#write(request, { type: 'ActivatePolicy', version, ...fromIn(from) });
    const body = activatedBody(factOf(answer, 'PolicyActivated'), answer.position);
    sendRecorded(reply, JSON.stringify(body), answer.replayed);
  }

  async #agreed(
    request: FastifyRequest,
    reply: FastifyReply,
    type: 'SubmitPolicy' | 'ApprovePolicy',
    status: string,
  ): Promise<void> {
    const version = versionOf(request);
    const comment = given(readFieldsIfAny(CommentFields, request), 'comment');
    const command = { type, version, ...comment, ...seen(request, version) } as const;
    this.#answer(reply, version, status, await this.#write(request, command));
  }

  #write(request: FastifyRequest, command: PolicyCommand): Promise<Recorded> {
    return record(this.#commands, request, bookId(request), command, idempotencyKey(request));
  }

  #answer(reply: FastifyReply, version: number, status: string, { position, replayed }: Recorded): void {
    sendRecorded(reply, JSON.stringify({ version, status, position }), replayed);
  }
}

function seen(request: FastifyRequest, version: number): { readonly ifMatch?: number } {
  const ifMatch = ifMatchOf(request, version);
  return ifMatch === undefined ? {} : { ifMatch };
}

function fromIn(from: string | undefined): { readonly from?: number; readonly fromDate?: string } {
  if (from === undefined) return {};
  return isBusinessDate(from) ? { fromDate: from } : { from: parseInstant(from)! };
}
