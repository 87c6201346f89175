/**
 * The log that the nodes of a stand-in share: streams, their deletion, and the server's rules for an append that
 * comes again. Kept in a file where asked, so that a killed stand-in can go on with its data.
 */
import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Buffer;
  readonly metadata: Buffer;
}

export interface LoggedEvent extends ProposedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  readonly createdMs: number;
}

/** `any` and `exists` as in the protocol; -1 is "no stream". */
export type Expected = number | 'any' | 'exists';

export type Outcome =
  | { readonly kind: 'written' | 'idempotent'; readonly last: number; readonly position: bigint }
  | { readonly kind: 'wrong'; readonly current: number }
  | { readonly kind: 'deleted' };

interface Stream {
  readonly events: LoggedEvent[];
  /** Events below are gone for readers; `Infinity` after a deletion until the next append. */
  from: number;
  tombstone: boolean;
}

interface Line {
  readonly stream: string;
  readonly at: number;
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly contentType: string;
    readonly data: string;
    readonly metadata: string;
  }[];
}

const DELETED = '{"$tb":9223372036854775807}';
const TOMBSTONE_TYPE = '$streamDeleted';

export class EventLog {
  readonly all: LoggedEvent[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #file: number | undefined;
  readonly #watchers = new Set<() => void>();
  #position = 0n;

  /** @param path where to keep the log; what is there already is taken in, up to a line that was cut off */
  constructor(path?: string) {
    if (path !== undefined) {
      if (existsSync(path)) this.#load(path);
      this.#file = openSync(path, 'a');
    }
    // A real log begins with the server's own events: a reader of $all must cope with them.
    this.append('$stand-in', 'any', [proposed('$started', '{}')]);
  }

  append(name: string, expected: Expected, events: readonly ProposedEvent[]): Outcome {
    const stream = this.#streams.get(name);
    const last = stream === undefined ? -1 : stream.events.length - 1;
    if (stream?.tombstone) return { kind: 'deleted' };
    const current = stream?.from === Number.POSITIVE_INFINITY ? -1 : last;
    if (expected === 'any') {
      const at = stream?.events.findIndex((one) => one.id === events[0]?.id) ?? -1;
      if (at >= 0) return this.#again(name, at, events);
    } else if (expected === 'exists') {
      if (current < 0) return { kind: 'wrong', current: -1 };
    } else if (expected !== last && expected !== current) {
      return expected > last ? { kind: 'wrong', current: last } : this.#again(name, expected + 1, events);
    }
    const line: Line = {
      stream: name,
      at: Date.now(),
      events: events.map((one) => ({
        ...one,
        data: one.data.toString('base64'),
        metadata: one.metadata.toString('base64'),
      })),
    };
    if (this.#file !== undefined) writeSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#take(line);
    for (const wake of [...this.#watchers]) wake();
    const written = this.#streams.get(name)!.events;
    return { kind: 'written', last: written.length - 1, position: this.#position };
  }

  delete(name: string, expected: Expected): Outcome {
    const stream = this.#streams.get(name);
    if (stream?.tombstone) return { kind: 'deleted' };
    const last = stream === undefined ? -1 : stream.events.length - 1;
    if (typeof expected === 'number' && expected !== last) return { kind: 'wrong', current: last };
    return this.append(`$$${name}`, 'any', [proposed('$metadata', DELETED)]);
  }

  tombstone(name: string, expected: Expected): Outcome {
    return this.append(name, expected, [proposed(TOMBSTONE_TYPE, '{}')]);
  }

  isTombstone(name: string): boolean {
    return this.#streams.get(name)?.tombstone === true;
  }

  /** What a reader may see of a stream; undefined when there is none. */
  visible(name: string): readonly LoggedEvent[] | undefined {
    const stream = this.#streams.get(name);
    if (stream === undefined || stream.from === Number.POSITIVE_INFINITY) return undefined;
    return stream.from === 0 ? stream.events : stream.events.slice(stream.from);
  }

  /** Index in `all` of the first event whose position is above. */
  indexAfter(position: bigint): number {
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.all[middle]!.position > position) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Calls back at each append until the returned function is called. */
  watch(wake: () => void): () => void {
    this.#watchers.add(wake);
    return () => this.#watchers.delete(wake);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  /** The events are there from `revision` on: all of them, then it is a retry; or it is a conflict. */
  #again(name: string, revision: number, events: readonly ProposedEvent[]): Outcome {
    const there = this.#streams.get(name)!.events;
    const same = events.every((one, i) => there[revision + i]?.id === one.id);
    if (!same) return { kind: 'wrong', current: there.length - 1 };
    const last = there[revision + events.length - 1]!;
    return { kind: 'idempotent', last: last.revision, position: last.position };
  }

  #take({ stream: name, at, events }: Line): void {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = { events: [], from: 0, tombstone: false };
      this.#streams.set(name, stream);
    }
    if (stream.from === Number.POSITIVE_INFINITY) stream.from = stream.events.length;
    for (const one of events) {
      const data = Buffer.from(one.data, 'base64');
      this.#position += BigInt(64 + data.length);
      const event: LoggedEvent = {
        ...one,
        data,
        metadata: Buffer.from(one.metadata, 'base64'),
        stream: name,
        revision: stream.events.length,
        position: this.#position,
        createdMs: at,
      };
      stream.events.push(event);
      this.all.push(event);
      if (event.type === TOMBSTONE_TYPE) stream.tombstone = true;
      if (name.startsWith('$$') && data.toString() === DELETED) {
        const deleted = this.#streams.get(name.slice(2));
        if (deleted !== undefined) deleted.from = Number.POSITIVE_INFINITY;
      }
    }
  }

  #load(path: string): void {
    const text = readFileSync(path, 'utf8');
    const whole = text.lastIndexOf('\n') + 1;
    for (const line of text.slice(0, whole).split('\n')) {
      if (line !== '') this.#take(JSON.parse(line) as Line);
    }
    truncateSync(path, Buffer.byteLength(text.slice(0, whole)));
  }
}

function proposed(type: string, json: string): ProposedEvent {
  const data = Buffer.from(json);
  return {
    id: crypto.randomUUID(),
    type,
    contentType: 'application/json',
    data,
    metadata: Buffer.alloc(0),
  };
}
