/** Aim: the directory is there afterwards, its owner's alone, or one line says why not; it never hangs. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { makeDataDir } from './data-dir.ts';

const dir = mkdtempSync(join(tmpdir(), 'goodwill-dir-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('the data directory', () => {
  it('is made with what is above it, and may be there already', () => {
    const deep = join(dir, 'a/b/c');
    makeDataDir(deep);
    makeDataDir(deep);
    expect(statSync(deep).mode & 0o777).toBe(0o700);
  });

  it.each([['/proc/no-such'], ['a-file/below']])('at %s is refused in one line', (path) => {
    writeFileSync(join(dir, 'a-file'), '');
    const asked = path.startsWith('/') ? path : join(dir, path);
    expect(() => makeDataDir(asked)).toThrow(/^The data directory .* cannot be made: [^\n]*$/);
  });
});
