/**
 * SipHash-2-4 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012): 64 bits of a message under a key of
 * 128 bits. Whoever does not know the key cannot tell its bits from drawn ones. Two halves of 32 bits each, because
 * 64-bit arithmetic on BigInt is twenty times as slow.
 */

/** Four words of 32 bits: k0 low, k0 high, k1 low, k1 high. */
export type SipKey = readonly [number, number, number, number];

export interface Hash64 {
  /** Whole numbers from 0 to 2^32 - 1. */
  readonly high: number;
  readonly low: number;
}

/** v0 to v3 of the paper, each as low, high. */
type State = Int32Array;

const ROUNDS_PER_WORD = 2;
const ROUNDS_AT_THE_END = 4;

export function sipHash24(key: SipKey, message: Uint8Array): Hash64 {
  const v: State = Int32Array.of(
    key[0] ^ 0x70736575,
    key[1] ^ 0x736f6d65,
    key[2] ^ 0x6e646f6d,
    key[3] ^ 0x646f7261,
    key[0] ^ 0x6e657261,
    key[1] ^ 0x6c796765,
    key[2] ^ 0x79746573,
    key[3] ^ 0x74656462,
  );
  const { length } = message;
  const whole = length - (length % 8);
  for (let at = 0; at < whole; at += 8) absorb(v, wordAt(message, at), wordAt(message, at + 4));
  // The last word: what is left over, and the length in its highest byte.
  const rest = new Uint8Array(8);
  rest.set(message.subarray(whole));
  rest[7] = length;
  absorb(v, wordAt(rest, 0), wordAt(rest, 4));
  v[4]! ^= 0xff;
  rounds(v, ROUNDS_AT_THE_END);
  return {
    low: (v[0]! ^ v[2]! ^ v[4]! ^ v[6]!) >>> 0,
    high: (v[1]! ^ v[3]! ^ v[5]! ^ v[7]!) >>> 0,
  };
}

function absorb(v: State, low: number, high: number): void {
  v[6]! ^= low;
  v[7]! ^= high;
  rounds(v, ROUNDS_PER_WORD);
  v[0]! ^= low;
  v[1]! ^= high;
}

function wordAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** SipRound: additions, rotations and exclusive ors on v0 to v3. */
function rounds(v: State, count: number): void {
  let [l0, h0, l1, h1, l2, h2, l3, h3] = v as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  for (let round = 0; round < count; round++) {
    // v0 += v1; v1 <<<= 13; v1 ^= v0; v0 <<<= 32
    let sum = (l0 >>> 0) + (l1 >>> 0);
    h0 = (h0 + h1 + (sum > 0xffffffff ? 1 : 0)) | 0;
    l0 = sum | 0;
    let low = (l1 << 13) | (h1 >>> 19);
    let high = (h1 << 13) | (l1 >>> 19);
    l1 = low ^ l0;
    h1 = high ^ h0;
    [l0, h0] = [h0, l0];
    // v2 += v3; v3 <<<= 16; v3 ^= v2
    sum = (l2 >>> 0) + (l3 >>> 0);
    h2 = (h2 + h3 + (sum > 0xffffffff ? 1 : 0)) | 0;
    l2 = sum | 0;
    low = (l3 << 16) | (h3 >>> 16);
    high = (h3 << 16) | (l3 >>> 16);
    l3 = low ^ l2;
    h3 = high ^ h2;
    // v0 += v3; v3 <<<= 21; v3 ^= v0
    sum = (l0 >>> 0) + (l3 >>> 0);
    h0 = (h0 + h3 + (sum > 0xffffffff ? 1 : 0)) | 0;
    l0 = sum | 0;
    low = (l3 << 21) | (h3 >>> 11);
    high = (h3 << 21) | (l3 >>> 11);
    l3 = low ^ l0;
    h3 = high ^ h0;
    // v2 += v1; v1 <<<= 17; v1 ^= v2; v2 <<<= 32
    sum = (l2 >>> 0) + (l1 >>> 0);
    h2 = (h2 + h1 + (sum > 0xffffffff ? 1 : 0)) | 0;
    l2 = sum | 0;
    low = (l1 << 17) | (h1 >>> 15);
    high = (h1 << 17) | (l1 >>> 15);
    l1 = low ^ l2;
    h1 = high ^ h2;
    [l2, h2] = [h2, l2];
  }
  v[0] = l0;
  v[1] = h0;
  v[2] = l1;
  v[3] = h1;
  v[4] = l2;
  v[5] = h2;
  v[6] = l3;
  v[7] = h3;
}
