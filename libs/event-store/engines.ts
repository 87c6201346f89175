/** The engines there are, by the text that names them. The one place that knows every adapter. */
import type { EventStore } from './event-store.ts';
import { SqliteEventStore } from './sqlite/sqlite-event-store.ts';

/** An engine of this machine can be told that there is something new, and need not be polled often. */
export type OpenedEventStore = EventStore & { nudge?(): void };

/**
 * @param engine the path of a SQLite file
 * @param options.readOnly for threads and commands beside the one that appends
 */
export async function openEventStore(
  engine: string,
  options: { readonly readOnly?: boolean } = {},
): Promise<OpenedEventStore> {
  return SqliteEventStore.open({ file: engine, readOnly: options.readOnly ?? false });
}
