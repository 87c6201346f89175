/** Aim: another thread can tell a busy event loop from an idle one. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { BusyShare, busyShareIn } from './busy-share.ts';

let share: BusyShare | undefined;
afterEach(() => share?.stop());

async function highest(share: BusyShare, work: () => Promise<unknown>): Promise<number> {
  let most = 0;
  for (let i = 0; i < 15; i++) {
    await work();
    most = Math.max(most, busyShareIn(share.shared));
  }
  return most;
}

describe('how busy a thread is', () => {
  it('is next to nothing while it waits, and nearly all while it works', async () => {
    share = new BusyShare();
    const busy = await highest(share, async () => {
      const until = performance.now() + 20;
      while (performance.now() < until);
      await sleep(1);
    });
    expect(busy).toBeGreaterThan(0.7);
    // The first looks may be of the work, and others may have the cores for a while: a thread that is late never waits.
    let least = 1;
    for (let i = 0; i < 200 && least >= 0.05; i++) {
      await sleep(20);
      least = Math.min(least, busyShareIn(share.shared));
    }
    expect(least).toBeLessThan(0.05);
  });

  it('stays as it was once nobody looks any more', async () => {
    share = new BusyShare();
    share.stop();
    await highest(share, () => sleep(5));
    expect(busyShareIn(share.shared)).toBe(0);
  });
});
