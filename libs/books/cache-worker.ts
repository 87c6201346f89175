/**
 * The body of the thread that writes `cache.db`. It adds keys as the writers of the books hand them over, and
 * makes snapshots by folding the ledger itself, so that the thread that decides is never held up.
 */
import type { MessagePort } from 'node:worker_threads';
import { BookState, initialState } from '../domain/book/state.ts';
import type { EventStore } from '../event-store/event-store.ts';
import { CacheFile, type Mark } from './cache-file.ts';
import { fold } from './fold.ts';
import { streamOf } from './stream-of.ts';

export type CacheRequest =
  | { readonly ask: 'marks'; readonly book: string }
  | { readonly ask: 'hashes' }
  | {
      readonly ask: 'addKeys';
      readonly book: string;
      readonly hashes: Float64Array;
      readonly revisions: Float64Array;
      readonly mark: Mark;
    }
  | { readonly ask: 'loadSnapshot'; readonly book: string }
  | { readonly ask: 'makeSnapshot'; readonly book: string }
  | { readonly ask: 'forget'; readonly book: string }
  | { readonly ask: 'close' };

export interface CacheReply {
  readonly call: number;
  readonly result?: unknown;
  /** For `hashes`: another page follows. */
  readonly more?: boolean;
  readonly error?: string;
}

/** A process that ends in the middle of a long fold has that much of it to do again. */
const EVENTS_PER_SAVE = 250_000;

/** Answers the requests of a `CacheClient` on the port until it is told to close. */
export function runCacheWorker(port: MessagePort, file: string, eventStore: EventStore): void {
  const cache = new CacheFile(file);
  let turn: Promise<void> = Promise.resolve();
  const respond = async (call: number, request: CacheRequest) => {
    let reply: CacheReply;
    try {
      reply = { call, result: await answer(request, call) };
    } catch (error) {
      reply = { call, error: error instanceof Error ? error.message : String(error) };
    }
    port.postMessage(reply);
    if (request.ask === 'close') port.close();
  };
  port.on('message', ({ call, request }: { call: number; request: CacheRequest }) => {
    // It may take many seconds, and gives way after every page it reads: a new book, or keys, need not wait for it.
    if (request.ask === 'makeSnapshot') void respond(call, request);
    else turn = turn.then(() => respond(call, request));
  });

  async function answer(request: CacheRequest, call: number): Promise<unknown> {
    switch (request.ask) {
      case 'marks':
        return { keys: cache.keysMark(request.book), snapshot: cache.snapshotMark(request.book) };
      case 'hashes':
        for (const page of cache.allHashes()) {
          port.postMessage({ call, result: page, more: true } satisfies CacheReply);
        }
        return undefined;
      case 'addKeys':
        cache.addKeys(request.book, request.hashes, request.revisions, request.mark);
        return undefined;
      case 'loadSnapshot': {
        const loaded = cache.loadSnapshot(request.book);
        return loaded === undefined ? undefined : loaded.state.toSnapshot();
      }
      case 'makeSnapshot':
        return makeSnapshot(request.book);
      case 'forget':
        cache.forget(request.book);
        return undefined;
      case 'close':
        cache.close();
        await eventStore.close();
        return undefined;
    }
  }

  async function makeSnapshot(book: string): Promise<number> {
    const loaded = cache.loadSnapshot(book);
    const state: BookState = loaded?.state ?? initialState(book);
    for (;;) {
      const last = await fold(eventStore, streamOf(book), state, { to: state.revision + EVENTS_PER_SAVE });
      if (last === undefined) return state.revision;
      cache.saveSnapshot(state, last.id);
    }
  }
}
