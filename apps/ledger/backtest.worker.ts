/** The thread of one backtest. It reads the ledger through an adapter of its own. */
import { runBacktestThread } from '../../libs/backtest/thread-body.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { workLast } from '../../libs/platform/thread-priority.ts';

workLast();
await runBacktestThread((engine) => openEventStore(engine, { readOnly: true }));
