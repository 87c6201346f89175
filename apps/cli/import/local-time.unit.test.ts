/** Aim: a till's wall clock becomes an instant by the zone's own rules, also in the hours the clocks change. */
import { describe, expect, it } from '@jest/globals';
import { localTime } from './local-time.ts';

describe('localTime', () => {
  it.each([
    ['2009-12-01 07:45:00', 'Europe/London', '2009-12-01T07:45:00Z'],
    ['2010-07-01T07:45', 'Europe/London', '2010-07-01T06:45:00Z'],
    // Spring: 01:00 to 02:00 was skipped; a time in it moves on by the hour.
    ['2010-03-28 00:59:59', 'Europe/London', '2010-03-28T00:59:59Z'],
    ['2010-03-28 01:30:00', 'Europe/London', '2010-03-28T01:30:00Z'],
    ['2010-03-28 02:00:00', 'Europe/London', '2010-03-28T01:00:00Z'],
    // Autumn: 01:00 to 02:00 came twice; the earlier is taken.
    ['2010-10-31 00:59:59', 'Europe/London', '2010-10-30T23:59:59Z'],
    ['2010-10-31 01:30:00', 'Europe/London', '2010-10-31T00:30:00Z'],
    ['2010-10-31 02:00:00', 'Europe/London', '2010-10-31T02:00:00Z'],
    ['2026-11-01 01:30:00', 'America/New_York', '2026-11-01T05:30:00Z'],
    // Half an hour at Lord Howe: 02:00 to 02:30 is skipped in October, 01:30 to 02:00 comes twice in April.
    ['2026-10-04 02:15:00', 'Australia/Lord_Howe', '2026-10-03T15:45:00Z'],
    ['2026-04-05 01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00Z'],
    ['2026-01-01 00:00:00', 'Asia/Kathmandu', '2025-12-31T18:15:00Z'],
    ['2024-02-29 12:00:00.250', 'UTC', '2024-02-29T12:00:00.250Z'],
  ])('%s in %s is %s', (text, zone, expected) => {
    const first = localTime(text, zone);
    expect(Date.parse(first)).toBe(Date.parse(expected));
    expect(localTime(text, zone)).toBe(first);
    expect(first).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
  });

  it.each([
    '2010-02-30 10:00:00',
    '2010-13-01 10:00:00',
    '2010-01-01 24:00:00',
    '2010-01-01 10:60:00',
    '2010-01-01 10:00:60',
  ])('refuses %s, which no calendar or clock shows', (text) => {
    expect(() => localTime(text, 'Europe/London')).toThrow(/no date and time of the calendar/);
  });

  it.each(['', '01/12/2009 07:45', '2009-12-01', '2009-12-01T07:45:00Z', '2009-12-01 7:45'])(
    'refuses %p',
    (text) => {
      expect(() => localTime(text, 'Europe/London')).toThrow(/is not a local time/);
    },
  );

  it('refuses a zone there is not', () => {
    expect(() => localTime('2009-12-01 07:45:00', 'Europe/Londn')).toThrow(/IANA time zone/);
  });
});
