/** How the snapshot of a book lies in a file: V8's structured clone, which keeps maps and typed arrays as they are. */
import { DefaultDeserializer, serialize } from 'node:v8';
import { type BookSnapshot, BookState } from '../domain/book/state.ts';

export function bytesOfState(state: BookState): Uint8Array {
  return serialize(state.toSnapshot());
}

/**
 * @param data is emptied: the bytes of a big book are 70 MB and more, and with what is made of them on the way they would
 * lie about until everything is collected, which on a quiet day is hours after the start
 */
export function stateOfBytes(data: Uint8Array<ArrayBuffer>): BookState {
  const reader = new SnapshotReader(data);
  reader.readHeader();
  const state = BookState.fromSnapshot(reader.readValue() as BookSnapshot);
  // It has copied every typed array.
  reader.giveBack();
  return state;
}

interface HostObjects {
  _readHostObject(): NodeJS.ArrayBufferView<ArrayBuffer>;
}
const { _readHostObject: readArray } = DefaultDeserializer.prototype as unknown as HostObjects;

/** Knows the memory that typed arrays were read into. */
class SnapshotReader extends DefaultDeserializer {
  readonly #arrays: NodeJS.ArrayBufferView<ArrayBuffer>[];

  constructor(data: Uint8Array<ArrayBuffer>) {
    super(data);
    this.#arrays = [data];
  }

  /** By this name V8's deserializer asks for a typed array: a window on the bytes, or a copy where they lie askew. */
  _readHostObject(): NodeJS.ArrayBufferView {
    const array = readArray.call(this as unknown as HostObjects);
    this.#arrays.push(array);
    return array;
  }

  giveBack(): void {
    for (const { buffer, byteLength } of this.#arrays) {
      // Small copies are parts of a buffer that all of Node shares; windows have gone with the bytes.
      if (byteLength > 0 && byteLength === buffer.byteLength) buffer.transfer(0);
    }
  }
}
