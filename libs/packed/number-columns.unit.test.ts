/** Aim: every column comes back as it was, to the last bit of every number, and takes no more bytes than it has to. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packColumns, unpackColumns } from './number-columns.ts';

const whole = (most: number) => fc.array(fc.integer({ min: 0, max: most }), { maxLength: 40 });
const column = fc
  .tuple(
    fc.oneof(
      whole(255),
      whole(65_535),
      whole(2 ** 31 - 1),
      fc.array(fc.maxSafeInteger()),
      fc.array(fc.double()),
    ),
    fc.oneof(fc.constant(0), fc.integer(), fc.constant(1_780_000_000_000), fc.maxSafeInteger()),
  )
  .map(([numbers, least]) => numbers.map((number) => number + least));

function bytesOf(...numbers: number[]): number {
  return packColumns([numbers]).length - 16;
}

describe('columns of numbers', () => {
  it('come back as they were, all of them or those that are wanted', () => {
    fc.assert(
      fc.property(fc.array(column, { maxLength: 6 }), fc.infiniteStream(fc.boolean()), (columns, coins) => {
        const packed = packColumns(columns);
        expect(unpackColumns(packed).map((numbers) => [...numbers])).toEqual(columns);
        const wanted = columns.map((_, i) => i).filter(() => coins.next().value);
        expect(unpackColumns(packed, wanted).map((numbers) => [...numbers])).toEqual(
          wanted.map((i) => columns[i]),
        );
        // As they lie in the middle of something else.
        const moved = new Uint8Array(packed.length + 3);
        moved.set(packed, 3);
        expect(unpackColumns(moved.subarray(3)).map((numbers) => [...numbers])).toEqual(columns);
      }),
    );
  });

  it.each([
    ['one byte each', 8, [1_780_000_000_000, 1_780_000_000_255, 1_780_000_000_001]],
    ['two', 8, [-1, 65_534, 7]],
    ['four', 16, [0, 2 ** 32 - 1, 5]],
    ['eight, of too wide a span', 24, [0, 2 ** 32, 5]],
    ['eight, where one is no whole number', 24, [0, 0.5, 5]],
    ['eight, where one cannot be told from its neighbour', 16, [2 ** 53, 2 ** 53 + 2]],
    ['none', 0, []],
  ])('take %s', (_, bytes, numbers) => {
    expect(bytesOf(...numbers)).toBe(bytes);
    expect(unpackColumns(packColumns([numbers])).map((column) => [...column])).toEqual([numbers]);
  });
});
