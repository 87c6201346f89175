/** The body of a backtest's thread: one run, and it ends. The worker file that calls it names the engine. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventStore } from '../event-store/event-store.ts';
import { ReaderThread } from './read-ahead.ts';
import { renderReport } from './render.ts';
import { runBacktest } from './run-backtest.ts';
import type { BacktestThreadData, FromBacktestThread, ToBacktestThread } from './thread-messages.ts';
import { ThreadPressure } from './thread-pressure.ts';

const TELL_EVERY_MS = 100;

export async function runBacktestThread(openStore: (engine: string) => Promise<EventStore>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('a backtest runs in a thread of its own: start it with Backtests');
  const say = (message: FromBacktestThread) => port.postMessage(message);
  const { engine, request, reversed, readerUrl, busyShare } = workerData as BacktestThreadData;
  const cancelled = new AbortController();
  port.on('message', ({ say: said }: ToBacktestThread) => {
    if (said === 'cancel') cancelled.abort();
  });
  const reader = new ReaderThread(new URL(readerUrl), engine, busyShare);
  let eventStore: EventStore | undefined;
  let toldAt = 0;
  try {
    eventStore = await openStore(engine);
    const report = await runBacktest({
      eventStore,
      request,
      ...(reversed === undefined ? {} : { reversed: new Set(reversed) }),
      reader,
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
    await reader.close();
    await eventStore?.close();
    port.close();
  }
}
