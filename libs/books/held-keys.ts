/**
 * Key hashes with the revisions they stand at, until they are on file. Numbers in typed arrays, chained by their hashes: as
 * a map of lists they were the most of what a service under load made for longer than a moment.
 */
const FIRST_ROOM = 64;
/** Chains for every place: most hold one or none. */
const CHAINS_PER_PLACE = 2;
const NONE = -1;

export class HeldKeys {
  #size = 0;
  #hashes = new Float64Array(FIRST_ROOM);
  #revisions = new Float64Array(FIRST_ROOM);
  /** The newest place of each chain, and before each place the one added before it. */
  #newest = new Int32Array(FIRST_ROOM * CHAINS_PER_PLACE).fill(NONE);
  #before = new Int32Array(FIRST_ROOM);

  /** Of pairs: a hash may stand at several revisions. */
  get size(): number {
    return this.#size;
  }

  /** Copies, in the order they were added and parallel to `revisions`. */
  get hashes(): Float64Array {
    return this.#hashes.slice(0, this.#size);
  }

  get revisions(): Float64Array {
    return this.#revisions.slice(0, this.#size);
  }

  add(hash: number, revision: number): void {
    if (this.#size === this.#hashes.length) this.#grow();
    const place = this.#size++;
    this.#hashes[place] = hash;
    this.#revisions[place] = revision;
    this.#chain(place);
  }

  addAll(others: HeldKeys): void {
    const { hashes, revisions } = others;
    for (let i = 0; i < hashes.length; i++) this.add(hashes[i]!, revisions[i]!);
  }

  /** In the order they were added. */
  find(hash: number): number[] {
    const found: number[] = [];
    for (let place = this.#newest[this.#chainOf(hash)]!; place !== NONE; place = this.#before[place]!) {
      if (this.#hashes[place] === hash) found.push(this.#revisions[place]!);
    }
    return found.reverse();
  }

  #chain(place: number): void {
    const chain = this.#chainOf(this.#hashes[place]!);
    this.#before[place] = this.#newest[chain]!;
    this.#newest[chain] = place;
  }

  /** A hash is uniform, so its lowest bits are. */
  #chainOf(hash: number): number {
    return (hash >>> 0) & (this.#newest.length - 1);
  }

  #grow(): void {
    const room = this.#hashes.length * 2;
    this.#hashes = moved(this.#hashes, new Float64Array(room));
    this.#revisions = moved(this.#revisions, new Float64Array(room));
    this.#before = new Int32Array(room);
    this.#newest = new Int32Array(room * CHAINS_PER_PLACE).fill(NONE);
    for (let place = 0; place < this.#size; place++) this.#chain(place);
  }
}

function moved(from: Float64Array, to: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  to.set(from);
  return to;
}
