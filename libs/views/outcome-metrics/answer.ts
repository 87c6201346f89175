/** The questions that the view answers. */
import type { DatabaseSync } from 'node:sqlite';
import type { OutcomeMetricsQuery } from './outcome-metrics.ts';
import { outcomeReport } from './report.ts';

export type OutcomesQuestion = { readonly about: 'metrics'; readonly query: OutcomeMetricsQuery };

export function answering(db: DatabaseSync, prefix: string) {
  return (bookNumber: number | undefined, asked: unknown): object => {
    const question = asked as OutcomesQuestion;
    return outcomeReport(db, prefix, bookNumber, question.query);
  };
}
