/** The body of the shadows' thread. The worker file that calls it names the engine. */
import { parentPort, workerData } from 'node:worker_threads';
import type { EventStore } from '../event-store/event-store.ts';
import { ShadowActsFile } from './shadow-acts.ts';
import { ShadowFollower, type ShadowReport } from './shadow-follower.ts';
import type { ShadowSpec } from './shadow-run.ts';
import { ThreadPressure } from './thread-pressure.ts';

export interface ShadowThreadData {
  /** What the engine is opened with. */
  readonly engine: string;
  /** A file of its own, made anew at every start. */
  readonly actsFile: string;
  /** Of the thread that answers requests; see `BusyShare`. */
  readonly busyShare: SharedArrayBuffer;
}

export type ShadowCall =
  | { readonly ask: 'want'; readonly book: string; readonly specs: readonly ShadowSpec[] }
  | {
      readonly ask: 'report';
      readonly book: string;
      readonly version: number;
      readonly position: number;
      readonly waitMs: number;
    }
  | { readonly ask: 'close' };

export type ToShadowThread = { readonly id: number; readonly call: ShadowCall };

export interface FromShadowThread {
  readonly id: number;
  readonly value?: ShadowReport | undefined;
  readonly fault?: string;
}

export async function runShadowThread(openStore: (engine: string) => Promise<EventStore>): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('shadows run in a thread of their own: start it with Shadows');
  const { engine, actsFile, busyShare } = workerData as ShadowThreadData;
  const eventStore = await openStore(engine);
  const follower = new ShadowFollower(
    eventStore,
    new ShadowActsFile(actsFile),
    ThreadPressure.ofShadows(busyShare),
  );
  const answer = async (call: ShadowCall): Promise<ShadowReport | undefined> => {
    if (call.ask === 'want') follower.want(call.book, call.specs);
    else if (call.ask === 'report') {
      return follower.report(call.book, call.version, call.position, call.waitMs);
    } else {
      await follower.close();
      await eventStore.close();
    }
    return undefined;
  };
  port.on('message', async ({ id, call }: ToShadowThread) => {
    let reply: FromShadowThread;
    try {
      reply = { id, value: await answer(call) };
    } catch (error) {
      reply = { id, fault: (error as Error).message };
    }
    port.postMessage(reply);
    if (call.ask === 'close') port.close();
  });
}
