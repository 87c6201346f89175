/**
 * A book's state with decisions on top that are not durable yet. A batch of acts is decided one after the
 * other on a draft: each sees the ones before it, readers of the state see none of them, and if the append is
 * refused the draft is thrown away.
 */
import type { Amounts } from '../act/act.ts';
import type { BucketReader } from './buckets.ts';
import type { ActAccepted, ActDeclined, ActReversed } from './events.ts';
import { giveBack, plus, type UsageWriter, useBuckets } from './evolve.ts';
import type { BookState } from './state.ts';
import { NOTHING, Timeline } from './timeline.ts';

export class Draft implements BucketReader, UsageWriter {
  readonly state: BookState;
  readonly #used = new Map<string, Amounts>();
  readonly #rolling = new Map<string, Timeline>();
  readonly #reversals = new Map<string, Amounts>();
  accepted: Amounts;

  constructor(state: BookState) {
    this.state = state;
    this.accepted = state.accepted;
  }

  /** Takes in a decision made on this draft. Adjustments are none: each is a round of its own. */
  take(event: ActAccepted | ActDeclined | ActReversed): void {
    if (event.type === 'ActAccepted') {
      useBuckets(this, event);
      this.accepted = plus(this.accepted, event.amounts);
    } else if (event.type === 'ActReversed') {
      giveBack(this, event);
      this.#reversals.set(event.act, event.reversedInAll);
    }
  }

  used(id: string): Amounts {
    return this.#used.get(id) ?? this.state.buckets.used(id);
  }

  usedBetween(id: string, from: number, to: number): Amounts {
    const durable = this.state.buckets.usedBetween(id, from, to);
    const drafted = this.#rolling.get(id);
    return drafted === undefined ? durable : plus(durable, drafted.between(from, to));
  }

  *timesWithin(id: string, from: number, to: number): Iterable<number> {
    yield* this.state.buckets.timesWithin(id, from, to);
    const drafted = this.#rolling.get(id);
    if (drafted !== undefined) yield* drafted.timesWithin(from, to);
  }

  adjusted(id: string): Amounts {
    return this.state.buckets.adjusted(id);
  }

  adjustedBetween(id: string, from: number, to: number): Amounts {
    return this.state.buckets.adjustedBetween(id, from, to);
  }

  reversed(act: string): Amounts {
    return this.#reversals.get(act) ?? this.state.reversals.get(act) ?? NOTHING;
  }

  add(id: string, amounts: Amounts): void {
    this.#used.set(id, plus(this.used(id), amounts));
  }

  addAt(id: string, at: number, amounts: Amounts): void {
    let timeline = this.#rolling.get(id);
    if (timeline === undefined) {
      timeline = new Timeline();
      this.#rolling.set(id, timeline);
    }
    timeline.add(at, amounts);
  }
}
