/** Aim: every code is documented, every documented code exists, and every code is one the service can answer with. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REFUSAL_CODES } from '../../../libs/domain/book/commands.ts';
import { FIELD_CODES, PROBLEMS } from './registry.ts';

const root = join(import.meta.dirname, '../../..');
const doc = readFileSync(join(root, 'docs/errors.md'), 'utf8');

describe('the registry of problems', () => {
  it('is documented code by code, with status, title and advice', () => {
    const documented = [...doc.matchAll(/^### `([a-z0-9-]+)` \((\d{3})\)\n\n(.+)$/gm)].map(
      ([, code, status, words]) => ({ code: code!, status: Number(status), words: words! }),
    );
    expect(documented.map(({ code }) => code).sort()).toEqual(Object.keys(PROBLEMS).sort());
    for (const { code, status, words } of documented) {
      const kind = PROBLEMS[code as keyof typeof PROBLEMS];
      expect({ code, status }).toEqual({ code, status: kind.status });
      expect(words.startsWith(`${kind.title}. `)).toBe(true);
      expect(words.endsWith(kind.advice)).toBe(true);
    }
  });

  it('has its codes of single mistakes documented', () => {
    const documented = [...doc.matchAll(/^\| `([a-z0-9-]+)` \| (.+) \|$/gm)].map(([, code, words]) => [
      code,
      words,
    ]);
    expect(Object.fromEntries(documented)).toEqual(FIELD_CODES);
  });

  it('has no code that nothing answers with', () => {
    const sources = sourcesUnder(join(root, 'apps/ledger'))
      .concat(join(root, 'libs/platform/strict-json.ts'))
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const raised = (code: string) => sources.includes(`'${code}'`);
    const refusals = new Set<string>(REFUSAL_CODES);
    expect(Object.keys(PROBLEMS).filter((code) => !refusals.has(code) && !raised(code))).toEqual([]);
    expect(Object.keys(FIELD_CODES).filter((code) => !raised(code))).toEqual([]);
  });
});

function sourcesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('registry.ts'))
    .map((name) => join(folder, name));
}
