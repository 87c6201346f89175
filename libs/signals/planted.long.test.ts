/**
 * Aim: over 200 simulated chains of 500 employees each (8 weeks, about 37,000 acts; figures and planted cases of
 * `chain.fixture.ts`), what was planted comes first and is found, the generous and legitimate colleague is never above it,
 * and no more is found by chance than is said. Nothing in the detectors knows the generator. What a false discovery
 * is, is said in `planted-books.fixture.ts`: one whose hypothesis holds by construction.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { FALSE_DISCOVERY_RATE } from './detect.ts';
import type { BookFound } from './planted-books.fixture.ts';

const BOOKS = 200;
const PROCESSES = 2;
/** Of all who were tested for something worth a word, those planted are within the first so many more. */
const MARGIN = 3;

async function books(first: number, mode: 'planted' | 'nothing'): Promise<readonly BookFound[]> {
  const each = BOOKS / PROCESSES;
  const program = join(import.meta.dirname, 'planted-books.fixture.ts');
  const outputs = await Promise.all(
    Array.from({ length: PROCESSES }, async (_, at) => {
      const args = ['--no-warnings', program, String(first + at * each), String(each), mode];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      return text(child.stdout);
    }),
  );
  return outputs.flatMap((output) => output.trim().split('\n')).map((line) => JSON.parse(line) as BookFound);
}

/** The mean with its 95 % interval by the normal approximation, which 200 books are enough for. */
function meanOf(values: readonly number[]) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const margin = 1.96 * Math.sqrt(variance / values.length);
  return { mean, low: mean - margin, high: mean + margin };
}
const part = (some: number, all: number) => (all === 0 ? 0 : some / all);

describe('signals over 200 simulated books', () => {
  it('put what was planted first, the generous one never above it, and keep to the false discovery rate', async () => {
    const found = await books(1, 'planted');
    expect(found).toHaveLength(BOOKS);
    const cases = found.flatMap((book) => book.cases);
    const misuse = cases.filter(({ trait }) => trait !== 'end-of-shift');
    const clusterers = cases.filter(({ trait }) => trait === 'end-of-shift');
    expect([misuse.length, clusterers.length]).toEqual([BOOKS * 11, BOOKS]);
    for (const { seed, cases: its, generousRank, generousWords } of found) {
      const last = Math.max(...its.map(({ rank }) => rank));
      expect({ seed, isFirst: last <= its.length + MARGIN }).toEqual({ seed, isFirst: true });
      expect({ seed, isAbove: generousRank !== null && generousRank < last }).toEqual({
        seed,
        isAbove: false,
      });
      expect({ seed, generousWords }).toEqual({ seed, generousWords: 0 });
    }
    // All are among the first; now and then one has done too little for anybody to be sure of it.
    expect(misuse.filter(({ isFound }) => isFound).length).toBeGreaterThanOrEqual(0.998 * misuse.length);
    expect(clusterers.filter(({ isFound }) => isFound).length).toBeGreaterThanOrEqual(0.95 * BOOKS);
    const all = meanOf(found.map((book) => part(book.wrong, book.findings)));
    const words = meanOf(found.map((book) => part(book.wrongWords, book.words)));
    expect(all.high).toBeLessThanOrEqual(FALSE_DISCOVERY_RATE);
    expect(words.high).toBeLessThanOrEqual(FALSE_DISCOVERY_RATE);
  }, 600_000);

  it('find something by chance in no more books than they say, where nothing was planted', async () => {
    const found = await books(10_001, 'nothing');
    expect(found).toHaveLength(BOOKS);
    // Where every hypothesis holds each discovery is false, and the rate bounds the books that have any. Were it as high
    // as that, more than 18 of 200 would be seen in six of a thousand runs.
    for (const count of ['wrongWords', 'wrongLooks'] as const)
      expect(found.filter((book) => book[count] > 0).length).toBeLessThanOrEqual(18);
    expect(meanOf(found.map((book) => part(book.wrong, book.findings))).high).toBeLessThanOrEqual(
      FALSE_DISCOVERY_RATE,
    );
  }, 600_000);
});
