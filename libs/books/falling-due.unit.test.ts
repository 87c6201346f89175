/** Aim: what falls due is looked after in time, once, under clocks that run, stand still and jump, and is tried again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { FallingDue } from './falling-due.ts';

const LOOK_EVERY_MS = 100;

function watched(now: () => number) {
  const due = { at: Number.POSITIVE_INFINITY, calls: [] as number[], fails: false, block: Promise.resolve() };
  const falling = new FallingDue(
    {
      nextDueAt: () => due.at,
      now,
      fallDue: async () => {
        due.calls.push(now());
        await due.block;
        if (due.fails) throw new Error('the engine is away');
        due.at = Number.POSITIVE_INFINITY;
      },
    },
    LOOK_EVERY_MS,
  );
  return { due, falling };
}

const made: FallingDue[] = [];
afterEach(() => {
  for (const falling of made.splice(0)) falling.close();
});

describe('the watch over what falls due', () => {
  it('wakes at its time, between two looks', async () => {
    const { due, falling } = watched(() => Date.now());
    made.push(falling);
    const at = Date.now() + 40;
    due.at = at;
    falling.look();
    falling.look();
    expect(due.calls).toEqual([]);
    await sleep(90);
    expect(due.calls).toHaveLength(1);
    expect(due.calls[0]).toBeGreaterThanOrEqual(at);
  });

  it('leaves what is further away to the looks to come, and holds no timer weeks long', async () => {
    const { due, falling } = watched(() => Date.now());
    made.push(falling);
    due.at = Date.now() + 31 * 86_400_000;
    falling.look();
    await sleep(20);
    expect(due.calls).toEqual([]);
  });

  it('waits for a look while the clock stands still, and sees when it jumps', async () => {
    let now = 1_000;
    const { due, falling } = watched(() => now);
    made.push(falling);
    due.at = 1_010;
    falling.look();
    await sleep(40);
    expect(due.calls).toEqual([]);
    now = 5_000;
    falling.look();
    expect(due.calls).toEqual([5_000]);
  });

  it('does not ask again while it is asking, and asks again after a failure', async () => {
    const { due, falling } = watched(() => 1_000);
    made.push(falling);
    let free = (): void => {};
    due.block = new Promise((resolve) => {
      free = resolve;
    });
    due.fails = true;
    due.at = 500;
    falling.look();
    falling.look();
    expect(due.calls).toHaveLength(1);
    free();
    await sleep(1);
    due.fails = false;
    falling.look();
    await sleep(1);
    falling.look();
    expect(due.calls).toHaveLength(2);
  });

  it('does nothing once it is closed', async () => {
    const { due, falling } = watched(() => Date.now());
    due.at = Date.now() + 20;
    falling.look();
    falling.close();
    await sleep(50);
    expect(due.calls).toEqual([]);
  });
});
