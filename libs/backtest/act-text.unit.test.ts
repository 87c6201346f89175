/** Aim: what a shadow remembers of an act is what a reversal of it needs, whatever its ids look like. */
import { describe, expect, it } from '@jest/globals';
import { BookSpec, limit, WEEK } from '../domain/book/book-spec.fixture.ts';
import type { ActAccepted, SettlingEvent } from '../domain/book/events.ts';
import { countedIn } from '../domain/book/open-acts.ts';
import { actText, readAct } from './act-text.ts';

function act(): ActAccepted {
  const spec = BookSpec.open('2026-11-21T12:00:00Z').inForce([
    limit('week of "coffees"', ['employee', 'customer'], WEEK, { count: 5 }),
    limit('each', ['act'], { every: 'act' }, { count: 5 }),
    limit('all', [], { every: 'lifetime' }, { count: 5 }),
    limit('kindness', ['campaign'], WEEK, { count: 5 }, { whenMissing: 'warn' }),
  ]);
  return spec.act({ customer: 'c=1, "x" | £', costMinor: 81 }) as ActAccepted;
}

describe('the line that a shadow keeps of an act', () => {
  it('has its amounts, its times and its buckets, and no more', () => {
    const decided = act();
    const { decided: read, settled } = readAct(decided.id, actText(decided));
    expect(settled).toBeUndefined();
    expect(countedIn(read.guardrails)).toEqual(countedIn(decided.guardrails));
    expect(countedIn(decided.guardrails)).toHaveLength(2);
    for (const member of ['type', 'id', 'amounts', 'occurredAt', 'businessDate'] as const) {
      expect(read[member]).toEqual(decided[member]);
    }
    expect(actText(decided)).not.toContain('\n');
  });

  it('says what became of it, where it waited', () => {
    const decided = act();
    const settled = {
      type: 'ActReleased',
      act: decided.id,
      reason: 'a "reason"\nof two lines',
    } as SettlingEvent;
    const kept = readAct(decided.id, actText(decided, settled));
    expect(kept.settled).toEqual(settled);
    // It is read, and written again when more becomes of it.
    expect(readAct(decided.id, actText(kept.decided, settled))).toEqual(kept);
  });
});
