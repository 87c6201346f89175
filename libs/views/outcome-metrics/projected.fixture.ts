/** The view alone, in memory: projected from a list of events in batches, and asked. */
import { DatabaseSync } from 'node:sqlite';
import type { BookEvent } from '../../domain/book/events.ts';
import type { OutcomeMetricsFindings, OutcomeMetricsQuery } from './outcome-metrics.ts';
import { outcomeMetricsView } from './outcome-metrics.view.ts';

const PREFIX = 'outcomes_1';

export class Projected {
  readonly db = new DatabaseSync(':memory:');
  readonly #projection;
  readonly #answer;
  readonly #positions = new Map<number, number>();

  constructor() {
    this.db.exec(outcomeMetricsView.schema(PREFIX));
    this.#projection = outcomeMetricsView.project(this.db, PREFIX);
    this.#answer = outcomeMetricsView.answer(this.db, PREFIX);
  }

  static of(events: readonly BookEvent[], batch = 500): Projected {
    const projected = new Projected();
    for (let from = 0; from < events.length; from += batch) projected.apply(events.slice(from, from + batch));
    return projected;
  }

  apply(events: readonly BookEvent[], bookNumber = 1): void {
    let position = this.#positions.get(bookNumber) ?? -1;
    this.db.exec('BEGIN');
    this.#projection.apply(
      events.map((event) => ({ book: `book ${bookNumber}`, bookNumber, position: ++position, event })),
    );
    this.db.exec('COMMIT');
    this.#positions.set(bookNumber, position);
  }

  ask(question: object, bookNumber = 1): object {
    return this.#answer(bookNumber, question);
  }

  metrics(query: OutcomeMetricsQuery, bookNumber = 1): OutcomeMetricsFindings & { ok: true } {
    const findings = this.ask({ about: 'metrics', query }, bookNumber) as OutcomeMetricsFindings;
    if (!findings.ok) throw new Error(findings.detail);
    return findings;
  }

  /** How many rows have been written since the view was made. */
  get rowsWritten(): number {
    return (this.db.prepare('SELECT total_changes() AS changes').get() as { changes: number }).changes;
  }

  close(): void {
    this.db.close();
  }
}

/**
 * The same facts in another order, as far as the ledger could have learned of them in it: what settles or reverses an
 * act, or names it, comes after the act, and facts of the same act stay in their order.
 */
export function shuffled(events: readonly BookEvent[], random: () => number): BookEvent[] {
  const keys = events.map(() => random());
  const chains = Map.groupBy(events.keys(), (at) => actOf(events[at]!) ?? `alone ${at}`);
  for (const chain of chains.values()) {
    const sorted = chain.map((at) => keys[at]!).sort((a, b) => a - b);
    for (const [place, at] of chain.entries()) keys[at] = sorted[place]!;
  }
  return [...events.keys()].sort((a, b) => keys[a]! - keys[b]!).map((at) => events[at]!);
}

function actOf(event: BookEvent): string | undefined {
  if ('guardrails' in event) return event.id;
  if (event.type === 'OutcomeRecorded') return event.asked.act;
  return 'act' in event && typeof event.act === 'string' ? event.act : undefined;
}
