/** Aim: a wall-clock time of a zone becomes the one instant that clocks first show it, gaps and overlaps included. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatInstant } from './instant.ts';
import { instants, wallClock, zones } from './zone.fixture.ts';
import { isTimeZone, localDate, minuteOfDay, startOfLocal, timeZoneAdvice } from './zone.ts';

describe('the name of a time zone', () => {
  it.each([
    'Europe/London',
    'America/Argentina/Buenos_Aires',
    'America/Port-au-Prince',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'Europe/Kyiv',
    'US/Eastern',
    'UTC',
    'Etc/UTC',
    'Etc/GMT+5',
    'EST5EDT',
  ])('%s is one', (name) => {
    expect(isTimeZone(name)).toBe(true);
    expect(timeZoneAdvice(name)).toBeUndefined();
  });

  it('every zone the platform lists is one', () => {
    for (const name of Intl.supportedValuesOf('timeZone'))
      expect([name, isTimeZone(name)]).toEqual([name, true]);
  });

  it.each([
    ['europe/london', 'Write Europe/London.'],
    ['AMERICA/PORT-AU-PRINCE', 'Write America/Port-au-Prince.'],
    ['utc', 'Write UTC.'],
    ['+01:00', 'summer time'],
    ['-0500', 'summer time'],
    ['UTC+1', 'summer time'],
    ['GMT-5', 'summer time'],
    ['Z', 'IANA'],
    ['PST', 'IANA'],
    ['BST', 'IANA'],
    ['SystemV/EST5', 'IANA'],
    ['London', 'IANA'],
    ['Europe/Londres', 'IANA'],
    ['Europe/London ', 'IANA'],
    [' Europe/London', 'IANA'],
    ['Europe/London\u0000', 'IANA'],
    ['', 'IANA'],
    ['2026-11-21T00:00[Europe/London]', 'IANA'],
    ['../../etc/passwd', 'IANA'],
    ['A/'.repeat(10_000), 'IANA'],
    ['constructor', 'IANA'],
  ])('%j is none', (name, advice) => {
    expect(isTimeZone(name)).toBe(false);
    expect(timeZoneAdvice(name)).toContain(advice);
  });
});

describe('a wall-clock time', () => {
  it.each([
    ['00:00', 0],
    ['04:00', 240],
    ['23:59', 1439],
  ])('%s is minute %i', (time, minute) => {
    expect(minuteOfDay(time)).toBe(minute);
  });
  it.each([
    '24:00',
    '23:60',
    '4:00',
    '04:00:00',
    '04.00',
    '0400',
    '04:0',
    '-4:00',
    ' 04:00',
    '04:00\n',
    '',
    '०४:००',
  ])('%j is none', (time) => {
    expect(minuteOfDay(time)).toBeUndefined();
    expect(() => startOfLocal('2026-11-21', time, 'Europe/London')).toThrow(RangeError);
  });
});

describe('the start of a local time', () => {
  it.each([
    ['plain, winter', 'Europe/London', '2026-11-21', '04:00', '2026-11-21T04:00:00.000Z'],
    ['plain, summer', 'Europe/London', '2026-07-01', '04:00', '2026-07-01T03:00:00.000Z'],
    ['before the gap', 'Europe/London', '2026-03-29', '00:59', '2026-03-29T00:59:00.000Z'],
    ['first of the gap', 'Europe/London', '2026-03-29', '01:00', '2026-03-29T01:00:00.000Z'],
    ['in the gap', 'Europe/London', '2026-03-29', '01:30', '2026-03-29T01:00:00.000Z'],
    ['last of the gap', 'Europe/London', '2026-03-29', '01:59', '2026-03-29T01:00:00.000Z'],
    ['after the gap', 'Europe/London', '2026-03-29', '02:00', '2026-03-29T01:00:00.000Z'],
    ['before the overlap', 'Europe/London', '2026-10-25', '00:59', '2026-10-24T23:59:00.000Z'],
    ['first of the overlap', 'Europe/London', '2026-10-25', '01:00', '2026-10-25T00:00:00.000Z'],
    ['in the overlap', 'Europe/London', '2026-10-25', '01:30', '2026-10-25T00:30:00.000Z'],
    ['after the overlap', 'Europe/London', '2026-10-25', '02:00', '2026-10-25T02:00:00.000Z'],
    ['in the gap', 'America/New_York', '2026-03-08', '02:30', '2026-03-08T07:00:00.000Z'],
    ['in the overlap', 'America/New_York', '2026-11-01', '01:30', '2026-11-01T05:30:00.000Z'],
    ['in the gap of half an hour', 'Australia/Lord_Howe', '2026-10-04', '02:15', '2026-10-03T15:30:00.000Z'],
    [
      'in the overlap of half an hour',
      'Australia/Lord_Howe',
      '2026-04-05',
      '01:45',
      '2026-04-04T14:45:00.000Z',
    ],
    ['of 45 minutes', 'Asia/Kathmandu', '2026-11-21', '04:00', '2026-11-20T22:15:00.000Z'],
    ['no midnight', 'America/Sao_Paulo', '2018-11-04', '00:00', '2018-11-04T03:00:00.000Z'],
    ['no midnight', 'Africa/Cairo', '2024-04-26', '00:00', '2024-04-25T22:00:00.000Z'],
    ['no such day', 'Pacific/Apia', '2011-12-30', '00:00', '2011-12-30T10:00:00.000Z'],
    ['no such day', 'Pacific/Apia', '2011-12-30', '12:00', '2011-12-30T10:00:00.000Z'],
    ['day after no such day', 'Pacific/Apia', '2011-12-31', '00:00', '2011-12-30T10:00:00.000Z'],
    ['no clock changes', 'UTC', '2024-02-29', '00:00', '2024-02-29T00:00:00.000Z'],
  ])('%s: %s %s %s is %s', (_what, zone, date, time, utc) => {
    expect(formatInstant(startOfLocal(date, time, zone))).toBe(utc);
  });

  it('refuses no date and no zone', () => {
    expect(() => startOfLocal('2026-02-29', '04:00', 'Europe/London')).toThrow(RangeError);
    expect(() => startOfLocal('2026-02-28', '04:00', 'Europe/Londres')).toThrow(RangeError);
  });

  it('is the first instant whose wall clock is not before it', () => {
    fc.assert(
      fc.property(zones, instants, fc.integer({ min: 0, max: 1439 }), (zone, near, minute) => {
        const date = new Date(near).toISOString().slice(0, 10);
        const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
        const start = startOfLocal(date, time, zone);
        expect(wallClock(start, zone) >= `${date} ${time}:00`).toBe(true);
        expect(wallClock(start - 1, zone) < `${date} ${time}:00`).toBe(true);
      }),
      { numRuns: 1500 },
    );
  });
});

describe('the local date', () => {
  it.each([
    ['2026-11-21T23:59:59.999Z', 'Europe/London', '2026-11-21'],
    ['2026-06-30T22:59:59.999Z', 'Europe/London', '2026-06-30'],
    ['2026-06-30T23:00:00.000Z', 'Europe/London', '2026-07-01'],
    ['2026-11-21T04:59:59.999Z', 'America/New_York', '2026-11-20'],
    ['2026-11-21T18:14:59.999Z', 'Asia/Kathmandu', '2026-11-21'],
    ['2026-11-21T18:15:00.000Z', 'Asia/Kathmandu', '2026-11-22'],
    ['2011-12-30T09:59:59.999Z', 'Pacific/Apia', '2011-12-29'],
    ['2011-12-30T10:00:00.000Z', 'Pacific/Apia', '2011-12-31'],
    ['1969-12-31T23:59:59.999Z', 'UTC', '1969-12-31'],
  ])('at %s in %s is %s', (utc, zone, date) => {
    expect(localDate(Date.parse(utc), zone)).toBe(date);
  });

  it('is what Intl shows', () => {
    fc.assert(
      fc.property(zones, instants, (zone, at) => {
        expect(localDate(at, zone)).toBe(wallClock(at, zone).slice(0, 10));
      }),
      { numRuns: 1500 },
    );
  });
});
