import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AskedReview } from '../../../libs/domain/book/signal-events.ts';
import { SIGNAL_KINDS, VERDICTS } from '../../../libs/domain/signal/signal.ts';
import {
  MAX_SPAN_DAYS,
  type SignalsAnswer,
  type SignalsQuestion,
  STATUS_FILTERS,
} from '../../../libs/views/conduct/conduct.ts';
import { factOf, record } from '../books/recorded.ts';
import { NOTE_MAX_LENGTH } from '../http/field-text.ts';
import { choiceMember, type Members, readMembers, textMember } from '../http/members.ts';
import { aPosition } from '../http/position.ts';
import { aDate, anId, oneOf, readQuery } from '../http/query.ts';
import { sendJson, sendRecorded } from '../http/reply.ts';
import { bookId, idempotencyKey, jsonBody, pathId } from '../http/request.ts';
import { readBeforeView } from '../metrics/reading-a-view.ts';
import { Describe } from '../openapi/describe.ts';
import { Problem, parameterProblem } from '../problems/problem.ts';
import { oneSignalBody, reportBody, reviewBody } from './signal.rendering.ts';
import { AskSignals } from './signals.bus.ts';

const SPAN = { from: aDate, to: aDate, atLeast: aPosition } as const;
const PARAMETERS = {
  ...SPAN,
  kind: oneOf(SIGNAL_KINDS),
  subject: anId,
  status: oneOf(STATUS_FILTERS),
} as const;

/** The ids of two people, each character as its escape. */
const SIGNAL_ID = { maxLength: 4_000 };

type PostedReview = Pick<AskedReview, 'verdict' | 'reason'>;
const REVIEW: Members<PostedReview> = {
  verdict: choiceMember(VERDICTS, { ok: 'cleared', closed: 'cleared', escalated: 'followed-up' }),
  reason: textMember({ maxLength: NOTE_MAX_LENGTH, lines: true }),
};
const NEEDED = {
  verdict: `Use one of ${VERDICTS.join(', ')}.`,
  reason: 'Say why, for whoever looks at it next time.',
};

@Controller('v1/books/:book/signals')
export class SignalsController {
  readonly #commands: CommandBus;
  readonly #queries: QueryBus;
  constructor(commands: CommandBus, queries: QueryBus) {
    this.#commands = commands;
    this.#queries = queries;
  }

  @Get()
  @Describe({
    id: 'getSignals',
    tag: 'Signals',
    summary: 'Patterns in the acts of a span that are worth a look, the most worth a word first',
    description:
      'Computed when asked for, from the acts whose business date is in the span; absent, the 91 days up to the last act. Shows what nobody has looked at yet and what has returned since; status=all shows the others as well.',
    path: ['book'],
    query: Object.keys(PARAMETERS),
    answer: [200, 'Signals'],
    problems: [400, 403, 404],
  })
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const { atLeast, ...question } = readQuery(request, PARAMETERS);
    sendJson(reply, 200, JSON.stringify(reportBody(await this.#ask(book, question, atLeast))));
  }

  @Get(':signal')
  @Describe({
    id: 'getSignal',
    tag: 'Signals',
    summary: 'One signal, whatever its status: its figures, the acts behind it, and what speaks against it',
    description:
      'Ask for the span of the report that showed it: another span has other acts behind it, or none.',
    path: ['book', 'signal'],
    query: Object.keys(SPAN),
    answer: [200, 'SignalInSpan'],
    problems: [400, 403, 404],
  })
  async one(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const signal = pathId(request, 'signal', SIGNAL_ID);
    const { atLeast, ...span } = readQuery(request, SPAN);
    const answer = await this.#ask(book, { ...span, signal }, atLeast);
    const found = answer.signals[0];
    if (found === undefined) {
      throw new Problem('signal-not-found', {
        detail: `From ${answer.from} to ${answer.to} there is no signal "${signal}".`,
        advice: 'Give the id and the span of the report that showed it; reversals may have ended it.',
      });
    }
    sendJson(reply, 200, JSON.stringify(oneSignalBody(answer, found)));
  }

  @Post(':signal/reviews')
  @Describe({
    id: 'reviewSignal',
    tag: 'Signals',
    summary: 'Say what came of looking at a signal',
    description:
      'It rests on the facts that the view reflects then; `from`, `to` and `atLeast` as for the signal itself. The signal does not come back before what the ledger has learned since is unusual by itself. By nobody who has a part in the policies of the book, and by nobody whom it is about.',
    path: ['book', 'signal'],
    query: Object.keys(SPAN),
    body: 'ReviewPost',
    key: true,
    answer: [201, 'Review'],
    problems: [400, 403, 404, 413, 415, 422],
  })
  async review(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const book = bookId(request);
    const key = idempotencyKey(request);
    const signal = pathId(request, 'signal', SIGNAL_ID);
    const { atLeast, ...span } = readQuery(request, SPAN);
    const posted = readMembers(jsonBody(request), 'A review', REVIEW, NEEDED) as PostedReview;
    const answer = await this.#ask(book, { ...span, signal }, atLeast);
    const found = answer.signals[0];
    const { from, to, position } = answer;
    const command = {
      type: 'ReviewSignal',
      asked: { signal, ...span, ...posted },
      basis:
        found === undefined || from === null || to === null
          ? null
          : { position, from, to, observed: found.observed, exposure: found.exposure.n },
    } as const;
    const written = await record(this.#commands, request, book, command, key);
    const body = reviewBody(factOf(written, 'SignalReviewed'), written.position);
    sendRecorded(reply, JSON.stringify(body), written.replayed);
  }

  async #ask(book: string, question: SignalsQuestion, atLeast: number | undefined): Promise<SignalsAnswer> {
    await readBeforeView(this.#queries, 'conduct', book, atLeast);
    try {
      return await this.#queries.execute(new AskSignals(book, question));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // What the span is where an end is left out, only the view knows.
      throw parameterProblem('query-invalid', [
        {
          parameter: 'from',
          code: 'out-of-range',
          detail: `This cannot be answered: ${error.message}.`,
          advice: `Give a span of 1 to ${MAX_SPAN_DAYS} days, both dates included.`,
        },
      ]);
    }
  }
}
