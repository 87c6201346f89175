/**
 * How busy the thread that answers requests is, for threads that should stay out of its way: a number in shared memory,
 * that costs neither side a message.
 */
import { type EventLoopUtilization, performance } from 'node:perf_hooks';

const LOOK_EVERY_MS = 20;
const THOUSAND = 1_000;

/** Looks at the thread that made it for as long as it is not stopped. */
export class BusyShare {
  readonly #shared = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #timer: NodeJS.Timeout;
  #before: EventLoopUtilization = performance.eventLoopUtilization();

  constructor() {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** For another thread, to be read with `busyShareIn`. */
  get shared(): SharedArrayBuffer {
    return this.#shared.buffer as SharedArrayBuffer;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    this.#before = now;
    Atomics.store(this.#shared, 0, Math.round(utilization * THOUSAND));
  }
}

/** From 0, idle, to 1, over the last few milliseconds. */
export function busyShareIn(shared: SharedArrayBuffer): number {
  return Atomics.load(new Int32Array(shared), 0) / THOUSAND;
}
