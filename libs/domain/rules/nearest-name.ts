/** Steps (insert, drop, replace, swap neighbours) between two words: optimal string alignment distance. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let steps = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        steps = Math.min(steps, beforeLast[j - 2]! + 1);
      }
      row.push(steps);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}

/** Longer words than any name of ours are no misspelling of one; also bounds the work on hostile input. */
const LONGEST = 40;

/** Letters only, lower case: `retail_minor` and `RetailMinor` both mean `retailMinor`. */
const bare = (name: string) => name.toLowerCase().replaceAll(/[_\-\s]/g, '');

/** The known name that a mistyped one most likely meant; undefined when none is near enough to suggest. */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  if (written.length === 0 || written.length > LONGEST) return undefined;
  const word = bare(written);
  let best: string | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const other = bare(name);
    const shorter = Math.min(word.length, other.length);
    // `retail` for `retailMinor`, `employees` for `employee`: one word begins the other.
    const begins = shorter >= 3 && (word.startsWith(other) || other.startsWith(word));
    const steps = begins ? 1 : distance(word, other);
    if (steps < fewest && steps <= Math.max(1, Math.floor(Math.max(word.length, other.length) / 3))) {
      fewest = steps;
      best = name;
    }
  }
  return best;
}
