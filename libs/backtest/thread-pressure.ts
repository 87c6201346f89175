/**
 * Notices that a thread is in the way of others: work that took longer than this thread was running was interrupted, and
 * somebody is at work who must not wait. Low priority alone is not enough where cores are few, because whoever wakes up
 * still waits for a moment, and finds the caches filled with other things. An interruption alone says nothing either:
 * other machines may share the cores.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { busyShareIn } from '../platform/busy-share.ts';

/** Of a thread that reads or decides for a backtest: the other, and threads that collect garbage, make less of a difference. */
const INTERRUPTED = 1.4;
/** Of the time of the thread that answers requests; whoever follows a backtest takes less. */
const IN_DEMAND = 0.05;

/** While it is pressed, a tenth of the time is worked. */
const PAUSE_PER_WORK = 9;
const LONGEST_PAUSE_MS = 100;

export class ThreadPressure {
  readonly #ratio: number;
  readonly #somebodyAnswers: () => boolean;
  #wallMs = 0;
  #ranUs = 0;
  #wasPressed = false;

  /**
   * @param ratio interrupted: work took more than so many times as long as the thread ran in it
   * @param somebodyAnswers whether there is anybody to be in the way of; absent: it is taken for granted
   */
  constructor(ratio: number, somebodyAnswers: () => boolean = () => true) {
    this.#ratio = ratio;
    this.#somebodyAnswers = somebodyAnswers;
  }

  /** Of a thread that works for a backtest. @param busyShare of the thread that answers requests */
  static besideAnswers(busyShare: SharedArrayBuffer): ThreadPressure {
    return new ThreadPressure(INTERRUPTED, () => busyShareIn(busyShare) > IN_DEMAND);
  }

  /** Before a piece of work that waits for nothing. */
  begin(): void {
    this.#ranUs = ranUs();
    this.#wallMs = performance.now();
  }

  /** After it: rests, if somebody else wanted the processor twice in a row. */
  async end(): Promise<void> {
    const pauseMs = this.pauseAfter(performance.now() - this.#wallMs, (ranUs() - this.#ranUs) / 1_000);
    if (pauseMs > 0) await sleep(pauseMs);
  }

  /** Whether somebody else wanted the processor when it last worked. */
  get isPressed(): boolean {
    return this.#wasPressed;
  }

  /** @param tookMs of the clock; @param ranMs of it, how long the thread ran */
  pauseAfter(tookMs: number, ranMs: number): number {
    const isPressed = tookMs > ranMs * this.#ratio && this.#somebodyAnswers();
    const pauses = isPressed && this.#wasPressed;
    this.#wasPressed = isPressed;
    return pauses ? Math.min(tookMs * PAUSE_PER_WORK, LONGEST_PAUSE_MS) : 0;
  }
}

function ranUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
