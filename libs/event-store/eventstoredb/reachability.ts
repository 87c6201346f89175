/**
 * Whether the engine answers at all. Once it has not for some seconds, calls fail at once instead of each waiting out
 * its time, and a single question, asked again and again, finds out when it is back.
 */

/** An election takes a few seconds: calls that meet one are to live through it. */
const PATIENCE_MS = 5_000;
/** Before it has ever answered there is nothing to live through. */
const FIRST_PATIENCE_MS = 2_000;
const ASK_EVERY_MS = 250;
/** A call that comes while the engine is away waits so long for it to be back: long enough to hear of it. */
const BACK_WITHIN_MS = 600;

export class Reachability {
  readonly #ask: () => Promise<void>;
  readonly #patienceMs: number;
  #answered = false;
  #silentSince: number | undefined;
  #away: { readonly cause: unknown } | undefined;
  #asking: NodeJS.Timeout | undefined;
  #closed = false;
  #back: Promise<void> | undefined;
  #isBack: () => void = () => undefined;

  /**
   * @param ask one try of a call; resolves or rejects in bounded time, and tells `heard` or `missed` what came of it
   * @param patienceMs until silence counts as absence
   */
  constructor(ask: () => Promise<void>, patienceMs = PATIENCE_MS) {
    this.#ask = ask;
    this.#patienceMs = patienceMs;
  }

  get isAway(): boolean {
    return this.#away !== undefined;
  }

  /** Resolves with why a call need not be tried, or undefined when it may. */
  async away(): Promise<{ readonly cause: unknown } | undefined> {
    if (this.#away === undefined || this.#closed) return this.#away;
    this.#back ??= new Promise((resolve) => {
      this.#isBack = resolve;
    });
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, BACK_WITHIN_MS);
    });
    await Promise.race([this.#back, patience]);
    clearTimeout(timer);
    return this.#away;
  }

  /** The engine has answered, be it with a refusal. */
  heard(): void {
    this.#answered = true;
    this.#silentSince = undefined;
    this.#away = undefined;
    this.#isBack();
    this.#back = undefined;
  }

  /** A try of a call failed for want of an answer, or of somebody who leads. @param began of that try */
  missed(cause: unknown, began: number): void {
    this.#silentSince ??= began;
    const patienceMs = this.#answered ? this.#patienceMs : Math.min(FIRST_PATIENCE_MS, this.#patienceMs);
    if (performance.now() - this.#silentSince < patienceMs || this.#closed) return;
    this.#away = { cause };
    this.#askSoon();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#asking);
    this.#isBack();
  }

  #askSoon(): void {
    if (this.#asking !== undefined || this.#closed) return;
    // Not in step with the other replicas.
    const waitMs = ASK_EVERY_MS * (0.5 + Math.random());
    this.#asking = setTimeout(async () => {
      await this.#ask().catch(() => undefined);
      this.#asking = undefined;
      if (this.#away !== undefined) this.#askSoon();
    }, waitMs).unref();
  }
}
