/** Aim: what one thread packs the other unpacks: every event as it was, but for what of an act a replay finds anew. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AskedAct } from '../domain/act/act.ts';
import { type BookEvent, isDecision } from '../domain/book/events.ts';
import { encodeEvent } from '../events/codec.ts';
import { decodeRecorded } from './decode-recorded.ts';
import { histories, opened, played, policies } from './histories.fixture.ts';
import { type PackedEvents, Packer, Unpacker } from './packed-acts.ts';

/** As it comes to the other thread. */
function sent({ numbers, texts }: PackedEvents): PackedEvents {
  return structuredClone({ numbers, texts }, { transfer: [numbers.buffer] });
}

function expected(event: BookEvent): object {
  if (event.type !== 'ActAccepted' && event.type !== 'ActDeclined') return event;
  if (event.asked.timeToLiveMs !== undefined) return event;
  const { region: _, category: __, draw: ___, key: ____, ...act } = event;
  return { ...act, roles: [] };
}

describe('packed events', () => {
  it('are those that were packed', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(policies, histories(true), fc.integer({ min: 1, max: 9 }), (policy, steps, size) => {
        const events = played(opened(policy), steps).events.map((event) =>
          decodeRecorded(encodeEvent(event)),
        );
        const packer = new Packer();
        const unpacker = new Unpacker();
        for (let at = 0; at < events.length; at += size) {
          const batch = events.slice(at, at + size);
          expect(unpacker.unpack(sent(packer.pack(batch)))).toEqual(batch.map(expected));
        }
        for (const event of events.filter(isDecision)) for (const member in event.asked) seen.add(member);
      }),
      { numRuns: 50 },
    );
    for (const member of ['customer', 'incident', 'campaign', 'shift', 'reason', 'item', 'timeToLiveMs']) {
      expect([member, seen.has(member)]).toEqual([member, true]);
    }
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
    expect(new Unpacker().unpack(sent(new Packer().pack(events)))).toEqual(events);
  });

  it('keep their names when there are too many to remember', () => {
    const packer = new Packer();
    const unpacker = new Unpacker();
    for (let batch = 0; batch < 4; batch++) {
      const events = Array.from({ length: 20_000 }, (_, i) => {
        const asked = { mode: 'record', kind: 'comp', trigger: 'delight', location: 'l' } as const;
        const act = {
          type: 'ActAccepted',
          id: `${i}`,
          occurredAt: 0,
          businessDate: 'd',
          actor: 'a',
        } as const;
        const amounts = { count: 1, costMinor: 1, retailMinor: 1 };
        const employee = `e-${batch}-${i}`;
        const more = { amounts, roles: [], policyVersion: 1, guardrails: [], recordedAt: 1 };
        return { ...act, ...more, asked: { ...asked, employee } };
      }) as BookEvent[];
      expect(unpacker.unpack(sent(packer.pack(events)))).toEqual(events);
    }
  });
});
