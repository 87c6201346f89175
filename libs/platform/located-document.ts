/**
 * Documents written by people, in JSON or YAML, read so that a mistake found later can be shown at its line
 * and column. Both are read through the `yaml` package; JSON is held to strict JSON first, so that its errors
 * are JSON's. The caller bounds the size of the text.
 */
import { type Document, LineCounter, parseDocument } from 'yaml';
import { type DocumentFault, explainReports, jsonAdvice } from './document-faults.ts';
import { DEEPEST, firstTooDeep } from './document-nesting.ts';
import { locateOffset, type Place } from './document-places.ts';
import { lookAtValues, MOST_ALIASES, type OddNumber } from './document-values.ts';
import { parseJson } from './strict-json.ts';

export type { Place } from './document-places.ts';

export interface DocumentProblem extends Place {
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
  /** What to write instead. */
  readonly advice: string;
}

/** What a document says, with the places of it. */
export interface DocumentContent {
  readonly value: unknown;
  /** Numbers that are not written as their plain digits, with their places. */
  readonly oddNumbers: readonly (OddNumber & Place)[];
  /**
   * Where the member at a JSON pointer is written: its key in an object, the item itself in a list. A
   * member that is not there is located at the nearest one around it that is.
   * @param inside a place within the text at the pointer; where the text is written over several folded
   *   lines or with escapes, the place where it begins is answered
   */
  locate(pointer: string, inside?: Place): Place | undefined;
}

export type LocatedDocument =
  | ({ readonly ok: true } & DocumentContent)
  | {
      readonly ok: false;
      readonly problems: readonly DocumentProblem[];
      /** What it says all the same, where only single values are at fault: to look for further mistakes. */
      readonly content?: DocumentContent;
    };

const MOST_PROBLEMS = 50;
const MOST_DIRECTIVES = 4;

/** Faults of single values: around them the document can still be understood. */
const OF_ONE_VALUE = new Set([
  'key-twice',
  'number-not-finite',
  'number-too-large',
  'yaml-escape',
  'yaml-reserved-character',
  'yaml-tag',
]);

const isOfOneValue = ({ code, spoils }: DocumentFault) => spoils === undefined && OF_ONE_VALUE.has(code);

export function readDocument(text: string, format: 'json' | 'yaml'): LocatedDocument {
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const placed = ({ code, message, advice, offset }: DocumentFault): DocumentProblem => {
    const before = source.slice(0, Math.max(0, offset));
    const column = before.length - (before.lastIndexOf('\n') + 1) + 1;
    return { code, message: cut(message), advice, line: before.split('\n').length, column };
  };
  const hostile = refusedUnparsed(source, format);
  if (hostile !== undefined) return { ok: false, problems: [placed(hostile)] };
  let json: unknown;
  if (format === 'json') {
    const reading = parseJson(source);
    if (!reading.ok) return { ok: false, problems: [jsonProblem(reading, source)] };
    json = reading.value;
  }
  const lines = new LineCounter();
  const document = parseDocument(source, {
    lineCounter: lines,
    // The package compares every key with every other one; `lookAtValues` does it once over.
    uniqueKeys: false,
    prettyErrors: false,
    schema: 'core',
    resolveKnownTags: false,
    version: '1.2',
    strict: format === 'yaml',
    stringKeys: format === 'json',
  });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const faults = format === 'yaml' ? yamlFaults(document, source) : [];
  const oddNumbers: (OddNumber & Place)[] = [];
  if (faults.every(isOfOneValue)) {
    lookAtValues(
      document,
      (fault) => faults.length < MOST_PROBLEMS && faults.push(fault),
      (odd) => oddNumbers.length < MOST_PROBLEMS && oddNumbers.push({ ...odd, ...placeOf(odd.offset) }),
    );
  }
  const problems = faults.sort((a, b) => a.offset - b.offset).map(placed);
  if (!faults.every(isOfOneValue)) return { ok: false, problems };
  let value: unknown;
  try {
    value = format === 'json' ? json : document.toJS({ maxAliasCount: MOST_ALIASES });
  } catch (fault) {
    return { ok: false, problems: [...problems, placed(repeatsTooOften(fault as Error))] };
  }
  const content: DocumentContent = {
    value,
    oddNumbers,
    locate: (pointer, inside) => {
      const offset = locateOffset(document, source, pointer, inside);
      return offset === undefined ? undefined : placeOf(offset);
    },
  };
  return problems.length === 0 ? { ok: true, ...content } : { ok: false, problems, content };
}

/** What must not even reach a parser. */
function refusedUnparsed(source: string, format: 'json' | 'yaml'): DocumentFault | undefined {
  const tooDeep = firstTooDeep(source, format);
  if (tooDeep !== undefined) {
    return {
      code: 'nested-too-deeply',
      message: `The document is nested more than ${DEEPEST} deep.`,
      advice: 'Close the brackets, and begin every field of one object in the same column.',
      offset: tooDeep,
    };
  }
  // Nobody needs more than the one that names the version, and the package is slow on them.
  const directives = format === 'yaml' ? (source.match(/^%/gm)?.length ?? 0) : 0;
  if (directives <= MOST_DIRECTIVES) return undefined;
  return {
    code: 'yaml-directive',
    message: 'The document has too many directives (lines that begin with %).',
    advice: 'Take these lines out.',
    offset: source.indexOf('%'),
  };
}

function jsonProblem(
  { code, detail, line, column }: Extract<ReturnType<typeof parseJson>, { ok: false }>,
  source: string,
): DocumentProblem {
  const before = source.split('\n', line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const advice =
    code === 'number-not-exact'
      ? 'Write fewer digits.'
      : code === 'nested-too-deeply'
        ? 'Close brackets where they end.'
        : jsonAdvice(source, before + column - 1);
  return { code, message: cut(detail), advice, line, column };
}

function yamlFaults(document: Document, source: string): DocumentFault[] {
  const faults = explainReports([...document.errors, ...document.warnings], source).slice(0, MOST_PROBLEMS);
  const { yaml } = document.directives ?? {};
  if (yaml?.explicit === true && yaml.version !== '1.2') {
    faults.push({
      code: 'yaml-version',
      message: `YAML ${yaml.version} is not read; documents are YAML 1.2.`,
      advice: 'Take the line out; yes, no, on and off are plain words in YAML 1.2.',
      offset: 0,
    });
  }
  return faults;
}

function repeatsTooOften(fault: Error): DocumentFault {
  return {
    code: 'yaml-too-many-aliases',
    message: `The document repeats itself too often: ${fault.message}.`,
    advice: 'Write what is meant out in full instead of repeating it by *name.',
    offset: 0,
  };
}

const cut = (message: string) => (message.length > 200 ? `${message.slice(0, 199)}…` : message);
