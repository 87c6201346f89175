/**
 * Recorded events read by a thread of their own while those before them are decided: reading and cutting is a third of
 * the work of a replay. Never more than a few batches ahead, so that memory stays as it is.
 */
import { once } from 'node:events';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { EngineUnavailable, type EventStore } from '../event-store/event-store.ts';
import { batchText, parseBatch } from './decode-recorded.ts';
import { BATCH, type RecordedBatch, streamOf } from './recorded-events.ts';

const BATCHES_AHEAD = 16;

interface ReaderData {
  readonly engine: string;
  readonly book: string;
  readonly from: number;
  readonly to: number;
}

type FromReader =
  | { readonly said: 'batch'; readonly first: number; readonly text: string }
  | { readonly said: 'end' }
  | { readonly said: 'failed'; readonly name: string; readonly message: string };

/** Told for every batch that was taken. */
type ToReader = 'taken';

/** @param workerUrl the worker that names the engine and runs `runReaderThread` */
export async function* readAhead(
  workerUrl: URL,
  data: ReaderData,
): AsyncGenerator<RecordedBatch, void, void> {
  const worker = new Worker(workerUrl, {
    workerData: data,
    execArgv: ['--no-warnings'],
    name: 'backtest-reader',
  });
  const waiting: FromReader[] = [];
  let wake = () => {};
  worker.on('message', (message: FromReader) => {
    waiting.push(message);
    wake();
  });
  worker.on('error', ({ name, message }) => {
    waiting.push({ said: 'failed', name, message });
    wake();
  });
  try {
    for (;;) {
      const message = waiting.shift();
      if (message === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else if (message.said === 'end') return;
      else if (message.said === 'failed') throw revived(message);
      else {
        worker.postMessage('taken' satisfies ToReader);
        yield { first: message.first, events: parseBatch(message.text) };
      }
    }
  } finally {
    await worker.terminate();
  }
}

/** The body of the reading thread. */
export async function runReaderThread(openStore: (engine: string) => Promise<EventStore>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('it reads for another thread: start it with readAhead');
  const say = (message: FromReader) => port.postMessage(message);
  const { engine, book, from, to } = workerData as ReaderData;
  let ahead = 0;
  port.on('message', () => {
    ahead--;
  });
  try {
    const eventStore = await openStore(engine);
    for await (const batch of eventStore.read(streamOf(book), from, { to, maxBatch: BATCH })) {
      say({ said: 'batch', first: batch[0]!.revision, text: batchText(batch) });
      ahead++;
      while (ahead >= BATCHES_AHEAD) await once(port, 'message');
    }
    await eventStore.close();
    say({ said: 'end' });
  } catch (error) {
    const { name, message } = error as Error;
    say({ said: 'failed', name, message });
  }
  port.close();
}

function revived({ name, message }: { readonly name: string; readonly message: string }): Error {
  if (name === 'EngineUnavailable') return new EngineUnavailable(message, { nothingWritten: true });
  const error = new Error(message);
  error.name = name;
  return error;
}
