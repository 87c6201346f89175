/** An answer that has been given is held by nobody: it goes with the young garbage, however many others are waited for. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';

const CHURN = new URL('./deadlines-churn.fixture.ts', import.meta.url);
/** Many collections of young garbage in a short time. */
const YOUNG_GENERATION_MB = 3;

describe('deadlines', () => {
  it('let go of what has been answered', async () => {
    const worker = new Worker(CHURN, {
      execArgv: ['--no-warnings'],
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    const [{ keptBytes, answersBytes }] = (await once(worker, 'message')) as [
      { keptBytes: number; answersBytes: number },
    ];
    expect(answersBytes).toBeGreaterThan(80_000_000);
    // A set of those under way kept up to 36 MB of them until everything was collected.
    expect(keptBytes).toBeLessThan(answersBytes / 10);
  }, 30_000);
});
