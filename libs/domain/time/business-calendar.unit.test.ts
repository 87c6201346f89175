/** Aim: every instant lies in exactly one business day, and that day starts and ends when the shop says. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { businessCalendar } from './business-calendar.ts';
import { addDays } from './civil-date.ts';
import { formatInstant } from './instant.ts';
import { cutOvers, instants, wallClock, zones } from './zone.fixture.ts';

const HOUR_MS = 3_600_000;
const at = (utc: string) => Date.parse(utc);

describe('a business day', () => {
  it.each([
    ['Europe/London', '04:00', '2026-11-21', '2026-11-21T04:00:00.000Z', '2026-11-22T04:00:00.000Z', 24],
    ['Europe/London', '04:00', '2026-03-28', '2026-03-28T04:00:00.000Z', '2026-03-29T03:00:00.000Z', 23],
    ['Europe/London', '04:00', '2026-03-29', '2026-03-29T03:00:00.000Z', '2026-03-30T03:00:00.000Z', 24],
    ['Europe/London', '04:00', '2026-10-24', '2026-10-24T03:00:00.000Z', '2026-10-25T04:00:00.000Z', 25],
    ['Europe/London', '00:00', '2026-03-29', '2026-03-29T00:00:00.000Z', '2026-03-29T23:00:00.000Z', 23],
    ['Europe/London', '00:00', '2026-10-25', '2026-10-24T23:00:00.000Z', '2026-10-26T00:00:00.000Z', 25],
    // A cut-over that a clock change skips, or repeats.
    ['Europe/London', '01:30', '2026-03-28', '2026-03-28T01:30:00.000Z', '2026-03-29T01:00:00.000Z', 23.5],
    ['Europe/London', '01:30', '2026-03-29', '2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z', 23.5],
    ['Europe/London', '01:30', '2026-10-24', '2026-10-24T00:30:00.000Z', '2026-10-25T00:30:00.000Z', 24],
    ['Europe/London', '01:30', '2026-10-25', '2026-10-25T00:30:00.000Z', '2026-10-26T01:30:00.000Z', 25],
    ['America/New_York', '04:00', '2026-03-07', '2026-03-07T09:00:00.000Z', '2026-03-08T08:00:00.000Z', 23],
    ['America/New_York', '04:00', '2026-10-31', '2026-10-31T08:00:00.000Z', '2026-11-01T09:00:00.000Z', 25],
    [
      'Australia/Lord_Howe',
      '04:00',
      '2026-04-04',
      '2026-04-03T17:00:00.000Z',
      '2026-04-04T17:30:00.000Z',
      24.5,
    ],
    [
      'Australia/Lord_Howe',
      '04:00',
      '2026-10-03',
      '2026-10-02T17:30:00.000Z',
      '2026-10-03T17:00:00.000Z',
      23.5,
    ],
    ['Asia/Kathmandu', '04:00', '2026-11-21', '2026-11-20T22:15:00.000Z', '2026-11-21T22:15:00.000Z', 24],
    ['America/Sao_Paulo', '00:00', '2018-11-03', '2018-11-03T03:00:00.000Z', '2018-11-04T03:00:00.000Z', 24],
    ['America/Sao_Paulo', '00:00', '2018-11-04', '2018-11-04T03:00:00.000Z', '2018-11-05T02:00:00.000Z', 23],
    ['America/Sao_Paulo', '00:00', '2018-02-17', '2018-02-17T02:00:00.000Z', '2018-02-18T03:00:00.000Z', 25],
    ['Africa/Cairo', '00:00', '2024-04-25', '2024-04-24T22:00:00.000Z', '2024-04-25T22:00:00.000Z', 24],
    ['Africa/Cairo', '00:00', '2024-04-26', '2024-04-25T22:00:00.000Z', '2024-04-26T21:00:00.000Z', 23],
    ['Africa/Cairo', '00:00', '2024-10-31', '2024-10-30T21:00:00.000Z', '2024-10-31T22:00:00.000Z', 25],
    // Samoa had no 30 December 2011.
    ['Pacific/Apia', '00:00', '2011-12-29', '2011-12-29T10:00:00.000Z', '2011-12-30T10:00:00.000Z', 24],
    ['Pacific/Apia', '00:00', '2011-12-31', '2011-12-30T10:00:00.000Z', '2011-12-31T10:00:00.000Z', 24],
    ['Pacific/Apia', '04:00', '2011-12-29', '2011-12-29T14:00:00.000Z', '2011-12-30T10:00:00.000Z', 20],
    ['Pacific/Apia', '04:00', '2011-12-30', '2011-12-30T10:00:00.000Z', '2011-12-30T14:00:00.000Z', 4],
    ['Pacific/Apia', '04:00', '2011-12-31', '2011-12-30T14:00:00.000Z', '2011-12-31T14:00:00.000Z', 24],
    ['UTC', '04:00', '2024-02-29', '2024-02-29T04:00:00.000Z', '2024-03-01T04:00:00.000Z', 24],
    ['UTC', '04:00', '2028-02-29', '2028-02-29T04:00:00.000Z', '2028-03-01T04:00:00.000Z', 24],
    ['Europe/London', '23:59', '2026-12-31', '2026-12-31T23:59:00.000Z', '2027-01-01T23:59:00.000Z', 24],
  ])('in %s from %s: %s is [%s, %s), %d h', (zone, cutOver, date, from, to, hours) => {
    const calendar = businessCalendar(zone, cutOver);
    const edges = { date, from: at(from), to: at(to) };
    expect(calendar.dayOf(at(from))).toMatchObject(edges);
    expect(calendar.dayOf(at(to) - 1)).toMatchObject(edges);
    expect(calendar.dayOf(at(from) - 1).to).toBe(at(from));
    expect(calendar.dayOf(at(from) - 1).date < date).toBe(true);
    expect(calendar.dayOf(at(to)).from).toBe(at(to));
    expect(calendar.dayOf(at(to)).date > date).toBe(true);
    expect(formatInstant(calendar.startOf(date))).toBe(from);
    expect(at(to) - at(from)).toBe(hours * HOUR_MS);
  });

  it('that a zone skipped whole is empty', () => {
    const apia = businessCalendar('Pacific/Apia', '00:00');
    expect(apia.startOf('2011-12-30')).toBe(apia.startOf('2011-12-31'));
    expect(apia.dayOf(at('2011-12-30T09:59:59.999Z')).date).toBe('2011-12-29');
    expect(apia.dayOf(at('2011-12-30T10:00:00.000Z')).date).toBe('2011-12-31');
  });

  it('goes on through the repeated hour once it has begun', () => {
    const london = businessCalendar('Europe/London', '01:30');
    // 01:15 for the second time: before the cut-over on the wall, after it in truth.
    expect(wallClock(at('2026-10-25T01:15:00Z'), 'Europe/London')).toBe('2026-10-25 01:15:00');
    expect(london.dayOf(at('2026-10-25T01:15:00Z')).date).toBe('2026-10-25');
    expect(london.dayOf(at('2026-10-25T00:15:00Z')).date).toBe('2026-10-24');
  });

  it.each(['0001-01-01T00:00:00.000Z', '1600-02-29T12:00:00.000Z', '9999-12-31T23:59:59.999Z'])(
    'is found at %s',
    (utc) => {
      for (const zone of ['Europe/London', 'Pacific/Kiritimati', 'Pacific/Pago_Pago']) {
        const day = businessCalendar(zone, '04:00').dayOf(at(utc));
        expect(day.from <= at(utc) && at(utc) < day.to).toBe(true);
      }
    },
  );

  it('is one of days that tile the time line', () => {
    fc.assert(
      fc.property(zones, cutOvers, instants, (zone, cutOver, instant) => {
        const calendar = businessCalendar(zone, cutOver);
        const day = calendar.dayOf(instant);
        expect(day.from <= instant && instant < day.to).toBe(true);
        expect(day.from).toBe(calendar.startOf(day.date));
        expect(day.to).toBe(calendar.startOf(addDays(day.date, 1)));
        // From Intl, not from the code under test: the day starts when the clocks first show the cut-over.
        expect(wallClock(day.from, zone) >= `${day.date} ${cutOver}:00`).toBe(true);
        expect(wallClock(day.from - 1, zone) < `${day.date} ${cutOver}:00`).toBe(true);
        for (const [edge, mine] of [
          [day.from - 1, false],
          [day.from, true],
          [day.to - 1, true],
          [day.to, false],
        ] as const) {
          expect(calendar.dayOf(edge).date === day.date).toBe(mine);
        }
        expect(calendar.dayOf(day.to).from).toBe(day.to);
        expect(calendar.dayOf(day.from - 1).to).toBe(day.from);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('a calendar', () => {
  it('is remembered', () => {
    expect(businessCalendar('Europe/Paris', '04:00')).toBe(businessCalendar('Europe/Paris', '04:00'));
    expect(businessCalendar('Europe/Paris', '04:00')).not.toBe(businessCalendar('Europe/Paris', '05:00'));
    expect(businessCalendar('Europe/Paris', '04:00')).not.toBe(businessCalendar('Europe/Berlin', '04:00'));
  });

  it('remembers days, and answers the same when it has forgotten them', () => {
    const calendar = businessCalendar('Europe/Madrid', '03:00');
    const first = calendar.dayOf(at('2026-03-29T12:00:00Z'));
    calendar.dayOf(at('2026-03-30T12:00:00Z'));
    expect(calendar.dayOf(at('2026-03-29T13:00:00Z'))).toBe(first);
    for (let day = 0; day < 2500; day++) calendar.dayOf(at('1990-01-01T12:00:00Z') + day * 24 * HOUR_MS);
    const again = calendar.dayOf(at('2026-03-29T12:00:00Z'));
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
  });

  it('does not depend on what was asked before', () => {
    fc.assert(
      fc.property(
        zones,
        cutOvers,
        fc.array(instants, { minLength: 1, maxLength: 20 }),
        (zone, cutOver, asked) => {
          const calendar = businessCalendar(zone, cutOver);
          const forward = asked.map((instant) => calendar.dayOf(instant));
          const backward = asked.toReversed().map((instant) => calendar.dayOf(instant));
          expect(backward.toReversed()).toEqual(forward);
        },
      ),
    );
  });

  it.each([
    ['Europe/Londres', '04:00'],
    ['Europe/London', '4:00'],
    ['Europe/London', '24:00'],
  ])('refuses %s %s', (zone, cutOver) => {
    expect(() => businessCalendar(zone, cutOver)).toThrow(RangeError);
  });

  it('refuses what is no instant and no date', () => {
    const calendar = businessCalendar('Europe/London', '04:00');
    expect(() => calendar.dayOf(Number.NaN)).toThrow(RangeError);
    expect(() => calendar.dayOf(Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => calendar.startOf('2026-02-29')).toThrow(RangeError);
  });
});
