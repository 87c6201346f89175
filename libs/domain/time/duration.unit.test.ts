/** Aim: only durations of exact length are read; everything else is refused with something to do about it. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration } from './duration.ts';

const DAY_MS = 86_400_000;

describe('a duration', () => {
  it.each([
    ['P7D', 7 * DAY_MS],
    ['P1W', 7 * DAY_MS],
    ['P1W2D', 9 * DAY_MS],
    ['P1D', DAY_MS],
    ['PT24H', DAY_MS],
    ['P1DT12H', 1.5 * DAY_MS],
    ['PT90M', 5_400_000],
    ['PT1M', 60_000],
    ['PT1S', 1000],
    ['P1DT1H1M1S', DAY_MS + 3_661_000],
    ['P0DT1S', 1000],
    ['P007D', 7 * DAY_MS],
    ['P3660D', 3660 * DAY_MS],
    ['PT316224000S', 3660 * DAY_MS],
  ])('%s is %d ms', (text, durationMs) => {
    expect(parseDuration(text)).toEqual({ durationMs });
  });

  it.each([
    ['P1Y', 'no exact length', 'P30D'],
    ['P1M', 'no exact length', 'P30D'],
    ['P1Y2M3DT4H', 'no exact length', 'P30D'],
    ['P1M1D', 'no exact length', 'P30D'],
    ['p1m', 'no exact length', 'P30D'],
    ['P0.5Y', 'no exact length', 'P30D'],
    ['PT0S', 'zero', 'above zero'],
    ['P0D', 'zero', 'above zero'],
    ['P0W', 'zero', 'above zero'],
    ['-P1D', 'sign', 'without a sign'],
    ['+P1D', 'sign', 'without a sign'],
    ['P-1D', 'sign', 'without a sign'],
    ['PT1.5H', 'fraction', 'PT90M'],
    ['PT0,5S', 'fraction', 'smaller unit'],
    ['P3660DT1S', 'longer than 3660 days', 'lifetime'],
    ['P99999999999999999999D', 'longer than 3660 days', 'lifetime'],
    ['p7d', 'capitals', 'P7D'],
    ['P', 'not an ISO 8601 duration', 'P7D'],
    ['PT', 'not an ISO 8601 duration', 'P7D'],
    ['P1DT', 'not an ISO 8601 duration', 'P7D'],
    ['P1D1W', 'not an ISO 8601 duration', 'in that order'],
    ['PT1S1M', 'not an ISO 8601 duration', 'in that order'],
    ['P1H', 'not an ISO 8601 duration', 'P7D'],
    ['7D', 'not an ISO 8601 duration', 'P7D'],
    ['7 days', 'not an ISO 8601 duration', 'P7D'],
    ['P7D ', 'not an ISO 8601 duration', 'P7D'],
    ['P7D\n', 'not an ISO 8601 duration', 'P7D'],
    ['', 'not an ISO 8601 duration', 'P7D'],
    [`P${'0'.repeat(100)}1D`, 'not an ISO 8601 duration', 'P7D'],
  ])('%j is refused: %s', (text, error, advice) => {
    expect(parseDuration(text)).toEqual({
      error: expect.stringContaining(error),
      advice: expect.stringContaining(advice),
    });
  });

  it('is the sum of its parts', () => {
    const part = fc.nat({ max: 300 });
    fc.assert(
      fc.property(part, part, part, part, part, (weeks, days, hours, minutes, seconds) => {
        const durationMs =
          weeks * 7 * DAY_MS + days * DAY_MS + hours * 3_600_000 + minutes * 60_000 + seconds * 1000;
        fc.pre(durationMs > 0);
        const text = `P${weeks}W${days}DT${hours}H${minutes}M${seconds}S`;
        expect(parseDuration(text)).toEqual({ durationMs });
      }),
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[PTYMWDHS0-9.,+-]{0,40}$/)), (text) => {
        const parsed = parseDuration(text);
        if ('durationMs' in parsed) expect(parsed.durationMs).toBeGreaterThan(0);
        else expect(parsed.advice).not.toBe('');
      }),
      { numRuns: 2000 },
    );
  });
});
