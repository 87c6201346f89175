/**
 * Codes that are read out or typed at a till: ten characters of Crockford's base 32, 50 random bits. They live for
 * minutes and for one use, and are kept as hashes only.
 */
import { hash, randomBytes } from 'node:crypto';

/** Without I, L, O and U: what is misread is not in it. https://www.crockford.com/base32.html */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;
const CODE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);
/** Longer than a code with a blank or dash after every character. */
const LONGEST_TEXT = 2 * LENGTH;

export function makeApprovalCode(): string {
  return Array.from(randomBytes(LENGTH), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}

/** @returns the code as it was made, whatever the case, blanks, dashes and look-alikes; undefined: it cannot be one */
export function readApprovalCode(text: string): string | undefined {
  if (text.length > LONGEST_TEXT) return undefined;
  const code = text.toUpperCase().replace(/[ -]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return CODE.test(code) ? code : undefined;
}

/** @param book a code is good in the book it was made for, and nowhere else */
export function hashApprovalCode(book: string, code: string): string {
  return hash('sha256', `approval code\n${book}\n${code}`, 'hex');
}
