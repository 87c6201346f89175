/**
 * Aim: what the simulator plants, with customers who return, incidents and lots around it, is what the signals of the
 * ledger's own view begin with, and nothing else is worth a word. The detectors are examined over hundreds of books in
 * `libs/signals/planted.long.test.ts`; this holds the way from events to signals.
 */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from '@jest/globals';
import type { SignalsReport } from '../../libs/views/conduct/conduct.ts';
import { conductView } from '../../libs/views/conduct/conduct.view.ts';
import type { PlacedEvent } from '../../libs/views/view.ts';
import { SimulatedBook } from './simulated-book.ts';

const CHAIN = { seed: 11, stores: 25, staffPerStore: 10, from: '2026-03-02', days: 70 };

describe('the signals of a simulated chain', () => {
  it('begin with what was planted, and are worth a word for nobody else', () => {
    const book = new SimulatedBook({ chain: CHAIN, effects: {} });
    const db = new DatabaseSync(':memory:');
    db.exec(conductView.schema('signals'));
    const projection = conductView.project(db, 'signals');
    db.exec('BEGIN');
    for (const { event, position } of book.events()) {
      const placed: PlacedEvent = { book: 'cafes', bookNumber: 1, position, event };
      projection.apply([placed]);
    }
    db.exec('COMMIT');
    const report = conductView.answer(db, 'signals')(1, {
      from: CHAIN.from,
      to: '2026-05-10',
    }) as SignalsReport;
    db.close();
    const { misusers, onePair, endOfShift, generousAndLegitimate } = book.truth.oracles;
    const words = report.signals.filter(({ weight }) => weight === 'word');
    const ids = (kind: string) =>
      words.filter((signal) => signal.kind === kind).map(({ subject }) => subject.employee);
    const friends = [...misusers.map(({ employee }) => employee), onePair!.employee];
    expect(ids('few-customers').sort()).toEqual(friends.sort());
    expect(ids('end-of-shift')).toEqual([endOfShift!.employee]);
    expect(words.slice(0, friends.length + 1).map(({ rank }) => rank)).toEqual(
      Array.from({ length: friends.length + 1 }, (_, at) => at + 1),
    );
    for (const { subject } of words) {
      expect([...friends, endOfShift!.employee]).toContain(subject.employee);
      expect(subject.employee).not.toBe(generousAndLegitimate!.employee);
    }
    const pair = words.find(({ subject }) => subject.employee === onePair!.employee)!;
    expect(pair.customers?.[0]).toMatchObject({ customer: onePair!.customer });
    // Told last, as an encouragement: whoever never gives.
    const never = new Set(book.truth.staff['never-uses']);
    const encouraged = report.signals.filter(({ kind }) => kind === 'under-use');
    expect(encouraged.length).toBeGreaterThan(0.9 * never.size);
    for (const { subject } of encouraged) expect(never).toContain(subject.employee);
  }, 60_000);
});
