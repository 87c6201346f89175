import { Controller, Get, Inject, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Keyring } from '../../../libs/access/keyring.ts';
import type { Books } from '../../../libs/books/books.ts';
import type { EventStore } from '../../../libs/event-store/event-store.ts';
import type { Views } from '../../../libs/views/views.ts';
import { sendJson } from '../http/reply.ts';
import { Describe } from '../openapi/describe.ts';
import { BOOKS, EVENT_STORE, KEYRING, VIEWS } from '../parts.ts';

/** Beyond this age a view's answers mislead whoever looks at them. */
const MAX_SECONDS_BEHIND = 10;
const ENGINE_TIMEOUT_MS = 3_000;

@Controller('health')
export class HealthController {
  readonly #checks: HealthCheckService;
  readonly #indicators: HealthIndicatorService;
  readonly #eventStore: EventStore;
  readonly #books: Books;
  readonly #views: Views;
  readonly #keyring: Keyring;
  constructor(
    checks: HealthCheckService,
    indicators: HealthIndicatorService,
    @Inject(EVENT_STORE) eventStore: EventStore,
    @Inject(BOOKS) books: Books,
    @Inject(VIEWS) views: Views,
    @Inject(KEYRING) keyring: Keyring,
  ) {
    this.#checks = checks;
    this.#indicators = indicators;
    this.#eventStore = eventStore;
    this.#books = books;
    this.#views = views;
    this.#keyring = keyring;
  }

  @Get('live')
  @Describe({
    id: 'getLive',
    tag: 'Operations',
    summary: 'Whether the process runs',
    answer: [200, 'Health'],
    problems: [],
    open: true,
  })
  async live(@Req() _request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    sendJson(reply, 200, JSON.stringify(await this.#checks.check([])));
  }

  @Get('ready')
  @Describe({
    id: 'getReady',
    tag: 'Operations',
    summary:
      'Whether requests will be answered: the engine can be written to, the books are caught up, the views are not far behind',
    answer: [200, 'Health'],
    problems: [],
    open: true,
  })
  async ready(@Req() _request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    try {
      const result = await this.#checks.check([
        () => this.#engine(),
        () => this.#caughtUp(),
        () => this.#keysRead(),
        () => this.#following(),
      ]);
      sendJson(reply, 200, JSON.stringify(result));
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      sendJson(reply, 503, JSON.stringify(error.getResponse()));
    }
  }

  async #engine(): Promise<HealthIndicatorResult> {
    const engine = this.#indicators.check('engine');
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the engine does not answer')), ENGINE_TIMEOUT_MS);
    });
    try {
      await Promise.race([this.#eventStore.check(), late]);
      return engine.up();
    } catch (error) {
      return engine.down({ reason: error instanceof Error ? error.message : String(error) });
    } finally {
      clearTimeout(timer);
    }
  }

  #caughtUp(): HealthIndicatorResult {
    const indicator = this.#indicators.check('books');
    const { caughtUp, reason, books } = this.#books.status();
    return caughtUp
      ? indicator.up({ books: books.length })
      : indicator.down({ reason: reason ?? 'not caught up' });
  }

  #keysRead(): HealthIndicatorResult {
    const indicator = this.#indicators.check('keys');
    const { caughtUp, reason } = this.#keyring.status();
    return caughtUp ? indicator.up() : indicator.down({ reason: reason ?? 'not read' });
  }

  #following(): HealthIndicatorResult {
    const indicator = this.#indicators.check('views');
    const late = this.#views
      .lag()
      .filter(
        ({ status, secondsBehind }) => status.state === 'stopped' || secondsBehind > MAX_SECONDS_BEHIND,
      );
    if (late.length === 0) return indicator.up();
    const reason = late
      .map(({ view, status, eventsBehind, secondsBehind }) =>
        status.state === 'stopped'
          ? `${view} has stopped: ${status.reason}`
          : `${view} is ${eventsBehind} events, ${Math.round(secondsBehind)} s behind`,
      )
      .join('; ');
    return indicator.down({ reason });
  }
}
