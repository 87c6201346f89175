/**
 * Other processes that write to the same book. Who appends to where the stream no longer stands has done its work for
 * nothing: so what others append is taken in as a subscription tells it, and they take turns. Where nothing is told,
 * the stream is read before an append, and who has won gives way for a while.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { StoredEvent } from '../event-store/event-store.ts';
import { Followed } from './followed.ts';
import { GivingWay } from './giving-way.ts';
import { TakingTurns } from './taking-turns.ts';

/** How long what is known to be there may take to be told, before it is read. */
const TOLD_WITHIN_MS = 150;

export class OtherWriters {
  readonly #givingWay = new GivingWay();
  readonly #turns = new TakingTurns();
  readonly #followed = new Followed();
  /** The last revision of the newest append that has been seen to begin. */
  #appendEnds = -1;

  /** An append of ours succeeded. */
  appended(tookMs: number): void {
    this.#givingWay.appended(tookMs);
    this.#turns.appended(performance.now(), tookMs);
  }

  /** An event that another has appended was taken into the state. */
  took({ revision, append }: StoredEvent): void {
    const now = performance.now();
    this.#givingWay.sawOthers(now);
    if (append === undefined && revision <= this.#appendEnds) return;
    this.#appendEnds = revision + (append?.events ?? 1) - 1;
    this.#turns.saw(append?.by ?? '', now);
  }

  /** Events of the stream, in order. */
  told(events: readonly StoredEvent[]): void {
    this.#followed.told(events);
  }

  /** What was told and follows the state's revision. */
  take(revision: number): readonly StoredEvent[] {
    return this.#followed.take(revision);
  }

  /** Whether there are any: what is known is likely to be behind. */
  get write(): boolean {
    return this.#givingWay.othersWrite(performance.now());
  }

  /** Whether what they append is told as it comes. @param revision of the state */
  areSeen(revision: number): boolean {
    return this.write && this.#followed.isTimely(revision);
  }

  /** Until when the stream is known to go on, because of an append of which not all has been told. */
  get appendEnds(): number {
    return this.#appendEnds;
  }

  /** Waits a moment until all up to there has been told, if it is at all. */
  async toldTo(head: number, revision: number): Promise<void> {
    if (head <= revision || !this.areSeen(revision)) return;
    if (await this.#followed.reaches(head, TOLD_WITHIN_MS)) return;
    this.#followed.late();
    this.#appendEnds = revision;
  }

  /**
   * Resolves when it is our turn to append.
   * @param revision of the state
   * @param taken resolves when what was told has been taken in
   */
  async ourTurn(revision: () => number, taken: () => Promise<unknown>): Promise<void> {
    for (let from = revision(); this.areSeen(from); from = revision()) {
      const waitMs = this.#turns.waitMs(performance.now());
      if (waitMs === 0) return;
      if (!(await this.#followed.reaches(from + 1, waitMs))) {
        this.#turns.waited(performance.now());
        return;
      }
      await taken();
      if (revision() === from) this.#followed.late();
    }
  }

  /** After an append: lets others catch up who see ours only when they look. @param revision of the state */
  async giveWay(revision: number): Promise<void> {
    const pauseMs = this.areSeen(revision) ? 0 : this.#givingWay.pauseMs(performance.now());
    if (pauseMs > 0) await pause(pauseMs);
  }
}
