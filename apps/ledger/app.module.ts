/** Puts the parts that the composition root opened at the controllers' disposal. */
import { type DynamicModule, Module } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { TerminusModule } from '@nestjs/terminus';
import type { Logger } from 'pino';
import type { Keyring } from '../../libs/access/keyring.ts';
import type { Backtests } from '../../libs/backtest/backtests.ts';
import type { Shadows } from '../../libs/backtest/shadows.ts';
import type { Books } from '../../libs/books/books.ts';
import type { StoryTexts } from '../../libs/books/story-texts.ts';
import type { EventStore } from '../../libs/event-store/event-store.ts';
import type { Clock, SettableClock } from '../../libs/platform/clock.ts';
import type { Views } from '../../libs/views/views.ts';
import { KEYS_HANDLERS } from './access/keys.bus.ts';
import { KeysController } from './access/keys.controller.ts';
import { ACTS_HANDLERS } from './acts/acts.bus.ts';
import { ActsController } from './acts/acts.controller.ts';
import { ApprovalCodesController } from './acts/approval-codes.controller.ts';
import { BatchController } from './acts/batch.controller.ts';
import { RegisterController } from './acts/register.controller.ts';
import { SettlingController } from './acts/settling.controller.ts';
import { SearchAdjustmentsHandler } from './adjustments/adjustments.bus.ts';
import { AdjustmentsController } from './adjustments/adjustments.controller.ts';
import { AllowancesController } from './allowances/allowances.controller.ts';
import { BACKTESTS_HANDLERS } from './backtests/backtests.bus.ts';
import { BacktestsController } from './backtests/backtests.controller.ts';
import { SHADOWS_HANDLERS } from './backtests/shadows.bus.ts';
import { ShadowsController } from './backtests/shadows.controller.ts';
import { BOOKS_HANDLERS } from './books/books.bus.ts';
import { BooksController } from './books/books.controller.ts';
import { DrawsController } from './campaigns/draws.controller.ts';
import { DirectoryController } from './directory/directory.controller.ts';
import { HealthController } from './health/health.controller.ts';
import { ComparisonController } from './metrics/comparison.controller.ts';
import { OUTCOME_METRICS_HANDLERS } from './metrics/outcome-metrics.bus.ts';
import { OutcomeMetricsController } from './metrics/outcome-metrics.controller.ts';
import { SPEND_HANDLERS } from './metrics/spend.bus.ts';
import { SpendController } from './metrics/spend.controller.ts';
import { AskUseHandler } from './metrics/use.bus.ts';
import { UseController } from './metrics/use.controller.ts';
import { NudgeController } from './nudges/nudge.controller.ts';
import { OperationsController } from './operations/operations.controller.ts';
import type { ServiceMetrics } from './operations/service-metrics.ts';
import { FACTS_HANDLERS } from './outcomes/facts.bus.ts';
import { IncidentsController } from './outcomes/incidents.controller.ts';
import { OutcomesController } from './outcomes/outcomes.controller.ts';
import {
  BACKTESTS,
  BOOKS,
  CLOCK,
  EVENT_STORE,
  KEYRING,
  LOG,
  METRICS,
  SANDBOX_CLOCK,
  SHADOWS,
  STORY_TEXTS,
  VIEWS,
} from './parts.ts';
import { PoliciesController } from './policies/policies.controller.ts';
import { PolicyCheckController } from './policies/policy-check.controller.ts';
import { PolicyLifeController } from './policies/policy-life.controller.ts';
import { PolicyReadingController } from './policies/policy-reading.controller.ts';
import { PossibleController } from './possible/possible.controller.ts';
import { SandboxController } from './sandbox/sandbox.controller.ts';
import { AskSignalsHandler } from './signals/signals.bus.ts';
import { SignalsController } from './signals/signals.controller.ts';

import { RecognitionsController } from './stories/recognitions.controller.ts';
import { STORY_HANDLERS } from './stories/stories.bus.ts';
import { StoriesController } from './stories/stories.controller.ts';

export interface Parts {
  readonly keyring: Keyring;
  readonly books: Books;
  readonly views: Views;
  readonly backtests: Backtests;
  readonly shadows: Shadows;
  readonly eventStore: EventStore;
  readonly storyTexts: StoryTexts;
  readonly clock: Clock;
  readonly sandboxClock: SettableClock | null;
  readonly metrics: ServiceMetrics;
  readonly log: Logger;
}

@Module({})
export class AppModule {}

export function appModule(parts: Parts): DynamicModule {
  return {
    module: AppModule,
    imports: [CqrsModule.forRoot(), TerminusModule.forRoot({ logger: false })],
    controllers: [
      BatchController,
      ActsController,
      RegisterController,
      SettlingController,
      ApprovalCodesController,
      AllowancesController,
      AdjustmentsController,
      PossibleController,
      IncidentsController,
      OutcomesController,
      SignalsController,
      DrawsController,
      SpendController,
      OutcomeMetricsController,
      ComparisonController,
      BooksController,
      DirectoryController,
      PoliciesController,
      PolicyCheckController,
      BacktestsController,
      ShadowsController,
      PolicyLifeController,
      PolicyReadingController,
      KeysController,
      HealthController,
      OperationsController,
      SandboxController,
      NudgeController,
      UseController,
      StoriesController,
      RecognitionsController,
    ],
    providers: [
      ...BOOKS_HANDLERS,
      ...ACTS_HANDLERS,
      ...SPEND_HANDLERS,
      ...OUTCOME_METRICS_HANDLERS,
      ...BACKTESTS_HANDLERS,
      ...FACTS_HANDLERS,
      AskSignalsHandler,
      { provide: BACKTESTS, useValue: parts.backtests },
      ...SHADOWS_HANDLERS,
      { provide: SHADOWS, useValue: parts.shadows },
      ...KEYS_HANDLERS,
      SearchAdjustmentsHandler,
      AskUseHandler,
      ...STORY_HANDLERS,
      { provide: STORY_TEXTS, useValue: parts.storyTexts },
      { provide: BOOKS, useValue: parts.books },
      { provide: KEYRING, useValue: parts.keyring },
      { provide: VIEWS, useValue: parts.views },
      { provide: EVENT_STORE, useValue: parts.eventStore },
      { provide: CLOCK, useValue: parts.clock },
      { provide: SANDBOX_CLOCK, useValue: parts.sandboxClock },
      { provide: METRICS, useValue: parts.metrics },
      { provide: LOG, useValue: parts.log },
    ],
  };
}
