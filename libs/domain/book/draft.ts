/**
 * A book's state with decisions on top that are not durable yet. A batch of acts is decided one after the
 * other on a draft: each sees the ones before it, readers of the state see none of them, and if the append is
 * refused the draft is thrown away.
 */
import type { Amounts } from '../act/act.ts';
import { Beside } from './beside.ts';
import type { BucketReader } from './buckets.ts';
import type { BookEvent, SettlingEvent } from './events.ts';
import { accepts, giveBack, keepFor, settle, type UsageWriter, useBuckets } from './evolve.ts';
import { type OpenAct, openActOf } from './open-acts.ts';
import type { ApprovalCode, BookState } from './state.ts';
import { minus, NOTHING, plus, Timeline } from './timeline.ts';

export class Draft implements BucketReader, UsageWriter {
  readonly state: BookState;
  readonly #used = new Map<string, Amounts>();
  readonly #rolling = new Map<string, Timeline>();
  readonly #reversals = new Map<string, Amounts>();
  /** Made when the first open act is taken in: most drafts have none. */
  #opened: Opened | undefined;
  /** Whether any bucket may stand otherwise here than in the state. */
  #isTouched = false;
  accepted: Amounts;

  constructor(state: BookState) {
    this.state = state;
    this.accepted = state.accepted;
  }

  /** Takes in what was decided on this draft. Only acts, what becomes of them, and approval codes show in it. */
  take(event: BookEvent): void {
    switch (event.type) {
      case 'ActAccepted':
        useBuckets(this, event);
        this.accepted = plus(this.accepted, event.amounts);
        break;
      case 'ActDeclined':
        break;
      case 'ActReversed':
        giveBack(this, event);
        this.#reversals.set(event.act, event.reversedInAll);
        break;
      case 'ActHeld':
      case 'ActReserved': {
        const opened = this.#openedHere();
        const open = openActOf(event);
        keepFor(this, open);
        opened.acts.set(open.id, open);
        opened.inAll = plus(opened.inAll, open.amounts);
        break;
      }
      case 'ApprovalCodeMade': {
        const { id, hash, act, expiresAt, roles, actor: maker } = event;
        const bound = act === undefined ? {} : { act };
        this.#openedHere().codes.set(hash, { id, maker, roles, ...bound, expiresAt });
        break;
      }
      case 'ActApproved':
      case 'ActRejected':
      case 'ActCommitted':
      case 'ActReleased':
      case 'ActExpired':
        this.#settle(event);
        break;
      default:
      // Whatever changes what acts are decided by is decided alone.
    }
  }

  #settle(event: SettlingEvent): void {
    const opened = this.#openedHere();
    const open = this.open(event.act);
    if (open === undefined) throw new Error(`${event.type} settles act ${event.act}, which is not open`);
    const stays = settle(this, event, open);
    opened.acts.set(open.id, stays);
    opened.settled.set(open.id, event);
    if (stays === undefined) opened.inAll = minus(opened.inAll, open.amounts);
    if (accepts(event)) this.accepted = plus(this.accepted, event.amounts);
    if (event.type === 'ActApproved' && event.code !== undefined) {
      const code = this.approvalCode(event.code.hash);
      if (code !== undefined) opened.codes.set(event.code.hash, { ...code, usedFor: event.act });
    }
  }

  #openedHere(): Opened {
    this.#isTouched = true;
    this.#opened ??= {
      acts: new Map(),
      settled: new Map(),
      codes: new Map(),
      reserved: new Beside(),
      inAll: NOTHING,
    };
    return this.#opened;
  }

  /** The buckets as they stand here: the state's own while nothing is drafted, which need not be asked twice. */
  get usage(): BucketReader {
    return this.#isTouched ? this : this.state.buckets;
  }

  used(id: string): Amounts {
    return this.#used.get(id) ?? this.state.buckets.used(id);
  }

  usedBetween(id: string, from: number, to: number): Amounts {
    const durable = this.state.buckets.usedBetween(id, from, to);
    const drafted = this.#rolling.get(id);
    return drafted === undefined ? durable : plus(durable, drafted.between(from, to));
  }

  reserved(id: string): Amounts {
    const durable = this.state.buckets.reserved(id);
    return this.#opened === undefined ? durable : plus(durable, this.#opened.reserved.of(id));
  }

  reservedBetween(id: string, from: number, to: number): Amounts {
    const durable = this.state.buckets.reservedBetween(id, from, to);
    return this.#opened === undefined ? durable : plus(durable, this.#opened.reserved.between(id, from, to));
  }

  timesWithin(id: string, from: number, to: number): readonly number[] {
    const durable = this.state.buckets.timesWithin(id, from, to);
    const drafted = this.#rolling.get(id);
    if (drafted === undefined && this.#opened === undefined) return durable;
    return [
      ...durable,
      ...(drafted?.timesWithin(from, to) ?? []),
      ...(this.#opened?.reserved.timesWithin(id, from, to) ?? []),
    ];
  }

  /** The time of the first use or reservation of a rolling bucket after `from`, if any. */
  firstTimeAfter(id: string, from: number): number | undefined {
    const times = [
      this.state.buckets.firstTimeAfter(id, from),
      this.#rolling.get(id)?.firstAfter(from),
      this.#opened?.reserved.firstTimeAfter(id, from),
    ].filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  adjusted(id: string): Amounts {
    return this.state.buckets.adjusted(id);
  }

  adjustedBetween(id: string, from: number, to: number): Amounts {
    return this.state.buckets.adjustedBetween(id, from, to);
  }

  reversed(act: string): Amounts {
    return this.#reversals.get(act) ?? this.state.reversals.get(act) ?? NOTHING;
  }

  /** The act, if it still waits here. */
  open(act: string): OpenAct | undefined {
    return this.#opened?.acts.has(act) === true ? this.#opened.acts.get(act) : this.state.open.get(act);
  }

  /** All acts that still wait here. */
  *openActs(): Iterable<OpenAct> {
    for (const open of this.state.open.values()) {
      if (this.#opened?.acts.has(open.id) !== true) yield open;
    }
    for (const open of this.#opened?.acts.values() ?? []) if (open !== undefined) yield open;
  }

  /** Not later than the first open act falls due, epoch ms; infinite: nothing is open. */
  get nextDueAt(): number {
    let earliest = this.state.open.nextDueAt;
    for (const open of this.#opened?.acts.values() ?? []) {
      if (open !== undefined && open.expiresAt < earliest) earliest = open.expiresAt;
    }
    return earliest;
  }

  /** The newest fact taken in here that settled the act. */
  settled(act: string): SettlingEvent | undefined {
    return this.#opened?.settled.get(act);
  }

  approvalCode(hash: string): ApprovalCode | undefined {
    return this.#opened?.codes.get(hash) ?? this.state.approvalCodes.get(hash);
  }

  /** Everything that open acts reserve. */
  reservedInAll(): Amounts {
    return this.#opened === undefined ? this.state.reserved : plus(this.state.reserved, this.#opened.inAll);
  }

  add(id: string, amounts: Amounts): void {
    this.#isTouched = true;
    this.#used.set(id, plus(this.used(id), amounts));
  }

  addAt(id: string, at: number, amounts: Amounts): void {
    this.#isTouched = true;
    let timeline = this.#rolling.get(id);
    if (timeline === undefined) {
      timeline = new Timeline();
      this.#rolling.set(id, timeline);
    }
    timeline.add(at, amounts);
  }

  reserve(id: string, amounts: Amounts): void {
    this.#openedHere().reserved.add(id, amounts);
  }

  reserveAt(id: string, at: number, amounts: Amounts): void {
    this.#openedHere().reserved.addAt(id, at, amounts);
  }
}

/** What a draft adds to the open acts of its state. */
interface Opened {
  /** Undefined: no longer open. */
  readonly acts: Map<string, OpenAct | undefined>;
  readonly settled: Map<string, SettlingEvent>;
  readonly codes: Map<string, ApprovalCode>;
  /** Differences from the state's: negative where something came free. */
  readonly reserved: Beside;
  inAll: Amounts;
}
