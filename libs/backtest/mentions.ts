/**
 * Where values are named for the last time, in a table of one size however many there are. Values that share a place
 * share the later of their positions, so that a value may seem to be named later than it is, and never earlier.
 */

/** Each value has so many places, and the earliest of their positions counts: chance seldom hits all of them. */
const PLACES = 2;
/** In each of the tables. 16 MiB in all: with a million values, one in five places is taken by another, one in 25 pairs. */
const SIZE = 1 << 21;

/** Undefined: nothing was named. */
export type MentionsTable = Uint32Array<ArrayBuffer> | undefined;

export class Mentions {
  /** Positions, from 1; 0: nothing was named there. Made when something is. */
  #last: MentionsTable;

  note(what: string, value: string, position: number): void {
    const { one, other } = places(what, value);
    this.#last ??= new Uint32Array(SIZE * PLACES);
    const last = this.#last;
    if (last[one]! <= position) last[one] = position + 1;
    if (last[other]! <= position) last[other] = position + 1;
  }

  /** Whether the value is named after the position; true also now and then where it is not. */
  isAfter(what: string, value: string, position: number): boolean {
    if (this.#last === undefined) return false;
    const { one, other } = places(what, value);
    return this.#last[one]! > position + 1 && this.#last[other]! > position + 1;
  }

  /** Takes in what was noted elsewhere. */
  join(table: MentionsTable): void {
    if (table === undefined) return;
    this.#last ??= new Uint32Array(SIZE * PLACES);
    const last = this.#last;
    for (let i = 0; i < last.length; i++) if (table[i]! > last[i]!) last[i] = table[i]!;
  }

  /** As `join` takes it; shared with this. */
  get table(): MentionsTable {
    return this.#last;
  }
}

/** FNV-1a over the characters, then mixed twice (the finalizer of MurmurHash3). */
function places(what: string, value: string): { readonly one: number; readonly other: number } {
  let hash = 0x811c9dc5;
  for (let i = 0; i < what.length; i++) hash = Math.imul(hash ^ what.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ 0x1f, 0x01000193);
  for (let i = 0; i < value.length; i++) hash = Math.imul(hash ^ value.charCodeAt(i), 0x01000193);
  const one = mixed(hash);
  return { one: one & (SIZE - 1), other: SIZE + (mixed(one ^ 0x9e3779b9) & (SIZE - 1)) };
}

function mixed(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
