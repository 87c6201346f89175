/** Follows the books that have shadows, and feeds each shadow what its book has recorded since. */
import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.ts';
import { recordedEvents, streamOf } from './recorded-events.ts';
import type { ShadowActsFile } from './shadow-acts.ts';
import { ShadowRun, type ShadowSpec } from './shadow-run.ts';
import type { ThreadPressure } from './thread-pressure.ts';

/** How often the ends of the books are looked up. */
const LOOK_EVERY_MS = 200;
const RETRY_AFTER_MS = 2_000;

export interface ShadowReport {
  readonly json: string;
  readonly page: string;
  readonly position: number;
}

interface Followed {
  specs: readonly ShadowSpec[];
  readonly runs: Map<number, ShadowRun>;
  /** Why a shadow is not there, by version. */
  readonly faults: Map<number, string>;
}

export class ShadowFollower {
  readonly #eventStore: EventStore;
  readonly #acts: ShadowActsFile;
  readonly #books = new Map<string, Followed>();
  readonly #pressure: ThreadPressure;
  readonly #closing = new AbortController();
  readonly #loop: Promise<void>;
  #wake = () => {};

  constructor(eventStore: EventStore, acts: ShadowActsFile, pressure: ThreadPressure) {
    this.#eventStore = eventStore;
    this.#acts = acts;
    this.#pressure = pressure;
    this.#loop = this.#follow();
  }

  /** These, and no others, are the book's shadows. */
  want(book: string, specs: readonly ShadowSpec[]): void {
    const followed = this.#books.get(book) ?? { specs: [], runs: new Map(), faults: new Map() };
    followed.specs = specs;
    for (const [version, run] of followed.runs) {
      const spec = specs.find((one) => one.version === version);
      if (spec !== undefined && isSameRun(spec, run.spec)) continue;
      run.drop();
      followed.runs.delete(version);
    }
    this.#books.set(book, followed);
    this.#wake();
  }

  /**
   * The report, once it reflects the position or the time is over; undefined while there is none yet.
   * @throws with what is wrong with the shadow
   */
  async report(
    book: string,
    version: number,
    position: number,
    waitMs: number,
  ): Promise<ShadowReport | undefined> {
    const until = performance.now() + waitMs;
    for (;;) {
      const followed = this.#books.get(book);
      const run = followed?.runs.get(version);
      const isThere = run !== undefined && (run.isOver || run.position >= position);
      if (isThere || performance.now() >= until) {
        if (run === undefined) {
          const fault = followed?.faults.get(version);
          if (fault !== undefined) throw new Error(fault);
          return undefined;
        }
        return { json: JSON.stringify(run.report()), page: run.page(), position: run.position };
      }
      this.#wake();
      await pause(10);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#loop.catch(() => {});
    this.#acts.close();
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      let waitMs = LOOK_EVERY_MS;
      for (const [book, followed] of this.#books) {
        try {
          await this.#bringUp(book, followed);
        } catch (error) {
          if (signal.aborted) return;
          waitMs = RETRY_AFTER_MS;
          for (const { version } of followed.specs) followed.faults.set(version, (error as Error).message);
        }
      }
      await this.#pause(waitMs);
    }
  }

  async #bringUp(book: string, followed: Followed): Promise<void> {
    for (const spec of followed.specs) {
      if (followed.runs.has(spec.version)) continue;
      const kept = this.#acts.forShadow();
      const { signal } = this.#closing;
      const run = await ShadowRun.begin(this.#eventStore, book, spec, kept, this.#pressure, signal);
      // It may have been stopped or replaced meanwhile.
      if (followed.specs.includes(spec)) followed.runs.set(spec.version, run);
      else kept.drop();
    }
    followed.faults.clear();
    const runs = [...followed.runs.values()].filter((run) => !run.isOver);
    if (runs.length === 0) return;
    const behind = Math.min(...runs.map(({ position }) => position));
    const head = await this.#eventStore.head(streamOf(book));
    if (head <= behind) return;
    for await (const { first, events } of recordedEvents(this.#eventStore, book, behind + 1, head)) {
      this.#closing.signal.throwIfAborted();
      this.#pressure.begin();
      for (const [i, event] of events.entries()) for (const run of runs) run.take(first + i, event);
      this.#acts.flush(this.#pressure.isPressed);
      await this.#pressure.end();
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

function isSameRun(one: ShadowSpec, other: ShadowSpec): boolean {
  return one.position === other.position && one.document === other.document;
}
