/**
 * The one writer of a book in this process. Commands queue; each round decides what has come together, one
 * after the other on a draft, and appends it at the expected revision: while one round is being made durable,
 * the next one collects. Whoever loses a race against another process catches up and decides again.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Actor } from '../domain/access/access.ts';
import { lacking } from '../domain/access/capabilities.ts';
import type { Command } from '../domain/book/commands.ts';
import { type Context, decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { ActDecision, BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { draftAt, dueExpiries } from '../domain/book/expiry.ts';
import type { BookState } from '../domain/book/state.ts';
import {
  EngineUnavailable,
  type EventStore,
  type EventToAppend,
  type StoredEvent,
} from '../event-store/event-store.ts';
import { encodeEvent } from '../events/codec.ts';
import { type Answer, answerOf, type Evaluation, type FoundAct, replayOf } from './answers.ts';
import { CatchingUp } from './catching-up.ts';
import { eventId, expiryId, hashKey, indexOfId, type KeyHash } from './key-hash.ts';
import type { KeyIndex } from './key-index.ts';
import { orAfter } from './or-after.ts';
import { OtherWriters } from './other-writers.ts';
import { indexFact, RecordedFacts, settlesAct } from './recorded-facts.ts';
import {
  actNamedBy,
  type By,
  decideRound,
  inTime,
  ROUND_MAX,
  sharesRound,
  type Waiting,
  whollyRead,
} from './rounds.ts';
import { StreamHead } from './stream-head.ts';
import { streamOf } from './stream-of.ts';

/** Characters of JSON appended in one round, where the engine itself sets no bound. */
const ROUND_MAX_LENGTH = 4 * 1024 * 1024;
/** What an engine may add to an event for its id. */
const ID_BYTES = 64;
/** A command that has waited so long for its round, or for its round to win, is told to come back later. */
const MOST_WAIT_MS = 8_000;
const NOTHING_THERE_MS = 50;

export interface WriterOptions {
  readonly eventStore: EventStore;
  readonly keys: KeyIndex;
  /** Epoch ms. */
  readonly now: () => number;
  /** Told after every round that was made durable. */
  readonly onAppended?: (book: string, revision: number, events: number, tookMs: number) => void;
  readonly onConflict?: (book: string) => void;
  /** Told when another process writes to the book. What it appends after the position may be told to the writer. */
  readonly onOthers?: (global: bigint) => void;
}

export class BookWriter {
  readonly state: BookState;
  readonly #options: WriterOptions;
  readonly #stream: string;
  readonly #facts: RecordedFacts;
  #queue: Waiting[] = [];
  /** Those who want what is due recorded, whether or not there is a command. */
  #wantDue: (() => void)[] = [];
  #running = false;
  /** A round starts at the end of this turn of the event loop. */
  #starting = false;
  #lastRound = 0;
  #turn: Promise<unknown> = Promise.resolve();
  #idle: (() => void)[] = [];
  readonly #others = new OtherWriters();
  readonly #catchingUp: CatchingUp;
  readonly #head: StreamHead;
  /** What those who wait for the next look wait for, if they do so only for a while. */
  #patient: { readonly look: Promise<number>; readonly caughtUp: Promise<void> } | undefined;

  /** @param state the book as far as it is known; the writer brings it up to date before it decides */
  constructor(state: BookState, options: WriterOptions) {
    this.state = state;
    this.#options = options;
    this.#stream = streamOf(state.id);
    this.#facts = new RecordedFacts(state.id, options.eventStore, options.keys);
    this.#catchingUp = new CatchingUp(state, options, this.#others);
    this.#head = new StreamHead(() => options.eventStore.head(this.#stream));
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
      const earlier = await this.#facts.withKey(keyHash, by.key!);
      if (earlier !== undefined) return this.#withAct(replayOf(command, earlier), undefined);
    }
    const about = actNamedBy(command);
    const found = about === undefined ? undefined : await this.act(about);
    return new Promise<Answer>((resolve, reject) => {
      this.#queue.push({ command, until, by, keyHash, keyNewAt, found, resolve, reject });
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
        if (this.#running || (this.#queue.length === 0 && this.#wantDue.length === 0)) return;
        this.#running = true;
        void this.#run();
      });
    }
  }

  /** What the act would be answered now. Records nothing. */
  async evaluate(command: Command & { type: 'DecideAct' }, by: Actor): Promise<Evaluation> {
    await this.catchUp();
    const recordedAt = this.#options.now();
    const context: Context = { recordedAt, actor: by.subject, roles: by.roles, id: '' };
    const decided = decide(draftAt(this.state, recordedAt), command, context);
    if ('refusal' in decided) return { outcome: 'refused', refusal: decided.refusal };
    if (!('event' in decided)) throw new Error('an act is never already stated');
    const event = decided.event as ActDecision;
    return { outcome: 'evaluated', event, position: this.state.revision };
  }

  /** The act with this id, exact: also one that another process has just recorded. */
  async act(id: string): Promise<FoundAct | undefined> {
    if (indexOfId(id) === undefined) return undefined;
    await this.catchUp();
    // As of one moment: what comes while the facts are read belongs to the next answer.
    const reversed = this.state.reversals.get(id);
    const due = dueExpiries(new Draft(this.state), this.#options.now()).find(({ act }) => act === id);
    const found = await this.#facts.act(id);
    return found && { ...found, ...(due && { due }), ...(reversed && { reversed }) };
  }

  /** Resolves when everything due now is recorded, or could not be: then it stays due. */
  async fallDue(): Promise<void> {
    const { open } = this.state;
    for (let before = Number.POSITIVE_INFINITY; open.size < before; ) {
      if (open.nextDueAt > this.#options.now()) return;
      before = open.size;
      await new Promise<void>((resolve) => {
        this.#wantDue.push(resolve);
        if (!this.#running) this.#startSoon();
      });
    }
  }

  /** Brings the state to the stream's head as it stands now. Costs one look at the head when nothing is new. */
  async catchUp(): Promise<void> {
    const head = await this.#head.look();
    if (head <= this.state.revision) return;
    // Our own round may be on its way into the state: what is still missing after it is another process's.
    await this.#inTurn(async () => {
      await this.#catchingUp.to(head);
    });
  }

  /**
   * As `catchUp`, but an engine that does not answer is not waited for longer than said, counted from when it was
   * first asked in vain. The state is then that of the newest event known.
   */
  catchUpWithin(patienceMs: number): Promise<void> {
    const look = this.#head.look();
    if (this.#patient?.look !== look) {
      const leftMs = Math.max(0, patienceMs - this.#head.silentMs);
      this.#patient = { look, caughtUp: orAfter(this.catchUp(), leftMs) };
    }
    return this.#patient.caughtUp;
  }

  /** Events of the book's stream, as a subscription brings them: our own, too. Any of them may be missing. */
  told(events: readonly StoredEvent[]): void {
    this.#others.told(events);
    void this.#inTurn(async () => this.#catchingUp.toTold()).catch(() => {});
  }

  /** Resolves when everything that was queued before has been answered. */
  async settled(): Promise<void> {
    if (this.#running || this.#starting) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0 || this.#wantDue.length > 0) {
      const wantDue = this.#wantDue.splice(0);
      if (this.#others.write) await this.#ourTurn();
      const round = this.#takeRound();
      this.#lastRound = round.length;
      await this.#inTurn(() => this.#settle(round)).catch((error: unknown) => {
        for (const waiting of round) waiting.reject(error);
      });
      for (const resolve of wantDue) resolve();
      if (this.#others.write) await this.#others.giveWay(this.state.revision);
    }
    this.#running = false;
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  #ourTurn(): Promise<void> {
    const taken = () => this.#turn;
    return this.#others.ourTurn(() => this.state.revision, taken);
  }

  #takeRound(): Waiting[] {
    let n = 0;
    while (n < ROUND_MAX && n < this.#queue.length && sharesRound(this.#queue[n]!.command)) n++;
    return this.#queue.splice(0, Math.max(n, 1));
  }

  async #settle(queued: readonly Waiting[]): Promise<void> {
    const maxBytes = this.#options.eventStore.maxAppendBytes;
    if (this.#others.write) await this.#catchingUp.beforeAppend();
    for (let attempt = 1; ; attempt++) {
      const round = queued.filter((waiting) => inTime(waiting, attempt > 1));
      const { outcomes, again } = decideRound(this.state, round, this.#options);
      if (outcomes.length === 0 && again.length === 0) return;
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
          const id =
            waiting === undefined ? expiryId(this.state.id, decided.event) : eventId(waiting.keyHash);
          appends.push({ id, type, data });
        }
        taken++;
      }
      const expected = this.state.revision;
      const lost = await this.#append(appends, expected);
      if (lost !== undefined) {
        this.#options.onConflict?.(this.state.id);
        await this.#catchingUp.to(lost.head);
        // What was told to be there is not: a leader that has lost its office said so, and another will not.
        if (this.state.revision === expected) await pause(NOTHING_THERE_MS);
        continue;
      }
      let position = expected;
      for (const { waiting, decided } of outcomes.slice(0, taken)) {
        if ('event' in decided) this.#takeIn(decided.event, ++position, waiting?.keyHash);
        waiting?.resolve(this.#withAct(answerOf(decided, position), waiting.found));
      }
      if (appends.length > 0)
        this.#options.keys.reached(this.state.id, { revision: position, eventId: appends.at(-1)!.id });
      this.#queue.unshift(...outcomes.slice(taken).flatMap(({ waiting }) => waiting ?? []));
      for (const waiting of again) this.#retry(waiting);
      return;
    }
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
      this.#others.appended(tookMs);
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
    indexFact(this.#options.keys, this.state.id, event, revision, keyHash);
  }

  /**
   * An answer about what settled an act shows the act as it was then. Pure from what is recorded, so that a replay
   * shows the same.
   * @param found the act, as it was read before it was settled
   */
  #withAct(answer: Answer, found: FoundAct | undefined): Answer | Promise<Answer> {
    if (answer.outcome !== 'recorded' || !settlesAct(answer.event)) return answer;
    const { event, position } = answer;
    if (found !== undefined && whollyRead(found, event)) {
      const settledBy = [...found.settledBy, event];
      return { ...answer, act: { event: found.event, position, settledBy } };
    }
    return this.#facts.act(event.act, position).then((act) => {
      if (act === undefined) throw new Error(`act ${event.act} was settled at ${position} and is not found`);
      return { ...answer, act };
    });
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
