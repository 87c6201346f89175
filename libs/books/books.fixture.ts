/** Books over a real engine and cache in a folder of their own, for tests. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ADMIN } from '../domain/access/access.ts';
import type { AskedAct } from '../domain/act/act.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { Following } from '../event-store/following.ts';
import { SqliteEventStore } from '../event-store/sqlite/sqlite-event-store.ts';
import { Books } from './books.ts';
import { CacheClient } from './cache-client.ts';
import { BOOK_STREAM_PREFIX } from './stream-of.ts';

export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'goodwill-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface OpenBooks {
  readonly books: Books;
  readonly eventStore: SqliteEventStore;
  /** The clock, epoch ms: stands still until it is set. */
  clock: { nowMs: number };
  close(): Promise<void>;
}

/**
 * @param slot another number opens the books as a second process on the same folder would
 * @param loses whether the next of what other processes append is not told to the books
 */
export async function openBooks(folder: string, slot = 0, loses = () => false): Promise<OpenBooks> {
  const engine = join(folder, 'events.db');
  const cacheFile = join(folder, `cache-${slot}.db`);
  const eventStore = await SqliteEventStore.open({ file: engine });
  const clock = { nowMs: Date.parse('2026-11-21T12:00:00Z') };
  const cache = new CacheClient({
    cacheFile,
    engine,
    workerUrl: new URL('../../apps/ledger/cache.worker.ts', import.meta.url),
    snapshotUrl: new URL('../../apps/ledger/snapshot.worker.ts', import.meta.url),
  });
  const following = new Following(eventStore, BOOK_STREAM_PREFIX, {
    told: (events) => {
      if (!loses()) books.told(events);
    },
    ended: () => undefined,
  });
  const books = Books.open({
    eventStore,
    cache,
    clock: { now: () => clock.nowMs },
    onOthers: (after) => following.want(after),
  });
  return {
    books,
    eventStore,
    clock,
    async close() {
      await books.close();
      await following.close();
      await eventStore.close();
    },
  };
}

export function policyOf(limits: Policy['limits'], more: Partial<Policy> = {}): Policy {
  return { currency: 'GBP', uncovered: 'allow', limits, rules: [], ...more };
}

/** Opens a book with one location, the employees given, and a policy in force. */
export async function furnish(
  books: Books,
  book: string,
  policy: Policy,
  employees: readonly string[] = ['emp-1'],
): Promise<void> {
  const by = { actor: ADMIN };
  await books.execute(
    book,
    { type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } },
    by,
  );
  const location = { timeZone: 'Europe/London', businessDayStartsAt: '04:00', region: 'south' };
  await books.execute(book, { type: 'DefineLocation', id: 'soho', location }, by);
  for (const id of employees) {
    await books.execute(book, { type: 'DefineEmployee', id, employee: { roles: ['barista'] } }, by);
  }
  const source = { format: 'json' as const, text: JSON.stringify(policy) };
  const drafted = await books.execute(
    book,
    { type: 'DraftPolicy', policy, source },
    { ...by, key: `draft-${source.text.length}-${Math.abs(hashOf(source.text))}` },
  );
  if (drafted.outcome !== 'recorded' || drafted.event.type !== 'PolicyDrafted') {
    throw new Error(`the policy was not drafted: ${JSON.stringify(drafted)}`);
  }
  const { version } = drafted.event;
  await books.execute(book, { type: 'ActivatePolicy', version }, { ...by, key: `activate-${version}` });
}

function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

export function coffee(more: Partial<AskedAct> = {}): AskedAct {
  return {
    mode: 'request',
    kind: 'comp',
    trigger: 'recovery',
    employee: 'emp-1',
    location: 'soho',
    retailMinor: 390,
    costMinor: 80,
    ...more,
  };
}
