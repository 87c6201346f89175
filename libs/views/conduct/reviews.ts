import type { DatabaseSync } from 'node:sqlite';
import type { Verdict } from '../../domain/signal/signal.ts';
import { readDay, readId } from '../stored-form.ts';
import type { ReviewRow } from './conduct.ts';

/** Reviews by the id of their signal, the newest first. */
export function reviewReader(
  db: DatabaseSync,
  prefix: string,
): (book: number) => ReadonlyMap<string, readonly ReviewRow[]> {
  const all = db.prepare(`SELECT * FROM ${prefix}_reviews WHERE book = ? ORDER BY position DESC`);
  return (book) => {
    const reviews = new Map<string, ReviewRow[]>();
    for (const row of all.iterate(book) as unknown as Iterable<Stored>) {
      const review: ReviewRow = {
        id: readId(row.id),
        position: row.position,
        verdict: row.verdict,
        reason: row.reason,
        reviewer: row.reviewer,
        recordedAt: row.recorded_at,
        basis: {
          position: row.basis_position,
          from: readDay(row.span_from),
          to: readDay(row.span_to),
          observed: row.basis_observed,
          exposure: row.basis_exposure,
        },
      };
      const of = reviews.get(row.signal);
      if (of === undefined) reviews.set(row.signal, [review]);
      else of.push(review);
    }
    return reviews;
  };
}

interface Stored {
  readonly id: Uint8Array | string;
  readonly position: number;
  readonly signal: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly reviewer: string;
  readonly recorded_at: number;
  readonly span_from: number;
  readonly span_to: number;
  readonly basis_position: number;
  readonly basis_observed: number;
  readonly basis_exposure: number;
}
