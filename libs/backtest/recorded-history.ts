/**
 * The history of one book for a replay: from its packed form as far as that reaches, which takes a tenth of the work, and
 * the rest from the ledger. What packed form cannot be read, for whatever reason, is read from the ledger as well: it is
 * the same history.
 */
import type { EventStore } from '../event-store/event-store.ts';
import { glanceAt } from '../packed/glance.ts';
import { DirectoryNames, unpack } from '../packed/unpack.ts';
import { Foreseen, type Unlisted } from './foresee.ts';
import type { HistoryReader, PackedBlock, PackedHistory } from './history-reader.ts';
import { type RecordedBatch, recordedEvents } from './recorded-events.ts';
import type { ThreadPressure } from './thread-pressure.ts';

/** So many events are read before another thread is ready to. */
const FEW = 10_000;

export interface HistoryParts {
  readonly eventStore: EventStore;
  readonly book: string;
  /** Absent: it is read from the ledger. */
  readonly packed?: PackedHistory | undefined;
  /** Reads the ledger elsewhere, once there is much of it to read; absent: it is read here. */
  readonly reader?: (() => HistoryReader) | undefined;
}

export class RecordedHistory {
  readonly #parts: HistoryParts;

  constructor(parts: HistoryParts) {
    this.#parts = parts;
  }

  /**
   * Looks it through up to the position, included.
   * @throws UnreadableEvent; EngineUnavailable; the signal's reason
   */
  async foresee(
    to: number,
    names: readonly Unlisted[],
    pressure: ThreadPressure,
    signal?: AbortSignal,
  ): Promise<Foreseen> {
    const { eventStore, book } = this.#parts;
    const foreseen = new Foreseen(names);
    let next = 0;
    for (;;) {
      signal?.throwIfAborted();
      pressure.begin();
      const reached = this.#glance(next, to, foreseen);
      await pressure.end();
      if (reached === undefined || reached < next) break;
      next = reached + 1;
    }
    if (next > to) return foreseen;
    const reader = this.#readerFor(next, to);
    // Half of it here and half elsewhere, at once.
    const middle = reader === undefined ? to : Math.floor((next + to) / 2);
    const [there] = await Promise.all([
      reader?.foresee({ book, from: middle + 1, to, names }),
      foreseen.noteAll(eventStore, { book, from: next, to: middle }, pressure, signal),
    ]);
    if (there !== undefined) foreseen.join(there);
    signal?.throwIfAborted();
    return foreseen;
  }

  /** @returns up to which position the block says what lies ahead; undefined: there is none */
  #glance(from: number, to: number, foreseen: Foreseen): number | undefined {
    return this.#tried(from, to, ({ first, packed }) => {
      let last = first - 1;
      const upTo = (note: () => void, place: number) => {
        last = first + place;
        if (last <= to) note();
      };
      glanceAt(packed, {
        onDay: (date, place) => upTo(() => foreseen.noteDay(date, first + place), place),
        named: (name, value, place) => upTo(() => foreseen.noteName(name, value, first + place), place),
        other: (event, place) => upTo(() => foreseen.noteEvent(event, first + place), place),
      });
      return last;
    });
  }

  /**
   * Reads it from the first event to the position, included.
   * @throws UnreadableEvent; EngineUnavailable
   */
  async *read(to: number): AsyncGenerator<RecordedBatch, void, void> {
    const { eventStore, book } = this.#parts;
    const directory = new DirectoryNames();
    let next = 0;
    for (;;) {
      const from = next;
      const batch = this.#tried(from, to, ({ first, packed }) => ({
        first: from,
        events: unpack(packed, directory).slice(from - first, to - first + 1),
      }));
      if (batch === undefined || batch.events.length === 0) break;
      yield batch;
      next += batch.events.length;
    }
    if (next > to) return;
    const reader = this.#readerFor(next, to);
    yield* reader?.read(book, next, to) ?? recordedEvents(eventStore, book, next, to);
  }

  #tried<Result>(from: number, to: number, read: (block: PackedBlock) => Result): Result | undefined {
    if (from > to) return undefined;
    try {
      const block = this.#parts.packed?.at(from);
      return block === undefined ? undefined : read(block);
    } catch {
      return undefined;
    }
  }

  #readerFor(from: number, to: number): HistoryReader | undefined {
    return to - from < FEW ? undefined : this.#parts.reader?.();
  }
}
