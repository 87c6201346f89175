/** One version that runs beside the active one: its own book, fed the same acts, and the report of what differs. */
import type { BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { type BookState, initialState } from '../domain/book/state.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import { Comparison } from './comparison.ts';
import { CounterfactualBook, type KeptActs } from './counterfactual.ts';
import { BATCH, streamOf } from './recorded-events.ts';
import { renderReport } from './render.ts';
import type { Report } from './report.ts';
import { documentAt, OtherLedger } from './run-backtest.ts';
import type { ThreadPressure } from './thread-pressure.ts';

export interface ShadowSpec {
  readonly version: number;
  /** The position of the event that holds the document. */
  readonly document: number;
  /** Of the event that started it. */
  readonly position: number;
}

export class ShadowRun {
  readonly spec: ShadowSpec;
  /** The newest event it has looked at. */
  position: number;
  /** It was stopped, or begun anew: its report ends there. */
  isOver = false;
  readonly #counterfactual: CounterfactualBook;
  readonly #comparison: Comparison;
  readonly #kept: KeptActs & { drop(): void };

  /**
   * From the book as it stood when the shadow began.
   * @throws OtherLedger, EngineUnavailable
   */
  static async begin(
    eventStore: EventStore,
    book: string,
    spec: ShadowSpec,
    kept: KeptActs & { drop(): void },
    pressure: ThreadPressure,
    signal: AbortSignal,
  ): Promise<ShadowRun> {
    const policy = await documentAt(eventStore, book, spec.document, spec.version);
    const state = initialState(book);
    const started = await foldTo(eventStore, state, spec.position, pressure, signal);
    if (started?.type !== 'ShadowStarted' || started.version !== spec.version) {
      throw new OtherLedger(`Book ${book} starts no shadow of version ${spec.version} at ${spec.position}.`);
    }
    const { version, document, position } = spec;
    const counterfactual = new CounterfactualBook(state, { version, policy }, kept, started);
    const { currency } = policy;
    const about = {
      kind: 'shadow',
      book,
      currency,
      version,
      document,
      policy,
      startedAfter: position,
    } as const;
    return new ShadowRun(spec, counterfactual, new Comparison(about), kept);
  }

  private constructor(
    spec: ShadowSpec,
    counterfactual: CounterfactualBook,
    comparison: Comparison,
    kept: KeptActs & { drop(): void },
  ) {
    this.spec = spec;
    this.position = spec.position;
    this.#counterfactual = counterfactual;
    this.#comparison = comparison;
    this.#kept = kept;
  }

  take(position: number, recorded: BookEvent): void {
    if (position <= this.position || this.isOver) return;
    if (position !== this.position + 1)
      throw new OtherLedger(`${position} comes where ${this.position + 1} was due`);
    this.position = position;
    const isAboutShadows = recorded.type === 'ShadowStopped' || recorded.type === 'ShadowStarted';
    if (isAboutShadows && recorded.version === this.spec.version) this.isOver = true;
    this.#comparison.take(position, recorded, this.#counterfactual.take(recorded));
  }

  report(): Report {
    return this.#comparison.report(this.position);
  }

  page(): string {
    return renderReport(this.report());
  }

  drop(): void {
    this.#kept.drop();
  }
}

/** @returns the last event folded */
async function foldTo(
  eventStore: EventStore,
  state: BookState,
  to: number,
  pressure: ThreadPressure,
  signal: AbortSignal,
): Promise<BookEvent | undefined> {
  let last: BookEvent | undefined;
  pressure.begin();
  for await (const batch of eventStore.read(streamOf(state.id), 0, { to, maxBatch: BATCH })) {
    signal.throwIfAborted();
    for (const stored of batch) {
      last = decodeEvent(stored);
      evolve(state, last, stored.revision);
    }
    await pressure.end();
    pressure.begin();
  }
  return last;
}
