/**
 * Seeded randomness: xoshiro128** by David Blackman and Sebastiano Vigna (2018, public domain,
 * https://prng.di.unimi.it/xoshiro128starstar.c). Every purpose gets a stream of its own, whose state is the
 * SHA-256 of seed and purpose, so that asking for one store more changes nothing about the others.
 */
import { createHash } from 'node:crypto';

const rotl = (x: number, k: number) => (x << k) | (x >>> (32 - k));

export class Random {
  readonly #s: Uint32Array;

  /** @param state four words, not all zero */
  constructor(state: Uint32Array) {
    if (state.length !== 4 || state.every((word) => word === 0)) {
      throw new RangeError('the state of xoshiro128** is four words that are not all zero');
    }
    this.#s = Uint32Array.from(state);
  }

  static of(seed: number | string, ...purpose: readonly (string | number)[]): Random {
    const digest = createHash('sha256')
      .update(JSON.stringify([String(seed), ...purpose]))
      .digest();
    return new Random(Uint32Array.from({ length: 4 }, (_, at) => digest.readUInt32LE(at * 4)));
  }

  /** 32 random bits. */
  uint32(): number {
    const s = this.#s;
    const result = Math.imul(rotl(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotl(s[3]!, 11);
    return result;
  }

  /** In [0, 1), with 32 bits of resolution: plenty for shares and weights. */
  unit(): number {
    return this.uint32() / 2 ** 32;
  }

  /** A whole number in [0, below). */
  below(below: number): number {
    return Math.floor(this.unit() * below);
  }

  chance(share: number): boolean {
    return this.unit() < share;
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** One of the keys, each as often as its weight says; weights need not add up to one. */
  weighted<T>(entries: readonly (readonly [T, number])[]): T {
    let left = this.unit() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of entries) {
      left -= weight;
      if (left < 0) return value;
    }
    return entries.findLast(([, weight]) => weight > 0)![0];
  }

  shuffled<T>(from: readonly T[]): T[] {
    const all = [...from];
    for (let at = all.length - 1; at > 0; at--) {
      const other = this.below(at + 1);
      [all[at], all[other]] = [all[other]!, all[at]!];
    }
    return all;
  }

  /** Gamma with a whole shape (Erlang): a sum of exponentials. Mean: shape × scale. */
  erlang(shape: number, scale: number): number {
    let sum = 0;
    for (let at = 0; at < shape; at++) sum -= Math.log(1 - this.unit());
    return sum * scale;
  }

  /** Knuth's product of uniforms (The Art of Computer Programming 2, 3.4.1); for means of tens, not of hundreds. */
  poisson(mean: number): number {
    const floor = Math.exp(-mean);
    let count = 0;
    for (let product = this.unit(); product > floor; product *= this.unit()) count++;
    return count;
  }

  /** A Poisson whose mean is gamma distributed. Variance: mean + mean² / dispersion. */
  negativeBinomial(mean: number, dispersion: number): number {
    return this.poisson(this.erlang(dispersion, mean / dispersion));
  }

  /** As many small as large ones on a logarithmic scale, from `min` to `max`. */
  logUniform(min: number, max: number): number {
    return min * (max / min) ** this.unit();
  }
}
