/** What comparisons of rows are written with: words for their numbers, bytes as hex, and a row's place. */
import { POSITIONS } from './view.ts';

/** @returns the column's word, under the column's name */
export const wordOf =
  (prefix: string) =>
  (column: string): string =>
    `(SELECT word FROM ${prefix}_words WHERE number = ${column}) AS ${column}`;

export const hexed = (column: string): string =>
  `iif(typeof(${column}) = 'blob', hex(${column}), ${column}) AS ${column}`;

/** Of a row whose key is a `rowKey`. */
export const POSITION = `key % ${POSITIONS} AS position`;

/** The rows of one book, whose number is the first parameter. */
export const OF_BOOK = `key BETWEEN ?1 * ${POSITIONS} AND ?1 * ${POSITIONS} + ${POSITIONS - 1}`;
