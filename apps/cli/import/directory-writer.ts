/**
 * States in the book's directory what a map derives from rows: every distinct location, employee and item once,
 * before the first fact that names it. Only ids are remembered, the newest 100,000 of each kind; one that was
 * forgotten is stated again, which changes nothing in the ledger as long as it is the same statement.
 */
import { describeProblem, type LedgerClient, ProblemReply, problemOf } from '../client.ts';
import type { Fact } from './fact-sender.ts';
import { ENTRY_KINDS, type EntryKind, type ImportMap } from './map.ts';
import { type Expression, ExpressionFailed, type Value } from './map-expressions.ts';

const MAX_REMEMBERED = 100_000;
const COLLECTIONS: Readonly<Record<EntryKind, string>> = {
  location: 'locations',
  employee: 'employees',
  item: 'items',
};

export interface EntryFault {
  readonly reason: string;
  readonly detail: string;
}

export class DirectoryWriter {
  readonly stated: Record<EntryKind, number> = { location: 0, employee: 0, item: 0 };
  readonly #client: LedgerClient;
  readonly #book: string;
  readonly #map: ImportMap;
  /** Absent: not stated yet. `null`: the directory has it. */
  readonly #known: Record<EntryKind, Map<string, EntryFault | null>> = {
    location: new Map(),
    employee: new Map(),
    item: new Map(),
  };

  constructor(client: LedgerClient, book: string, map: ImportMap) {
    this.#client = client;
    this.#book = book;
    this.#map = map;
  }

  async openBook(): Promise<void> {
    const { book } = this.#map.directory;
    if (book === undefined) return;
    await this.#client.expect(`The book "${this.#book}"`, 'PUT', this.#path(), { body: book });
  }

  /** States what these facts need; the faults say, by fact, what is wrong with its entry. */
  async state(facts: readonly Fact[]): Promise<Map<Fact, EntryFault>> {
    const faults = new Map<Fact, EntryFault>();
    const pending = new Map<string, Promise<void>>();
    for (const fact of facts) {
      for (const [kind, entry] of this.#map.directory.entries) {
        const id = idOf(kind, fact);
        if (id === undefined || this.#known[kind].has(id)) continue;
        const path = this.#path(COLLECTIONS[kind], id);
        if (pending.has(path)) continue;
        try {
          pending.set(path, this.#put(kind, id, path, bodyOf(entry, fact)));
        } catch (error) {
          // The fault of this row alone: the next row that names the same id may state it well.
          if (!(error instanceof ExpressionFailed)) throw error;
          faults.set(fact, { reason: 'expression-failed', detail: `directory.${kind}: ${error.message}` });
        }
      }
    }
    await Promise.all(pending.values());
    for (const fact of facts) {
      const fault = ENTRY_KINDS.map((kind) => this.#known[kind].get(idOf(kind, fact) ?? '')).find(Boolean);
      if (fault) faults.set(fact, fault);
    }
    for (const kind of ENTRY_KINDS) forgetOldest(this.#known[kind]);
    return faults;
  }

  async #put(kind: EntryKind, id: string, path: string, body: Record<string, unknown>): Promise<void> {
    const reply = await this.#client.request('PUT', path, { body });
    if (reply.status < 400) {
      this.#known[kind].set(id, null);
      this.stated[kind] += 1;
      return;
    }
    if (reply.status !== 400 && reply.status !== 422) throw new ProblemReply(`The ${kind} "${id}"`, reply);
    const problem = problemOf(reply.body);
    const detail = `the ${kind} ${JSON.stringify(id)}: ${describeProblem(reply.status, problem)}`;
    this.#known[kind].set(id, { reason: problem.code ?? `status-${reply.status}`, detail });
  }

  #path(...parts: string[]): string {
    return ['/v1/books', this.#book, ...parts]
      .map((part, i) => (i === 0 ? part : encodeURIComponent(part)))
      .join('/');
  }
}

function idOf(kind: EntryKind, fact: Fact): string | undefined {
  if (kind !== 'item') return fact.item[kind] as string | undefined;
  return (fact.item.item as { sku: string } | undefined)?.sku;
}

function bodyOf(entry: ReadonlyMap<string, Expression>, fact: Fact): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const [name, expression] of entry) {
    const value = plain(expression.evaluate(fact.scope));
    if (value !== '' && value !== null) body[name] = value;
  }
  return body;
}

function plain(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value);
  return Array.isArray(value) ? value.map((part) => plain(part as Value)) : value;
}

function forgetOldest(known: Map<string, EntryFault | null>): void {
  for (const id of known.keys()) {
    if (known.size <= MAX_REMEMBERED) return;
    known.delete(id);
  }
}
