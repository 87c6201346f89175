/** The views' threads of the service: names the engine they follow and the views they keep. */
import { SqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.ts';
import { workInBackground } from '../../libs/platform/thread-priority.ts';
import { ALL_VIEWS } from '../../libs/views/all-views.ts';
import { runViewsThread } from '../../libs/views/thread-body.ts';

workInBackground();
await runViewsThread({
  views: ALL_VIEWS,
  openStore: (file) => SqliteEventStore.open({ file, readOnly: true }),
});
