/** The views' threads of the service: names the engine they follow and the views they keep. */
import { workerData } from 'node:worker_threads';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { workBehindBackground, workInBackground } from '../../libs/platform/thread-priority.ts';
import { ALL_VIEWS } from '../../libs/views/all-views.ts';
import { runViewsThread } from '../../libs/views/thread-body.ts';
import type { ThreadData } from '../../libs/views/thread-messages.ts';

if ((workerData as ThreadData).role === 'report') workBehindBackground();
else workInBackground();
await runViewsThread({
  views: ALL_VIEWS,
  openStore: (engine) => openEventStore(engine, { readOnly: true }),
});
