/** Reads and checks a whole map; every mistake is listed, not only the first. */
import {
  ENTRY_KINDS,
  type EntryKind,
  FACT_KINDS,
  FACTS,
  type FactKind,
  type ImportMap,
  type MapMistake,
  type Section,
  type Sorting,
} from './map.ts';
import { isMapping, MapDocument, type Member } from './map-document.ts';
import {
  type Expression,
  isFault,
  MapExpressions,
  RESERVED_NAMES,
  type ValueType,
} from './map-expressions.ts';
import { readFormat } from './read-format.ts';

export type MapReading =
  | { readonly ok: true; readonly map: ImportMap }
  | { readonly ok: false; readonly mistakes: readonly MapMistake[] };

const ROOT_MEMBERS = [
  'book',
  'format',
  'vars',
  'let',
  'skip',
  'reject',
  ...FACT_KINDS,
  'idempotencyKey',
  'directory',
] as const;
const BOOK_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const REASON = /^[a-z0-9][a-z0-9-]{0,63}$/;
const NAME = /^[a-z_][A-Za-z0-9_]{0,63}$/;
const ENTRY_MEMBERS: Readonly<Record<EntryKind, Readonly<Record<string, ValueType>>>> = {
  location: { name: 'string', region: 'string', timeZone: 'string', businessDayStartsAt: 'string' },
  employee: { name: 'string', roles: 'list', homeLocation: 'string' },
  item: { name: 'string', category: 'string', retailMinor: 'int', costMinor: 'int' },
};
const REQUIRED_OF_ENTRY: Readonly<Record<EntryKind, readonly string[]>> = {
  location: ['timeZone'],
  employee: ['roles'],
  item: ['retailMinor', 'costMinor'],
};
export function readMap(source: string): MapReading {
  const document = new MapDocument(source);
  const { root } = document;
  if (root !== undefined && !isMapping(root.value)) document.mistake(root, 'a map must be a mapping');
  const map = isMapping(root?.value) ? new Reading(document).read() : undefined;
  if (map !== undefined && document.mistakes.length === 0) return { ok: true, map };
  const mistakes = document.mistakes.toSorted((a, b) => a.line - b.line || a.column - b.column);
  return { ok: false, mistakes };
}

class Reading {
  readonly #document: MapDocument;
  readonly #columns = new Map<string, { line: number; column: number }>();
  #expressions = new MapExpressions({});
  #knownColumns: readonly string[] | undefined;

  constructor(document: MapDocument) {
    this.#document = document;
  }

  read(): ImportMap {
    const root = this.#document.members(this.#document.root, 'a map', ROOT_MEMBERS);
    const book = this.#book(root.get('book'));
    const format = readFormat(this.#document, root.get('format'));
    this.#knownColumns = format.type === 'csv' ? format.columns : undefined;
    this.#expressions = new MapExpressions(this.#vars(root.get('vars')));
    this.#definitions(root.get('let'));
    const skip = this.#sortings(root.get('skip'), 'skip');
    const reject = this.#sortings(root.get('reject'), 'reject');
    const sections = this.#sections(root);
    const idempotencyKey = this.#idempotencyKey(root.get('idempotencyKey'));
    const directory = this.#directory(root.get('directory'), sections);
    return {
      ...(book !== undefined && { book }),
      format,
      expressions: this.#expressions,
      skip,
      reject,
      sections,
      idempotencyKey,
      directory,
      columns: this.#columns,
    };
  }

  #book(member: Member | undefined): string | undefined {
    if (member === undefined) return undefined;
    const book = this.#document.text(member, 'book');
    if (book !== undefined && !BOOK_ID.test(book)) {
      this.#document.mistake(
        member,
        `"${book}" is no book id: 1 to 63 of a-z, 0-9, ".", "_", "-", the first a letter or digit`,
      );
    }
    return book;
  }

  #vars(member: Member | undefined): Record<string, unknown> {
    const vars: Record<string, unknown> = Object.create(null);
    for (const [name, pair] of this.#document.members(member, 'vars', 'any')) {
      if (!NAME.test(name))
        this.#document.mistake(pair, `"${name}" is no name for a constant; write it as taxRate`);
      const { value } = pair;
      if (typeof value === 'number' && !Number.isInteger(value)) {
        this.#document.mistake(
          pair,
          `vars.${name}: write a decimal figure as text in quotes, so that it stays exact`,
        );
      } else if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
        vars[name] = typeof value === 'number' ? BigInt(value) : value;
      } else {
        this.#document.mistake(pair, `vars.${name} must be text, a whole number, true or false`);
      }
    }
    return vars;
  }

  #definitions(member: Member | undefined): void {
    const defined = new Set<string>();
    for (const [name, pair] of this.#document.members(member, 'let', 'any')) {
      if (!NAME.test(name) || RESERVED_NAMES.includes(name) || defined.has(name)) {
        this.#document.mistake(
          pair,
          `"${name}" cannot name an expression: write it as refundMinor; row, line and vars are taken`,
        );
        continue;
      }
      const expression = this.#expression(pair, `let.${name}`, 'any');
      defined.add(name);
      if (expression === undefined) this.#expressions.declare(name);
      else this.#expressions.define(name, expression);
    }
  }

  #sortings(member: Member | undefined, what: 'skip' | 'reject'): Sorting[] {
    const document = this.#document;
    return document.items(member, what).flatMap((node) => {
      const members = document.members(node, `an entry of ${what}`, ['when', 'reason']);
      if (!isMapping(node.value)) return [];
      for (const name of ['when', 'reason']) {
        if (!members.has(name)) document.mistake(node, `an entry of ${what} needs ${name}`);
      }
      const reasonNode = members.get('reason');
      const reason = reasonNode === undefined ? undefined : document.text(reasonNode, 'reason');
      if (reason !== undefined && !REASON.test(reason)) {
        document.mistake(
          reasonNode,
          `"${reason}" is no reason code; write it in lower case with dashes, as stock-write-off`,
        );
      }
      const when = members.has('when') ? this.#expression(members.get('when')!, 'when', 'bool') : undefined;
      return when === undefined || reason === undefined ? [] : [{ when, reason }];
    });
  }

  /** In the order in which the map has them. */
  #sections(root: ReadonlyMap<string, Member>): Section[] {
    const document = this.#document;
    const sections: Section[] = [];
    let takesAll: FactKind | undefined;
    for (const [name, member] of root) {
      const kind = FACT_KINDS.find((one) => one === name);
      if (kind === undefined) continue;
      if (takesAll !== undefined) {
        document.mistake(
          member,
          `${kind} is never reached: ${takesAll} above it has no when and takes every row`,
        );
      }
      const section = this.#section(kind, member);
      if (isMapping(member.value) && !('when' in member.value)) takesAll = kind;
      sections.push(section);
    }
    if (sections.length > 0) return sections;
    const kinds = `${FACT_KINDS.slice(0, -1).join(', ')} or ${FACT_KINDS.at(-1)}`;
    document.mistake(document.root, `${kinds} is missing: it says how each member of one is made`);
    return sections;
  }

  #section(kind: FactKind, member: Member): Section {
    const document = this.#document;
    const { texts, wholes, signed, required } = FACTS[kind];
    const members = new Map<string, Expression>();
    const named = [...texts, ...wholes, ...signed];
    const groups = Map.groupBy(
      named.filter((name) => name.includes('.')),
      (name) => name.split('.')[0]!,
    );
    const names = named.filter((name) => !name.includes('.'));
    const pairs = document.members(member, kind, [...names, ...groups.keys(), 'when']);
    const add = (name: string, pair: Member) => {
      const type = texts.includes(name) ? 'string' : 'int';
      const expression = this.#expression(pair, `${kind}.${name}`, type);
      if (expression === undefined) return;
      this.#checkWord(kind, name, expression, pair);
      members.set(name, expression);
    };
    for (const [name, pair] of pairs) {
      const parts = groups.get(name)?.map((part) => part.slice(name.length + 1));
      if (parts === undefined) {
        if (name !== 'when') add(name, pair);
        continue;
      }
      const stated = document.members(pair, `${kind}.${name}`, parts);
      for (const part of name === 'item' ? ['sku'] : parts) {
        if (!stated.has(part)) document.mistake(pair, `${kind}.${name} needs ${part}`);
      }
      for (const [part, value] of stated) add(`${name}.${part}`, value);
    }
    for (const name of required) {
      if (!pairs.has(name)) document.mistake(member, `${kind} needs ${name}${whyNeeded(name)}`);
    }
    this.#checkWhole(kind, member, pairs);
    const when = pairs.has('when') ? this.#expression(pairs.get('when')!, `${kind}.when`, 'bool') : undefined;
    return { kind, members, ...(when !== undefined && { when }) };
  }

  /** What the service would refuse in every row. */
  #checkWhole(kind: FactKind, member: Member, stated: ReadonlyMap<string, Member>): void {
    const document = this.#document;
    if (kind === 'act' && !stated.has('item') && !(stated.has('retailMinor') && stated.has('costMinor'))) {
      document.mistake(
        member,
        'act needs retailMinor and costMinor, or an item whose prices the directory knows',
      );
    }
    if (kind === 'outcome' && !stated.has('customer') && !stated.has('incident')) {
      document.mistake(member, 'outcome needs customer or incident: an outcome of nobody tells nothing');
    }
  }

  /** A word written out in the map is checked now; one made from a row, when the row is read. */
  #checkWord(kind: FactKind, name: string, expression: Expression, node: Member): void {
    const words = FACTS[kind].words[name];
    const said = expression.constant;
    if (words === undefined || said === undefined || words.includes(said as string)) return;
    this.#document.mistake(node, `${kind}.${name} must be one of ${words.join(', ')}, not "${said}"`);
  }

  #idempotencyKey(member: Member | undefined): Expression {
    const document = this.#document;
    if (member === undefined) {
      document.mistake(
        document.root,
        'idempotencyKey is missing: it tells one fact from another when the file is read again',
      );
    } else {
      const expression = this.#expression(member, 'idempotencyKey', 'string');
      if (expression?.constant !== undefined) {
        document.mistake(
          member,
          'idempotencyKey is the same for every row; use string(line) or an id of the row',
        );
      }
      if (expression !== undefined) return expression;
    }
    return this.#expressions.compile('""', 'string') as Expression;
  }

  #directory(member: Member | undefined, sections: readonly Section[]): ImportMap['directory'] {
    const document = this.#document;
    const members = document.members(member, 'directory', ['book', ...ENTRY_KINDS]);
    const entries = new Map<EntryKind, Map<string, Expression>>();
    for (const kind of ENTRY_KINDS) {
      const pair = members.get(kind);
      if (pair === undefined) continue;
      if (kind === 'item' && !sections.some(({ members }) => members.has('item.sku'))) {
        document.mistake(pair, 'directory.item is for maps whose act has an item');
      }
      const made = new Map<string, Expression>();
      const stated = document.members(pair, `directory.${kind}`, Object.keys(ENTRY_MEMBERS[kind]));
      for (const [name, value] of stated) {
        const expression = this.#expression(value, `directory.${kind}.${name}`, ENTRY_MEMBERS[kind][name]!);
        if (expression !== undefined) made.set(name, expression);
      }
      for (const name of REQUIRED_OF_ENTRY[kind]) {
        if (!stated.has(name)) document.mistake(pair, `directory.${kind} needs ${name}`);
      }
      entries.set(kind, made);
    }
    const book = this.#bookSettings(members.get('book'));
    return { entries, ...(book !== undefined && { book }) };
  }

  #bookSettings(member: Member | undefined): ImportMap['directory']['book'] {
    if (member === undefined) return undefined;
    const document = this.#document;
    const members = document.members(member, 'directory.book', ['currency', 'timeZone', 'fourEyes']);
    const texts = (['currency', 'timeZone'] as const).map((name) => {
      const pair = members.get(name);
      if (pair === undefined) document.mistake(member, `directory.book needs ${name}`);
      return pair === undefined ? '' : (document.text(pair, `directory.book.${name}`) ?? '');
    });
    const fourEyes = members.has('fourEyes')
      ? document.flag(members.get('fourEyes')!, 'directory.book.fourEyes')
      : undefined;
    return { currency: texts[0]!, timeZone: texts[1]!, ...(fourEyes !== undefined && { fourEyes }) };
  }

  #expression(node: Member, what: string, wanted: ValueType): Expression | undefined {
    if (typeof node.value === 'object' || node.value === '') {
      this.#document.mistake(node, `${what} must be an expression; write a fixed text as '"refund"'`);
      return undefined;
    }
    const result = this.#expressions.compile(String(node.value), wanted);
    for (const { name, offset } of result.columns) this.#needColumn(name, node, offset, what);
    if (!isFault(result)) return result;
    this.#document.mistakeWithin(node, result.offset, `${what}: ${result.detail}`);
    return undefined;
  }

  #needColumn(name: string, node: Member, offset: number, what: string): void {
    if (this.#knownColumns !== undefined && !this.#knownColumns.includes(name)) {
      this.#document.mistakeWithin(
        node,
        offset,
        `${what}: the file has no column "${name}"; it has ${this.#knownColumns.join(', ')}`,
      );
    }
    if (!this.#columns.has(name)) this.#columns.set(name, this.#document.placeWithin(node, offset));
  }
}

function whyNeeded(name: string): string {
  return name === 'occurredAt' ? ': what is imported happened before the ledger learned of it' : '';
}
