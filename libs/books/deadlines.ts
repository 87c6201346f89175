/** Answers that are waited for no longer than said, with one timer for all that are under way. */
import { EngineUnavailable } from '../event-store/event-store.ts';

interface UnderWay {
  readonly until: number;
  readonly writes: boolean;
  reject(error: EngineUnavailable): void;
}

export class Deadlines {
  readonly #withinMs: number;
  /** In the order of their deadlines, since all are given the same time. */
  readonly #underWay = new Set<UnderWay>();
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
      const underWay: UnderWay = { until: performance.now() + this.#withinMs, writes, reject };
      this.#underWay.add(underWay);
      this.#timer ??= setTimeout(() => this.#expire(), this.#withinMs).unref();
      work.then(
        (result) => {
          this.#underWay.delete(underWay);
          resolve(result);
        },
        (error) => {
          this.#underWay.delete(underWay);
          reject(error);
        },
      );
    });
  }

  #expire(): void {
    this.#timer = undefined;
    for (const underWay of this.#underWay) {
      const leftMs = underWay.until - performance.now();
      if (leftMs > 0) {
        this.#timer = setTimeout(() => this.#expire(), leftMs).unref();
        return;
      }
      this.#underWay.delete(underWay);
      const message = `no answer within ${this.#withinMs} ms`;
      underWay.reject(new EngineUnavailable(message, { nothingWritten: !underWay.writes }));
    }
  }
}
