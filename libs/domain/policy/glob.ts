/**
 * Tests SKUs against a pattern: `*` stands for any run of characters (none included), `?` for one, all else
 * for itself; upper and lower case differ. No pattern makes it backtrack over more than its last star: at worst
 * the product of the two lengths, which are at most 256 each.
 */
export function compileGlob(pattern: string): (sku: string) => boolean {
  const hasWildcard = pattern.includes('?');
  if (!hasWildcard && !pattern.includes('*')) return (sku) => sku === pattern;
  if (pattern.length > 0 && /^\*+$/.test(pattern)) return () => true;
  // The everyday form `coffee/*`.
  if (!hasWildcard && pattern.indexOf('*') === pattern.length - 1) {
    const start = pattern.slice(0, -1);
    return (sku) => sku.startsWith(start);
  }
  const characters = [...pattern];
  return (sku) => matches(characters, [...sku]);
}

/** By code points, so that `?` stands for one character also outside the basic plane. */
function matches(pattern: readonly string[], text: readonly string[]): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    // The star first: a text may itself hold a `*`, which must not be taken as matching one.
    if (pattern[p] === '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}
