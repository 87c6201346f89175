/** The engines there are, by the text that names them. The one place that knows every adapter. */
import type { EventStore } from './event-store.ts';
import { SqliteEventStore } from './sqlite/sqlite-event-store.ts';

/** An engine of this machine can be told that there is something new, and need not be polled often. */
export type OpenedEventStore = EventStore & { nudge?(): void };

/** Whether the text names an EventStoreDB or KurrentDB, and not a file. */
export function isConnectionString(engine: string): boolean {
  return /^esdb(\+discover)?:\/\//.test(engine);
}

/**
 * @param engine the path of a SQLite file, or the connection string of an EventStoreDB or KurrentDB
 * @param options.readOnly for threads and commands beside the one that appends
 */
export async function openEventStore(
  engine: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<OpenedEventStore> {
  if (isConnectionString(engine)) {
    // Loaded only where it is used: its client brings a great deal with it.
    const { EventStoreDbEventStore } = await import('./eventstoredb/eventstoredb-event-store.ts');
    return new EventStoreDbEventStore({ connectionString: engine });
  }
  return SqliteEventStore.open({ file: engine, readOnly: options.readOnly ?? false });
}
