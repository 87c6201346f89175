/** What a subscription has brought of one book's stream and the state has not taken in yet. */
import type { StoredEvent } from '../event-store/event-store.ts';

/** More is read from the engine instead of being held. */
const MOST_HELD = 16_384;

export class Followed {
  #events: StoredEvent[] = [];
  /** The newest revision ever told. */
  #reached = -1;
  /** What it had reached when it was last waited for in vain. */
  #lateAt: number | undefined = -1;
  #waiting: { readonly revision: number; readonly settle: (reached: boolean) => void }[] = [];

  /** @param events in order, each after the one before; what was told before may come again */
  told(events: readonly StoredEvent[]): void {
    const first = events[0]!.revision;
    const last = events.at(-1)!.revision;
    if (last <= this.#reached) return;
    const held = this.#events.at(-1);
    // Whatever lies between is read.
    if (held !== undefined && (first > held.revision + 1 || this.#events.length > MOST_HELD))
      this.#events = [];
    for (const event of events) if (event.revision > this.#reached) this.#events.push(event);
    this.#reached = last;
    for (const { revision, settle } of [...this.#waiting]) if (revision <= last) settle(true);
  }

  /** The events that follow the revision without a gap, as far as they have come. They are not held any longer. */
  take(revision: number): readonly StoredEvent[] {
    const events = this.#events;
    if (events.length === 0) return events;
    const first = events[0]!.revision;
    if (first > revision + 1) return [];
    this.#events = [];
    return events.slice(revision + 1 - first);
  }

  /** Whether it can be relied on: after it was `late` not until it has come on, as far as the state. */
  isTimely(revision: number): boolean {
    if (this.#lateAt !== undefined && this.#reached > this.#lateAt && this.#reached >= revision) {
      this.#lateAt = undefined;
    }
    return this.#lateAt === undefined;
  }

  /** It was waited for in vain, or what it brought does not follow the state. */
  late(): void {
    this.#lateAt = this.#reached;
  }

  /** Resolves as soon as the revision has been told, or false when it has not been in time. */
  async reaches(revision: number, withinMs: number): Promise<boolean> {
    if (this.#reached >= revision) return true;
    return await new Promise<boolean>((resolve) => {
      const waiting = {
        revision,
        settle: (there: boolean): void => {
          clearTimeout(timer);
          this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
          resolve(there);
        },
      };
      const timer = setTimeout(() => waiting.settle(false), withinMs);
      this.#waiting.push(waiting);
    });
  }
}
