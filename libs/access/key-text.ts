/**
 * How a key is written: `glk_`, ten characters that name it, and thirty-two that nobody can guess, all of Crockford's
 * base 32 in small letters: nothing in it is taken for something else, breaks over a line, or needs quoting. The
 * prefix lets scanners for leaked secrets find it.
 */
import { hash, randomBytes } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_LENGTH = 10;
/** 160 bits. */
const SECRET_LENGTH = 32;
const KEY = new RegExp(`^glk_([${ALPHABET}]{${ID_LENGTH}})[${ALPHABET}]{${SECRET_LENGTH}}$`);

export interface DrawnKey {
  readonly id: string;
  /** The only copy: shown once, kept nowhere. */
  readonly key: string;
  /** Of the whole key, hex. */
  readonly hash: string;
}

export function drawKey(): DrawnKey {
  const id = drawText(ID_LENGTH);
  const key = `glk_${id}${drawText(SECRET_LENGTH)}`;
  return { id, key, hash: hash('sha256', key, 'hex') };
}

/** The id in what has the form of a key; undefined for what cannot be one. */
export function idOfKey(text: string): string | undefined {
  return KEY.exec(text)?.[1];
}

export function isKeyId(text: string): boolean {
  return text.length === ID_LENGTH && [...text].every((character) => ALPHABET.includes(character));
}

/** 256 is a multiple of 32: every character is as likely. */
function drawText(length: number): string {
  let text = '';
  for (const byte of randomBytes(length)) text += ALPHABET[byte & 31];
  return text;
}
