/** Aim: no book counts by a fiscal calendar it does not have, and none that was counted by is changed unnoticed. */
import { describe, expect, it } from '@jest/globals';
import type { Book } from '../directory/directory.ts';
import type { Policy } from '../policy/policy.ts';
import { type FiscalCalendar, NRF } from '../time/fiscal-calendar.ts';
import { BookSpec, limit, ms } from './book-spec.fixture.ts';
import type { Decided } from './decide.ts';

const book: Book = { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false };
const OTHER: FiscalCalendar = { ...NRF, pattern: '4-4-5' };
const MONTHS = limit('months', ['employee'], { every: 'fiscal', period: 'month' }, { count: 2 });

const state = (spec: BookSpec, fiscalCalendar?: FiscalCalendar): Decided =>
  spec.when({ type: 'DefineBook', book: fiscalCalendar === undefined ? book : { ...book, fiscalCalendar } });

function draft(spec: BookSpec): Decided {
  const policy: Policy = { currency: 'GBP', uncovered: 'allow', limits: [MONTHS], rules: [] };
  return spec.when({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
}

const codeOf = (decided: Decided) => ('refusal' in decided ? decided.refusal.code : undefined);

describe('a fiscal calendar', () => {
  it('comes before the policy that counts by it', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z');
    expect(draft(spec)).toMatchObject({
      refusal: {
        code: 'fiscal-calendar-missing',
        pointer: '/limits/0/window',
        advice: expect.stringContaining('nrf'),
      },
    });
    state(spec, NRF);
    expect(codeOf(draft(spec))).toBeUndefined();
  });

  it('may be given, changed and taken away while no policy counts by it', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z').inForce([
      limit('m', ['employee'], { every: 'month' }, { count: 2 }),
    ]);
    expect([NRF, OTHER, undefined, NRF].map((calendar) => codeOf(state(spec, calendar)))).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('may be changed, and not taken away, while a draft has fiscal windows', () => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z');
    state(spec, NRF);
    draft(spec);
    expect(codeOf(state(spec, OTHER))).toBeUndefined();
    expect(state(spec)).toMatchObject({
      refusal: { code: 'fiscal-calendar-fixed', pointer: '/fiscalCalendar' },
    });
  });

  it.each<[string, number | undefined]>([
    ['is in force', undefined],
    ['will be in force', ms('2027-01-01T00:00:00Z')],
  ])('stays as it is once a version that counts by it %s, for ever', (_what, from) => {
    const spec = BookSpec.open('2026-11-02T09:00:00Z');
    state(spec, NRF);
    draft(spec);
    spec.given({ type: 'ActivatePolicy', version: 1, ...(from === undefined ? {} : { from }) });
    spec.at('2026-11-03T09:00:00Z').inForce([]);
    expect(codeOf(state(spec, OTHER))).toBe('fiscal-calendar-fixed');
    const dropped = state(spec);
    expect(codeOf(dropped)).toBe('fiscal-calendar-fixed');
    // What to state instead is in the advice, to be copied.
    expect('refusal' in dropped && dropped.refusal.advice).toContain(JSON.stringify(NRF));
    expect(state(spec, { ...NRF, yearEnds: { ...NRF.yearEnds } })).toEqual({ unchanged: true });
  });

  it('is the one that acts are counted by, at the edge of a fiscal month', () => {
    const spec = BookSpec.open('2026-11-28T12:00:00Z');
    state(spec, NRF);
    spec.inForce([MONTHS]);
    const labelOf = (at: string) => {
      const [receipt] = spec.at(at).act().guardrails;
      return receipt !== undefined && 'limit' in receipt ? receipt.window.label : receipt;
    };
    expect(labelOf('2026-11-29T03:59:59Z')).toBe('fiscal-month:2026-P10');
    expect(labelOf('2026-11-29T04:00:00Z')).toBe('fiscal-month:2026-P11');
  });
});
