/** A cursor carries one place of one search, and nothing else passes for one. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCursor, writeCursor } from './cursor.ts';
import { searched } from './register/search.ts';

describe('a cursor', () => {
  it('is read back for the same filters, whatever the page size', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.record({ employee: fc.string(), customer: fc.string() }, { requiredKeys: [] }),
        fc.integer({ min: 1, max: 500 }),
        (position, filters, limit) => {
          const cursor = writeCursor(position, searched(filters));
          expect(readCursor(cursor, searched({ ...filters, limit }))).toEqual({ ok: true, position });
        },
      ),
    );
  });

  it('is refused for other filters', () => {
    const cursor = writeCursor(7, searched({ employee: 'emp-1' }));
    expect(readCursor(cursor, searched({ employee: 'emp-2' }))).toMatchObject({ ok: false });
    expect(readCursor(cursor, searched({}))).toMatchObject({ ok: false });
    expect(readCursor(cursor, searched({ customer: 'emp-1' }))).toMatchObject({ ok: false });
  });

  it('is refused in any other spelling', () => {
    const cursor = writeCursor(7, []);
    const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [, , mark] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as number[];
    for (const other of [
      '',
      'x',
      '====',
      `${cursor}=`,
      ` ${cursor}`,
      'a'.repeat(10_000),
      forged(null),
      forged([1, 7]),
      forged([2, 7, mark]),
      forged([1, -1, mark]),
      forged([1, 7.5, mark]),
      forged([1, '7', mark]),
      forged([1, 2 ** 60, mark]),
    ])
      expect(readCursor(other, [])).toMatchObject({ ok: false });
    expect(readCursor(forged([1, 7, mark]), [])).toEqual({ ok: true, position: 7 });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => readCursor(text, []).ok === false));
  });
});
