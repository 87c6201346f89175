/** A bound of young memory for the thread that answers leaves the workers theirs. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const FIXTURE = join(import.meta.dirname, 'young-memory.fixture.ts');

it('bounds the thread it is called in, and its workers as they are told', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--no-warnings',
    '--max-semi-space-size=8',
    FIXTURE,
  ]);
  const { small, large, here } = JSON.parse(stdout) as { small: number; large: number; here: number };
  // Two halves of what is said; of `resourceLimits`, two thirds.
  expect(here).toBeLessThanOrEqual(17);
  expect(small).toBeLessThanOrEqual(5);
  expect(large).toBeGreaterThan(17);
}, 30_000);
