/** Where the time comes from. Only the shell reads it; the domain is given times. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** The system's clock until it is set; from then on it stands still until it is set again. */
export class SettableClock implements Clock {
  #standsAt: number | undefined;

  now(): number {
    return this.#standsAt ?? Date.now();
  }

  set(epochMs: number): void {
    this.#standsAt = epochMs;
  }
}
