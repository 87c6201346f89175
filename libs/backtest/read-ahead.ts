/**
 * Recorded events read by a thread of their own while those before them are decided: reading, parsing and packing them
 * is nearly half of the work of a replay. Never more than a few batches ahead, so that memory stays as it is.
 */
import { once } from 'node:events';
import { type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads';
import { EngineUnavailable, type EventStore } from '../event-store/event-store.ts';
import { pack } from '../packed/pack.ts';
import { DirectoryNames, unpack } from '../packed/unpack.ts';
import { decodeRecorded } from './decode-recorded.ts';
import { Foreseen, type ForeseenParts, type ForeseeSpan } from './foresee.ts';
import type { HistoryReader, PackedBlock } from './history-reader.ts';
import { BATCH, type RecordedBatch, streamOf } from './recorded-events.ts';
import { ThreadPressure } from './thread-pressure.ts';

const BATCHES_AHEAD = 16;
/** Half of what it is by itself: with that the threads that collect garbage take three times as much of the processor. */
const YOUNG_GENERATION_MB = 24;

interface ReaderData {
  readonly engine: string;
  /** See `BusyShare`. */
  readonly busyShare: SharedArrayBuffer;
}

type FromReader =
  | { readonly said: 'foreseen'; readonly parts: ForeseenParts }
  | { readonly said: 'batch'; readonly block: PackedBlock }
  | { readonly said: 'end' }
  | { readonly said: 'failed'; readonly name: string; readonly message: string };

type ToReader =
  | { readonly say: 'foresee'; readonly span: ForeseeSpan }
  | { readonly say: 'read'; readonly book: string; readonly from: number; readonly to: number }
  /** Told for every batch that was taken. */
  | { readonly say: 'taken' };

/** One question at a time. It has to be closed. */
export class ReaderThread implements HistoryReader {
  readonly #worker: Worker;
  readonly #waiting: FromReader[] = [];
  #wake = () => {};

  /** @param workerUrl the worker that names the engine and runs `runReaderThread` */
  constructor(workerUrl: URL, engine: string, busyShare: SharedArrayBuffer) {
    const data: ReaderData = { engine, busyShare };
    this.#worker = new Worker(workerUrl, {
      workerData: data,
      execArgv: ['--no-warnings'],
      name: 'backtest-reader',
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    const heard = (message: FromReader) => {
      this.#waiting.push(message);
      this.#wake();
    };
    this.#worker.on('message', heard);
    this.#worker.on('error', (error) => {
      const { name, message } = error as Error;
      heard({ said: 'failed', name, message });
    });
  }

  async foresee(span: ForeseeSpan): Promise<ForeseenParts> {
    this.#say({ say: 'foresee', span });
    const message = await this.#next();
    if (message.said !== 'foreseen') throw new Error(`the reader said ${message.said}`);
    return message.parts;
  }

  async *read(book: string, from: number, to: number): AsyncGenerator<RecordedBatch, void, void> {
    this.#say({ say: 'read', book, from, to });
    const directory = new DirectoryNames();
    for (;;) {
      const message = await this.#next();
      if (message.said === 'end') return;
      if (message.said !== 'batch') throw new Error(`the reader said ${message.said}`);
      this.#say({ say: 'taken' });
      const { first, packed } = message.block;
      yield { first, events: unpack(packed, directory) };
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #say(message: ToReader): void {
    this.#worker.postMessage(message);
  }

  async #next(): Promise<Exclude<FromReader, { said: 'failed' }>> {
    for (;;) {
      const message = this.#waiting.shift();
      if (message?.said === 'failed') throw revived(message);
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** The body of the reading thread. */
export async function runReaderThread(openStore: (engine: string) => Promise<EventStore>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('it reads for another thread: start it with ReaderThread');
  const { engine, busyShare } = workerData as ReaderData;
  const pressure = ThreadPressure.besideAnswers(busyShare);
  const opened = openStore(engine);
  // Whoever asks first is told.
  opened.catch(() => {});
  let ahead = 0;
  port.on('message', async (message: ToReader) => {
    if (message.say === 'taken') {
      ahead--;
      return;
    }
    try {
      const eventStore = await opened;
      if (message.say === 'foresee') {
        const foreseen = new Foreseen(message.span.names);
        await foreseen.noteAll(eventStore, message.span, pressure);
        const { parts } = foreseen;
        say(port, { said: 'foreseen', parts }, parts.mentions === undefined ? [] : [parts.mentions.buffer]);
        return;
      }
      const { book, from, to } = message;
      for await (const batch of eventStore.read(streamOf(book), from, { to, maxBatch: BATCH })) {
        pressure.begin();
        const packed = pack(batch.map(decodeRecorded));
        const block = { first: batch[0]!.revision, packed };
        say(port, { said: 'batch', block }, [packed.numbers.buffer]);
        ahead++;
        await pressure.end();
        while (ahead >= BATCHES_AHEAD) await once(port, 'message');
      }
      say(port, { said: 'end' });
    } catch (error) {
      const { name, message: why } = error as Error;
      say(port, { said: 'failed', name, message: why });
    }
  });
}

function say(port: MessagePort, message: FromReader, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function revived({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === 'EngineUnavailable') return new EngineUnavailable(message, { nothingWritten: true });
  const error = new Error(message);
  error.name = name;
  return error;
}
