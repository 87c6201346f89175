/** Pseudo-random numbers from a seed (mulberry32), so that a failure can be run again. */
export interface Seeded {
  /** In [0, 1). */
  next(): number;
  /** An integer in [0, below). */
  below(below: number): number;
  pick<T>(items: readonly T[]): T;
}

export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    next,
    below,
    pick: (items) => items[below(items.length)] as (typeof items)[number],
  };
}

/** `GOODWILL_SEED`, or another one every time. */
export function seedFromEnvironment(): number {
  const given = process.env.GOODWILL_SEED;
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
}
