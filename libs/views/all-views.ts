/** Every view this version keeps. */
import { adjustmentsView } from './adjustments/adjustments.view.ts';
import { conductView } from './conduct/conduct.view.ts';
import { factsView } from './facts/facts.view.ts';
import { historyView } from './history/history.view.ts';
import { outcomeMetricsView } from './outcome-metrics/outcome-metrics.view.ts';
import { registerView } from './register/register.view.ts';
import { spendView } from './spend/spend.view.ts';
import { storiesView } from './stories/stories.view.ts';
import { useView } from './use/use.view.ts';
import type { View } from './view.ts';

export const ALL_VIEWS: readonly View[] = [
  registerView,
  spendView,
  adjustmentsView,
  factsView,
  useView,
  storiesView,
  outcomeMetricsView,
  conductView,
  historyView,
];
