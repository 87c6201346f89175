/**
 * What a replay has to know of the history ahead of it to forget buckets for good: on which business days acts are still
 * to come, and where values that limits count by for long are named for the last time. Read from the stored texts as they
 * are: reading them as JSON would take four times as long.
 */
import { type ActDecision, type BookEvent, isDecision } from '../domain/book/events.ts';
import type { Dimension, Policy, Window } from '../domain/policy/policy.ts';
import { DAY_MS } from '../domain/time/civil-date.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { decodeEvent, STORED_TYPE } from '../events/codec.ts';
import type { ReversedActs } from './kept-acts.ts';
import { Mentions, type MentionsTable } from './mentions.ts';
import { BATCH, streamOf } from './recorded-events.ts';

/** Members of an act whose values a book has no list of: new ones come with new acts. */
const UNLISTED = ['customer', 'incident', 'campaign', 'shift'] as const;
export type Unlisted = (typeof UNLISTED)[number];

/** Windows beyond this hold too many buckets to wait for their end. */
const LONG_MS = 35 * DAY_MS;

/** The values to look for: those a long window is counted by. */
export function namesAsked({ limits }: Policy): readonly Unlisted[] {
  return UNLISTED.filter((name) =>
    limits.some(
      ({ window, per }) => isLong(window) && (window.every === name || per.includes(name as Dimension)),
    ),
  );
}

/** It never ends, or only after very many acts. */
export function isLong(window: Window): boolean {
  switch (window.every) {
    case 'lifetime':
    case 'shift':
    case 'quarter':
    case 'year':
      return true;
    case 'fiscal':
      return window.period !== 'month';
    case 'rolling':
      return window.durationMs > LONG_MS;
    default:
      return false;
  }
}

export interface ForeseenParts {
  /** `YYYY-MM-DD` → the position of the last act on that business day. */
  readonly lastOnDay: ReadonlyMap<string, number>;
  readonly mentions: MentionsTable;
}

const REVERSED = 'act';

export class Foreseen {
  readonly #lastOnDay = new Map<string, number>();
  readonly #mentions = new Mentions();
  readonly #names: readonly Unlisted[];

  /** @param names as `namesAsked` */
  constructor(names: readonly Unlisted[]) {
    this.#names = names;
  }

  /** Of one stretch of a history. @throws UnreadableEvent */
  static async of(
    eventStore: EventStore,
    { book, from, to, names }: ForeseeSpan,
    signal?: AbortSignal,
  ): Promise<Foreseen> {
    const foreseen = new Foreseen(names);
    for await (const batch of eventStore.read(streamOf(book), from, { to, maxBatch: BATCH })) {
      signal?.throwIfAborted();
      for (const stored of batch) foreseen.note(stored);
    }
    return foreseen;
  }

  /** @throws UnreadableEvent */
  note(stored: Pick<StoredEvent, 'type' | 'data' | 'revision'>): void {
    const { type, data, revision } = stored;
    if (DECISIONS.has(type)) {
      const at = data.indexOf(BUSINESS_DATE);
      if (at < 0) this.#noteAct(decodeEvent(stored) as ActDecision, revision);
      else {
        this.#noteDay(textAfter(BUSINESS_DATE, data, at), revision);
        // What the act was asked with comes before it.
        const asked = this.#names.length === 0 ? '' : data.slice(0, at);
        for (const name of this.#names) {
          const place = asked.indexOf(MARKS[name]);
          if (place >= 0) this.#mentions.note(name, textAfter(MARKS[name], data, place), revision);
        }
      }
    } else if (type === STORED_TYPE.ActReversed) {
      const event = decodeEvent(stored);
      if (event.type === 'ActReversed') this.#mentions.note(REVERSED, event.act, revision);
    }
  }

  #noteAct({ businessDate, asked }: ActDecision, position: number): void {
    this.#noteDay(businessDate, position);
    for (const name of this.#names) {
      if (asked[name] !== undefined) this.#mentions.note(name, asked[name], position);
    }
  }

  #noteDay(date: string, position: number): void {
    const known = this.#lastOnDay.get(date);
    if (known === undefined || known < position) this.#lastOnDay.set(date, position);
  }

  join({ lastOnDay, mentions }: ForeseenParts): void {
    for (const [date, position] of lastOnDay) this.#noteDay(date, position);
    this.#mentions.join(mentions);
  }

  get parts(): ForeseenParts {
    return { lastOnDay: this.#lastOnDay, mentions: this.#mentions.table };
  }

  get lastOnDay(): ReadonlyMap<string, number> {
    return this.#lastOnDay;
  }

  /** Whether an act after the position names the value: may be true where none does. */
  isNamedAfter(name: Unlisted, value: string, position: number): boolean {
    return this.#mentions.isAfter(name, value, position);
  }

  /** Whether the act is reversed after the position: may be true where it is not. */
  isReversedAfter(act: string, position: number): boolean {
    return this.#mentions.isAfter(REVERSED, act, position);
  }

  /** The acts that are ever reversed, and now and then one that is not. */
  get reversed(): ReversedActs {
    return { has: (act) => this.isReversedAfter(act, -1) };
  }

  /** @throws where the event was not foreseen: what was forgotten may have been wanted */
  check(position: number, event: BookEvent): void {
    if (!isDecision(event)) return;
    const { asked, businessDate } = event;
    const isForeseen =
      (this.#lastOnDay.get(businessDate) ?? -1) >= position &&
      this.#names.every(
        (name) => asked[name] === undefined || this.isNamedAfter(name, asked[name], position - 1),
      );
    if (!isForeseen)
      throw new Error(`the act at ${position} was overlooked when the history was looked through`);
  }
}

export interface ForeseeSpan {
  readonly book: string;
  readonly from: number;
  readonly to: number;
  readonly names: readonly Unlisted[];
}

const DECISIONS: ReadonlySet<string> = new Set([
  STORED_TYPE.ActAccepted,
  STORED_TYPE.ActDeclined,
  STORED_TYPE.ActHeld,
  STORED_TYPE.ActReserved,
]);

/** As JSON has them: inside a text a quotation mark has a backslash before it, so that none can be part of one. */
const BUSINESS_DATE = '"businessDate":"';
const MARKS = {
  customer: '"customer":"',
  incident: '"incident":"',
  campaign: '"campaign":"',
  shift: '"shift":"',
} as const satisfies Record<Unlisted, string>;

/** The text of the member whose mark stands there. */
function textAfter(mark: string, data: string, at: number): string {
  const from = at + mark.length;
  let to = data.indexOf('"', from);
  const text = data.slice(from, to);
  if (!text.includes('\\')) return text;
  // With escapes in it: to be read as JSON, up to the quotation mark that has none before it.
  while (isEscaped(data, to)) to = data.indexOf('"', to + 1);
  return JSON.parse(data.slice(from - 1, to + 1)) as string;
}

function isEscaped(data: string, at: number): boolean {
  let backslashes = 0;
  while (data[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
