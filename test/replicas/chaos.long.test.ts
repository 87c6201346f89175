/** Aim: as `replicas.long.test.ts`, for 10,000 requests on a limit of 1,000 through 60 faults. */
import { describe, expect, it } from '@jest/globals';
import { seedFromEnvironment } from '../crash/seeded.ts';
import { chaos, DEADLINE_MS, SETTLED_WITHIN_MS } from './chaos.ts';

describe('three replicas in a long storm', () => {
  it('accept exactly 1,000 of 10,000, once', async () => {
    const weathered = await chaos({
      requests: 10_000,
      allowed: 1_000,
      connections: 64,
      faults: 60,
      seed: seedFromEnvironment(),
    });
    console.info(JSON.stringify(weathered));
    expect(weathered).toMatchObject({ accepted: 1_000, declined: 9_000 });
    // Both kinds of unknown must have been met: written all the same, and not.
    expect(weathered.unknownRecorded).toBeGreaterThan(0);
    expect(weathered.unknownRecorded).toBeLessThan(weathered.unknown);
    expect(weathered.slowestMs).toBeLessThan(DEADLINE_MS);
    expect(weathered.settledMs).toBeLessThan(SETTLED_WITHIN_MS);
  }, 900_000);
});
