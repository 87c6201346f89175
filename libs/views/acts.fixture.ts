/**
 * Ledgers to test views with: seeded, with declines, breaches, reversals in parts and in whole, late acts, and acts
 * that wait and are settled in every way.
 */
import type { AskedAct } from '../domain/act/act.ts';
import { KINDS } from '../domain/act/act.ts';
import type {
  ActAccepted,
  ActDeclined,
  ActHeld,
  ActReserved,
  ActReversed,
  BookEvent,
  GuardrailReceipt,
  SettlingEvent,
} from '../domain/book/events.ts';
import type {
  AppendResult,
  EventStore,
  EventToAppend,
  StoredEvent,
  SubscribeOptions,
  Subscription,
} from '../event-store/event-store.ts';
import { encodeEvent } from '../events/codec.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 5, 8);

/** A small seeded generator (mulberry32): the same ledger for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface LedgerShape {
  readonly seed: number;
  readonly locations?: number;
  readonly employees?: number;
  readonly customers?: number;
  /** Acts a day over all locations. */
  readonly actsPerDay?: number;
}

/** Facts of one book, without end; the first defines the book. */
export function* bookEvents(shape: LedgerShape): Generator<BookEvent, never> {
  const { seed, locations = 5, employees = 20, customers = 50, actsPerDay = 40 } = shape;
  const random = seeded(seed);
  const below = (n: number) => Math.floor(random() * n);
  const oneOf = <Value>(values: readonly Value[]): Value => values[below(values.length)]!;
  const waiting: { act: ActHeld | ActReserved; approved: boolean }[] = [];
  const open: {
    act: Pick<ActAccepted, 'id' | 'amounts' | 'occurredAt' | 'businessDate'>;
    left: { count: number; costMinor: number; retailMinor: number };
  }[] = [];
  let made = 0;
  const newId = (ms: number): string => {
    const time = ms.toString(16).padStart(12, '0');
    const tail = (made++).toString(16).padStart(12, '0');
    const mark = below(0xfff).toString(16).padStart(3, '0');
    const owner = (seed & 0xfff).toString(16).padStart(3, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${mark}-8${owner}-${tail}`;
  };
  yield {
    type: 'BookDefined',
    recordedAt: START_MS,
    actor: 'admin',
    book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false },
  };
  for (let act = 0; ; act++) {
    const recordedAt = START_MS + Math.floor((act * DAY_MS) / actsPerDay);
    if (open.length > 0 && random() < 0.03) {
      yield reversal(recordedAt);
      continue;
    }
    if (waiting.length > 0 && random() < 0.06) {
      yield settling(recordedAt);
      continue;
    }
    const late = random() < 0.03 ? below(3 * DAY_MS) : 0;
    const occurredAt = recordedAt - late;
    const employee = below(employees);
    const quantity = 1 + below(3);
    const retailMinor = quantity * (100 + below(900));
    const mode = random() < 0.2 ? 'record' : 'request';
    const asked: AskedAct = {
      mode,
      kind: oneOf(KINDS),
      trigger: random() < 0.64 ? 'recovery' : 'delight',
      employee: `emp-${employee}`,
      location: `loc-${employee % locations}`,
      ...(random() < 0.35 ? { customer: `c-${below(customers)}` } : {}),
      ...(random() < 0.2 ? { incident: `inc-${act}` } : {}),
      ...(random() < 0.8 ? { item: { sku: `coffee/${below(30)}`, quantity } } : {}),
      ...(random() < 0.9 ? { reason: oneOf(['wait', 'wrong-item', 'quality', 'spill', 'café ☕']) } : {}),
      ...(random() < 0.2 ? { note: `note ${act}` } : {}),
    };
    const finding = random() < 0.1 ? 'decline' : random() < 0.1 ? 'warn' : 'within';
    const guardrails: GuardrailReceipt[] = [
      {
        limit: 'weekly-coffees',
        key: { employee: asked.employee },
        window: { label: 'week:2026-01-05', from: START_MS, to: START_MS + 7 * DAY_MS },
        measures: { count: [10, 3, 0], costMinor: [5_000, 310, 0] },
        finding,
      },
    ];
    if (random() < 0.05) guardrails.push({ rule: 'named', message: 'Name the incident.', finding: 'warn' });
    const facts = {
      recordedAt,
      actor: 'till-7',
      key: `till-7-${act}`,
      id: newId(recordedAt),
      asked,
      occurredAt,
      businessDate: new Date(occurredAt).toISOString().slice(0, 10),
      amounts: { count: asked.item?.quantity ?? 1, costMinor: Math.floor(retailMinor / 4), retailMinor },
      roles: [[], ['barista'], ['barista', 'lead'], ['manager-on-duty']][employee % 4]!,
      ...(employee % locations === 0 ? {} : { region: `region-${(employee % locations) % 2}` }),
      policyVersion: random() < 0.01 ? null : 1 + (act > 1_000 ? 1 : 0),
      guardrails,
    };
    if (finding === 'decline' && mode === 'request')
      yield { type: 'ActDeclined', ...facts } satisfies ActDeclined;
    else if (mode === 'request' && random() < 0.12) {
      const reserve = random() < 0.5;
      const expiresAt = recordedAt + DAY_MS;
      const asks = reserve ? { ...facts, asked: { ...asked, mode: 'reserve' as const } } : facts;
      const act: ActHeld | ActReserved =
        reserve && random() < 0.6
          ? { type: 'ActReserved', ...asks, expiresAt }
          : { type: 'ActHeld', ...asks, expiresAt, then: 'expire' };
      waiting.push({ act, approved: false });
      yield act;
    } else {
      const accepted: ActAccepted = { type: 'ActAccepted', ...facts };
      open.push({ act: accepted, left: { ...facts.amounts } });
      if (open.length > 200) open.shift();
      yield accepted;
    }
  }

  function settling(recordedAt: number): SettlingEvent {
    const [{ act, approved }] = waiting.splice(below(waiting.length), 1) as [(typeof waiting)[number]];
    const { id, amounts, occurredAt, businessDate } = act;
    const common = { act: id, amounts, occurredAt, businessDate, buckets: [], recordedAt, actor: 'dana' };
    const own = { ...common, key: `settle-${made}`, id: newId(recordedAt) };
    const accept = (given = amounts) => open.push({ act: { ...act, amounts: given }, left: { ...given } });
    const dice = random();
    if (dice < 0.2) {
      const becomes = dice < 0.1 ? 'accepted' : 'expired';
      if (becomes === 'accepted') accept();
      return { type: 'ActExpired', ...common, actor: 'ledger', dueAt: act.expiresAt, becomes };
    }
    if (act.type === 'ActHeld' && !approved) {
      if (dice < 0.4) return { type: 'ActRejected', ...own, approver: 'dana', reason: 'not today' };
      const reserved = act.asked.mode === 'reserve';
      if (reserved) waiting.push({ act, approved: true });
      else accept();
      const approval = { type: 'ActApproved', ...own, approver: 'dana', policyVersion: 1 } as const;
      return reserved
        ? { ...approval, becomes: 'reserved', expiresAt: recordedAt + DAY_MS }
        : { ...approval, becomes: 'accepted' };
    }
    if (dice < 0.5) return { type: 'ActReleased', ...own };
    const part = dice < 0.7 ? { ...amounts, retailMinor: Math.floor(amounts.retailMinor / 2) } : amounts;
    accept(part);
    const released = { count: 0, costMinor: 0, retailMinor: amounts.retailMinor - part.retailMinor };
    return { type: 'ActCommitted', ...own, asked: {}, amounts: part, released };
  }

  function reversal(recordedAt: number): ActReversed {
    const at = below(open.length);
    const { act, left } = open[at]!;
    const whole = random() < 0.5;
    const amounts = whole
      ? { ...left }
      : {
          count: 0,
          costMinor: Math.floor(left.costMinor / 2),
          retailMinor: Math.floor(left.retailMinor / 2),
        };
    left.count -= amounts.count;
    left.costMinor -= amounts.costMinor;
    left.retailMinor -= amounts.retailMinor;
    if (whole) open.splice(at, 1);
    return {
      type: 'ActReversed',
      recordedAt,
      actor: 'admin',
      key: `reverse-${made}`,
      id: newId(recordedAt),
      act: act.id,
      reason: 'rung up twice',
      asked: whole ? {} : { costMinor: amounts.costMinor, retailMinor: amounts.retailMinor },
      amounts,
      occurredAt: act.occurredAt,
      businessDate: act.businessDate,
      buckets: [],
      reversedInAll: {
        count: act.amounts.count - left.count,
        costMinor: act.amounts.costMinor - left.costMinor,
        retailMinor: act.amounts.retailMinor - left.retailMinor,
      },
      whole,
    };
  }
}

/** The first `count` facts of a book. */
export function firstEvents(shape: LedgerShape, count: number): BookEvent[] {
  const events: BookEvent[] = [];
  for (const event of bookEvents(shape)) {
    if (events.length === count) break;
    events.push(event);
  }
  return events;
}

/** Ready to append; ids tell stream and place. */
export function toAppend(stream: string, events: readonly BookEvent[], from = 0): EventToAppend[] {
  return events.map((event, index) => ({ id: `${stream}/${from + index}`, ...encodeEvent(event) }));
}

/** The engine's port over an array, for what needs no file: delivers what is there, then what is pushed. */
export class EventsInMemory implements EventStore {
  readonly events: StoredEvent[] = [];
  readonly #wake = new Set<() => void>();

  push(book: string, events: readonly BookEvent[]): void {
    const stream = `book-${book}`;
    let revision = this.#head(stream);
    for (const event of toAppend(stream, events, revision + 1))
      this.events.push({ ...event, stream, revision: ++revision, global: BigInt(this.events.length + 1) });
    for (const wake of this.#wake) wake();
  }

  async append(): Promise<AppendResult> {
    throw new Error('push to it');
  }

  async *read(stream: string, from: number, options: { to?: number } = {}) {
    const { to = Number.POSITIVE_INFINITY } = options;
    yield this.events.filter((e) => e.stream === stream && e.revision >= from && e.revision <= to);
  }

  async head(stream: string): Promise<number> {
    return this.#head(stream);
  }

  async streams(prefix: string): Promise<string[]> {
    return [...new Set(this.events.map(({ stream }) => stream))].filter((name) => name.startsWith(prefix));
  }

  subscribe(
    { after = 0n, maxBatch = 100 }: SubscribeOptions,
    handler: (events: readonly StoredEvent[]) => Promise<void> | void,
  ): Subscription {
    let closed = false;
    let wake = () => {};
    const ended = (async () => {
      let at = this.events.findIndex(({ global }) => global > after);
      if (at === -1) at = this.events.length;
      await new Promise(setImmediate);
      while (!closed) {
        const batch = this.events.slice(at, at + maxBatch);
        at += batch.length;
        if (batch.length > 0) await handler(batch);
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
            this.#wake.add(resolve);
          });
      }
    })();
    return {
      ended,
      close: async () => {
        closed = true;
        wake();
        await ended;
      },
    };
  }

  async delete(): Promise<void> {}
  async check(): Promise<void> {}
  async close(): Promise<void> {}

  #head(stream: string): number {
    return this.events.findLast((event) => event.stream === stream)?.revision ?? -1;
  }
}
