/** A map as a document whose every mistake is collected with the line and column it stands at. */

import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import { type LocatedDocument, type Place, readDocument } from '../../../libs/platform/located-document.ts';
import type { MapMistake } from './map.ts';

/** A value of the document and where it stands. */
export interface Member {
  readonly pointer: string;
  readonly value: unknown;
}

export class MapDocument {
  readonly mistakes: MapMistake[] = [];
  /** Absent when the document cannot be read at all. */
  readonly root: Member | undefined;
  readonly #document: LocatedDocument;

  constructor(source: string) {
    this.#document = readDocument(source, 'yaml');
    if (this.#document.ok) {
      this.root = { pointer: '', value: this.#document.value };
      return;
    }
    for (const { line, column, message } of this.#document.problems) {
      this.mistakes.push({ line, column, detail: message });
    }
  }

  mistake(member: Member | undefined, detail: string): void {
    this.#add(this.#locate(member?.pointer ?? ''), detail);
  }

  /** A mistake inside a text, `offset` characters from its start. */
  mistakeWithin(member: Member, offset: number, detail: string): void {
    this.#add(this.placeWithin(member, offset), detail);
  }

  placeWithin(member: Member, offset: number): Place {
    const before = String(member.value).slice(0, offset).split('\n');
    return this.#locate(member.pointer, { line: before.length, column: before.at(-1)!.length + 1 });
  }

  /** The members of a mapping; unknown ones are mistakes, with the nearest known name. */
  members(member: Member | undefined, what: string, known: readonly string[] | 'any'): Map<string, Member> {
    const found = new Map<string, Member>();
    if (member === undefined) return found;
    if (!isMapping(member.value)) {
      this.mistake(member, `${what} must be a mapping`);
      return found;
    }
    for (const [name, value] of Object.entries(member.value)) {
      const pointer = `${member.pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      if (known !== 'any' && !known.includes(name)) {
        const near = nearestName(name, known);
        const advice = near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`;
        this.mistake({ pointer, value }, `${what} has no member "${name}"; ${advice}`);
        continue;
      }
      found.set(name, { pointer, value });
    }
    return found;
  }

  items(member: Member | undefined, what: string): Member[] {
    if (member === undefined) return [];
    if (!Array.isArray(member.value)) {
      this.mistake(member, `${what} must be a list`);
      return [];
    }
    return member.value.map((value, index) => ({ pointer: `${member.pointer}/${index}`, value }));
  }

  /** A text, or undefined with a mistake noted. */
  text(member: Member, what: string): string | undefined {
    if (typeof member.value === 'string') return member.value;
    this.mistake(member, `${what} must be text`);
    return undefined;
  }

  flag(member: Member, what: string): boolean | undefined {
    if (typeof member.value === 'boolean') return member.value;
    this.mistake(member, `${what} must be true or false`);
    return undefined;
  }

  /** A word out of a few; a wrong one is a mistake, and the first word stands in for it. */
  word<Word extends string>(member: Member, what: string, words: readonly Word[]): Word {
    if (words.includes(member.value as Word)) return member.value as Word;
    this.mistake(member, `${what} must be one of ${words.join(', ')}`);
    return words[0]!;
  }

  #locate(pointer: string, inside?: Place): Place {
    const found = this.#document.ok ? this.#document.locate(pointer, inside) : undefined;
    return found ?? { line: 1, column: 1 };
  }

  #add({ line, column }: Place, detail: string): void {
    this.mistakes.push({ line, column, detail });
  }
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
