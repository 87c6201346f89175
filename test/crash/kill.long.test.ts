/** Aim: as `kill.e2e.test.ts`, for 100 rounds on one growing ledger. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../service-process.ts';
import { killRounds } from './kill-rounds.ts';
import { seedFromEnvironment } from './seeded.ts';

const ROUNDS = 100;

describe('kill -9 under load, at length', () => {
  let dataDir = '';
  afterEach(() => removeDirectory(dataDir));

  it(`loses and doubles nothing in ${ROUNDS} rounds`, async () => {
    dataDir = await temporaryDirectory('kill-long');
    const survived = await killRounds(dataDir, ROUNDS, seedFromEnvironment());
    console.info(JSON.stringify(survived));
    expect(survived.rounds).toBe(ROUNDS);
    expect(survived.unknown).toBeGreaterThan(ROUNDS);
    // Both kinds of unknown must have been met: written before the kill, and not.
    expect(survived.unknownRecorded).toBeGreaterThan(0);
    expect(survived.unknownRecorded).toBeLessThan(survived.unknown);
  }, 900_000);
});
