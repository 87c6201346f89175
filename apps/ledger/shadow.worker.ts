/** The thread of the shadows. It reads the ledger through an adapter of its own. */
import { runShadowThread } from '../../libs/backtest/shadow-thread.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { workLast } from '../../libs/platform/thread-priority.ts';

workLast();
await runShadowThread((engine) => openEventStore(engine, { readOnly: true }));
