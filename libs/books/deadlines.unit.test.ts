/** What is waited for ends in time, with the truth about what may have been written. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Deadlines } from './deadlines.ts';

const never = () => new Promise<never>(() => undefined);

describe('deadlines', () => {
  it('hand through what comes in time, results and faults', async () => {
    const deadlines = new Deadlines(50);
    expect(await deadlines.within(Promise.resolve(7), true)).toBe(7);
    await expect(deadlines.within(Promise.reject(new RangeError('no')), true)).rejects.toThrow(RangeError);
  });

  it('end each wait at its own time, and say what is known of writes', async () => {
    const deadlines = new Deadlines(200);
    const began = performance.now();
    const write = deadlines
      .within(never(), true)
      .catch((error: unknown) => ({ error, at: performance.now() }));
    await sleep(100);
    const read = deadlines
      .within(never(), false)
      .catch((error: unknown) => ({ error, at: performance.now() }));
    const [first, second] = await Promise.all([write, read]);
    expect(first.error).toMatchObject({ name: 'EngineUnavailable', nothingWritten: false });
    expect(second.error).toMatchObject({ name: 'EngineUnavailable', nothingWritten: true });
    expect(first.at - began).toBeGreaterThan(190);
    expect(second.at - first.at).toBeGreaterThan(50);
    expect(second.at - began).toBeLessThan(1_000);
  });
});
