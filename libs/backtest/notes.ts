/** What every report says of itself. */
import type { Report } from './report.ts';

export const NOT_A_FORECAST =
  'This is an accounting counterfactual, not a forecast: the acts are those that were asked for under the rules of the time. Under other rules people would have behaved otherwise.';

export function notesFor({ kind, span }: Pick<Report, 'kind' | 'span'>): string[] {
  const notes = [NOT_A_FORECAST];
  if (kind === 'backtest') {
    notes.push(
      'The candidate counts as in force since the first activation in the book, or since the first act where that came before.',
    );
    if (span.from !== null) {
      notes.push(
        'Acts before the span were replayed under the candidate as well, so that every window holds what it would have held; they are not reported.',
      );
    }
  } else {
    notes.push('The shadow began with the usage as it stood then; it looks at the acts recorded since.');
  }
  notes.push(
    'An act that the candidate declines uses nothing of its limits; a reversal of such an act is dropped.',
    'An act that the candidate holds is approved, rejected or committed where history says so of it, by an approver with the authority (of their key, only the role that gave it is recorded); what nobody answered for falls due by the candidate’s own deadline.',
    'Grants, corrections and transfers of buckets are taken as they were made.',
    'What was recorded as having happened is never declined; beyond a limit it counts as breached.',
  );
  return notes;
}
