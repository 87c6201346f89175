/** A word keeps its number, whatever has been forgotten, undone or left without an index since. */
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { manyWordsSchema, WordReader, Words, wordsSchema } from './words.ts';

let db: DatabaseSync;

beforeEach(() => {
  db = new DatabaseSync(':memory:');
});

function indexes(): unknown[] {
  return db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL`).all();
}

describe.each([
  ['words', wordsSchema, false],
  ['many words', manyWordsSchema, true],
] as const)('%s', (_what, schema, many) => {
  beforeEach(() => {
    db.exec(schema('v_1'));
    // As in a build that has all its rows to come.
    if (many) db.exec('DROP INDEX v_1_words_by_word');
  });

  const numbered = (words: Words, from: number, to: number) =>
    Array.from({ length: to - from }, (_, at) => words.numberOf(`word-${from + at}`));
  const counted = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at + 1);

  it('are numbered in the order they come, and an absent one is null', () => {
    const words = new Words(db, 'v_1', many);
    expect(numbered(words, 0, 5)).toEqual([1, 2, 3, 4, 5]);
    expect(numbered(words, 3, 7)).toEqual([4, 5, 6, 7]);
    expect(words.numberOf(undefined)).toBeNull();
    expect(new WordReader(db, 'v_1').numberOf('word-6')).toBe(7);
    expect(indexes()).toEqual([]);
  });

  it('are found again by who begins in the middle', () => {
    numbered(new Words(db, 'v_1', many), 0, 20);
    const later = new Words(db, 'v_1', many);
    expect(numbered(later, 10, 30)).toEqual(counted(10, 30));
    expect(indexes()).toHaveLength(many ? 1 : 0);
  });

  it('are found again when more have come than are remembered', () => {
    const words = new Words(db, 'v_1', many);
    db.exec('BEGIN');
    numbered(words, 0, 130_000);
    // Some that are remembered, some of the newest, and those that were forgotten first.
    expect(numbered(words, 60_000, 60_100)).toEqual(counted(60_000, 60_100));
    expect(numbered(words, 129_990, 130_010)).toEqual(counted(129_990, 130_010));
    expect(numbered(words, 0, 100)).toEqual(counted(0, 100));
    db.exec('COMMIT');
    expect(db.prepare('SELECT count(*) AS words FROM v_1_words').get()).toEqual({ words: 130_010 });
  });

  it('that were undone are given again to others', () => {
    const words = new Words(db, 'v_1', many);
    numbered(words, 0, 10);
    db.exec('BEGIN');
    expect(words.numberOf('undone')).toBe(11);
    db.exec('ROLLBACK');
    words.forget();
    expect(words.numberOf('another')).toBe(11);
    db.exec('BEGIN');
    expect(words.numberOf('undone')).toBe(12);
    db.exec('ROLLBACK');
    words.forget();
    expect(numbered(words, 5, 11)).toEqual([6, 7, 8, 9, 10, 12]);
  });
});
