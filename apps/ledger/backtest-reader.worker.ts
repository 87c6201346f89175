/** The thread that reads the ledger for a backtest, through an adapter of its own. */
import { runReaderThread } from '../../libs/backtest/read-ahead.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { workLast } from '../../libs/platform/thread-priority.ts';

workLast();
await runReaderThread((engine) => openEventStore(engine, { readOnly: true }));
