/** The questions that the view answers. */
import type { DatabaseSync } from 'node:sqlite';
import { WordReader } from '../words.ts';
import type { ComparisonFindings, ComparisonQuery } from './compare.ts';
import { compareDates } from './compare-dates.ts';
import { compareIncidents } from './compare-incidents.ts';
import { compareLot } from './compare-lot.ts';
import { comparePolicy } from './compare-policy.ts';
import { type GesturesQuery, gesturesReport } from './gestures.ts';
import type { OutcomeMetricsQuery } from './outcome-metrics.ts';
import { outcomeReport } from './report.ts';
import { Sweep } from './sweep.ts';

export type OutcomesQuestion =
  | { readonly about: 'metrics'; readonly query: OutcomeMetricsQuery }
  | { readonly about: 'comparison'; readonly query: ComparisonQuery }
  | GesturesQuery;

export function answering(db: DatabaseSync, prefix: string) {
  return (bookNumber: number | undefined, asked: unknown): object => {
    const question = asked as OutcomesQuestion;
    if (question.about === 'gestures') return gesturesReport(db, prefix, bookNumber ?? 0, question);
    return question.about === 'metrics'
      ? outcomeReport(db, prefix, bookNumber, question.query)
      : comparison(db, prefix, bookNumber, question.query);
  };
}

function comparison(
  db: DatabaseSync,
  prefix: string,
  bookNumber: number | undefined,
  query: ComparisonQuery,
): ComparisonFindings {
  const sweep = new Sweep(db, prefix, bookNumber ?? 0, new WordReader(db, prefix), query.observedUntil);
  if (query.design === 'lot') return compareLot(db, prefix, sweep, query);
  if (query.design === 'incidents') return compareIncidents(db, prefix, sweep, query);
  if (query.design === 'policy') return comparePolicy(sweep, query);
  return compareDates(sweep, query);
}
