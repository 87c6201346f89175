/** The body of the thread that writes `cache.db`: it adds keys as the writers of the books hand them over. */
import type { MessagePort } from 'node:worker_threads';
import { CacheFile, type Mark } from './cache-file.ts';

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
  | { readonly ask: 'forget'; readonly book: string }
  | { readonly ask: 'close' };

export interface CacheReply {
  readonly call: number;
  readonly result?: unknown;
  /** For `hashes`: another page follows. */
  readonly more?: boolean;
  readonly error?: string;
}

/** Answers the requests of a `CacheClient` on the port until it is told to close. */
export function runCacheWorker(port: MessagePort, file: string): void {
  const cache = new CacheFile(file);
  port.on('message', ({ call, request }: { call: number; request: CacheRequest }) => {
    let reply: CacheReply;
    try {
      reply = { call, result: answer(request, call) };
    } catch (error) {
      reply = { call, error: error instanceof Error ? error.message : String(error) };
    }
    port.postMessage(reply);
    if (request.ask === 'close') port.close();
  });

  function answer(request: CacheRequest, call: number): unknown {
    switch (request.ask) {
      case 'marks':
        return { keys: cache.keysMark(request.book), snapshot: cache.snapshotMark(request.book) };
      case 'hashes':
        for (const page of cache.allHashes()) {
          // Moved, not copied: this thread would collect its own only when it has made much more.
          port.postMessage({ call, result: page, more: true } satisfies CacheReply, [page.buffer]);
        }
        return undefined;
      case 'addKeys':
        cache.addKeys(request.book, request.hashes, request.revisions, request.mark);
        return undefined;
      case 'forget':
        cache.forget(request.book);
        return undefined;
      case 'close':
        cache.close();
        return undefined;
    }
  }
}
