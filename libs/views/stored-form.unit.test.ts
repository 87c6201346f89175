/** What the views shorten reads back as it was. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readDay, readId, storedDay, storedId } from './stored-form.ts';

describe('ids and dates as stored', () => {
  it('keeps a UUID in 16 bytes', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        const stored = storedId(id);
        expect(stored).toHaveLength(16);
        expect(readId(stored)).toBe(id);
      }),
    );
  });

  it('keeps anything else as it is', () => {
    const uuid = '0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000';
    const near = fc
      .tuple(fc.nat({ max: 35 }), fc.constantFrom('G', 'A', '-', 'é', '\u{ffff}', '0'))
      .map(([at, other]) => uuid.slice(0, at) + other + uuid.slice(at + 1));
    fc.assert(fc.property(fc.oneof(near, fc.string()), (id) => readId(storedId(id)) === id));
    expect(storedId(uuid.toUpperCase())).toBe(uuid.toUpperCase());
  });

  it('keeps the order of dates', () => {
    expect(readDay(storedDay('2026-11-21'))).toBe('2026-11-21');
    expect(storedDay('2026-02-01')).toBeLessThan(storedDay('2026-10-01'));
    for (const wrong of ['', '2026', '2026-1-1', 'yesterday!', '2026-11-21T00'])
      expect(() => storedDay(wrong)).toThrow(RangeError);
  });
});
