/** Calls that are tried again until they succeed, cannot, or their time is up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStoreDBClient } from '@eventstore/db-client';
import { EngineUnavailable } from '../event-store.ts';
import type { CallOptions } from './call-options.ts';
import type { Connection } from './connection.ts';
import { explain, failureOf } from './failures.ts';
import { headOfStream } from './pages.ts';
import { pauseBeforeMs } from './pause.ts';
import { Reachability } from './reachability.ts';

export interface Timing {
  /** One try. The server itself gives a write up after 2 s. */
  readonly attemptMs: number;
  /** All tries of one call together. */
  readonly totalMs: number;
}

const FIRST_PAUSE_MS = 20;
const MOST_PAUSE_MS = 500;
/** Of no stream: only whether there is an answer is of interest. */
const ANY_STREAM = 'ledger-check';

export class Calls {
  readonly connection: Connection;
  readonly options: CallOptions;
  readonly timing: Timing;
  readonly where: string;
  readonly #reachability: Reachability;

  constructor(connection: Connection, options: CallOptions, timing: Timing, where: string) {
    this.connection = connection;
    this.options = options;
    this.timing = timing;
    this.where = where;
    this.#reachability = new Reachability(async () => {
      const { attemptMs } = this.timing;
      await this.once(
        (client, callOptions, ms) => headOfStream(client, ANY_STREAM, callOptions, ms),
        performance.now() + attemptMs,
      );
    });
  }

  /** When a call that begins now must have been answered, in ms of `performance.now`. */
  deadline(): number {
    return performance.now() + this.timing.totalMs;
  }

  /**
   * Fails a call that has not been sent when the engine is known not to answer, and does not come back at once.
   * @throws EngineUnavailable
   */
  async assertReachable(): Promise<void> {
    if (!this.#reachability.isAway) return;
    const away = await this.#reachability.away();
    if (away !== undefined) throw this.unavailable(away.cause, true);
  }

  /** For calls that change nothing. @throws EngineUnavailable */
  async ask<T>(
    work: (client: EventStoreDBClient, options: CallOptions, deadlineMs: number) => Promise<T>,
    deadline = this.deadline(),
  ): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      await this.assertReachable();
      try {
        return await this.once(work, deadline);
      } catch (error) {
        const pauseMs = pauseBeforeMs(attempt, FIRST_PAUSE_MS, MOST_PAUSE_MS);
        const over = performance.now() + pauseMs >= deadline;
        if (error instanceof EngineUnavailable || over || failureOf(error) !== 'passing') {
          throw this.unavailable(error, true);
        }
        await sleep(pauseMs);
      }
    }
  }

  /** One try. @throws what the client throws, NoAnswer */
  async once<T>(
    work: (client: EventStoreDBClient, options: CallOptions, deadlineMs: number) => Promise<T>,
    deadline: number,
  ): Promise<T> {
    const began = performance.now();
    const withinMs = Math.min(this.timing.attemptMs, deadline - began);
    try {
      const answer = await this.connection.call(withinMs, (client, deadlineMs) =>
        work(client, this.options, deadlineMs),
      );
      this.#reachability.heard();
      return answer;
    } catch (error) {
      // One that found no place among the calls under way says nothing about the engine.
      if (!(error instanceof EngineUnavailable)) {
        if (failureOf(error) === 'passing') this.#reachability.missed(error, began);
        else this.#reachability.heard();
      }
      throw error;
    }
  }

  close(): void {
    this.#reachability.close();
    this.connection.close();
  }

  unavailable(error: unknown, nothingWritten: boolean): EngineUnavailable {
    if (error instanceof EngineUnavailable && error.nothingWritten === nothingWritten) return error;
    const cause = error instanceof EngineUnavailable && error.cause !== undefined ? error.cause : error;
    return new EngineUnavailable(explain(cause, this.where), { nothingWritten, cause });
  }
}

/** @param attempt from 0 */
export async function pauseBefore(attempt: number, deadline: number): Promise<void> {
  const pauseMs = pauseBeforeMs(attempt, FIRST_PAUSE_MS, MOST_PAUSE_MS);
  await sleep(Math.max(0, Math.min(pauseMs, deadline - performance.now())));
}
