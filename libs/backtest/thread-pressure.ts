/**
 * Notices that other threads want the processor: work that took longer than this thread was running was interrupted.
 * Low priority alone is not enough where cores are few, because whoever wakes up still waits for a moment, and finds the
 * caches filled with other things.
 */
import { setTimeout as sleep } from 'node:timers/promises';

/** While it is pressed, a tenth of the time is worked. */
const PAUSE_PER_WORK = 9;
const LONGEST_PAUSE_MS = 100;

export class ThreadPressure {
  readonly #ratio: number;
  #wallMs = 0;
  #ranUs = 0;
  #wasPressed = false;

  /** @param ratio pressed: work takes more than so many times as long as the thread ran in it */
  constructor(ratio: number) {
    this.#ratio = ratio;
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
    const isPressed = tookMs > ranMs * this.#ratio;
    const pauses = isPressed && this.#wasPressed;
    this.#wasPressed = isPressed;
    return pauses ? Math.min(tookMs * PAUSE_PER_WORK, LONGEST_PAUSE_MS) : 0;
  }
}

function ranUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}
