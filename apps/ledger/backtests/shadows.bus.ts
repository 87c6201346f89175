/** Shadows, as the controllers ask for them. */
import { Inject } from '@nestjs/common';
import { Query as BusQuery, type IQueryHandler, QueryHandler } from '@nestjs/cqrs';
import type { ShadowReport } from '../../../libs/backtest/shadow-follower.ts';
import type { ShadowSpec } from '../../../libs/backtest/shadow-run.ts';
import type { Shadows } from '../../../libs/backtest/shadows.ts';
import { SHADOWS } from '../parts.ts';

/** Undefined: it is still being made. */
export class ReportShadow extends BusQuery<ShadowReport | undefined> {
  readonly book: string;
  /** The shadow's; it may have been stopped. */
  readonly spec: ShadowSpec;
  /** What the report should reflect. */
  readonly position: number;
  constructor(book: string, spec: ShadowSpec, position: number) {
    super();
    this.book = book;
    this.spec = spec;
    this.position = position;
  }
}

/** How long a report waits to reflect the newest acts. */
const PATIENCE_MS = 3_000;

@QueryHandler(ReportShadow)
export class ReportShadowHandler implements IQueryHandler<ReportShadow> {
  readonly #shadows: Shadows;
  constructor(@Inject(SHADOWS) shadows: Shadows) {
    this.#shadows = shadows;
  }
  execute({ book, spec, position }: ReportShadow): Promise<ShadowReport | undefined> {
    return this.#shadows.report(book, spec, position, PATIENCE_MS);
  }
}

export const SHADOWS_HANDLERS = [ReportShadowHandler];
