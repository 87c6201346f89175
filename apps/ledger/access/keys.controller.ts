import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isKeyId } from '../../../libs/access/key-text.ts';
import type { KeyAnswer } from '../../../libs/access/keyring.ts';
import { ACCESS_ROLES, type AccessRole, CAPABILITIES, may } from '../../../libs/domain/access/access.ts';
import type { AccessCommand, AccessKey } from '../../../libs/domain/access/keys.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import { ID_MAX_LENGTH, NOTE_MAX_LENGTH } from '../http/field-text.ts';
import { Choices, given, Optional, readFields, readFieldsIfAny, Text } from '../http/fields.ts';
import { sendJson, sendRecorded } from '../http/reply.ts';
import { idempotencyKey, jsonBody, pathId } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { problemOfRefusal } from '../problems/problem.ts';
import { actorOf, callerOf } from './gate.ts';
import { ReadKeys, WriteKey } from './keys.bus.ts';

const ROLES = Object.keys(ACCESS_ROLES) as AccessRole[];

class KeyFields {
  @Text({ maxLength: ID_MAX_LENGTH }) subject!: string;
  @Choices(ROLES) roles!: AccessRole[];
}

class RevocationFields {
  @Optional() @Text({ maxLength: NOTE_MAX_LENGTH, lines: true }) reason?: string;
}

const SHOWN_ONCE = 'Keep the key now: it is shown this once, and kept nowhere.';
const SHOWN_BEFORE =
  'The key was shown once, in the first answer, and is kept nowhere. If that answer was lost, revoke this key and make another.';

@Controller('v1')
export class KeysController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Post('keys')
  @Describe({
    id: 'postKey',
    tag: 'Keys',
    summary: 'Make a key for a subject, with roles',
    description:
      'The subject is named in everything the key records: a till, a system, or a person; for an employee their id in the directory. The key is in the first answer alone.',
    body: 'KeyPost',
    key: true,
    answer: [201, 'KeyMade'],
    problems: [400, 413, 415, 422],
  })
  async post(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const key = idempotencyKey(request);
    const { subject, roles } = readFields(KeyFields, jsonBody(request));
    const answer = await this.#write(request, { type: 'MakeKey', subject, roles }, key);
    const { event, position, replayed } = answer;
    if (event.type !== 'KeyMade') throw new Error('No key was made.');
    const body = {
      id: event.id,
      key: answer.key,
      notice: answer.key === null ? SHOWN_BEFORE : SHOWN_ONCE,
      subject: event.subject,
      roles: event.roles,
      madeAt: formatInstant(event.recordedAt),
      madeBy: event.actor,
      position,
    };
    // No proxy and no browser keeps a copy of it.
    reply.header('cache-control', 'no-store');
    sendRecorded(reply, JSON.stringify(body), replayed);
  }

  @Get('keys')
  @Describe({
    id: 'getKeys',
    tag: 'Keys',
    summary: 'All keys there are and were, without what is secret of them',
    answer: [200, 'Keys'],
    problems: [],
  })
  async list(@Req() _request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { keys, position } = await this.#queries.execute(new ReadKeys());
    sendJson(reply, 200, JSON.stringify({ keys: keys.map(keyBody), position }));
  }

  @Post('keys/:key/revoke')
  @Describe({
    id: 'revokeKey',
    tag: 'Keys',
    summary: 'Revoke a key for good',
    description:
      'It opens nothing here from the answer on, and nothing in any other process within a second.',
    path: ['key'],
    body: 'Revocation',
    bodyOptional: true,
    key: true,
    answer: [201, 'Key'],
    problems: [400, 404, 409, 413, 415, 422],
  })
  async revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const id = pathId(request, 'key');
    const key = idempotencyKey(request);
    const fields = readFieldsIfAny(RevocationFields, request);
    if (!isKeyId(id)) throw problemOfRefusal({ code: 'key-not-found', detail: 'There is no such key.' });
    const command = { type: 'RevokeKey', id, ...given(fields, 'reason') } as const;
    const { position, replayed } = await this.#write(request, command, key);
    const { keys } = await this.#queries.execute(new ReadKeys());
    const revoked = keys.find((one) => one.id === id);
    if (revoked === undefined) throw new Error('A key that was revoked is not there.');
    sendRecorded(reply, JSON.stringify({ ...keyBody(revoked), position }), replayed);
  }

  @Get('whoami')
  @Describe({
    id: 'whoAmI',
    tag: 'Keys',
    summary: 'Whose key this is, and what it gives',
    answer: [200, 'WhoAmI'],
    problems: [],
  })
  async whoami(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const { actor, keyId } = callerOf(request);
    const capabilities = CAPABILITIES.filter((capability) => may(actor.roles, capability));
    const body = { subject: actor.subject, roles: actor.roles, capabilities, key: keyId };
    sendJson(reply, 200, JSON.stringify(body));
  }

  async #write(
    request: FastifyRequest,
    command: AccessCommand,
    key: string,
  ): Promise<Extract<KeyAnswer, { outcome: 'recorded' }>> {
    const answer = await this.#commands.execute(new WriteKey(command, { key, actor: actorOf(request) }));
    if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
    return answer;
  }
}

function keyBody({ id, subject, roles, madeAt, madeBy, revoked }: AccessKey) {
  return {
    id,
    subject,
    roles,
    status: revoked === undefined ? 'live' : 'revoked',
    madeAt: formatInstant(madeAt),
    madeBy,
    ...(revoked !== undefined && {
      revokedAt: formatInstant(revoked.at),
      revokedBy: revoked.by,
      ...(revoked.reason !== undefined && { reason: revoked.reason }),
    }),
  };
}
