/**
 * Columns of numbers in as few bytes as they need: whole numbers as what they are above the least of their column, others
 * as they are. In the machine's own byte order: what is packed is never carried to another machine.
 */

/** Of each column: the least number, how many there are, and in how many bytes each is kept. */
const HEAD_BYTES = 16;
const ALIGNED_TO = 8;

type Kept = Uint8Array | Uint16Array | Uint32Array | Float64Array;
const KEPT_IN = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: Float64Array } as const;
type Width = keyof typeof KEPT_IN;

export function packColumns(columns: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
  const forms = columns.map(formOf);
  let size = 0;
  for (let i = 0; i < columns.length; i++)
    size += HEAD_BYTES + paddedTo(columns[i]!.length * forms[i]!.width);
  const bytes = new ArrayBuffer(size);
  const head = new DataView(bytes);
  let at = 0;
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!;
    const { least, width } = forms[i]!;
    head.setFloat64(at, least, true);
    head.setUint32(at + 8, column.length, true);
    head.setUint32(at + 12, width, true);
    at += HEAD_BYTES;
    const kept = new KEPT_IN[width](bytes, at, column.length);
    for (let n = 0; n < column.length; n++) kept[n] = column[n]! - least;
    at += paddedTo(column.length * width);
  }
  return new Uint8Array(bytes);
}

/** @param wanted the places of the columns that are wanted, in rising order; absent: all of them */
export function unpackColumns(packed: Uint8Array<ArrayBuffer>, wanted?: readonly number[]): Float64Array[] {
  const { buffer, byteOffset, byteLength } = packed.byteOffset % ALIGNED_TO === 0 ? packed : packed.slice();
  const head = new DataView(buffer, byteOffset, byteLength);
  const columns: Float64Array[] = [];
  let at = 0;
  for (let i = 0; at < byteLength && (wanted === undefined || columns.length < wanted.length); i++) {
    const least = head.getFloat64(at, true);
    const length = head.getUint32(at + 8, true);
    const width = head.getUint32(at + 12, true) as Width;
    at += HEAD_BYTES;
    if (wanted === undefined || wanted[columns.length] === i) {
      columns.push(above(least, new KEPT_IN[width](buffer, byteOffset + at, length)));
    }
    at += paddedTo(length * width);
  }
  return columns;
}

function above(least: number, kept: Kept): Float64Array {
  const column = new Float64Array(kept);
  if (least !== 0) for (let i = 0; i < column.length; i++) column[i]! += least;
  return column;
}

function formOf(column: readonly number[]): { readonly least: number; readonly width: Width } {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const number of column) {
    // Of any other, what it is above the least might not add up to it again.
    if (!Number.isSafeInteger(number)) return { least: 0, width: 8 };
    if (number < least) least = number;
    if (number > most) most = number;
  }
  const span = most - least;
  if (column.length === 0) return { least: 0, width: 1 };
  if (span < 2 ** 8) return { least, width: 1 };
  if (span < 2 ** 16) return { least, width: 2 };
  return span < 2 ** 32 ? { least, width: 4 } : { least: 0, width: 8 };
}

function paddedTo(bytes: number): number {
  return Math.ceil(bytes / ALIGNED_TO) * ALIGNED_TO;
}
