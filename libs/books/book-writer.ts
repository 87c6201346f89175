/**
 * The one writer of a book in this process. Commands queue; each round decides what has come together, one
 * after the other on a draft, and appends it at the expected revision: while one round is being made durable,
 * the next one collects. Whoever loses a race against another process catches up and decides again.
 */
import { setImmediate as endOfTurn, setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '../domain/access/access.ts';
import { lacking } from '../domain/access/capabilities.ts';
import { type Command, type Refusal } from '../domain/book/commands.ts';
import { differences } from '../domain/book/content.ts';
import { type Context, type Decided, decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { ActAccepted, ActDeclined, ActReversed, BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import type { BookState } from '../domain/book/state.ts';
import { EngineUnavailable, type EventStore, type EventToAppend } from '../event-store/event-store.ts';
import { decodeEvent, encodeEvent } from '../events/codec.ts';
import type { Answer, Evaluation, FoundAct } from './answers.ts';
import { fold } from './fold.ts';
import { GivingWay } from './giving-way.ts';
import { eventId, hashKey, indexOfId, type KeyHash, timedId } from './key-hash.ts';
import type { KeyIndex } from './key-index.ts';
import { streamOf } from './stream-of.ts';

/** Acts decided in one round: enough to amortise a flush many times over, few enough to stay responsive. */
const ROUND_MAX = 512;
/** Characters of JSON appended in one round, where the engine itself sets no bound. */
const ROUND_MAX_LENGTH = 4 * 1024 * 1024;
/** What an engine may add to an event for its id. */
const ID_BYTES = 64;
/** A command that has waited so long for its round, or for its round to win, is told to come back later. */
const MOST_WAIT_MS = 8_000;
const NOTHING_THERE_MS = 50;

export interface By {
  readonly key?: string;
  readonly actor: Actor;
}

export interface WriterOptions {
  readonly eventStore: EventStore;
  readonly keys: KeyIndex;
  /** Epoch ms. */
  readonly now: () => number;
  /** Told after every round that was made durable. */
  readonly onAppended?: (book: string, revision: number, events: number, tookMs: number) => void;
  readonly onConflict?: (book: string) => void;
}

interface Waiting {
  readonly command: Command;
  /** Until then, in ms of `performance.now`, it is worth deciding: afterwards nobody waits for the answer. */
  readonly until: number;
  readonly by: By;
  readonly keyHash: KeyHash | undefined;
  /** Up to this revision no event has this key: what stands there under the same hash has another. */
  readonly keyNewAt: number;
  /** For a reversal: the act, read from the ledger before it queued. */
  readonly act: ActAccepted | ActDeclined | undefined;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
}

interface Outcome {
  readonly waiting: Waiting;
  readonly decided: Decided;
}

export class BookWriter {
  readonly state: BookState;
  readonly #options: WriterOptions;
  readonly #stream: string;
  #queue: Waiting[] = [];
  #running = false;
  /** A round starts at the end of this turn of the event loop. */
  #starting = false;
  #lastRound = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #idle: (() => void)[] = [];
  readonly #givingWay = new GivingWay();
  #looking: Promise<number> | undefined;
  /** Since when the engine has been asked for the head without an answer, in ms of `performance.now`. */
  #lookingSince: number | undefined;
  #nextLook: Promise<number> | undefined;
  /** What those who wait for the next look wait for, if they do so only for a while. */
  #patient: { readonly look: Promise<number>; readonly caughtUp: Promise<void> } | undefined;

  /** @param state the book as far as it is known; the writer brings it up to date before it decides */
  constructor(state: BookState, options: WriterOptions) {
    this.state = state;
    this.#options = options;
    this.#stream = streamOf(state.id);
  }

  /**
   * Decides and records, or answers a replay or a refusal.
   * @param until ms of `performance.now`
   * @throws EngineUnavailable
   */
  async execute(command: Command, by: By, until = performance.now() + MOST_WAIT_MS): Promise<Answer> {
    // Before a replay, too: what was recorded is not told to whoever may not ask for it.
    const refusal = lacking(command, by.actor.subject, by.actor.roles);
    if (refusal !== undefined) return { outcome: 'refused', refusal };
    const keyHash = by.key === undefined ? undefined : hashKey(this.state.id, by.key);
    const keyNewAt = this.state.revision;
    if (keyHash !== undefined) {
      const earlier = await this.#earlier(keyHash, by.key!);
      if (earlier !== undefined) return replay(command, earlier);
    }
    const act = command.type === 'ReverseAct' ? (await this.act(command.act))?.event : undefined;
    return new Promise<Answer>((resolve, reject) => {
      this.#queue.push({ command, until, by, keyHash, keyNewAt, act, resolve, reject });
      if (!this.#running) this.#startSoon();
    });
  }

  /**
   * Others that arrive in the same turn of the event loop join the round, up to half as many as the last one
   * had. The other half is taken in while this one is made durable: clients that wait for their answers would
   * otherwise fall into step, all of them in one round, and the disk and this thread would wait for each other.
   */
  #startSoon(): void {
    if (this.#queue.length * 2 >= this.#lastRound) {
      this.#running = true;
      void this.#run();
    } else if (!this.#starting) {
      this.#starting = true;
      setImmediate(() => {
        this.#starting = false;
        if (this.#running || this.#queue.length === 0) return;
        this.#running = true;
        void this.#run();
      });
    }
  }

  /** What the act would be answered now. Records nothing. */
  async evaluate(command: Command & { type: 'DecideAct' }, by: Actor): Promise<Evaluation> {
    await this.catchUp();
    const context: Context = { recordedAt: this.#options.now(), actor: by.subject, roles: by.roles, id: '' };
    const decided = decide(new Draft(this.state), command, context);
    if ('refusal' in decided) return { outcome: 'refused', refusal: decided.refusal };
    if (!('event' in decided)) throw new Error('an act is never already stated');
    const event = decided.event as ActAccepted | ActDeclined;
    return { outcome: 'evaluated', event, position: this.state.revision };
  }

  /** The act with this id, exact: also one that another process has just recorded. */
  async act(id: string): Promise<FoundAct | undefined> {
    const index = indexOfId(id);
    if (index === undefined) return undefined;
    await this.catchUp();
    for (const revision of this.#options.keys.find(this.state.id, index)) {
      const event = await this.#eventAt(revision);
      if ((event?.type === 'ActAccepted' || event?.type === 'ActDeclined') && event.id === id) {
        const reversed = this.state.reversals.get(id);
        return { event, position: revision, ...(reversed === undefined ? {} : { reversed }) };
      }
    }
    return undefined;
  }

  /** Brings the state to the stream's head as it stands now. Costs one look at the head when nothing is new. */
  async catchUp(): Promise<void> {
    const head = await this.#head();
    if (head <= this.state.revision) return;
    // Our own round may be on its way into the state: what is still missing after it is another process's.
    await this.#inTurn(async () => {
      await this.#foldTo(head);
    });
  }

  /**
   * As `catchUp`, but an engine that does not answer is not waited for longer than said, counted from when it was
   * first asked in vain. The state is then that of the newest event known.
   */
  catchUpWithin(patienceMs: number): Promise<void> {
    const look = this.#head();
    if (this.#patient?.look !== look) {
      const sinceMs = this.#lookingSince === undefined ? 0 : performance.now() - this.#lookingSince;
      this.#patient = { look, caughtUp: orAfter(this.catchUp(), Math.max(0, patienceMs - sinceMs)) };
    }
    return this.#patient.caughtUp;
  }

  /**
   * The stream's head at some moment after the call. All who ask in one turn of the event loop share one look,
   * taken when the turn ends and the look before it has been answered.
   */
  #head(): Promise<number> {
    this.#nextLook ??= this.#lookSoon();
    return this.#nextLook;
  }

  async #lookSoon(): Promise<number> {
    await endOfTurn();
    await this.#looking?.catch(() => {});
    this.#nextLook = undefined;
    this.#lookingSince ??= performance.now();
    this.#looking = this.#options.eventStore.head(this.#stream);
    const head = await this.#looking;
    this.#lookingSince = undefined;
    return head;
  }

  /** Resolves when everything that was queued before has been answered. */
  async settled(): Promise<void> {
    if (this.#running || this.#starting) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const round = this.#takeRound();
      this.#lastRound = round.length;
      await this.#inTurn(() => this.#settle(round)).catch((error: unknown) => {
        for (const waiting of round) waiting.reject(error);
      });
      const pauseMs = this.#givingWay.pauseMs(performance.now());
      if (pauseMs > 0) await pause(pauseMs);
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Acts and reversals go together; anything that changes what acts are decided by goes alone. */
  #takeRound(): Waiting[] {
    const alone = (waiting: Waiting) =>
      waiting.command.type !== 'DecideAct' && waiting.command.type !== 'ReverseAct';
    if (alone(this.#queue[0]!)) return this.#queue.splice(0, 1);
    let n = 1;
    while (n < ROUND_MAX && n < this.#queue.length && !alone(this.#queue[n]!)) n++;
    return this.#queue.splice(0, n);
  }

  async #settle(queued: readonly Waiting[]): Promise<void> {
    const maxBytes = this.#options.eventStore.maxAppendBytes;
    // Looking first costs less than losing first.
    if (this.#givingWay.othersWrite(performance.now())) await this.#fold({ firstOnly: true });
    for (let attempt = 1; ; attempt++) {
      const round = queued.filter((waiting) => inTime(waiting, attempt > 1));
      if (round.length === 0) return;
      const { outcomes, again } = this.#decideRound(round);
      const appends: EventToAppend[] = [];
      let length = 0;
      let taken = 0;
      for (const { waiting, decided } of outcomes) {
        if ('event' in decided) {
          const { type, data } = encodeEvent(decided.event);
          const more =
            maxBytes === undefined ? data.length : Buffer.byteLength(data) + 2 * type.length + ID_BYTES;
          if (appends.length > 0 && length + more > (maxBytes ?? ROUND_MAX_LENGTH)) break;
          length += more;
          appends.push({ id: eventId(waiting.keyHash), type, data });
        }
        taken++;
      }
      const expected = this.state.revision;
      const lost = await this.#append(appends, expected);
      if (lost !== undefined) {
        this.#options.onConflict?.(this.state.id);
        await this.#foldTo(lost.head);
        // What was told to be there is not: a leader that has lost its office said so, and another will not.
        if (this.state.revision === expected) await pause(NOTHING_THERE_MS);
        continue;
      }
      let position = expected;
      for (const { waiting, decided } of outcomes.slice(0, taken)) {
        if ('event' in decided) this.#takeIn(decided.event, ++position, waiting.keyHash);
        waiting.resolve(answerOf(decided, position));
      }
      if (appends.length > 0)
        this.#options.keys.reached(this.state.id, { revision: position, eventId: appends.at(-1)!.id });
      this.#queue.unshift(...outcomes.slice(taken).map(({ waiting }) => waiting));
      for (const waiting of again) this.#retry(waiting);
      return;
    }
  }

  #decideRound(round: readonly Waiting[]): { outcomes: Outcome[]; again: Waiting[] } {
    const draft = new Draft(this.state);
    const recordedAt = this.#options.now();
    const keysOfRound = new Set<string>();
    const outcomes: Outcome[] = [];
    const again: Waiting[] = [];
    for (const waiting of round) {
      const { command, by, keyHash, keyNewAt, act } = waiting;
      if (keyHash !== undefined) {
        // An equal request in flight, here or in another process: it is answered as a replay once that is durable.
        const there = this.#options.keys.find(this.state.id, keyHash.index);
        if (
          there.some((revision) => revision > keyNewAt && revision <= this.state.revision) ||
          keysOfRound.has(keyHash.hex)
        ) {
          again.push(waiting);
          continue;
        }
        keysOfRound.add(keyHash.hex);
      }
      const id = keyHash === undefined ? '' : timedId(keyHash, recordedAt);
      const context: Context = {
        recordedAt,
        actor: by.actor.subject,
        roles: by.actor.roles,
        id,
        ...(by.key === undefined ? {} : { key: by.key }),
        ...(act === undefined ? {} : { act: { decided: act } }),
      };
      let decided: Decided;
      try {
        decided = decide(draft, command, context);
      } catch (error) {
        waiting.reject(error);
        continue;
      }
      if ('event' in decided) draft.take(decided.event as ActAccepted | ActDeclined | ActReversed);
      outcomes.push({ waiting, decided });
    }
    return { outcomes, again };
  }

  /**
   * @returns where the stream stands, when that is elsewhere than expected or these ids stand there already. Ids come
   * from the keys, so what is already there may be another process's, with other content: it is folded in as it is
   * stored, and the round is answered from it. Undefined: appended.
   */
  async #append(appends: readonly EventToAppend[], expected: number): Promise<{ head: number } | undefined> {
    const { eventStore, onAppended } = this.#options;
    // Refusals are facts about the state they were decided on, too: it must still be the newest.
    if (appends.length === 0) {
      const head = await eventStore.head(this.#stream);
      return head === expected ? undefined : { head };
    }
    const began = performance.now();
    try {
      const result = await eventStore.append(this.#stream, appends, expected);
      if (!result.ok) return { head: result.actual };
      if (result.alreadyThere) return { head: result.revision };
      const tookMs = performance.now() - began;
      this.#givingWay.appended(tookMs);
      onAppended?.(this.state.id, result.revision, appends.length, tookMs);
      return undefined;
    } catch (error) {
      if (!(error instanceof EngineUnavailable) || error.nothingWritten) throw error;
      // The result is unknown: if the stream has grown, what stands there tells it. If that cannot be seen either,
      // it stays unknown.
      const head = await eventStore.head(this.#stream).catch(() => expected);
      if (head > expected) return { head };
      throw error;
    }
  }

  /** Folds a durable event in and indexes its key. */
  #takeIn(event: BookEvent, revision: number, keyHash: KeyHash | undefined): void {
    evolve(this.state, event, revision);
    if (keyHash !== undefined) this.#options.keys.add(this.state.id, keyHash.index, revision);
  }

  /** Folds what other processes have appended, up to where the stream was seen to stand. */
  async #foldTo(head: number): Promise<void> {
    if (head > this.state.revision) await this.#fold({ to: head });
  }

  /** @param options.firstOnly what comes with the first batch will do: one call to the engine if there is anything */
  async #fold(options: { readonly to?: number; readonly firstOnly?: boolean }): Promise<void> {
    const last = await fold(this.#options.eventStore, this.#stream, this.state, {
      ...options,
      each: (event, stored) => {
        if (event.key !== undefined) {
          this.#options.keys.add(this.state.id, hashKey(this.state.id, event.key).index, stored.revision);
        }
        this.#options.keys.reached(this.state.id, { revision: stored.revision, eventId: stored.id });
      },
    });
    // Our own come into the state without being read.
    if (last !== undefined) this.#givingWay.sawOthers(performance.now());
  }

  /** The fact an earlier write with this key became, if there was one. */
  async #earlier(keyHash: KeyHash, key: string): Promise<{ event: BookEvent; position: number } | undefined> {
    for (const revision of this.#options.keys.find(this.state.id, keyHash.index)) {
      const event = await this.#eventAt(revision);
      if (event?.key === key) return { event, position: revision };
    }
    return undefined;
  }

  async #eventAt(revision: number): Promise<BookEvent | undefined> {
    for await (const [stored] of this.#options.eventStore.read(this.#stream, revision, { to: revision })) {
      if (stored !== undefined) return decodeEvent(stored);
    }
    return undefined;
  }

  #retry({ command, until, by, resolve, reject }: Waiting): void {
    this.execute(command, by, until).then(resolve, reject);
  }

  /** One after the other: rounds, and catching up. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/**
 * Whether somebody still waits for it; otherwise it is rejected.
 * @param tried an append with it was tried and lost: it may be among the events read since
 */
function inTime({ until, reject }: Waiting, tried: boolean): boolean {
  if (performance.now() < until) return true;
  const message = 'it did not come to be written in time, because the engine is slow or others write more';
  reject(new EngineUnavailable(message, { nothingWritten: !tried }));
  return false;
}

/** Resolves when the work is done or cannot be, or the time is over. */
function orAfter(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    work.then(resolve, (error) => (error instanceof EngineUnavailable ? resolve() : reject(error)));
    const done = () => clearTimeout(timer);
    work.then(done, done);
  });
}

function answerOf(decided: Decided, position: number): Answer {
  if ('event' in decided) return { outcome: 'recorded', event: decided.event, position, replayed: false };
  if ('refusal' in decided) return { outcome: 'refused', refusal: decided.refusal };
  return { outcome: 'unchanged', position };
}

function replay(command: Command, earlier: { event: BookEvent; position: number }): Answer {
  const differs = differences(command, earlier.event);
  if (differs.length === 0) return { outcome: 'recorded', ...earlier, replayed: true };
  const refusal: Refusal = {
    code: 'idempotency-key-reused',
    detail: `This key was used before, at position ${earlier.position}, for other content: ${differs.join(', ')} differ.`,
    advice: 'Send a repeated request exactly as it was first sent, and every new one with a key of its own.',
    differs,
  };
  return { outcome: 'refused', refusal };
}
