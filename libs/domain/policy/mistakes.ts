/** Reading a hostile document member by member, noting every mistake on the way instead of stopping at one. */
import { nearestName } from '../rules/nearest-name.ts';
import type { Mistake } from './policy.ts';

/** Enough to correct a document by; a hostile one must not make an answer larger than itself. */
const MOST_NOTED = 500;

export type Members = Readonly<Record<string, unknown>>;

export class Mistakes {
  readonly noted: Mistake[] = [];
  /** Digits of the minor unit of the document's currency, for advice on figures of money. */
  readonly minorDigits: number;
  private dropped = 0;

  constructor(minorDigits = 2) {
    this.minorDigits = minorDigits;
  }

  note(
    pointer: string,
    code: string,
    message: string,
    advice: string,
    at?: { readonly line: number; readonly column: number },
  ): undefined {
    if (this.full) this.dropped++;
    else this.noted.push({ pointer, code, message, advice, ...(at === undefined ? {} : { at }) });
    return undefined;
  }

  /** Whether what is noted from now on is only counted: then a message is not worth making. */
  get full(): boolean {
    return this.noted.length >= MOST_NOTED;
  }

  get any(): boolean {
    return this.noted.length > 0;
  }

  /** All that was noted, and how much more there was. */
  all(): Mistake[] {
    if (this.dropped === 0) return this.noted;
    const rest: Mistake = {
      pointer: '',
      code: 'more-mistakes',
      message: `The document has ${this.dropped} more mistakes that are not listed.`,
      advice: 'Correct those listed, then post it again.',
    };
    return [...this.noted, rest];
  }
}

/** A value as it may be quoted in a message. */
export function quoted(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? '[]' : 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** A member's JSON pointer (RFC 6901). */
export function member(pointer: string, name: string | number): string {
  return `${pointer}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The document's own members, or a mistake. Never reads a prototype. */
export function asMembers(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Members)
    : undefined;
}

export function own(members: Members, name: string): unknown {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}

export function noteUnknownFields(
  mistakes: Mistakes,
  members: Members,
  pointer: string,
  known: readonly string[],
  what: string,
): void {
  for (const name of Object.keys(members)) {
    if (known.includes(name)) continue;
    if (name === '<<') {
      mistakes.note(
        member(pointer, name),
        'merge-key',
        'YAML 1.2 has no merge keys: << is a field like any other, and there is none of that name.',
        'Write out the fields that are meant.',
      );
      continue;
    }
    const near = mistakes.full ? undefined : nearestName(name, known);
    mistakes.note(
      member(pointer, name),
      'unknown-field',
      `${what} has no field ${quoted(name)}.`,
      `${near === undefined ? '' : `Did you mean ${near}? `}Its fields are: ${known.join(', ')}.`,
    );
  }
}

const hasControl = (text: string) => /\p{Cc}/u.test(text);

/** One line of text of 1 to `longest` characters. */
export function readText(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  what: string,
  longest: number,
): string | undefined {
  if (typeof value !== 'string') {
    return mistakes.note(
      pointer,
      'not-text',
      `${what} must be a text, and is ${quoted(value)}.`,
      typeof value === 'number' || typeof value === 'boolean'
        ? `Put it in quotes: "${String(value)}".`
        : `Write 1 to ${longest} characters.`,
    );
  }
  if (value.trim() === '') {
    return mistakes.note(pointer, 'text-empty', `${what} is empty.`, `Write 1 to ${longest} characters.`);
  }
  const length = [...value].length;
  if (length > longest) {
    return mistakes.note(
      pointer,
      'text-too-long',
      `${what} has ${length} characters.`,
      `Shorten it to at most ${longest} characters.`,
    );
  }
  if (!value.isWellFormed() || hasControl(value)) {
    return mistakes.note(
      pointer,
      'text-malformed',
      `${what} has control characters or broken Unicode in it.`,
      'Write it on one line, without tabs, line breaks or lone surrogates.',
    );
  }
  return value;
}

/** Where a name is written that must be one of a few. */
export function readChoice<Name extends string>(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  what: string,
  names: readonly Name[],
  code: string,
): Name | undefined {
  if (typeof value === 'string' && (names as readonly string[]).includes(value)) return value as Name;
  const near = typeof value === 'string' ? nearestName(value, names) : undefined;
  return mistakes.note(
    pointer,
    code,
    `${quoted(value)} is no ${what}.`,
    `${near === undefined ? '' : `Did you mean ${near}? `}Write one of: ${names.join(', ')}.`,
  );
}

/** A list of at least one value and at most `most`, none twice. Undefined when anything in it is wrong. */
export function readList<Value extends string>(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  example: string,
  most: number,
  readOne: (item: unknown, pointer: string) => Value | undefined,
): readonly Value[] | undefined {
  if (!Array.isArray(value)) {
    const simple = typeof value === 'string' && value.length > 0 && value.length <= 40;
    return mistakes.note(
      pointer,
      'not-a-list',
      `This must be a list, and is ${quoted(value)}.`,
      `Write it in brackets: [${simple ? value : example}].`,
    );
  }
  if (value.length === 0) {
    return mistakes.note(
      pointer,
      'list-empty',
      'This list is empty, so no act would ever match it.',
      `Name at least one value, such as [${example}], or leave the field out to let every act match.`,
    );
  }
  if (value.length > most) {
    return mistakes.note(
      pointer,
      'list-too-long',
      `This list has ${value.length} values.`,
      `Name at most ${most}${most > 100 ? '; a glob or a region may say the same in one' : ''}.`,
    );
  }
  const seen = new Map<string, number>();
  const read: Value[] = [];
  for (const [i, item] of value.entries()) {
    const one = readOne(item, member(pointer, i));
    if (one === undefined) continue;
    const first = seen.get(one);
    if (first !== undefined) {
      mistakes.note(
        member(pointer, i),
        'duplicate-value',
        `${quoted(one)} is in this list twice; it is already at ${member(pointer, first)}.`,
        'Take one of them out.',
      );
      continue;
    }
    seen.set(one, i);
    read.push(one);
  }
  return read.length === value.length ? read : undefined;
}
