/**
 * What a replay has to know of the history ahead of it to forget buckets for good: on which business days acts are still
 * to come, and where values that limits count by for long are named for the last time. Read from the stored texts as they
 * are: reading them as JSON would take four times as long.
 */
import { type BookEvent, isDecision } from '../domain/book/events.ts';
import type { Dimension, Policy, Window } from '../domain/policy/policy.ts';
import { DAY_MS } from '../domain/time/civil-date.ts';
import type { EventStore, StoredEvent } from '../event-store/event-store.ts';
import { decodeEvent, STORED_TYPE } from '../events/codec.ts';
import type { ReversedActs } from './kept-acts.ts';
import { MemberMark, textAt } from './member-mark.ts';
import { Mentions, type MentionsTable } from './mentions.ts';
import { BATCH, streamOf } from './recorded-events.ts';
import type { ThreadPressure } from './thread-pressure.ts';

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

/** Ids begin with a time; what makes them differ is at their end, and every act is asked about. */
function lastOf(act: string): string {
  return act.slice(-16);
}

export class Foreseen {
  readonly #lastOnDay = new Map<string, number>();
  readonly #mentions = new Mentions();
  readonly #names: readonly Unlisted[];

  /** @param names as `namesAsked` */
  constructor(names: readonly Unlisted[]) {
    this.#names = names;
  }

  /** Notes one stretch of the ledger. @throws UnreadableEvent; EngineUnavailable; the signal's reason */
  async noteAll(
    eventStore: EventStore,
    { book, from, to }: Omit<ForeseeSpan, 'names'>,
    pressure: ThreadPressure,
    signal?: AbortSignal,
  ): Promise<void> {
    pressure.begin();
    for await (const batch of eventStore.read(streamOf(book), from, { to, maxBatch: BATCH })) {
      signal?.throwIfAborted();
      for (const stored of batch) this.note(stored);
      await pressure.end();
      pressure.begin();
    }
  }

  /** @throws UnreadableEvent */
  note(stored: Pick<StoredEvent, 'type' | 'data' | 'revision'>): void {
    const { type, data, revision } = stored;
    if (DECISIONS.has(type)) {
      const date = BUSINESS_DATE.valueIn(data);
      if (date < 0) this.noteEvent(decodeEvent(stored), revision);
      else {
        this.noteDay(textAt(data, date), revision);
        // What the act was asked with comes before it; its receipts, that may name the same, after it.
        const asked = this.#names.length === 0 ? '' : data.slice(0, date);
        for (const name of this.#names) {
          const value = MARKS[name].valueIn(asked);
          if (value >= 0) this.#mentions.note(name, textAt(asked, value), revision);
        }
      }
    } else if (type === STORED_TYPE.ActReversed) this.noteEvent(decodeEvent(stored), revision);
  }

  noteEvent(event: BookEvent, position: number): void {
    if (isDecision(event)) {
      this.noteDay(event.businessDate, position);
      for (const name of this.#names) {
        const value = event.asked[name];
        if (value !== undefined) this.#mentions.note(name, value, position);
      }
    } else if (event.type === 'ActReversed') this.#mentions.note(REVERSED, lastOf(event.act), position);
  }

  /** Names that are not looked for are let pass. */
  noteName(name: Unlisted, value: string, position: number): void {
    if (this.#names.includes(name)) this.#mentions.note(name, value, position);
  }

  noteDay(date: string, position: number): void {
    const known = this.#lastOnDay.get(date);
    if (known === undefined || known < position) this.#lastOnDay.set(date, position);
  }

  join({ lastOnDay, mentions }: ForeseenParts): void {
    for (const [date, position] of lastOnDay) this.noteDay(date, position);
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
    return this.#mentions.isAfter(REVERSED, lastOf(act), position);
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

const BUSINESS_DATE = new MemberMark('businessDate', '"');
const MARKS = {
  customer: new MemberMark('customer', '"'),
  incident: new MemberMark('incident', '"'),
  campaign: new MemberMark('campaign', '"'),
  shift: new MemberMark('shift', '"'),
} as const satisfies Record<Unlisted, MemberMark>;
