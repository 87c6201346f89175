/** Aim: carryOver and fiscal windows are taken only where they mean something, and every mistake in them is told. */
import { describe, expect, it } from '@jest/globals';
import { checkPolicy } from './check.ts';

const limit = {
  id: 'coffees',
  per: ['employee'],
  window: 'week',
  allow: { count: 10 },
  beyond: 'decline',
};
const withLimit = (changed: object) => ({ currency: 'GBP', limits: [{ ...limit, ...changed }] });
const carrying = (carryOver: unknown, more: object = {}) => withLimit({ carryOver, ...more });

function limitOf(changed: object, fiscal?: boolean) {
  const checked = checkPolicy(withLimit(changed), {
    currency: 'GBP',
    ...(fiscal === undefined ? {} : { fiscal }),
  });
  if (!checked.ok) throw new Error(JSON.stringify(checked.mistakes));
  return checked.policy.limits[0]!;
}

const BOTH = { allow: { count: 10, costMinor: 500 } };

describe('each mistake has its code, its place and a way out', () => {
  it.each<[object, string, string, RegExp]>([
    [carrying(5), '', 'not-an-object', /carryOver: \{ upTo: 5, for: 1 \}/],
    [carrying('all'), '', 'not-an-object', /upTo: 5/],
    [carrying([5]), '', 'not-an-object', /upTo: 5/],
    [carrying({ upTo: 5, life: 2 }), '/life', 'unknown-field', /upTo, for/],
    [carrying({ upto: 5, upTo: 5 }), '/upto', 'unknown-field', /Did you mean upTo/],
    [carrying({}), '/upTo', 'field-missing', /upTo: 5/],
    [carrying({ upTo: null }), '/upTo', 'field-missing', /upTo: 5/],
    [carrying({ upTo: '5' }), '/upTo', 'figure-not-a-number', /quotes/],
    [carrying({ upTo: -1 }), '/upTo', 'figure-negative', /positive/],
    [carrying({ upTo: 1.5 }), '/upTo', 'figure-fractional', /whole/],
    [carrying({ upTo: 2 ** 60 }), '/upTo', 'figure-too-large', /smaller/],
    [carrying({ upTo: 0 }), '/upTo', 'carry-over-nothing', /leave carryOver out/],
    [carrying({ upTo: {} }), '/upTo', 'allow-empty', /upTo/],
    [carrying({ upTo: { count: 0 } }), '/upTo/count', 'carry-over-nothing', /leave carryOver out/],
    [carrying({ upTo: { cost: 5 } }), '/upTo/cost', 'measure-unknown', /count/],
    [carrying({ upTo: { costMinor: 5 } }), '/upTo/costMinor', 'carry-over-unbounded', /count/],
    [carrying({ upTo: 5 }, BOTH), '/upTo', 'carry-over-ambiguous', /upTo: \{ count: 5 \}/],
    [carrying({ upTo: 5, for: 0 }), '/for', 'carry-over-life', /for: 1/],
    [carrying({ upTo: 5, for: 13 }), '/for', 'carry-over-life', /for: 12/],
    [carrying({ upTo: 5, for: 'P7D' }), '/for', 'carry-over-life', /for: 1/],
    [carrying({ upTo: 5 }, { window: 'lifetime' }), '', 'carry-over-useless', /month/],
    [carrying({ upTo: 5 }, { window: 'shift' }), '', 'carry-over-useless', /day, week/],
    [carrying({ upTo: 5 }, { window: 'act' }), '', 'carry-over-useless', /day, week/],
    [carrying({ upTo: 5 }, { window: { rolling: 'P7D' } }), '', 'carry-over-useless', /day, week/],
    [carrying({ upTo: 5 }, { per: ['act'] }), '', 'carry-over-useless', /Take act out/],
  ])('%j', (document, place, code, advice) => {
    const checked = checkPolicy(document, { currency: 'GBP' });
    expect(checked.ok ? [] : checked.mistakes).toEqual([
      {
        pointer: `/limits/0/carryOver${place}`,
        code,
        message: expect.stringMatching(/^.{10,}\.$/s),
        advice: expect.stringMatching(advice),
      },
    ]);
  });

  it.each<[unknown, string, string, RegExp]>([
    ['fiscal-month', '', 'fiscal-window-malformed', /window: \{ fiscal: month \}/],
    ['fiscal', '', 'fiscal-window-malformed', /fiscal: month/],
    ['4-5-4', '', 'fiscal-window-malformed', /pattern, such as 4-5-4, is the book's/],
    ['nrf', '', 'fiscal-window-malformed', /fiscal: month/],
    [{ every: 'fiscalQuarter' }, '/every', 'fiscal-window-malformed', /fiscal: quarter/],
    [{ every: 'fiscal year' }, '/every', 'fiscal-window-malformed', /fiscal: year/],
    [{ fiscalMonth: true }, '/fiscalMonth', 'fiscal-window-malformed', /fiscal: month/],
    [{ period: 'quarter' }, '/period', 'fiscal-window-malformed', /fiscal: quarter/],
    [{ fiscal: '4-4-5' }, '/fiscal', 'fiscal-window-malformed', /month, quarter, year/],
    [{ fiscal: 'week' }, '/fiscal', 'fiscal-window-malformed', /month, quarter, year/],
    [{ fiscal: ['month'] }, '/fiscal', 'fiscal-window-malformed', /month, quarter, year/],
    [{ fiscal: null }, '/fiscal', 'fiscal-window-malformed', /month, quarter, year/],
    [{ fiscal: 'month', every: 'month' }, '', 'window-ambiguous', /nothing else/],
    [{ fiscal: 'month', startsOn: 'sunday' }, '/startsOn', 'starts-on-useless', /Leave startsOn out/],
    [{ fiscal: 'month' }, '/fiscal', 'fiscal-calendar-missing', /fiscalCalendar.*nrf.*window: month/],
  ])('the window %j', (window, place, code, advice) => {
    const fiscal = code !== 'fiscal-calendar-missing';
    const checked = checkPolicy(withLimit({ window }), { currency: 'GBP', fiscal });
    expect(checked.ok ? [] : checked.mistakes).toEqual([
      {
        pointer: `/limits/0/window${place}`,
        code,
        message: expect.stringMatching(/^.{10,}\.$/s),
        advice: expect.stringMatching(advice),
      },
    ]);
  });
});

describe('what is taken', () => {
  it.each<[unknown, object, object]>([
    [{ upTo: 5, for: 2 }, {}, { upTo: { count: 5 }, for: 2 }],
    [{ upTo: 5 }, {}, { upTo: { count: 5 }, for: 1 }],
    [{ upTo: 5, for: null }, {}, { upTo: { count: 5 }, for: 1 }],
    [{ upTo: 900 }, { allow: { costMinor: 500 } }, { upTo: { costMinor: 900 }, for: 1 }],
    [{ upTo: { costMinor: 90 }, for: 12 }, BOTH, { upTo: { costMinor: 90 }, for: 12 }],
    [{ upTo: { count: 1, costMinor: 90 } }, BOTH, { upTo: { count: 1, costMinor: 90 }, for: 1 }],
  ])('carryOver: %j', (carryOver, more, read) => {
    expect(limitOf({ carryOver, ...more }).carryOver).toEqual(read);
  });

  it('no carryOver, also where it is null', () => {
    expect(limitOf({})).not.toHaveProperty('carryOver');
    expect(limitOf({ carryOver: null })).not.toHaveProperty('carryOver');
  });

  it.each(['month', 'quarter', 'year'])(
    'the window { fiscal: %s }, where the book may have a calendar',
    (period) => {
      const window = { fiscal: period };
      for (const fiscal of [true, undefined]) {
        const read = limitOf({ window, carryOver: { upTo: 1 } }, fiscal);
        expect(read.window).toEqual({ every: 'fiscal', period });
      }
    },
  );
});
