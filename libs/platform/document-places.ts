/** Where in a text the member at a JSON pointer is written. */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';

/** Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** The name an object gets for a key; undefined for an empty one (`: value`). */
export function keyName(key: Scalar): string | undefined {
  if (typeof key.value === 'string') return key.value;
  return key.source === undefined || key.source === '' ? undefined : String(key.value);
}

export function locateOffset(
  document: Document,
  source: string,
  pointer: string,
  inside?: Place,
): number | undefined {
  let node = document.contents as Node | null | undefined;
  let at: number | undefined = node?.range?.[0];
  if (at === undefined) return undefined;
  if (pointer === '') return at;
  for (const token of pointer.split('/').slice(1)) {
    if (isAlias(node)) node = node.resolve(document);
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.findLast(
        (one) => isScalar(one.key) && keyName(one.key) === name,
      );
      if (pair === undefined) return at;
      at = (pair.key as Scalar).range?.[0] ?? at;
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      const item = /^(?:0|[1-9]\d{0,8})$/.test(name) ? node.items[Number(name)] : undefined;
      if (item === undefined || isPair(item)) return at;
      node = item as Node;
      at = node.range?.[0] ?? at;
    } else {
      return at;
    }
  }
  return inside === undefined ? at : (offsetInside(node, source, inside) ?? at);
}

/** Where a place within a text is in the document, as far as the text is written there as it reads. */
function offsetInside(node: Node | null | undefined, source: string, inside: Place): number | undefined {
  if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return undefined;
  const [start, valueEnd] = node.range;
  const written = source.slice(start, valueEnd);
  const lines = node.value.split('\n');
  if (node.type === 'BLOCK_LITERAL') {
    const body = written.indexOf('\n') + 1;
    let offset = start + body;
    for (let line = 1; line < inside.line; line++) offset = source.indexOf('\n', offset) + 1;
    const first = lines[inside.line - 1] ?? '';
    const lineEnd = source.indexOf('\n', offset);
    const whole = source.slice(offset, lineEnd < 0 ? source.length : lineEnd).replace(/\r$/, '');
    return offset + Math.max(0, whole.length - first.length) + inside.column - 1;
  }
  if (inside.line > 1 || written.includes('\n')) return start;
  const quotes = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0;
  if (quotes === 0 || written.length === node.value.length + 2) return start + quotes + inside.column - 1;
  return start + quotes + writtenLength(written.slice(1), node.type === 'QUOTE_DOUBLE', inside.column - 1);
}

/** How much of a quoted text `count` of its characters take, escapes included. */
function writtenLength(written: string, double: boolean, count: number): number {
  const piece = double ? /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|U[0-9a-fA-F]{8}|.)|./suy : /''|./suy;
  for (let i = 0; i < count; i++) if (piece.exec(written) === null) break;
  return piece.lastIndex;
}
