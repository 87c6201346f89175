/** Aim: what is packed is unpacked as it was, but for what of an act a replay finds anew or has no use for. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { histories, opened, played, policies } from '../backtest/histories.fixture.ts';
import type { AskedAct } from '../domain/act/act.ts';
import { type BookEvent, isDecision } from '../domain/book/events.ts';
import { historyView } from '../views/history/history.view.ts';
import { glanceAt } from './glance.ts';
import { pack } from './pack.ts';
import { DirectoryNames, unpack } from './unpack.ts';

function recorded(events: readonly BookEvent[]): BookEvent[] {
  return events.map((event) => JSON.parse(JSON.stringify(event)));
}

function expected(event: BookEvent): object {
  if (event.type !== 'ActAccepted' && event.type !== 'ActDeclined') return event;
  if (event.asked.timeToLiveMs !== undefined) return event;
  const { region: _, category: __, draw: ___, key: ____, ...act } = event;
  return { ...act, roles: [], guardrails: act.guardrails.filter(({ finding }) => finding !== 'within') };
}

/** What a glance at packed events tells, in its order. */
function glanced(events: readonly BookEvent[]): unknown[] {
  const told: unknown[] = [];
  glanceAt(pack(events), {
    onDay: (date, place) => told.push([place, date]),
    named: (member, value, place) => told.push([place, member, value]),
    other: (event, place) => told.push([place, event]),
  });
  return told;
}

describe('packed events', () => {
  it('are those that were packed, in blocks of any size, and packed again they are the same', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(policies, histories(true), fc.integer({ min: 1, max: 90 }), (policy, steps, size) => {
        const events = recorded(played(opened(policy), steps).events);
        const directory = new DirectoryNames();
        for (let at = 0; at < events.length; at += size) {
          const block = events.slice(at, at + size);
          const packed = pack(block);
          const unpacked = unpack(packed, directory);
          expect(unpacked).toEqual(block.map(expected));
          expect(pack(unpacked)).toEqual(packed);
        }
        for (const event of events.filter(isDecision)) for (const member in event.asked) seen.add(member);
      }),
      { numRuns: 50 },
    );
    for (const member of ['customer', 'incident', 'campaign', 'shift', 'reason', 'item', 'timeToLiveMs']) {
      expect([member, seen.has(member)]).toEqual([member, true]);
    }
  });

  it('tell at a glance what they name, and when', () => {
    fc.assert(
      fc.property(policies, histories(true), (policy, steps) => {
        const events = recorded(played(opened(policy), steps).events);
        const all = events.flatMap((event, place): unknown[] => {
          const isPacked = event.type === 'ActAccepted' || event.type === 'ActDeclined';
          if (!isPacked || event.asked.timeToLiveMs !== undefined) return [[place, event]];
          const members = ['customer', 'incident', 'campaign', 'shift'] as const;
          const named = members.filter((member) => event.asked[member] !== undefined);
          return [
            [place, event.businessDate],
            ...named.map((member) => [place, member, event.asked[member]]),
          ];
        });
        expect(glanced(events)).toEqual(all);
      }),
      { numRuns: 30 },
    );
  });

  it('have every member that may be asked with, whatever is written in it', () => {
    const asked: Required<AskedAct> = {
      mode: 'record',
      kind: 'gesture',
      trigger: 'delight',
      employee: 'e "1"',
      location: 'l\\',
      customer: '\u2028c\n',
      incident: '',
      campaign: 'k',
      shift: 's',
      channel: 'till',
      item: { sku: 'a/b', quantity: 3 },
      retailMinor: 0,
      costMinor: 2 ** 52,
      currency: 'GBP',
      reason: 'r',
      note: '🎁'.repeat(300),
      occurredAt: -1,
      timeToLiveMs: 5,
    };
    const { timeToLiveMs: _, ...packable } = asked;
    const act = {
      type: 'ActDeclined',
      id: 'a',
      occurredAt: -1,
      businessDate: '0001-01-01',
      amounts: { count: 1, costMinor: 2 ** 52, retailMinor: 0 },
      policyVersion: null,
      guardrails: [{ standing: 'unknown-employee', finding: 'decline' }],
      recordedAt: 7,
      actor: 'till',
      roles: [],
    };
    const events = [
      { ...act, asked: packable },
      { ...act, asked },
      // Of a newer version of this program, say.
      { ...act, asked: { ...packable, mood: 'cheerful' }, roles: ['kept'] },
      { ...act, asked: { ...packable, kind: 'poem' } },
    ] as unknown as BookEvent[];
    expect(unpack(pack(events))).toEqual(events);
    const { numbers, named, texts } = pack(events);
    const form = createHash('sha256').update(numbers).update(named).update(texts).digest('hex');
    // Another form: blocks that were kept cannot be read any more. Let the version of the view `history` grow with it.
    expect([historyView.version, form.slice(0, 16)]).toEqual([1, '71a9c6be34157461']);
  });

  it('of nothing are none', () => {
    expect(unpack(pack([]))).toEqual([]);
    expect(glanced([])).toEqual([]);
  });
});
