/** Replays a book's own events, from the first to a pinned position, under a candidate version. */
import { initialState } from '../domain/book/state.ts';
import type { Policy } from '../domain/policy/policy.ts';
import type { FiscalCalendar } from '../domain/time/fiscal-calendar.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { decodeEvent, STORED_TYPE } from '../events/codec.ts';
import { Comparison } from './comparison.ts';
import { CounterfactualBook } from './counterfactual.ts';
import { namesAsked } from './foresee.ts';
import { Forgetting } from './forgetting.ts';
import type { HistoryReader, PackedHistory } from './history-reader.ts';
import { ActsToReverse } from './kept-acts.ts';
import { BATCH, streamOf } from './recorded-events.ts';
import { RecordedHistory } from './recorded-history.ts';
import type { Report } from './report.ts';
import { ThreadPressure } from './thread-pressure.ts';

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
  /** Where the version has fiscal windows. */
  readonly fiscalCalendar?: FiscalCalendar;
}

export interface BacktestOptions {
  readonly eventStore: EventStore;
  readonly request: BacktestRequest;
  /** The ids of all acts reversed up to the position; more do no harm. Absent: they are looked for first. */
  readonly reversed?: ReadonlySet<string>;
  /** The book's history in packed form, as far as there is one. */
  readonly packed?: PackedHistory | undefined;
  /** Reads the event store elsewhere, where there is much to read; absent: it is read here. */
  readonly reader?: () => HistoryReader;
  /** Histories of more events than this are looked through first, so that the memory they take does not grow with them. */
  readonly foreseesBeyond?: number;
  /** Of the thread it runs in; absent: it never rests. */
  readonly pressure?: ThreadPressure;
  /** Told now and then, from 0 to 1. */
  readonly onProgress?: (progress: number) => void;
  readonly signal?: AbortSignal;
}

const NEVER = Number.POSITIVE_INFINITY;
/** Looking for what lies ahead is that part of the work. */
const LOOKING_SHARE = 0.15;
/** What so many events leave behind is a few megabytes. */
const FORESEES_BEYOND = 10_000;

/**
 * @throws EngineUnavailable; UnreadableEvent; OtherLedger when the ledger is not the one that was asked about; the
 * signal's reason when it was cancelled
 */
export async function runBacktest(options: BacktestOptions): Promise<Report> {
  const {
    eventStore,
    request,
    pressure = new ThreadPressure({ ratio: NEVER }),
    onProgress,
    signal,
  } = options;
  const { book, version, document, position, from, to, fiscalCalendar } = request;
  const policy = await documentAt(eventStore, book, document, version);
  const candidate = { version, policy, ...(fiscalCalendar === undefined ? {} : { fiscalCalendar }) };
  const foresees = position > (options.foreseesBeyond ?? FORESEES_BEYOND);
  const share = foresees || options.reversed === undefined ? LOOKING_SHARE : 0;
  const history = new RecordedHistory({ eventStore, book, packed: options.packed, reader: options.reader });
  const foreseen = foresees
    ? await history.foresee(position, namesAsked(policy), pressure, signal)
    : undefined;
  if (foresees) onProgress?.(LOOKING_SHARE);
  const reversed = options.reversed ?? foreseen?.reversed ?? (await reversedActs(options, share));
  const forgetting = foreseen === undefined ? undefined : new Forgetting(foreseen, policy, fiscalCalendar);
  const kept = new ActsToReverse(reversed);
  const counterfactual = new CounterfactualBook(initialState(book), candidate, kept);
  const comparison = new Comparison({
    kind: 'backtest',
    book,
    currency: policy.currency,
    version,
    document,
    policy,
    startedAfter: -1,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
  let next = 0;
  for await (const { first, events } of history.read(position)) {
    signal?.throwIfAborted();
    if (first !== next) throw new OtherLedger(`Book ${book}: position ${first} comes where ${next} was due.`);
    pressure.begin();
    for (const event of events) {
      foreseen?.check(next, event);
      comparison.take(next++, event, counterfactual.take(event));
    }
    forgetting?.after(next - 1, counterfactual.state, kept);
    await pressure.end();
    onProgress?.(share + ((1 - share) * next) / (position + 1));
  }
  if (next !== position + 1) throw new OtherLedger(`Book ${book} ends at ${next - 1}, before ${position}.`);
  return comparison.report(position);
}

/** It was restored or replaced since the request was pinned. */
export class OtherLedger extends Error {
  override readonly name = 'OtherLedger';
}

async function reversedActs(
  { eventStore, request: { book, position }, signal, onProgress }: BacktestOptions,
  share: number,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for await (const batch of eventStore.read(streamOf(book), 0, { to: position, maxBatch: BATCH })) {
    signal?.throwIfAborted();
    for (const stored of batch) {
      if (stored.type !== STORED_TYPE.ActReversed) continue;
      const event = decodeEvent(stored);
      if (event.type === 'ActReversed') found.add(event.act);
    }
    onProgress?.((share * batch.at(-1)!.revision) / (position + 1));
  }
  return found;
}

/**
 * The version's document, from the event that holds it.
 * @throws OtherLedger when it is not there
 */
export async function documentAt(
  eventStore: EventStore,
  book: string,
  document: number,
  version: number,
): Promise<Policy> {
  for await (const [stored] of eventStore.read(streamOf(book), document, { to: document })) {
    const event = stored === undefined ? undefined : decodeEvent(stored);
    if (event?.type !== 'PolicyDrafted' && event?.type !== 'PolicyEdited') continue;
    if (event.version === version) return event.policy;
  }
  throw new OtherLedger(`Book ${book} has no document of version ${version} at position ${document}.`);
}
