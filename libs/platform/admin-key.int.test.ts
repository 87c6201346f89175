/** Aim: one key per data directory, kept from other accounts, and compared whole. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { adminKeyOf, bearerCheck } from './admin-key.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'goodwill-key-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the admin key', () => {
  it('is made once, long, and readable by its owner alone', () => {
    const first = adminKeyOf(dir);
    expect(first.made).toBe(true);
    expect(Buffer.from(first.key.slice(3), 'base64url').length * 8).toBeGreaterThanOrEqual(128);
    expect(statSync(first.file).mode & 0o777).toBe(0o600);
    expect(readFileSync(first.file, 'utf8')).toBe(`${first.key}\n`);
    expect(adminKeyOf(dir)).toEqual({ ...first, made: false });
  });

  it('refuses a spoilt file instead of replacing it', () => {
    writeFileSync(join(dir, 'admin.key'), 'x\n');
    expect(() => adminKeyOf(dir)).toThrow(/holds no usable key/);
  });

  it('is compared whole', () => {
    const passes = bearerCheck('a-key-of-some-length');
    expect(passes('Bearer a-key-of-some-length')).toBe(true);
    expect(passes('bearer a-key-of-some-length')).toBe(true);
    for (const wrong of [
      undefined,
      '',
      'Bearer',
      'Bearer ',
      'Bearer a-key',
      'Basic a-key-of-some-length',
      'a-key-of-some-length',
      'Bearer a-key-of-some-lengthx',
    ]) {
      expect(passes(wrong)).toBe(false);
    }
  });
});
