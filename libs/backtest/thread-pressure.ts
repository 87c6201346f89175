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
const LONGEST_PAUSE_MS = 200;

/** Of the time of the thread that answers requests. */
const MUCH_TO_DO = 0.5;
/** That leaves some 4,000 acts a second; what lags behind is caught up with when the rush is over. */
const PAUSE_PER_SHADOW_WORK = 14;

export interface PressureOptions {
  /** Interrupted: work took more than so many times as long as the thread ran in it. */
  readonly ratio: number;
  /** How many times as long as it worked it rests. */
  readonly pausePerWork?: number;
  /** Whether there is anybody to be in the way of; absent: it is taken for granted. */
  readonly somebodyAnswers?: () => boolean;
}

export class ThreadPressure {
  readonly #ratio: number;
  readonly #pausePerWork: number;
  readonly #somebodyAnswers: () => boolean;
  #wallMs = 0;
  #ranUs = 0;
  #wasPressed = false;

  constructor({ ratio, pausePerWork = PAUSE_PER_WORK, somebodyAnswers = () => true }: PressureOptions) {
    this.#ratio = ratio;
    this.#pausePerWork = pausePerWork;
    this.#somebodyAnswers = somebodyAnswers;
  }

  /** Of a thread that works for a backtest. @param busyShare of the thread that answers requests */
  static besideAnswers(busyShare: SharedArrayBuffer): ThreadPressure {
    return new ThreadPressure({
      ratio: INTERRUPTED,
      somebodyAnswers: () => busyShareIn(busyShare) > IN_DEMAND,
    });
  }

  /**
   * Of the thread of the shadows: it rests whenever the service has much to do, interrupted or not, for on few cores its
   * work is felt even then. @param busyShare of the thread that answers requests
   */
  static ofShadows(busyShare: SharedArrayBuffer): ThreadPressure {
    return new ThreadPressure({
      ratio: 0,
      pausePerWork: PAUSE_PER_SHADOW_WORK,
      somebodyAnswers: () => busyShareIn(busyShare) > MUCH_TO_DO,
    });
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
    return pauses ? Math.min(tookMs * this.#pausePerWork, LONGEST_PAUSE_MS) : 0;
  }
}

function ranUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
