/** The body of the views' threads. The worker file that calls it names the engine and the views. */
import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { EventStore } from '../event-store/event-store.ts';
import { BOOK_PREFIX } from './lane.ts';
import { OfferedStore } from './offers.ts';
import { Reader } from './reader.ts';
import { Runner } from './runner.ts';
import type { FromThread, ThreadData, Tidings, ToThread } from './thread-messages.ts';
import type { View } from './view.ts';
import { discardViewsFile, isDamage, openViewsFile } from './views-file.ts';

/** The service starts without an engine that does not answer, and with the answers that the file has. */
const BEGUN_WITHIN_MS = 1_500;

/** An engine that can be told that there is something new need not be polled often. */
export type FollowedStore = EventStore & { nudge?(): void };

export interface ThreadParts {
  readonly views: readonly View[];
  /** Opens the engine for reading. */
  openStore(engine: string): Promise<FollowedStore> | FollowedStore;
}

type Handle = (message: Exclude<ToThread, Tidings>) => unknown;

export async function runViewsThread(parts: ThreadParts): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error('the views run in worker threads: start them with Views.start');
  const say = (message: FromThread) => port.postMessage(message);
  const data = workerData as ThreadData;
  let offered: OfferedStore | undefined;
  const openStore = async (engine: string): Promise<OfferedStore> => {
    offered = new OfferedStore(await parts.openStore(engine), BOOK_PREFIX);
    return offered;
  };
  const handle =
    data.role === 'follow' ? await follow({ ...parts, openStore }, data, say) : read(parts, data, say);
  port.on('message', async (message: ToThread) => {
    if (message.call === 'offer') return offered?.offer(message.offer);
    if (message.call === 'offersEnd') return offered?.offersEnd();
    const { id } = message;
    try {
      say({ said: 'answer', id, value: await handle(message) });
    } catch (error) {
      const { name, message } = error as Error;
      say({ said: 'error', id, name, message });
    }
    if (message.call === 'close') port.close();
  });
  say({ said: 'ready' });
}

function read({ views }: ThreadParts, { viewsFile }: ThreadData, say: (message: FromThread) => void): Handle {
  const reader = new Reader(viewsFile, views);
  return (message) => {
    if (message.call === 'ask') {
      try {
        return reader.ask(message.view, message.book, message.question);
      } catch (error) {
        if (isDamage(error)) say({ said: 'damaged' });
        throw error;
      }
    }
    if (message.call === 'close') return reader.close();
    throw new Error(`this thread only reads; it cannot ${message.call}`);
  };
}

async function follow(
  { views, openStore }: ThreadParts,
  { viewsFile, engine }: ThreadData,
  say: (message: FromThread) => void,
): Promise<Handle> {
  const db = openViewsFile(viewsFile);
  const discard = (): never => {
    discardViewsFile(db, viewsFile);
    // In a worker this ends the thread, not the process.
    process.exit(1);
  };
  const store = await openStore(engine);
  let runner: Runner;
  try {
    runner = Runner.open({
      db,
      store,
      views,
      events: {
        moved: (view, moved, swapped) => say({ said: 'moved', view, moved, swapped }),
        damaged: discard,
        lag: (lag) => say({ said: 'lag', lag }),
      },
    });
    await Promise.race([runner.begun, pause(BEGUN_WITHIN_MS)]);
  } catch (error) {
    await store.close();
    if (!isDamage(error)) throw error;
    discardViewsFile(db, viewsFile);
    return follow({ views, openStore }, { role: 'follow', viewsFile, engine }, say);
  }
  say({ said: 'lag', lag: runner.lag() });
  let closing = false;
  runner.begun.catch((error: unknown) => {
    if (isDamage(error)) discard();
    // Nobody can go on without it: this ends the thread, to be started again.
    if (!closing) throw error;
  });
  return async (message) => {
    if (message.call === 'rebuild') {
      await runner.begun;
      return runner.rebuild(message.view);
    }
    if (message.call === 'nudge') return store.nudge?.();
    if (message.call === 'discard') return discard();
    if (message.call !== 'close') throw new Error(`this thread only follows; it cannot ${message.call}`);
    closing = true;
    const closed = runner.close();
    // Ends the questions to an engine that does not answer, which the runner would wait for.
    await store.close();
    await closed;
    db.close();
  };
}
