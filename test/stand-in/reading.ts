/** Reads and subscriptions as the server answers them. Nothing is sent faster than the caller takes it. */

import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { EventLog, LoggedEvent } from './event-log.ts';
import type { Fault, Kind } from './faults.ts';
import { failure, grpc, sharedPb, streamsPb } from './protocol.ts';

export type ReadCall = ServerWritableStream<ReadReq, ReadResp>;

/** Faults that strike within an answer, after `afterEvents` of its events. `silence` sends nothing more. */
const DURING: ReadonlySet<Kind> = new Set(['end', 'error', 'cut', 'silence']);

/** Events between two turns of the event loop, so that a long read does not hold up other calls. */
const TURN = 64;
/** The server's default search window; a checkpoint comes after so many events looked at, times the multiplier. */
const WINDOW = 32;

const TICKS_PER_MS = 10_000n;

export class Reading {
  readonly #call: ReadCall;
  readonly #log: EventLog;
  readonly #fault: Fault | undefined;
  readonly #cut: () => void;
  #sent = 0;
  /** Set when the call is over for us, by the caller's wish or by a fault. */
  over = false;
  /** Wakes a subscription that waits for an append. */
  #wake: (() => void) | undefined;
  #drained: (() => void) | undefined;

  constructor(call: ReadCall, log: EventLog, fault: Fault | undefined, cut: () => void) {
    this.#call = call;
    this.#log = log;
    this.#fault = fault !== undefined && DURING.has(fault.kind) ? fault : undefined;
    this.#cut = cut;
    const stop = (): void => {
      this.over = true;
      this.#wake?.();
      this.#drained?.();
    };
    call.on('cancelled', stop);
    call.on('close', stop);
    call.on('error', stop);
  }

  end(how: 'end' | 'error'): void {
    if (this.over) return;
    this.over = true;
    this.#wake?.();
    this.#drained?.();
    if (how === 'end') this.#call.end();
    else this.#call.emit('error', failure(grpc.status.UNAVAILABLE, 'Server Is Not Ready'));
  }

  async stream(): Promise<void> {
    const options = this.#call.request.getOptions()!;
    const wanted = options.getStream()!;
    const name = Buffer.from(wanted.getStreamIdentifier()!.getStreamName_asU8()).toString('utf8');
    if (this.#log.isTombstone(name)) {
      const trailers = { exception: 'stream-deleted', 'stream-name': encodeURIComponent(name) };
      this.#call.emit(
        'error',
        failure(grpc.status.FAILED_PRECONDITION, `Event stream '${name}' is deleted.`, trailers),
      );
      return;
    }
    const events = this.#log.visible(name);
    if (events === undefined) {
      const missing = new streamsPb.ReadResp.StreamNotFound();
      missing.setStreamIdentifier(identifier(name));
      const answer = new streamsPb.ReadResp();
      answer.setStreamNotFound(missing);
      await this.#write(answer);
      this.#finish();
      return;
    }
    const count = Number(options.getCount());
    const backwards = options.getReadDirection() === 1;
    const first = events[0]?.revision ?? 0;
    const from = wanted.hasStart()
      ? first
      : wanted.hasEnd()
        ? first + events.length - 1
        : Number(wanted.getRevision());
    const index = from - first;
    const chosen = backwards
      ? events.slice(Math.max(0, index - count + 1), Math.max(0, index + 1)).reverse()
      : events.slice(Math.max(0, index), Math.max(0, index) + count);
    await this.#sendAll(chosen);
    this.#finish();
  }

  async all(): Promise<void> {
    const options = this.#call.request.getOptions()!;
    const wanted = options.getAll()!;
    const count = Number(options.getCount());
    const passes = filterOf(options);
    const { all } = this.#log;
    // A read from a position includes the event that stands there.
    const from = wanted.hasPosition() ? BigInt(wanted.getPosition()!.getCommitPosition()) : undefined;
    const chosen: LoggedEvent[] = [];
    if (options.getReadDirection() === 1) {
      let i = from === undefined ? all.length : this.#log.indexAfter(from - 1n);
      if (wanted.hasStart()) i = 0;
      for (i -= 1; i >= 0 && chosen.length < count; i--) if (passes(all[i]!)) chosen.push(all[i]!);
    } else {
      let i = from === undefined ? 0 : this.#log.indexAfter(from - 1n);
      if (wanted.hasEnd()) i = all.length;
      for (; i < all.length && chosen.length < count; i++) if (passes(all[i]!)) chosen.push(all[i]!);
    }
    await this.#sendAll(chosen);
    this.#finish();
  }

  async subscribeToAll(): Promise<void> {
    const options = this.#call.request.getOptions()!;
    const wanted = options.getAll()!;
    const passes = filterOf(options);
    const confirmation = new streamsPb.ReadResp.SubscriptionConfirmation();
    confirmation.setSubscriptionId(crypto.randomUUID());
    const confirmed = new streamsPb.ReadResp();
    confirmed.setConfirmation(confirmation);
    await this.#write(confirmed);

    let next = wanted.hasStart()
      ? 0
      : wanted.hasEnd()
        ? this.#log.all.length
        : this.#log.indexAfter(BigInt(wanted.getPosition()!.getCommitPosition()));
    const every = WINDOW * (options.getFilter()?.getCheckpointintervalmultiplier() ?? 0);
    let looked = 0;
    let caughtUp = false;
    const unwatch = this.#log.watch(() => this.#wake?.());
    try {
      while (!this.over) {
        if (next >= this.#log.all.length) {
          if (!caughtUp) {
            caughtUp = true;
            const answer = new streamsPb.ReadResp();
            answer.setCaughtUp(new streamsPb.ReadResp.CaughtUp());
            await this.#write(answer);
            continue;
          }
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        const event = this.#log.all[next]!;
        next += 1;
        looked += 1;
        if (passes(event) && !(await this.#send(event))) return;
        if (every > 0 && looked % every === 0) await this.#checkpoint(event.position);
        if (looked % TURN === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      unwatch();
    }
  }

  async #sendAll(events: readonly LoggedEvent[]): Promise<void> {
    for (const event of events) if (!(await this.#send(event))) return;
  }

  /** @returns false when a fault has ended the call */
  async #send(event: LoggedEvent): Promise<boolean> {
    const { kind, afterEvents = 0 } = this.#fault ?? {};
    if (kind !== undefined && this.#sent >= afterEvents) {
      if (kind === 'end' || kind === 'error') this.end(kind);
      if (kind === 'cut') this.#cut();
      if (DURING.has(kind)) return false;
    }
    this.#sent += 1;
    await this.#write(eventAnswer(event));
    return !this.over;
  }

  async #checkpoint(position: bigint): Promise<void> {
    const checkpoint = new streamsPb.ReadResp.Checkpoint();
    checkpoint.setCommitPosition(String(position));
    checkpoint.setPreparePosition(String(position));
    const answer = new streamsPb.ReadResp();
    answer.setCheckpoint(checkpoint);
    await this.#write(answer);
  }

  async #write(answer: ReadResp): Promise<void> {
    if (this.over || this.#call.write(answer)) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
      this.#call.once('drain', resolve);
    });
  }

  #finish(): void {
    if (!this.over) this.#call.end();
  }
}

function filterOf(options: ReadReq.Options): (event: LoggedEvent) => boolean {
  const filter = options.getFilter();
  if (filter === undefined) return () => true;
  const byStream = filter.getStreamIdentifier();
  const expression = byStream ?? filter.getEventType()!;
  const prefixes = expression.getPrefixList();
  const pattern = expression.getRegex() === '' ? undefined : new RegExp(expression.getRegex());
  return (event) => {
    const text = byStream === undefined ? event.type : event.stream;
    return pattern?.test(text) ?? prefixes.some((prefix) => text.startsWith(prefix));
  };
}

export function identifier(name: string): InstanceType<typeof sharedPb.StreamIdentifier> {
  const id = new sharedPb.StreamIdentifier();
  id.setStreamName(new Uint8Array(Buffer.from(name, 'utf8')));
  return id;
}

const ANSWERS = new WeakMap<LoggedEvent, ReadResp>();

/** Encoded once for all who read it: many replicas are not to wait for the stand-in. */
function eventAnswer(event: LoggedEvent): ReadResp {
  const known = ANSWERS.get(event);
  if (known !== undefined) return known;
  const answer = encodeOnce(event);
  ANSWERS.set(event, answer);
  return answer;
}

function encodeOnce(event: LoggedEvent): ReadResp {
  const recorded = new streamsPb.ReadResp.ReadEvent.RecordedEvent();
  const id = new sharedPb.UUID();
  id.setString(event.id);
  recorded.setId(id);
  recorded.setStreamIdentifier(identifier(event.stream));
  recorded.setStreamRevision(String(event.revision));
  recorded.setCommitPosition(String(event.position));
  recorded.setPreparePosition(String(event.position));
  recorded.setData(new Uint8Array(event.data));
  recorded.setCustomMetadata(new Uint8Array(event.metadata));
  recorded.getMetadataMap().set('type', event.type);
  recorded.getMetadataMap().set('content-type', event.contentType);
  recorded.getMetadataMap().set('created', String(BigInt(event.createdMs) * TICKS_PER_MS));
  const read = new streamsPb.ReadResp.ReadEvent();
  read.setEvent(recorded);
  read.setCommitPosition(String(event.position));
  const answer = new streamsPb.ReadResp();
  answer.setEvent(read);
  const bytes = answer.serializeBinary();
  answer.serializeBinary = () => bytes;
  return answer;
}
