/**
 * Documents written by people, in JSON or YAML, read so that a mistake found later can be shown at its line
 * and column. Both are read through the `yaml` package; JSON is held to strict JSON first, so that its errors
 * are JSON's. The caller bounds the size of the text.
 */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { parseJson } from './strict-json.ts';

/** Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface DocumentProblem extends Place {
  readonly message: string;
}

export type LocatedDocument =
  | {
      readonly ok: true;
      readonly value: unknown;
      /**
       * Where the member at a JSON pointer is written: its key in an object, the item itself in a list. A
       * member that is not there is located at the nearest one around it that is.
       * @param inside a place within the text at the pointer; where the text is written over several folded
       *   lines or with escapes, the place where it begins is answered
       */
      locate(pointer: string, inside?: Place): Place | undefined;
    }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/** Nesting beyond this is no document a person wrote; also keeps the parser's recursion off the stack's end. */
const DEEPEST = 64;
const MOST_PROBLEMS = 50;
const MOST_ALIASES = 100;

export function readDocument(text: string, format: 'json' | 'yaml'): LocatedDocument {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = new LineCounter();
  const problemAt = (message: string, offset: number): DocumentProblem => {
    const before = source.slice(0, Math.max(0, offset));
    return {
      message,
      line: before.split('\n').length,
      column: before.length - (before.lastIndexOf('\n') + 1) + 1,
    };
  };
  const tooDeep = firstTooDeep(source, format);
  if (tooDeep !== undefined) {
    return { ok: false, problems: [problemAt(`The document is nested more than ${DEEPEST} deep.`, tooDeep)] };
  }
  // Nobody needs more than the one that names the version, and the package is slow on them.
  const directives = format === 'yaml' ? (source.match(/^%/gm)?.length ?? 0) : 0;
  if (directives > 4) {
    return {
      ok: false,
      problems: [
        problemAt('The document has too many directives (lines that begin with %).', source.indexOf('%')),
      ],
    };
  }
  let json: unknown;
  if (format === 'json') {
    const reading = parseJson(source);
    if (!reading.ok) {
      const { detail: message, line, column } = reading;
      return { ok: false, problems: [{ message, line, column }] };
    }
    json = reading.value;
  }
  const document = parseDocument(source, {
    lineCounter: lines,
    // The package compares every key with every other one; `duplicateKeys` below does it once over.
    uniqueKeys: false,
    prettyErrors: false,
    schema: 'core',
    resolveKnownTags: false,
    version: '1.2',
    strict: format === 'yaml',
    stringKeys: format === 'json',
  });
  const problems: DocumentProblem[] = [];
  const note = (message: string, offset: number | undefined) => {
    if (problems.length < MOST_PROBLEMS) problems.push(problemAt(cut(message), offset ?? 0));
  };
  if (format === 'yaml') {
    for (const fault of [...document.errors, ...document.warnings]) note(fault.message, fault.pos[0]);
    const { yaml } = document.directives ?? {};
    if (yaml?.explicit === true && yaml.version !== '1.2') {
      note(`YAML ${yaml.version} is not read; documents are YAML 1.2.`, 0);
    }
  }
  if (problems.length === 0) noteUnreadable(document, note);
  if (problems.length > 0) return { ok: false, problems };
  let value: unknown;
  try {
    value = format === 'json' ? json : document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (fault) {
    return {
      ok: false,
      problems: [problemAt(`The document repeats itself too often: ${(fault as Error).message}.`, 0)],
    };
  }
  return {
    ok: true,
    value,
    locate: (pointer, inside) => {
      const offset = locateOffset(document, source, pointer, inside);
      if (offset === undefined) return undefined;
      const { line, col } = lines.linePos(offset);
      return { line: Math.max(1, line), column: Math.max(1, col) };
    },
  };
}

/**
 * Offset of the first bracket, or of the first indentation, that nests too deep. Brackets inside texts count
 * too: that only matters from 64 of them unclosed.
 */
function firstTooDeep(source: string, format: 'json' | 'yaml'): number | undefined {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < source.length; i++) {
    const c = source.charCodeAt(i);
    if (format === 'json') {
      if (c === 0x5c && inText) {
        i++;
        continue;
      }
      if (c === 0x22) inText = !inText;
    }
    if (inText) continue;
    if (c === 0x5b || c === 0x7b) {
      if (++depth > DEEPEST) return i;
    } else if (c === 0x5d || c === 0x7d) {
      depth = Math.max(0, depth - 1);
    }
  }
  if (format === 'json') return undefined;
  return firstTooIndented(source);
}

/** Block nesting: ever deeper indentation, or `- - - -` on one line. */
function firstTooIndented(source: string): number | undefined {
  const columns: number[] = [];
  const open = (column: number) => {
    while ((columns.at(-1) ?? -1) >= column) columns.pop();
    columns.push(column);
    return columns.length <= DEEPEST;
  };
  for (let start = 0; start < source.length; ) {
    const newline = source.indexOf('\n', start);
    const end = newline < 0 ? source.length : newline;
    let at = start;
    while (source[at] === ' ') at++;
    if (at < end && !open(at - start)) return at;
    while (
      at < end &&
      (source[at] === '-' || source[at] === '?' || source[at] === ':') &&
      source[at + 1] === ' '
    ) {
      at++;
      while (source[at] === ' ') at++;
      if (!open(at - start)) return at;
    }
    start = end + 1;
  }
  return undefined;
}

/** Problems of what parsed: keys given twice, keys that are no texts, numbers that lose digits. */
function noteUnreadable(
  document: Document,
  note: (message: string, offset: number | undefined) => void,
): void {
  let aliases = 0;
  visit(document, {
    Alias(_, alias, path) {
      const target = alias.resolve(document);
      if (target === undefined) {
        note(`There is nothing named &${alias.source} before this *${alias.source}.`, alias.range?.[0]);
      } else if (path.includes(target)) {
        note(`*${alias.source} stands inside of what it repeats.`, alias.range?.[0]);
      }
      // The package looks through the whole document for each one.
      if (++aliases <= MOST_ALIASES) return undefined;
      note(`The document has more than ${MOST_ALIASES} aliases (*name).`, alias.range?.[0]);
      return visit.BREAK;
    },
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const node = key as Node;
        const name = isScalar(key) ? keyName(key) : undefined;
        if (name === undefined) {
          note('A key must be a text on one line.', node?.range?.[0] ?? map.range?.[0]);
        } else if (seen.has(name)) {
          note(`The key ${JSON.stringify(name.slice(0, 60))} is given twice.`, node.range?.[0]);
        } else {
          seen.add(name);
        }
      }
    },
    Scalar(_, scalar) {
      const { value } = scalar;
      if (typeof value !== 'number' || Number.isSafeInteger(value)) return;
      if (!Number.isFinite(value)) {
        note(`${scalar.source ?? value} is no number that can be kept.`, scalar.range?.[0]);
      } else if (Number.isInteger(value)) {
        note(
          `${scalar.source ?? value} is beyond ${Number.MAX_SAFE_INTEGER}, where numbers lose digits.`,
          scalar.range?.[0],
        );
      }
    },
  });
}

const cut = (message: string) => (message.length > 200 ? `${message.slice(0, 199)}…` : message);

/** The name an object gets for a key; undefined for an empty one (`: value`). */
function keyName(key: Scalar): string | undefined {
  if (typeof key.value === 'string') return key.value;
  return key.source === undefined || key.source === '' ? undefined : String(key.value);
}

function locateOffset(
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
      const pair: Pair | undefined = node.items.find((one) => isScalar(one.key) && keyName(one.key) === name);
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
