/** Sends facts of one kind in batches, some at a time, and gives each fact's answer back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type LedgerClient, type LedgerReply, ProblemReply, problemOf } from '../client.ts';
import { CommandFailure } from '../failure.ts';
import { FACTS, type FactKind } from './map.ts';
import type { Mapped } from './mapping.ts';

export type Fact = Extract<Mapped, { is: 'fact' }>;

export type FactAnswer =
  | { readonly is: 'recorded'; readonly alreadyThere: boolean; readonly breaches: number }
  | { readonly is: 'refused'; readonly reason: string; readonly detail: string };

/** The service takes bodies up to 1 MiB; what is left is for the frame around the items. */
const MAX_BATCH_BYTES = 960 * 1024;

export class FactSender {
  readonly #client: LedgerClient;
  readonly #collection: string;
  readonly #path: string;
  readonly #batch: number;
  readonly #concurrency: number;
  readonly #since: number;
  readonly #onAnswer: (fact: Fact, answer: FactAnswer) => void;
  readonly #inFlight = new Set<Promise<void>>();
  #waiting: { fact: Fact; text: string }[] = [];
  #waitingBytes = 0;
  #failure: unknown;

  constructor(
    client: LedgerClient,
    book: string,
    kind: FactKind,
    options: {
      readonly batch: number;
      readonly concurrency: number;
      /** The book's position before this import: what stands at or below it was already there. */
      readonly since: number;
      readonly onAnswer: (fact: Fact, answer: FactAnswer) => void;
    },
  ) {
    this.#client = client;
    this.#collection = FACTS[kind].collection;
    this.#path = `/v1/books/${encodeURIComponent(book)}/${this.#collection}/batch`;
    this.#batch = options.batch;
    this.#concurrency = options.concurrency;
    this.#since = options.since;
    this.#onAnswer = options.onAnswer;
  }

  /** Resolves when there is room for more: its caller's pace is the service's. */
  async send(fact: Fact): Promise<void> {
    const text = JSON.stringify(fact.item);
    const bytes = Buffer.byteLength(text) + 1;
    if (this.#waitingBytes + bytes > MAX_BATCH_BYTES) await this.#dispatch();
    this.#waiting.push({ fact, text });
    this.#waitingBytes += bytes;
    if (this.#waiting.length >= this.#batch) await this.#dispatch();
  }

  /** Sends what is left and waits for every answer. @throws what stopped a batch */
  async finish(): Promise<void> {
    if (this.#failure === undefined) await this.#dispatch();
    await this.settle();
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Waits for what is under way, sending nothing new. */
  async settle(): Promise<void> {
    await Promise.all(this.#inFlight);
  }

  async #dispatch(): Promise<void> {
    while (this.#inFlight.size >= this.#concurrency) await Promise.race(this.#inFlight);
    if (this.#failure !== undefined) throw this.#failure;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (batch.length === 0) return;
    const sending = this.#post(batch)
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => this.#inFlight.delete(sending));
    this.#inFlight.add(sending);
  }

  async #post(batch: readonly { fact: Fact; text: string }[]): Promise<void> {
    let left = batch;
    for (let attempt = 0; left.length > 0; attempt++) {
      const body = `{"${this.#collection}":[${left.map(({ text }) => text).join(',')}]}`;
      const headers = { 'content-type': 'application/json' };
      const reply = await this.#client.request('POST', this.#path, { body, headers, repeatable: true });
      if (reply.status >= 400) return this.#refusedWhole(left, reply);
      left = this.#take(left, reply, attempt);
      if (left.length > 0) await sleep(100 * 2 ** attempt);
    }
  }

  /** Gives the answers out; returns the items that the service could not record now, to be sent again. */
  #take(batch: readonly { fact: Fact; text: string }[], reply: LedgerReply, attempt: number) {
    const results: unknown = reply.body?.results;
    if (!Array.isArray(results) || results.length !== batch.length) {
      throw new CommandFailure(
        `The service answered a batch of ${batch.length} ${this.#collection} with something else.`,
        {
          advice: 'Check that --url names a Goodwill Ledger of this version.',
        },
      );
    }
    return batch.filter(({ fact }, index) => {
      const result = results[index] as Result;
      if (result.status >= 500) {
        if (attempt < 5) return true;
        throw new ProblemReply(`Line ${fact.row.line}`, {
          ...reply,
          status: result.status,
          body: result.body,
        });
      }
      this.#onAnswer(fact, answerOf(result, this.#since));
      return false;
    });
  }

  /** A batch refused as a whole for what one item is: halves find the item. Anything else stops the import. */
  async #refusedWhole(batch: readonly { fact: Fact; text: string }[], reply: LedgerReply): Promise<void> {
    const mayBeOneItem = reply.status === 400 || reply.status === 413 || reply.status === 422;
    if (!mayBeOneItem) throw new ProblemReply(`The ${this.#collection} cannot be recorded`, reply);
    if (batch.length === 1) {
      this.#onAnswer(batch[0]!.fact, answerOf({ status: reply.status, body: reply.body }, this.#since));
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await this.#post(batch.slice(0, middle));
    await this.#post(batch.slice(middle));
  }
}

interface Result {
  readonly status: number;
  readonly body?: { readonly position?: number; readonly breaches?: readonly unknown[] };
}

function answerOf({ status, body }: Result, since: number): FactAnswer {
  if (status < 400) {
    if (typeof body?.position !== 'number') throw new Error('the service recorded a fact without a position');
    return { is: 'recorded', alreadyThere: body.position <= since, breaches: body.breaches?.length ?? 0 };
  }
  const problem = problemOf(body);
  const members = (problem.errors ?? [])
    .map((e) => [e.pointer, e.detail].filter(Boolean).join(' '))
    .join('; ');
  const differs = problem.differs === undefined ? '' : ` (differs: ${problem.differs.join(', ')})`;
  return {
    is: 'refused',
    reason: problem.code ?? `status-${status}`,
    detail: `${problem.detail ?? problem.title ?? ''}${members === '' ? '' : `: ${members}`}${differs}`,
  };
}
