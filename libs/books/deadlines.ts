/** Answers that are waited for no longer than said, with one timer for all that are under way. */
import { EngineUnavailable } from '../event-store/event-store.ts';

/**
 * One in a ring that `Deadlines` itself closes. A `Set` would do, but for what it leaves behind: a set that things come to
 * and go from is made anew again and again, each old table holds what was under way then and points to the next one, and
 * once one of them has outlived two collections of young garbage, it takes all after it along, with every answer and event
 * they reach, to where only a collection of everything finds them.
 */
interface UnderWay {
  readonly until: number;
  readonly writes: boolean;
  reject: ((error: EngineUnavailable) => void) | undefined;
  before: UnderWay;
  after: UnderWay;
}

export class Deadlines {
  readonly #withinMs: number;
  /** After it those under way, in the order of their deadlines, since all are given the same time. */
  readonly #ring: UnderWay = emptyRing();
  #timer: NodeJS.Timeout | undefined;

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  /**
   * The work's result, unless that is not there in time. The work itself goes on.
   * @param writes whether it may have recorded something that nobody is told of
   * @throws EngineUnavailable
   */
  within<T>(work: Promise<T>, writes: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const underWay = this.#add(writes, reject);
      this.#timer ??= setTimeout(() => this.#expire(), this.#withinMs).unref();
      work.then(
        (result) => {
          remove(underWay);
          resolve(result);
        },
        (error) => {
          remove(underWay);
          reject(error);
        },
      );
    });
  }

  #add(writes: boolean, reject: (error: EngineUnavailable) => void): UnderWay {
    const after = this.#ring;
    const { before } = after;
    const underWay = { until: performance.now() + this.#withinMs, writes, reject, before, after };
    before.after = underWay;
    after.before = underWay;
    return underWay;
  }

  #expire(): void {
    this.#timer = undefined;
    for (let first = this.#ring.after; first !== this.#ring; first = this.#ring.after) {
      const leftMs = first.until - performance.now();
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.#expire(), leftMs).unref();
        return;
      }
      const { reject, writes } = first;
      remove(first);
      const message = `no answer within ${this.#withinMs} ms`;
      reject?.(new EngineUnavailable(message, { nothingWritten: !writes }));
    }
  }
}

function emptyRing(): UnderWay {
  const ring = { until: 0, writes: false, reject: undefined } as Partial<UnderWay> as UnderWay;
  ring.before = ring;
  ring.after = ring;
  return ring;
}

/** It lets go of everything, so that nothing is held by one that is only waiting to be collected. */
function remove(underWay: UnderWay): void {
  const { before, after } = underWay;
  before.after = after;
  after.before = before;
  underWay.before = underWay;
  underWay.after = underWay;
  underWay.reject = undefined;
}
