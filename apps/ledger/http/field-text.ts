/** Checks of single texts that every resource shares: ids, names, notes. */
import type { FieldProblem } from '../problems/problem.ts';
import type { FieldCode } from '../problems/registry.ts';

export const ID_MAX_LENGTH = 128;
export const SKU_MAX_LENGTH = 256;
export const NAME_MAX_LENGTH = 200;
export const NOTE_MAX_LENGTH = 2000;

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_BUT_LINES = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

export interface TextRule {
  /** In code points. */
  readonly maxLength: number;
  /** Line breaks and tabs are part of free text. */
  readonly lines?: boolean;
}

export interface TextMistake {
  readonly code: FieldCode;
  readonly detail: string;
  readonly advice: string;
}

/** Undefined: the value is a text that the rule takes. */
export function textMistake(value: unknown, rule: TextRule): TextMistake | undefined {
  if (typeof value !== 'string') {
    return {
      code: 'wrong-type',
      detail: `A text is expected, not ${kindOf(value)}.`,
      advice: 'Write it in double quotes.',
    };
  }
  if (value.length === 0) {
    return {
      code: 'too-short',
      detail: 'The text is empty.',
      advice: 'Give it a value, or leave it out if it is optional.',
    };
  }
  if (value.length > rule.maxLength) {
    const length = value.length > 4 * rule.maxLength ? value.length : [...value].length;
    if (length > rule.maxLength) {
      return {
        code: 'too-long',
        detail: `The text has ${length} characters.`,
        advice: `Use at most ${rule.maxLength} characters.`,
      };
    }
  }
  if ((rule.lines === true ? CONTROL_BUT_LINES : CONTROL).test(value)) {
    return {
      code: 'control-character',
      detail: 'The text holds a control character.',
      advice: 'Remove line breaks, tabs, NUL and other control characters.',
    };
  }
  if (!value.isWellFormed()) {
    return {
      code: 'not-well-formed',
      detail: 'The text holds half of a surrogate pair.',
      advice: 'Send whole characters: a \\ud800 to \\udfff escape never stands alone.',
    };
  }
  return undefined;
}

/** What a value is, in words, for messages. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number') return `the number ${value}`;
  return String(value);
}

/** JSON pointer of a member. */
export function pointerTo(parent: string, name: string | number): string {
  return `${parent}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function fieldProblem(pointer: string, mistake: TextMistake): FieldProblem {
  return { pointer, ...mistake };
}
