/** What the service and the thread of a backtest say to each other. */
import type { BacktestRequest } from './run-backtest.ts';

export interface BacktestThreadData {
  /** What the engine is opened with. */
  readonly engine: string;
  /** What the packed history is opened with; absent: there is none. */
  readonly historyFile: string | undefined;
  readonly request: BacktestRequest;
  /** The ids of all acts that were ever reversed. */
  readonly reversed: readonly string[] | undefined;
  /** The worker that reads ahead. */
  readonly readerUrl: string;
  /** Of the thread that answers requests; see `busyShareIn`. */
  readonly busyShare: SharedArrayBuffer;
}

export type ToBacktestThread = { readonly say: 'cancel' };

export type FromBacktestThread =
  | { readonly said: 'progress'; readonly progress: number }
  /** Both rendered there: the thread that answers requests only passes them on. */
  | { readonly said: 'done'; readonly json: string; readonly page: string }
  | { readonly said: 'failed'; readonly name: string; readonly message: string };
