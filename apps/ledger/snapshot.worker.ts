/** The thread that makes one snapshot. It reads the ledger through an adapter of its own. */
import { runSnapshotThread } from '../../libs/books/snapshot-thread.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { workInBackground } from '../../libs/platform/thread-priority.ts';

workInBackground();
await runSnapshotThread((engine) => openEventStore(engine, { readOnly: true }));
