/** Reads and checks a whole map; every mistake is listed, not only the first. */
import { KINDS, TRIGGERS } from '../../../libs/domain/act/act.ts';
import {
  type ActMember,
  ENTRY_KINDS,
  type EntryKind,
  type ImportMap,
  type MapMistake,
  REQUIRED_MEMBERS,
  ROW_MODES,
  type Sorting,
  TEXT_MEMBERS,
  WHOLE_MEMBERS,
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
  'act',
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
const CLOSED_WORDS: Readonly<Record<string, readonly string[]>> = {
  mode: ROW_MODES,
  kind: KINDS,
  trigger: TRIGGERS,
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
    const act = this.#act(root.get('act'));
    const idempotencyKey = this.#idempotencyKey(root.get('idempotencyKey'));
    const directory = this.#directory(root.get('directory'), act);
    return {
      ...(book !== undefined && { book }),
      format,
      expressions: this.#expressions,
      skip,
      reject,
      act,
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

  #act(member: Member | undefined): Map<ActMember, Expression> {
    const document = this.#document;
    const found = new Map<ActMember, Expression>();
    if (member === undefined) {
      document.mistake(document.root, 'act is missing: it says how each member of an act is made');
      return found;
    }
    const names = [...TEXT_MEMBERS, ...WHOLE_MEMBERS].filter((name) => !name.startsWith('item.'));
    const pairs = document.members(member, 'act', [...names, 'item']);
    const stated = new Set<string>(pairs.keys());
    const add = (name: ActMember, pair: Member) => {
      const expression = this.#expression(pair, `act.${name}`, typeOfMember(name));
      if (expression === undefined) return;
      this.#checkWord(name, expression, pair);
      found.set(name, expression);
    };
    for (const [name, pair] of pairs) {
      if (name !== 'item') add(name as ActMember, pair);
    }
    if (pairs.has('item')) {
      const item = document.members(pairs.get('item')!, 'act.item', ['sku', 'quantity']);
      if (!item.has('sku')) document.mistake(pairs.get('item')!, 'act.item needs sku');
      for (const [name, pair] of item) add(`item.${name}` as ActMember, pair);
    }
    for (const name of REQUIRED_MEMBERS) {
      if (!stated.has(name)) document.mistake(member, `act needs ${name}${whyNeeded(name)}`);
    }
    if (!stated.has('item') && !(stated.has('retailMinor') && stated.has('costMinor'))) {
      document.mistake(
        member,
        'act needs retailMinor and costMinor, or an item whose prices the directory knows',
      );
    }
    return found;
  }

  /** A word written out in the map is checked now; one made from a row, when the row is read. */
  #checkWord(name: ActMember, expression: Expression, node: Member): void {
    const words = CLOSED_WORDS[name];
    const said = expression.constant;
    if (words === undefined || said === undefined || words.includes(said as string)) return;
    this.#document.mistake(node, `act.${name} must be one of ${words.join(', ')}, not "${said}"`);
  }

  #idempotencyKey(member: Member | undefined): Expression {
    const document = this.#document;
    if (member === undefined) {
      document.mistake(
        document.root,
        'idempotencyKey is missing: it tells one act from another when the file is read again',
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

  #directory(member: Member | undefined, act: ReadonlyMap<ActMember, Expression>): ImportMap['directory'] {
    const document = this.#document;
    const members = document.members(member, 'directory', ['book', ...ENTRY_KINDS]);
    const entries = new Map<EntryKind, Map<string, Expression>>();
    for (const kind of ENTRY_KINDS) {
      const pair = members.get(kind);
      if (pair === undefined) continue;
      if (kind === 'item' && !act.has('item.sku')) {
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

function typeOfMember(name: ActMember): ValueType {
  return (WHOLE_MEMBERS as readonly string[]).includes(name) ? 'int' : 'string';
}

function whyNeeded(name: ActMember): string {
  return name === 'occurredAt' ? ': what is imported happened before the ledger learned of it' : '';
}
