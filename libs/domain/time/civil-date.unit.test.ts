/** Aim: our date arithmetic is the platform's, for every date a book can name. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  addDays,
  addMonths,
  civilDate,
  DAY_MS,
  dateText,
  dayNumber,
  daysBetween,
  daysInMonth,
  parseDate,
  weekdayOf,
} from './civil-date.ts';

describe('a date', () => {
  it.each([
    ['2024-02-28', 1, '2024-02-29'],
    ['2024-02-29', 1, '2024-03-01'],
    ['2026-02-28', 1, '2026-03-01'],
    ['2028-03-01', -1, '2028-02-29'],
    ['2100-02-28', 1, '2100-03-01'],
    ['2026-12-31', 1, '2027-01-01'],
    ['2026-01-01', -1, '2025-12-31'],
    ['1970-01-01', -1, '1969-12-31'],
    ['2026-11-21', 0, '2026-11-21'],
    ['2026-11-21', 365_000, '3026-03-24'],
  ])('%s moved by %i days is %s', (date, days, moved) => {
    expect(addDays(date, days)).toBe(moved);
    expect(daysBetween(date, moved)).toBe(days);
  });

  it.each([
    ['2026-11-21', 0, '2026-11-01'],
    ['2026-11-30', 3, '2027-02-01'],
    ['2026-01-31', -1, '2025-12-01'],
    ['2026-06-15', -18, '2024-12-01'],
  ])('the month of %s moved by %i is %s', (date, months, first) => {
    expect(addMonths(date, months)).toBe(first);
  });

  it('knows the lengths of months', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((month) => daysInMonth(2026, month))).toEqual([
      31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
    ]);
    expect([2000, 2024, 2028, 2100].map((year) => daysInMonth(year, 2))).toEqual([29, 29, 29, 28]);
  });

  it('refuses what is no date', () => {
    expect(() => addDays('2026-02-29', 1)).toThrow(RangeError);
    expect(() => addMonths('2026-2-1', 1)).toThrow(RangeError);
  });

  it('agrees with the platform on every day of 0001 to 9999', () => {
    const first = Date.parse('0001-01-01T00:00:00Z') / DAY_MS;
    const last = Date.parse('9999-12-31T00:00:00Z') / DAY_MS;
    fc.assert(
      fc.property(fc.integer({ min: first, max: last }), (dayNo) => {
        const platform = new Date(dayNo * DAY_MS);
        const text = platform.toISOString().slice(0, 10);
        expect(dateText(dayNo)).toBe(text);
        expect(parseDate(text)).toBe(dayNo);
        const { year, month, day } = civilDate(dayNo);
        expect(dayNumber(year, month, day)).toBe(dayNo);
        expect(dayNumber(year + 1, month - 12, day)).toBe(dayNo);
        expect(dayNumber(year - 1, month + 12, day)).toBe(dayNo);
        expect(weekdayOf(dayNo)).toBe((platform.getUTCDay() + 6) % 7);
      }),
      { numRuns: 3000 },
    );
  });
});
