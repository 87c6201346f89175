/** The thread of one backtest. It reads the ledger through an adapter of its own, and what is packed of it from the views' file. */
import { runBacktestThread } from '../../libs/backtest/thread-body.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { workLast } from '../../libs/platform/thread-priority.ts';
import { HistoryFile } from '../../libs/views/history/history-file.ts';

workLast();
await runBacktestThread({
  openStore: (engine) => openEventStore(engine, { readOnly: true }),
  openPacked: (historyFile, book, eventStore) => HistoryFile.open(historyFile, book, eventStore),
});
