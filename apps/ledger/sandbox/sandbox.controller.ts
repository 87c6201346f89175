import { Controller, Inject, Put, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Books } from '../../../libs/books/books.ts';
import { formatInstant, parseInstant } from '../../../libs/domain/time/instant.ts';
import type { SettableClock } from '../../../libs/platform/clock.ts';
import { Instant, readFields } from '../http/fields.ts';
import { sendJson } from '../http/reply.ts';
import { jsonBody } from '../http/request.ts';
import { Describe } from '../openapi/describe.ts';
import { BOOKS, SANDBOX_CLOCK } from '../parts.ts';
import { Problem } from '../problems/problem.ts';

class ClockFields {
  @Instant() now!: string;
}

@Controller('v1/sandbox')
export class SandboxController {
  readonly #clock: SettableClock | null;
  readonly #books: Books;
  constructor(@Inject(SANDBOX_CLOCK) clock: SettableClock | null, @Inject(BOOKS) books: Books) {
    this.#clock = clock;
    this.#books = books;
  }

  @Put('clock')
  @Describe({
    id: 'putClock',
    tag: 'Sandbox',
    summary: 'Set the clock; it then stands still until it is set again',
    description:
      'Only where the service was started with GOODWILL_SANDBOX=true; 404 elsewhere. When it answers, what has fallen due by that time is recorded.',
    body: 'SandboxClock',
    answer: [200, 'SandboxClock'],
    problems: [400, 404, 413, 415],
  })
  async put(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (this.#clock === null) {
      throw new Problem('sandbox-off', { detail: 'The clock of this service cannot be set.' });
    }
    const { now } = readFields(ClockFields, jsonBody(request));
    this.#clock.set(parseInstant(now)!);
    await this.#books.fallDue();
    sendJson(reply, 200, JSON.stringify({ now: formatInstant(this.#clock.now()) }));
  }
}
