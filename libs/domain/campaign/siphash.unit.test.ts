/** Aim: SipHash-2-4 as its authors published it, for every length of message and every key. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Hash64, type SipKey, sipHash24 } from './siphash.ts';

/** Key and messages of the paper's appendix: 00 01 02 … */
const KEY: SipKey = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c];
const hex = ({ high, low }: Hash64) => high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');

/** The paper's definition, word for word, on 64-bit integers. */
function plainly(key: SipKey, message: Uint8Array): string {
  const MASK = (1n << 64n) - 1n;
  const word = (low: number, high: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
  const left = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & MASK;
  const k0 = word(key[0], key[1]);
  const k1 = word(key[2], key[3]);
  let v0 = k0 ^ 0x736f6d6570736575n;
  let v1 = k1 ^ 0x646f72616e646f6dn;
  let v2 = k0 ^ 0x6c7967656e657261n;
  let v3 = k1 ^ 0x7465646279746573n;
  const round = () => {
    v0 = (v0 + v1) & MASK;
    v2 = (v2 + v3) & MASK;
    v1 = left(v1, 13n) ^ v0;
    v3 = left(v3, 16n) ^ v2;
    v0 = left(v0, 32n);
    v2 = (v2 + v1) & MASK;
    v0 = (v0 + v3) & MASK;
    v1 = left(v1, 17n) ^ v2;
    v3 = left(v3, 21n) ^ v0;
    v2 = left(v2, 32n);
  };
  const padded = new Uint8Array(Math.floor(message.length / 8) * 8 + 8);
  padded.set(message);
  padded[padded.length - 1] = message.length % 256;
  for (let at = 0; at < padded.length; at += 8) {
    const m = new DataView(padded.buffer).getBigUint64(at, true);
    v3 ^= m;
    round();
    round();
    v0 ^= m;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return (v0 ^ v1 ^ v2 ^ v3).toString(16).padStart(16, '0');
}

describe('SipHash-2-4', () => {
  it('gives the example of the paper', () => {
    const message = Uint8Array.from({ length: 15 }, (_, i) => i);
    expect(hex(sipHash24(KEY, message))).toBe('a129ca6149be45e5');
  });

  /** The authors' vectors_sip64, whose bytes are in the order of the memory. */
  it.each([
    [0, '310e0edd47db6f72'],
    [1, 'fd67dc93c539f874'],
    [2, '5a4fa9d909806c0d'],
    [3, '2d7efbd796666785'],
    [4, 'b7877127e09427cf'],
    [5, '8da699cd64557618'],
    [6, 'cee3fe586e46c9cb'],
    [7, '37d1018bf50002ab'],
  ])('gives the published hash of %d bytes', (length, bytes) => {
    const message = Uint8Array.from({ length }, (_, i) => i);
    const published = bytes.match(/../g)!.reverse().join('');
    expect(hex(sipHash24(KEY, message))).toBe(published);
  });

  it('equals the definition for any key and message', () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 32 - 1 });
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.uint8Array({ maxLength: 300 }), (key, message) => {
        expect(hex(sipHash24(key, message))).toBe(plainly(key, message));
      }),
    );
  });
});
