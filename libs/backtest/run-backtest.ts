/** Replays a book's own events, from the first to a pinned position, under a candidate version. */
import { initialState } from '../domain/book/state.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { decodeEvent, STORED_TYPE } from '../events/codec.ts';
import { Comparison } from './comparison.ts';
import { type Candidate, CounterfactualBook } from './counterfactual.ts';
import { decodeRecorded } from './decode-recorded.ts';
import { ActsToReverse } from './kept-acts.ts';
import type { Report } from './report.ts';

export interface BacktestRequest {
  readonly book: string;
  readonly version: number;
  /** The position of the event that holds the version's document. */
  readonly document: number;
  /** The newest event that is looked at. */
  readonly position: number;
  /** Business dates, both included, of the acts that are reported. */
  readonly from?: string;
  readonly to?: string;
}

export interface BacktestOptions {
  readonly eventStore: EventStore;
  readonly request: BacktestRequest;
  /** The ids of all acts reversed up to the position; more do no harm. Absent: they are looked for first. */
  readonly reversed?: ReadonlySet<string>;
  /** Told now and then, from 0 to 1. */
  readonly onProgress?: (progress: number) => void;
  readonly signal?: AbortSignal;
}

/** Events between two looks at whether it is still wanted: some milliseconds. */
const BATCH = 1_024;
/** Looking for reversals is that part of the work. */
const LOOKING_SHARE = 0.15;

/**
 * @throws EngineUnavailable; UnreadableEvent; DocumentNotFound when the ledger is not the one that was asked about;
 * the signal's reason when it was cancelled
 */
export async function runBacktest(options: BacktestOptions): Promise<Report> {
  const { eventStore, request, onProgress, signal } = options;
  const { book, version, document, position, from, to } = request;
  const stream = streamOf(book);
  const candidate = await documentAt(eventStore, book, document, version);
  const looks = options.reversed === undefined;
  const share = looks ? LOOKING_SHARE : 0;
  const all = position + 1;
  const batches = async function* (done: number, part: number): AsyncGenerator<readonly StoredEvent[]> {
    for await (const batch of eventStore.read(stream, 0, { to: position, maxBatch: BATCH })) {
      signal?.throwIfAborted();
      yield batch;
      onProgress?.(done + (part * (batch.at(-1)!.revision + 1)) / all);
    }
  };
  let { reversed } = options;
  if (reversed === undefined) {
    const found = new Set<string>();
    for await (const batch of batches(0, share)) {
      for (const stored of batch) {
        if (stored.type !== STORED_TYPE.ActReversed) continue;
        const event = decodeEvent(stored);
        if (event.type === 'ActReversed') found.add(event.act);
      }
    }
    reversed = found;
  }
  const counterfactual = new CounterfactualBook(initialState(book), candidate, new ActsToReverse(reversed));
  const comparison = new Comparison({
    kind: 'backtest',
    book,
    currency: candidate.policy.currency,
    version,
    document,
    policy: candidate.policy,
    startedAfter: -1,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
  let next = 0;
  for await (const batch of batches(share, 1 - share)) {
    for (const stored of batch) {
      if (stored.revision !== next) throw new Error(`book ${book}: ${stored.revision} where ${next} was due`);
      next++;
      const recorded = decodeRecorded(stored);
      comparison.take(stored.revision, recorded, counterfactual.take(recorded));
    }
  }
  if (next !== all) throw new DocumentNotFound(`Book ${book} ends at ${next - 1}, before ${position}.`);
  return comparison.report(position);
}

export class DocumentNotFound extends Error {
  override readonly name = 'DocumentNotFound';
}

/** The version's document, from the event that holds it. */
export async function documentAt(
  eventStore: EventStore,
  book: string,
  document: number,
  version: number,
): Promise<Candidate> {
  for await (const [stored] of eventStore.read(streamOf(book), document, { to: document })) {
    const event = stored === undefined ? undefined : decodeEvent(stored);
    if (event?.type === 'PolicyDrafted' && event.version === version)
      return { version, policy: event.policy };
  }
  throw new DocumentNotFound(`Book ${book} has no document of version ${version} at position ${document}.`);
}

function streamOf(book: string): string {
  return `book-${book}`;
}
