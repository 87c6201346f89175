/** The views as the service sees them: questions, how far they are, and their upkeep. */
import type { StoredEvent } from '../event-store/event-store.ts';
import type { AdjustmentFilters, AdjustmentsAnswer } from './adjustments/adjustments.ts';
import type { SignalsAnswer, SignalsQuestion } from './conduct/conduct.ts';
import type {
  DrawFilters,
  DrawsAnswer,
  IncidentAnswer,
  IncidentFilters,
  IncidentsAnswer,
  OutcomeFilters,
  OutcomesAnswer,
} from './facts/facts.ts';
import type { Offer } from './offers.ts';
import type { ComparisonAnswer, ComparisonQuery } from './outcome-metrics/compare.ts';
import type { GesturesAnswer } from './outcome-metrics/gestures.ts';
import type { OutcomeMetricsAnswer, OutcomeMetricsQuery } from './outcome-metrics/outcome-metrics.ts';
import type { RegisterAnswer, RegisterFilters } from './register/register.ts';
import { type Ask, Reports } from './reports.ts';
import type { GivenAnswer } from './spend/given.ts';
import { isShort } from './spend/short-spans.ts';
import type { SpendAnswer, SpendQuery } from './spend/spend.ts';
import { TooManyReports, type ViewLag, ViewsUnavailable } from './status.ts';
import type { RecognitionsAnswer, StoriesAnswer, StoryAnswer, StoryQuestion } from './stories/stories.ts';
import { SupervisedThread } from './supervised-thread.ts';
import type { FromThread } from './thread-messages.ts';
import type { UseAnswer, UseSpan } from './use/use.ts';

export { TooManyReports, ViewsUnavailable };

export interface ViewsOptions {
  /** The views' own file; made when it is not there. One process at a time. */
  readonly viewsFile: string;
  /** What the worker opens the engine with. */
  readonly engine: string;
  /** The worker that names the engine and the views; absent: the service's. */
  readonly workerUrl?: URL;
  /** Told when a thread of the views died and is started again. */
  readonly onDeath?: (reason: string) => void;
}

/** Many small offers cost more than one. */
const GATHER_MS = 10;

interface Waiting {
  readonly book: string;
  readonly position: number;
  readonly view: string | undefined;
  readonly settle: (reached: boolean) => void;
}

const SERVICE_WORKER = new URL(
  `../../apps/ledger/views.worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`,
  import.meta.url,
);

export class Views {
  readonly #following: SupervisedThread;
  readonly #reading: SupervisedThread;
  readonly #reports: Reports;
  readonly #positions = new Map<string, Map<string, number>>();
  readonly #waiting = new Set<Waiting>();
  #lag: readonly ViewLag[] = [];
  #lagAt = performance.now();
  #down: string | undefined;
  #nudges = 0;
  #offered: { readonly after: bigint; readonly events: StoredEvent[] } | undefined;

  private constructor(options: ViewsOptions) {
    const { viewsFile, engine } = options;
    const url = options.workerUrl ?? SERVICE_WORKER;
    const died = (reason: string) => options.onDeath?.(reason);
    this.#following = new SupervisedThread(
      url,
      { role: 'follow', viewsFile, engine },
      {
        said: (message) => this.#heard(message),
        died: (reason) => {
          this.#down = reason;
          died(reason);
        },
        // It may have made the file anew, and the other threads must not go on reading the old one.
        restarted: () => {
          void this.#reading.recycle();
          void this.#reports.recycle();
        },
      },
    );
    const said = (message: FromThread) => {
      if (message.said === 'damaged') void this.#following.call({ call: 'discard' }).catch(() => {});
    };
    this.#reading = new SupervisedThread(url, { role: 'read', viewsFile, engine }, { said, died });
    this.#reports = new Reports({ url, data: { role: 'report', viewsFile, engine }, said, died });
  }

  /** Resolves when questions can be asked; the views may still be on their way (`lag`). */
  static async start(options: ViewsOptions): Promise<Views> {
    const views = new Views(options);
    await views.#following.start();
    try {
      await views.#reading.start();
    } catch (error) {
      await views.#following.close();
      throw error;
    }
    return views;
  }

  /**
   * @throws RangeError for a `limit` out of bounds or a date that is none.
   * @throws ViewsUnavailable
   */
  search(book: string, filters: RegisterFilters = {}): Promise<RegisterAnswer> {
    return this.#ask('register', book, filters) as Promise<RegisterAnswer>;
  }

  /**
   * @throws RangeError for a `groupBy` that is empty, repeats or names what there is not, or a wrong date.
   * @throws ViewsUnavailable
   */
  spend(book: string, query: SpendQuery): Promise<SpendAnswer> {
    const answer = isShort(query) ? this.#ask('spend', book, query) : this.#report('spend', book, query);
    return answer as Promise<SpendAnswer>;
  }

  /**
   * @throws RangeError for a `pageSize` out of bounds.
   * @throws ViewsUnavailable
   */
  adjustments(book: string, filters: AdjustmentFilters = {}): Promise<AdjustmentsAnswer> {
    return this.#ask('adjustments', book, filters) as Promise<AdjustmentsAnswer>;
  }

  /**
   * @throws RangeError for a `pageSize` out of bounds.
   * @throws ViewsUnavailable
   */
  incidents(book: string, filters: IncidentFilters = {}): Promise<IncidentsAnswer> {
    return this.#ask('facts', book, { about: 'incidents', filters }) as Promise<IncidentsAnswer>;
  }

  /** @throws ViewsUnavailable */
  incident(book: string, incident: string): Promise<IncidentAnswer> {
    return this.#ask('facts', book, { about: 'incident', incident }) as Promise<IncidentAnswer>;
  }

  /**
   * @throws RangeError for a `pageSize` out of bounds.
   * @throws ViewsUnavailable
   */
  outcomes(book: string, filters: OutcomeFilters = {}): Promise<OutcomesAnswer> {
    return this.#ask('facts', book, { about: 'outcomes', filters }) as Promise<OutcomesAnswer>;
  }

  /**
   * No texts, and no word of consent: whoever shows an answer asks the book first.
   * @throws RangeError for a `pageSize` out of bounds.
   * @throws ViewsUnavailable
   */
  stories(book: string, question: StoryQuestion): Promise<StoriesAnswer | StoryAnswer | RecognitionsAnswer> {
    return this.#ask('stories', book, question) as Promise<StoriesAnswer | StoryAnswer | RecognitionsAnswer>;
  }

  /**
   * @throws RangeError for a `pageSize` out of bounds.
   * @throws ViewsUnavailable
   */
  draws(book: string, filters: DrawFilters): Promise<DrawsAnswer> {
    return this.#ask('facts', book, { about: 'draws', filters }) as Promise<DrawsAnswer>;
  }

  /**
   * Position: of the view that is furthest behind of those that are asked.
   * @throws RangeError for a `groupBy` there is not, or a wrong date.
   * @throws ViewsUnavailable
   */
  use(book: string, span: UseSpan): Promise<UseAnswer> {
    return this.#reported(JSON.stringify(['use', book, span]), book, async (ask) => {
      const asked = { call: 'ask', book } as const;
      const spent = { about: 'given', ...span };
      const given = (await ask({ ...asked, view: 'spend', question: spent })) as GivenAnswer;
      const took = { ...span, about: 'gestures' };
      const gestures = (await ask({ ...asked, view: 'outcomes', question: took })) as GesturesAnswer;
      const question = { ...span, given, gestures };
      const answer = (await ask({ ...asked, view: 'use', question })) as UseAnswer;
      return { ...answer, position: Math.min(given.position, gestures.position, answer.position) };
    });
  }

  /**
   * @throws RangeError for a `groupBy` that repeats or names what there is not.
   * @throws ViewsUnavailable
   */
  outcomeMetrics(book: string, query: OutcomeMetricsQuery): Promise<OutcomeMetricsAnswer> {
    return this.#report('outcomes', book, { about: 'metrics', query }) as Promise<OutcomeMetricsAnswer>;
  }

  /** @throws ViewsUnavailable */
  compareOutcomes(book: string, query: ComparisonQuery): Promise<ComparisonAnswer> {
    return this.#report('outcomes', book, { about: 'comparison', query }) as Promise<ComparisonAnswer>;
  }

  /**
   * @throws RangeError for a span that is none, or too long.
   * @throws ViewsUnavailable
   */
  signals(book: string, question: SignalsQuestion = {}): Promise<SignalsAnswer> {
    return this.#report('conduct', book, question) as Promise<SignalsAnswer>;
  }

  /**
   * True once answers about the book reflect the position, false when `timeoutMs` has passed before.
   * `view`: only that one; absent: every view.
   */
  waitFor(book: string, position: number, timeoutMs: number, view?: string): Promise<boolean> {
    if (this.position(book, view) >= position) return Promise.resolve(true);
    if (timeoutMs <= 0) return Promise.resolve(false);
    this.nudge();
    return new Promise((resolve) => {
      const waiting: Waiting = {
        book,
        position,
        view,
        settle: (reached) => {
          clearTimeout(timer);
          this.#waiting.delete(waiting);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => waiting.settle(false), timeoutMs);
      this.#waiting.add(waiting);
    });
  }

  /** Newest event of the book that every view (or the one named) reflects; -1 for none. From memory. */
  position(book: string, view?: string): number {
    if (view !== undefined) return this.#positions.get(view)?.get(book) ?? -1;
    let least = Number.POSITIVE_INFINITY;
    for (const { view: name } of this.#lag)
      least = Math.min(least, this.#positions.get(name)?.get(book) ?? -1);
    return least === Number.POSITIVE_INFINITY ? -1 : least;
  }

  /** How every view is doing, as last heard; `secondsBehind` grows while nothing is heard. */
  lag(): readonly ViewLag[] {
    const silence = (performance.now() - this.#lagAt) / 1_000;
    return this.#lag.map((lag) => {
      const secondsBehind =
        lag.secondsBehind > 0 || this.#down !== undefined ? lag.secondsBehind + silence : 0;
      if (this.#down === undefined) return { ...lag, secondsBehind };
      const status = {
        state: 'stopped',
        code: 'unavailable',
        reason: `The thread that follows the ledger died: ${this.#down}`,
        advice: 'It is being started again; look into the log if this stays.',
      } as const;
      return { ...lag, status, secondsBehind };
    });
  }

  /** Says that there is something new in the ledger; saves the time until the next poll. */
  nudge(): void {
    // One on its way is enough for any number of appends, if another follows it.
    this.#nudges++;
    if (this.#nudges > 1) return;
    const done = () => {
      const more = this.#nudges > 1;
      this.#nudges = 0;
      if (more) this.nudge();
    };
    void this.#following.call({ call: 'nudge' }).then(done, () => {
      this.#nudges = 0;
    });
  }

  /** What the ledger's books have had after a position, when this process knows it anyway. */
  offer({ after, events }: Offer): void {
    if (this.#offered !== undefined && this.#offered.events.at(-1)!.global !== after) this.#handOver();
    if (this.#offered !== undefined) this.#offered.events.push(...events);
    else if (events.length > 0) {
      this.#offered = { after, events: [...events] };
      setTimeout(() => this.#handOver(), GATHER_MS).unref();
    }
  }

  /** Until the next offer the views follow the ledger by themselves. */
  offersEnd(): void {
    this.#handOver();
    this.#following.tell({ call: 'offersEnd' });
  }

  #handOver(): void {
    const offer = this.#offered;
    this.#offered = undefined;
    if (offer !== undefined) this.#following.tell({ call: 'offer', offer });
  }

  /**
   * Builds a view anew beside the one that answers; resolves when it has been swapped in.
   * @throws RangeError for a view there is not, Error when the new build stops, ViewsUnavailable.
   */
  async rebuild(view: string): Promise<void> {
    await this.#following.call({ call: 'rebuild', view });
  }

  /** Reports that wait for their turn. */
  get reportsWaiting(): number {
    return this.#reports.waiting;
  }

  /** No report is made from here on; one that is under way is given up, and who waits for it is told. */
  async endReports(): Promise<void> {
    await this.#reports.close();
  }

  async close(): Promise<void> {
    await this.endReports();
    for (const waiting of [...this.#waiting]) waiting.settle(false);
    await this.#reading.close();
    await this.#following.close();
  }

  /** A question that is answered at once, whatever the length of the book. */
  #ask(view: string, book: string, question: object): Promise<unknown> {
    return this.#reading.call({ call: 'ask', view, book, question });
  }

  /** A question that reads all acts of a span: others do not wait for it. */
  #report(view: string, book: string, question: object): Promise<unknown> {
    const name = JSON.stringify([view, book, question]);
    return this.#reported(name, book, (ask) => ask({ call: 'ask', view, book, question }));
  }

  #reported<Answer>(name: string, book: string, answer: (ask: Ask) => Promise<Answer>): Promise<Answer> {
    const reflects = () => [...this.#positions.values()].map((positions) => positions.get(book)).join();
    return this.#reports.ask({ name, reflects, answer });
  }

  #heard(message: FromThread): void {
    if (message.said === 'lag') {
      this.#lag = message.lag;
      this.#lagAt = performance.now();
      this.#down = undefined;
    } else if (message.said === 'moved') {
      let positions = this.#positions.get(message.view);
      if (positions === undefined || message.swapped) {
        positions = new Map();
        this.#positions.set(message.view, positions);
      }
      for (const [book, position] of message.moved) positions.set(book, position);
      for (const waiting of [...this.#waiting])
        if (this.position(waiting.book, waiting.view) >= waiting.position) waiting.settle(true);
    }
  }
}
