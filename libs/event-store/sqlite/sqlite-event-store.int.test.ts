/** Aim: the embedded engine keeps the port's promises, on a real file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStoreConformance } from '../event-store.conformance.ts';
import { SqliteEventStore } from './sqlite-event-store.ts';

eventStoreConformance('SQLite', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'event-store-'));
  const file = join(directory, 'events.db');
  const stores: SqliteEventStore[] = [];
  const reopen = async (): Promise<SqliteEventStore> => {
    const store = await SqliteEventStore.open({ file });
    stores.push(store);
    return store;
  };
  return {
    store: await reopen(),
    reopen,
    async close() {
      await Promise.all(stores.map((store) => store.close()));
      await rm(directory, { recursive: true, force: true });
    },
  };
});
