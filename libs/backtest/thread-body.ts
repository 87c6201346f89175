/** The body of a backtest's thread: one run, and it ends. The worker file that calls it names the engine. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventStore } from '../event-store/event-store.ts';
import type { PackedHistory } from './history-reader.ts';
import { ReaderThread } from './read-ahead.ts';
import { renderReport } from './render.ts';
import { runBacktest } from './run-backtest.ts';
import type { BacktestThreadData, FromBacktestThread, ToBacktestThread } from './thread-messages.ts';
import { ThreadPressure } from './thread-pressure.ts';

const TELL_EVERY_MS = 100;

export interface BacktestThreadParts {
  openStore(engine: string): Promise<EventStore>;
  /** @returns undefined: nothing of the book is packed there, or not of this ledger */
  openPacked(
    historyFile: string,
    book: string,
    eventStore: EventStore,
  ): Promise<(PackedHistory & { close(): void }) | undefined>;
}

export async function runBacktestThread({ openStore, openPacked }: BacktestThreadParts): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('a backtest runs in a thread of its own: start it with Backtests');
  const say = (message: FromBacktestThread) => port.postMessage(message);
  const { engine, historyFile, request, reversed, readerUrl, busyShare } = workerData as BacktestThreadData;
  const cancelled = new AbortController();
  port.on('message', ({ say: said }: ToBacktestThread) => {
    if (said === 'cancel') cancelled.abort();
  });
  let reader: ReaderThread | undefined;
  let eventStore: EventStore | undefined;
  let packed: Awaited<ReturnType<typeof openPacked>>;
  let toldAt = 0;
  try {
    eventStore = await openStore(engine);
    if (historyFile !== undefined) packed = await openPacked(historyFile, request.book, eventStore);
    const report = await runBacktest({
      eventStore,
      request,
      ...(reversed === undefined ? {} : { reversed: new Set(reversed) }),
      packed,
      reader: () => {
        reader ??= new ReaderThread(new URL(readerUrl), engine, busyShare);
        return reader;
      },
      pressure: ThreadPressure.besideAnswers(busyShare),
      signal: cancelled.signal,
      onProgress: (progress) => {
        const now = performance.now();
        if (now - toldAt < TELL_EVERY_MS) return;
        toldAt = now;
        say({ said: 'progress', progress });
      },
    });
    say({ said: 'done', json: JSON.stringify(report), page: renderReport(report) });
  } catch (error) {
    const { name, message } = error as Error;
    say({ said: 'failed', name, message });
  } finally {
    await reader?.close();
    packed?.close();
    await eventStore?.close();
    port.close();
  }
}
