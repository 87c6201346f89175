import { Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { activeVersion } from '../../../libs/domain/book/state.ts';
import { checkPolicy } from '../../../libs/domain/policy/check.ts';
import { formatInstant, parseInstant } from '../../../libs/domain/time/instant.ts';
import type { Clock } from '../../../libs/platform/clock.ts';
import { readDocument } from '../../../libs/platform/located-document.ts';
import { WriteToBook } from '../books/books.bus.ts';
import { readBook } from '../books/stated.ts';
import { Instant, Optional, readFields } from '../http/fields.ts';
import { sendJson, sendRecorded } from '../http/reply.ts';
import { bodyText, bookId, hasBody, idempotencyKey, isYaml, jsonBody } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { CLOCK } from '../parts.ts';
import { Problem, problemOfRefusal } from '../problems/problem.ts';
import { versionOf } from './version-of.ts';

class ActivationFields {
  @Optional() @Instant() from?: string;
}

/** Reading YAML takes time in proportion; this much takes well under a second of the thread that decides. */
const POLICY_LIMIT_BYTES = 256 * 1024;

@Controller('v1/books/:book/policies')
export class PoliciesController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  readonly #clock: Clock;
  constructor(commands: CommandBus, queries: QueryBus, @Inject(CLOCK) clock: Clock) {
    this.#commands = commands;
    this.#queries = queries;
    this.#clock = clock;
  }

  @Post()
  @HttpCode(201)
  @Describe({
    id: 'postPolicy',
    tag: 'Policies',
    summary: 'Post a policy document as a draft',
    description: 'Every mistake is reported at once, with line and column.',
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
    const source = {
      format: isYaml(request) ? ('yaml' as const) : ('json' as const),
      text: bodyText(request),
    };
    const bytes = Buffer.byteLength(source.text);
    if (bytes > POLICY_LIMIT_BYTES) {
      throw new Problem('body-too-large', {
        detail: `The policy has ${bytes} bytes; at most ${POLICY_LIMIT_BYTES} are taken.`,
        advice: 'Check what else the document holds: two hundred guardrails fit with room to spare.',
      });
    }
    const document = readDocument(source.text, source.format);
    if (!document.ok) {
      throw new Problem('policy-malformed', {
        detail: `The document is not ${source.format === 'yaml' ? 'YAML' : 'JSON'}.`,
        errors: document.problems.map(({ message, line, column }) => ({
          pointer: '',
          code: 'policy-malformed',
          detail: message,
          line,
          column,
        })),
      });
    }
    const { value: currency } = await readBook(this.#queries, book, (state) => state.book!.currency);
    const check = checkPolicy(document.value, { currency });
    if (!check.ok) {
      const errors = check.mistakes.map(({ pointer, code, message, advice, at }) => ({
        pointer,
        code,
        detail: message,
        advice,
        ...document.locate(pointer, at),
      }));
      const detail = errors.length === 1 ? errors[0]!.detail : `The policy has ${errors.length} mistakes.`;
      throw new Problem('policy-invalid', { detail, errors });
    }
    const command = { type: 'DraftPolicy', policy: check.policy, source } as const;
    const answer = await this.#commands.execute(new WriteToBook(book, command, key));
    if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
    if (answer.outcome !== 'recorded' || answer.event.type !== 'PolicyDrafted')
      throw new Error('No draft was recorded.');
    const { position, event } = answer;
    sendRecorded(
      reply,
      JSON.stringify({ version: event.version, status: 'draft', position }),
      answer.replayed,
    );
  }

  @Get(':version')
  @Describe({
    id: 'getPolicy',
    tag: 'Policies',
    summary: 'Read a policy version, as posted',
    path: ['book', 'version'],
    answer: [200, 'PolicyVersion'],
    problems: [400, 404],
  })
  async get(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const version = versionOf(request);
    const now = this.#clock.now();
    const { value, position } = await readBook(this.#queries, bookId(request), (state) => {
      const found = state.policies.get(version);
      if (found === undefined) return undefined;
      const activations = state.activations.filter((activation) => activation.version === version);
      const active = activeVersion(state, now) === version;
      return {
        version,
        status: active ? 'active' : statusOf(activations, now),
        draftedAt: formatInstant(found.draftedAt),
        activations: activations.map(({ at }) => ({ from: formatInstant(at) })),
        policy: found.policy,
        source: found.source,
      };
    });
    if (value === undefined) throw policyNotFound(version);
    sendJson(reply, 200, JSON.stringify({ ...value, position }));
  }

  @Post(':version/activate')
  @HttpCode(201)
  @Describe({
    id: 'activatePolicy',
    tag: 'Policies',
    summary: 'Put a policy version in force, now or from a time on',
    path: ['book', 'version'],
    body: 'Activation',
    bodyOptional: true,
    key: true,
    answer: [201, 'PolicyActivated'],
    problems: [400, 404, 409, 413, 415, 422],
  })
  async activate(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const version = versionOf(request);
    const key = idempotencyKey(request);
    const { from } = hasBody(request)
      ? readFields(ActivationFields, jsonBody(request))
      : new ActivationFields();
    const command = {
      type: 'ActivatePolicy',
      version,
      ...(from !== undefined && { from: parseInstant(from)! }),
    } as const;
    const answer = await this.#commands.execute(new WriteToBook(book, command, key));
    if (answer.outcome === 'refused') throw problemOfRefusal(answer.refusal);
    if (answer.outcome !== 'recorded' || answer.event.type !== 'PolicyActivated') {
      throw new Error('No activation was recorded.');
    }
    const { position, event } = answer;
    const inForceFrom = formatInstant(event.from ?? event.recordedAt);
    const body = { version: event.version, status: 'active', from: inForceFrom, position };
    sendRecorded(reply, JSON.stringify(body), answer.replayed);
  }

  @Post([':version/submit', ':version/approve'])
  @HttpCode(501)
  @Describe({
    id: 'submitOrApprovePolicy',
    tag: 'Policies',
    summary: 'Approval by a second person: not in this version',
    path: ['book', 'version'],
    problems: [400, 501],
  })
  approve(@Req() request: FastifyRequest): void {
    versionOf(request);
    throw new Problem('not-available', {
      detail: 'Approval of policies by a second person is not available in this version.',
    });
  }
}

function statusOf(activations: readonly { readonly at: number }[], now: number): string {
  if (activations.length === 0) return 'draft';
  return activations.some(({ at }) => at > now) ? 'scheduled' : 'superseded';
}

function policyNotFound(version: number): Problem {
  return problemOfRefusal({ code: 'policy-not-found', detail: `The book has no policy version ${version}.` });
}
