/** The one place where whatever was thrown becomes a problem for the caller. */
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { BacktestCancelled, BacktestUnavailable } from '../../../libs/backtest/backtests.ts';
import { EngineUnavailable } from '../../../libs/event-store/event-store.ts';
import { TooManyReports, ViewsUnavailable } from '../../../libs/views/views.ts';
import { Problem } from '../problems/problem.ts';
import type { ProblemCode } from '../problems/registry.ts';
import { sendProblem } from './reply.ts';

/** How long a caller waits before it asks again what could not be answered. */
const RETRY_AFTER_SECONDS = 1;
/** A report takes up to some ten seconds, and many wait. */
const RETRY_REPORT_AFTER_SECONDS = 10;

const OF_FASTIFY: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'content-type-unsupported',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'http-malformed',
  FST_ERR_CTP_EMPTY_TYPE: 'content-type-unsupported',
  FST_ERR_BAD_URL: 'path-invalid',
  FST_ERR_MAX_PARAM_LENGTH: 'path-too-long',
  FST_ERR_ASYNC_CONSTRAINT: 'internal',
};

const OF_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'http-malformed',
  404: 'not-found',
  413: 'body-too-large',
  414: 'path-too-long',
  415: 'content-type-unsupported',
};

/** @returns undefined for a fault of the service itself */
export function problemOf(error: unknown, request: FastifyRequest): Problem | undefined {
  if (error instanceof Problem) return error;
  if (error instanceof EngineUnavailable) {
    return new Problem('engine-unavailable', {
      detail: error.nothingWritten
        ? `Nothing was written: ${error.message}`
        : 'The engine did not answer; whether it wrote is not known, and the same key settles it.',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (error instanceof BacktestCancelled) {
    return new Problem('backtest-cancelled', { detail: 'The backtest was cancelled before it was done.' });
  }
  if (error instanceof BacktestUnavailable) {
    return new Problem('backtest-unavailable', {
      detail: `The backtest was not made: ${error.message}.`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  if (error instanceof TooManyReports) {
    return new Problem('views-unavailable', {
      detail: `The report was not begun: ${error.message}. What takes no sweep of the book is answered meanwhile.`,
      retryAfterSeconds: RETRY_REPORT_AFTER_SECONDS,
    });
  }
  if (error instanceof ViewsUnavailable) {
    return new Problem('views-unavailable', {
      detail: 'The views cannot be read at the moment.',
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
  const {
    code: fastifyCode,
    statusCode,
    message,
  } = error as { code?: string; statusCode?: number; message?: string };
  const status = error instanceof HttpException ? error.getStatus() : statusCode;
  const code = OF_FASTIFY[fastifyCode ?? ''] ?? OF_STATUS[status ?? 0];
  if (code === undefined || code === 'internal') return undefined;
  if (code === 'not-found') {
    return new Problem('not-found', { detail: `There is no ${request.method} ${pathOf(request)}.` });
  }
  return new Problem(code, { detail: `${message ?? 'The request cannot be read'}.`.replace(/\.\.$/, '.') });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!.slice(0, 200);
}

@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #log: Logger;
  constructor(log: Logger) {
    this.#log = log;
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.sent) return;
    let problem = problemOf(error, request);
    if (problem === undefined) {
      this.#log.error(
        { err: error, requestId: request.id, method: request.method, path: pathOf(request) },
        'fault',
      );
      problem = new Problem('internal', {
        detail: 'The service met a fault of its own; it has been logged.',
        requestId: request.id,
      });
    } else if (problem.status >= 500) {
      this.#log.warn({ err: error, requestId: request.id, code: problem.code }, 'cannot answer');
    }
    sendProblem(reply, problem);
  }
}
