/** Nest on Fastify, set up so that a request costs little before and after its handler. */
import { randomUUID } from 'node:crypto';
import type { LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { Authentication } from '../access/authentication.ts';
import { putUpGate } from '../access/gate.ts';
import { appModule, type Parts } from '../app.module.ts';
import { describeApi } from '../openapi/document.ts';
import { ProblemFilter } from './problem.filter.ts';
import { BODY_LIMIT_BYTES, MEDIA_TYPES } from './request.ts';

/** Longest SKU, every character percent-encoded in four bytes. */
const MAX_PARAM_LENGTH = 256 * 12;
const REQUEST_TIMEOUT_MS = 60_000;
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
const STRAGGLERS_AFTER_MS = 10_000;
const CLOSE_IDLE_EVERY_MS = 50;

export interface HttpApplication {
  readonly nest: NestFastifyApplication;
  /** Lets nobody in any more and resolves once the last answer is out. */
  close(): Promise<void>;
}

export async function openHttp(parts: Parts, authentication: Authentication): Promise<HttpApplication> {
  const { log, metrics } = parts;
  const problems = new ProblemFilter(log);
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    genReqId: requestIds(),
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      problems.answer(error, request, reply),
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  let closing = false;
  fastify.addHook('onRequest', (_request, reply, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  putUpGate(fastify, authentication);
  const logsRequests = log.isLevelEnabled('debug');
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.request(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    if (logsRequests) logRequest(log, request, reply);
    done();
  });
  const nest = await NestFactory.create<NestFastifyApplication>(appModule(parts), adapter, {
    logger: nestLogger(log),
    bodyParser: false,
    abortOnError: false,
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser([...MEDIA_TYPES], { parseAs: 'buffer' }, (_request, bytes, done) =>
    done(null, bytes),
  );
  nest.useGlobalFilters(problems);
  SwaggerModule.setup('docs', nest, () => describeApi(nest), {
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Goodwill Ledger API',
  });
  await nest.init();
  await fastify.ready();
  return {
    nest,
    close: async () => {
      closing = true;
      const stragglers = setTimeout(() => fastify.server.closeAllConnections(), STRAGGLERS_AFTER_MS);
      // Answers to what came before told their connections to stay.
      const answered = setInterval(() => fastify.server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
      await nest.close();
      clearTimeout(stragglers);
      clearInterval(answered);
    },
  };
}

/** Unique over restarts, and cheap: one random start, then a count. */
function requestIds(): () => string {
  const start = randomUUID().slice(0, 8);
  let count = 0;
  return () => `${start}-${++count}`;
}

function logRequest(log: Logger, request: FastifyRequest, reply: FastifyReply): void {
  log.debug(
    {
      requestId: request.id,
      method: request.method,
      url: request.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 100) / 100,
    },
    'answered',
  );
}

/** What the framework has to say, at debug; its warnings and errors as they are. */
function nestLogger(log: Logger): LoggerService {
  const words = (message: unknown, rest: unknown[]): string =>
    [message, ...rest]
      .filter((word) => word !== undefined)
      .map(String)
      .join(' ');
  return {
    log: (message, ...rest) => log.debug(words(message, rest)),
    warn: (message, ...rest) => log.warn(words(message, rest)),
    error: (message, ...rest) => log.error(words(message, rest)),
    debug: (message, ...rest) => log.debug(words(message, rest)),
    verbose: (message, ...rest) => log.debug(words(message, rest)),
  };
}
