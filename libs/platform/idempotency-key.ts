/**
 * Reads an idempotency key, from the header of that name or from an item of a batch. The header is a
 * structured-field string (RFC 9651, `"abc"`); most clients send it bare (`abc`). Both are the same key.
 */
export const MAX_KEY_LENGTH = 255;

export type KeyReading =
  | { readonly ok: true; readonly key: string }
  | { readonly ok: false; readonly missing: boolean; readonly detail: string };

const VISIBLE = /^[\x21-\x7e]{1,255}$/;

function malformed(detail: string): KeyReading {
  return { ok: false, missing: false, detail };
}

function unquoted(text: string): KeyReading {
  let key = '';
  for (let at = 1; at < text.length; at++) {
    let character = text[at]!;
    if (character === '"') {
      return at === text.length - 1 ? checked(key) : malformed('Text follows the closing quote of the key.');
    }
    if (character === '\\') {
      at++;
      character = text[at] ?? '';
      if (character !== '"' && character !== '\\') {
        return malformed('In a quoted key a backslash escapes only a quote or a backslash.');
      }
    }
    key += character;
  }
  return malformed('The key starts with a quote that is never closed.');
}

function checked(key: string): KeyReading {
  if (VISIBLE.test(key)) return { ok: true, key };
  if (key.length === 0) return malformed('The key is empty.');
  if (key.length > MAX_KEY_LENGTH) {
    return malformed(`The key has ${key.length} characters; at most ${MAX_KEY_LENGTH} are taken.`);
  }
  return malformed('The key holds a blank or a character that is not visible ASCII.');
}

export function readIdempotencyKey(value: unknown): KeyReading {
  if (value === undefined || value === null) {
    return {
      ok: false,
      missing: true,
      detail: 'This request records something and carries no idempotency key.',
    };
  }
  if (typeof value !== 'string') return malformed('The key is not a string.');
  return value.charCodeAt(0) === 0x22 ? unquoted(value) : checked(value);
}
