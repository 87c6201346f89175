/** What parses and yet cannot be taken as it stands: names given twice, numbers that lose digits, odd numbers. */
import { type Document, isMap, isPair, isScalar, isSeq, type Node, type Scalar, visit } from 'yaml';
import type { DocumentFault } from './document-faults.ts';
import { keyName } from './document-places.ts';

export const MOST_ALIASES = 100;

/** A number that is not written as its plain digits (12.00, 1e3, 0x10, 010): it may be meant otherwise. */
export interface OddNumber {
  readonly pointer: string;
  readonly written: string;
  readonly value: number;
  readonly offset: number;
}

type Note = (fault: DocumentFault) => void;

/** Calls `note` for every value that cannot be taken and `noteOdd` for every number that may be meant otherwise. */
export function lookAtValues(document: Document, note: Note, noteOdd: (number: OddNumber) => void): void {
  let aliases = 0;
  visit(document, {
    Alias(_, alias, path) {
      const target = alias.resolve(document);
      const name = alias.source.slice(0, 60);
      const offset = alias.range?.[0] ?? 0;
      if (target === undefined) {
        note({
          code: 'yaml-alias-unknown',
          message: `There is nothing named &${name} before this *${name}.`,
          advice: `Put a text that begins with * in quotes: "*${name}".`,
          offset,
        });
      } else if (path.includes(target)) {
        note({
          code: 'yaml-alias-inside-itself',
          message: `*${name} stands inside of what it repeats.`,
          advice: 'Write out what is meant here.',
          offset,
        });
      }
      // The package looks through the whole document for each one.
      if (++aliases <= MOST_ALIASES) return undefined;
      note({
        code: 'yaml-too-many-aliases',
        message: `The document has more than ${MOST_ALIASES} aliases (*name).`,
        advice: 'Write what is meant out in full.',
        offset,
      });
      return visit.BREAK;
    },
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const node = key as Node | null;
        const offset = node?.range?.[0] ?? map.range?.[0] ?? 0;
        const name = isScalar(key) ? keyName(key) : undefined;
        if (name === undefined) {
          note({
            code: 'key-not-text',
            message: 'A key must be a text on one line.',
            advice: 'Write a name, a colon and a blank before the value.',
            offset,
          });
        } else if (seen.has(name)) {
          note({
            code: 'key-twice',
            message: `The key ${JSON.stringify(name.slice(0, 60))} is given twice.`,
            advice: 'Keep the one that is meant and take the other out; a list holds several values: [a, b].',
            offset,
          });
        } else {
          seen.add(name);
        }
      }
    },
    Scalar(key, scalar, path) {
      const { value } = scalar;
      if (typeof value !== 'number') return;
      const written = scalar.source ?? String(value);
      const offset = scalar.range?.[0] ?? 0;
      if (!Number.isFinite(value)) {
        note({
          code: 'number-not-finite',
          message: `${written.slice(0, 60)} is no number that can be kept.`,
          advice: 'Write a whole number in digits, or leave the field out.',
          offset,
        });
      } else if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        note({
          code: 'number-too-large',
          message: `${written.slice(0, 60)} is beyond ${Number.MAX_SAFE_INTEGER}, where numbers lose digits.`,
          advice: 'Write a smaller figure.',
          offset,
        });
      } else if (key !== 'key' && isOdd(written, value)) {
        noteOdd({ pointer: pointerOf(path, scalar), written: written.slice(0, 60), value, offset });
      }
    },
  });
}

function isOdd(written: string, value: number): boolean {
  if (/^(?:0|-?[1-9]\d*)$/.test(written)) return false;
  return Number.isInteger(value) || !/^-?(?:0|[1-9]\d*)\.\d+$/.test(written);
}

function pointerOf(path: readonly unknown[], node: Scalar): string {
  let pointer = '';
  for (const [i, step] of path.entries()) {
    const next = path[i + 1] ?? node;
    if (isPair(step)) {
      const name = isScalar(step.key) ? (keyName(step.key) ?? '') : '';
      pointer += `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    } else if (isSeq(step) && !isMap(step)) {
      pointer += `/${step.items.indexOf(next)}`;
    }
  }
  return pointer;
}
