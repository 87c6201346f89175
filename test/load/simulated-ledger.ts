/** A ledger of years of simulated acts, written straight to its file. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../apps/cli/simulate/project-root.ts';
import type { BookEvent } from '../../libs/domain/book/events.ts';
import { SqliteEventStore } from '../../libs/event-store/sqlite/sqlite-event-store.ts';
import { encodeEvent } from '../../libs/events/codec.ts';
import { BOOK, policyOf, simulatedHistory } from '../backtest/simulated-history.ts';

export interface SimulatedLedger {
  /** The position of the draft to try: its second version. */
  readonly document: number;
  /** The position of the newest event. */
  readonly position: number;
  /** The acts that were reversed. */
  readonly reversed: string[];
}

/** @param engine the file to make */
export async function makeLedger(engine: string, acts: number): Promise<SimulatedLedger> {
  const policy = policyOf(readFileSync(join(projectRoot(), 'policies/cafe-chain.yaml'), 'utf8'));
  const limits = policy.limits.map((limit) =>
    limit.id === 'weekly-coffees' ? { ...limit, allow: { count: 5 } } : limit,
  );
  const chain = { seed: 1, stores: 300, staffPerStore: 12, from: '2025-01-01', days: 3_000 };
  const store = await SqliteEventStore.open({ file: engine });
  const reversed: string[] = [];
  let batch: BookEvent[] = [];
  let position = -1;
  let document = -1;
  const flush = async () => {
    const appends = batch.map((event) => ({ id: randomUUID(), ...encodeEvent(event) }));
    await store.append(`book-${BOOK}`, appends, position);
    position += batch.length;
    batch = [];
  };
  let made = 0;
  for (const event of simulatedHistory({ chain, policy, drafts: [{ ...policy, limits }] })) {
    if (event.type === 'PolicyDrafted') document = position + batch.length + 1;
    if (event.type === 'ActReversed') reversed.push(event.act);
    batch.push(event);
    if (batch.length === 4_096) await flush();
    if ('asked' in event && 'guardrails' in event && ++made === acts) break;
  }
  await flush();
  await store.close();
  return { document, position, reversed };
}
