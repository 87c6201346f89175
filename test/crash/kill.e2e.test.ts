/** Aim: killed without warning under load, the ledger keeps every answer it gave. A few rounds; the long suite runs 100. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { removeDirectory, temporaryDirectory } from '../service-process.ts';
import { killRounds } from './kill-rounds.ts';
import { seedFromEnvironment } from './seeded.ts';

const ROUNDS = 8;

describe('kill -9 under load', () => {
  let dataDir = '';
  afterEach(() => removeDirectory(dataDir));

  it(`loses and doubles nothing in ${ROUNDS} rounds`, async () => {
    dataDir = await temporaryDirectory('kill');
    const survived = await killRounds(dataDir, ROUNDS, seedFromEnvironment());
    expect(survived.rounds).toBe(ROUNDS);
    // Otherwise the load was none, or the kills came when nothing was under way.
    expect(survived.acknowledged).toBeGreaterThan(ROUNDS * 20);
    expect(survived.unknown).toBeGreaterThan(ROUNDS);
    expect(survived.declined).toBeGreaterThan(0);
    expect(survived.reserved).toBeGreaterThan(0);
  }, 180_000);
});
