/**
 * Aim: every refund of a real year, asked for and recorded under a policy with every kind of window, is given back byte
 * for byte by a backtest under that policy. Set GOODWILL_REAL_DATA to the file of Online Retail II (docs/importing.md).
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mapRow } from '../../apps/cli/import/mapping.ts';
import { readMap } from '../../apps/cli/import/read-map.ts';
import { isBadRow } from '../../apps/cli/import/rows.ts';
import { rowsOf } from '../../apps/cli/import/run-import.ts';
import { openSource } from '../../apps/cli/import/source.ts';
import type { AskedAct } from '../../libs/domain/act/act.ts';
import type { BookEvent } from '../../libs/domain/book/events.ts';
import { BookInProcess } from './book-in-process.ts';
import { EVERY_WINDOW } from './every-window.ts';
import { packedAndBack, replay, withoutKey } from './replay.ts';
import { policyOf } from './simulated-history.ts';

const FILE = process.env.GOODWILL_REAL_DATA ?? '';
const MAP = join(resolve(import.meta.dirname, '../..'), 'docs/examples/online-retail-ii.map.yaml');

/** Refunds are dearer than coffees: these figures bite. */
const POLICY = policyOf(`
currency: GBP
uncovered: allow
limits:
  - { id: each-day, per: [employee], window: day, allow: { retailMinor: 20000 }, beyond: decline }
  - { id: each-week, per: [location], window: { every: week, startsOn: monday }, allow: { count: 60 }, beyond: warn }
  - { id: each-month, per: [employee], window: month, allow: { retailMinor: 150000 }, beyond: decline }
  - { id: each-quarter, per: [region], window: quarter, allow: { retailMinor: 3000000 }, beyond: decline }
  - { id: each-year, per: [book], window: year, allow: { retailMinor: 20000000 }, beyond: warn }
  - { id: rolling, per: [customer], window: { rolling: P30D }, allow: { retailMinor: 30000 }, beyond: decline, whenMissing: warn }
  - { id: for-ever, per: [customer], window: lifetime, allow: { count: 40 }, beyond: decline }
`);

async function realActs(): Promise<AskedAct[]> {
  const reading = readMap(readFileSync(MAP, 'utf8'));
  if (!reading.ok) throw new Error('the map has mistakes');
  const { map } = reading;
  const acts: AskedAct[] = [];
  for await (const rows of rowsOf(await openSource(FILE, map.format.encoding), map)) {
    for (const row of rows) {
      if (isBadRow(row)) continue;
      const mapped = mapRow(map, row);
      if (mapped.is !== 'fact' || mapped.kind !== 'act') continue;
      const { idempotencyKey: _, occurredAt, ...asked } = mapped.item;
      acts.push({ ...asked, occurredAt: Date.parse(String(occurredAt)) } as AskedAct);
    }
  }
  return acts;
}

(FILE === '' ? describe.skip : describe)('a real year of refunds (GOODWILL_REAL_DATA)', () => {
  it.each([
    ['asked for', 'request', POLICY],
    ['recorded', 'record', POLICY],
    ['asked for, in every kind of window', 'request', EVERY_WINDOW],
  ] as const)(
    '%s, is given back byte for byte',
    async (_, mode, policy) => {
      const acts = await realActs();
      const book = new BookInProcess('online-retail');
      const at = acts[0]!.occurredAt! - 1_000;
      const events: BookEvent[] = [
        ...book.put(
          { type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } },
          at,
        ),
      ];
      for (const { location: id } of acts) {
        const region = id === 'united-kingdom' ? 'home' : 'export';
        const location = { timeZone: 'Europe/London', businessDayStartsAt: '00:00', region };
        events.push(...book.put({ type: 'DefineLocation', id, location }, at));
      }
      for (const { employee: id } of acts) {
        events.push(
          ...book.put({ type: 'DefineEmployee', id, employee: { roles: ['customer-service'] } }, at),
        );
      }
      events.push(...book.bringIntoForce(policy, at));
      for (const asked of acts) {
        events.push(...book.put({ type: 'DecideAct', asked: { ...asked, mode } }, asked.occurredAt!));
      }
      const { became, recorded } = replay('online-retail', events, 1, policy);
      expect(recorded).toHaveLength(acts.length);
      expect(events.filter(({ type }) => type === 'ActDeclined').length > 500).toBe(mode === 'request');
      expect(became).toEqual(recorded);
      const packed = replay('online-retail', events, 1, policy, packedAndBack).became;
      expect(packed.map(withoutKey)).toEqual(recorded.map(withoutKey));
    },
    120_000,
  );
});
