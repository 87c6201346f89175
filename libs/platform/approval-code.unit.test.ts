/** Aim: a code survives being read out and typed, and nothing but the code passes for it. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hashApprovalCode, makeApprovalCode, readApprovalCode } from './approval-code.ts';

describe('an approval code', () => {
  it('is ten characters that are not misread, each time others', () => {
    const codes = Array.from({ length: 2_000 }, makeApprovalCode);
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{10}$/);
    expect(new Set(codes).size).toBe(codes.length);
    expect(new Set(codes.join('')).size).toBe(32);
  });

  it('is read however it is typed', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.constantFrom('', '-', ' ')), fc.boolean(), (gaps, lower) => {
        const code = makeApprovalCode();
        const typed = [...code]
          .map((character) => `${character}${gaps.next().value}`)
          .join('')
          .replaceAll('0', 'o')
          .replaceAll('1', 'l');
        expect(readApprovalCode(lower ? typed.toLowerCase() : typed)).toBe(code);
      }),
    );
  });

  it('is not what has another length or other characters', () => {
    for (const text of [
      '',
      '0123456789A',
      '012345678',
      '01234U6789',
      '01234é6789',
      '0'.repeat(10_000),
      '          ',
    ]) {
      expect(readApprovalCode(text)).toBeUndefined();
    }
  });

  it('has another hash in every book', () => {
    const code = makeApprovalCode();
    expect(hashApprovalCode('london', code)).toMatch(/^[0-9a-f]{64}$/);
    expect(hashApprovalCode('london', code)).not.toBe(hashApprovalCode('paris', code));
  });
});
