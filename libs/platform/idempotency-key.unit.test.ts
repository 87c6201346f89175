/** Aim: one key however it is spelled, and nothing that is not one. */
import { describe, expect, it } from '@jest/globals';
import { readIdempotencyKey } from './idempotency-key.ts';

describe('an idempotency key', () => {
  it.each([
    ['till-7-000231', 'till-7-000231'],
    ['"till-7-000231"', 'till-7-000231'],
    ['a', 'a'],
    ['"a\\"b\\\\c"', 'a"b\\c'],
    ['a"b\\c', 'a"b\\c'],
    ['x'.repeat(255), 'x'.repeat(255)],
    [`"${'\\"'.repeat(255)}"`, '"'.repeat(255)],
    ['550e8400-e29b-41d4-a716-446655440000', '550e8400-e29b-41d4-a716-446655440000'],
  ])('%j is %j', (text, key) => {
    expect(readIdempotencyKey(text)).toEqual({ ok: true, key });
  });

  it.each([
    ['', 'empty'],
    ['""', 'empty'],
    ['two words', 'blank'],
    ['"two words"', 'blank'],
    ['a, b', 'blank'],
    ['"a", "b"', 'closing quote'],
    ['"a";p=1', 'closing quote'],
    ['"a', 'never closed'],
    ['"', 'never closed'],
    ['"a\\n"', 'backslash'],
    ['"a\\', 'backslash'],
    ['caf\u00e9', 'visible ASCII'],
    ['tab\there', 'visible ASCII'],
    ['x'.repeat(256), '256 characters'],
    [7, 'not a string'],
  ])('%j is malformed', (value, words) => {
    const reading = readIdempotencyKey(value);
    expect(reading).toMatchObject({ ok: false, missing: false });
    expect(reading.ok ? '' : reading.detail).toContain(words);
  });

  it.each([[undefined], [null]])('%j is a missing key', (value) => {
    expect(readIdempotencyKey(value)).toMatchObject({ ok: false, missing: true });
  });
});
