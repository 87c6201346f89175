/**
 * Builds that stand at the same place of the ledger and move on together: every event is read and decoded
 * once for all of them, and all their rows commit in one transaction.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { StoredEvent, Subscription } from '../event-store/event-store.ts';
import { decodeEvent } from '../events/codec.ts';
import type { StopCode, ViewStatus } from './status.ts';
import type { PlacedEvent, Projection, View } from './view.ts';
import { Checkpoints, type Head, inTransaction, isDamage } from './views-file.ts';

export const BOOK_PREFIX = 'book-';

/** SQLite's result codes for a disk or lock that may be well again later: nothing is wrong with the event. */
const TRANSIENT = new Set([5, 6, 10, 13, 14]);

export function isTransient(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode;
  return code !== undefined && TRANSIENT.has(code & 0xff);
}

export interface Moving {
  readonly build: number;
  readonly view: View;
  readonly projection: Projection;
  /** Whether questions are answered from it. */
  answers: boolean;
}

export type Stopped = ViewStatus & { state: 'stopped' };

/**
 * Most that are decoded at once: what is decoded lives until every view has had it, and garbage that lives long costs
 * most. They end at a multiple of it in their book, if it is alone in the ledger: views may keep events in such blocks.
 */
const DECODED_AT_ONCE = 512;

interface Step {
  readonly book: string;
  readonly bookNumber: number;
  readonly stored: StoredEvent;
}

/** How far a batch was taken. */
interface Taken {
  readonly heads: Heads;
  /** Of the last event taken; undefined: none was. */
  readonly checkpoint: bigint | undefined;
  /** Why nothing after it can be taken by any view. */
  readonly problem: Stopped | undefined;
}

/** Books that moved, with their new positions. */
export type Moved = readonly (readonly [string, number])[];

export interface Fed {
  readonly moved: Moved;
  /** Builds that left the lane, and how far they came. */
  readonly stopped: readonly { readonly moving: Moving; readonly why: Stopped; readonly moved: Moved }[];
}

export class Lane {
  readonly #db: DatabaseSync;
  readonly #checkpoints: Checkpoints;
  moving: Moving[];
  readonly heads: Map<string, Head>;
  checkpoint: bigint | null;
  subscription: Subscription | undefined;
  /** Set once no more events are to be taken from the subscription. */
  closed = false;
  /** Whether the lane has been seen at the end of the ledger. */
  current = false;
  /** Why nothing moves at the moment although nothing is wrong with the views. */
  unavailable: Stopped | undefined;
  eventsBehind = 0;
  /** A look at the ledger that has not been caught up with. */
  look: { readonly at: number; readonly heads: ReadonlyMap<string, number> } | undefined;

  /** Kept until told, also when the step that found it is tried again. */
  #stopped: Fed['stopped'][number][] = [];

  constructor(db: DatabaseSync, moving: Moving[], heads: Map<string, Head>, checkpoint: bigint | null) {
    this.#db = db;
    this.#checkpoints = new Checkpoints(db);
    this.moving = moving;
    this.heads = heads;
    this.checkpoint = checkpoint;
  }

  /**
   * @throws what `isTransient`: then nothing was taken, and the same events may be fed again; what `isDamage`:
   * then the file is of no more use.
   */
  feed(events: readonly StoredEvent[]): Fed {
    const { steps, gap } = this.#follow(events);
    const { heads, checkpoint, problem = gap } = this.#take(steps);
    for (const [book, head] of heads) this.heads.set(book, head);
    if (checkpoint !== undefined) this.checkpoint = checkpoint;
    else if (problem === undefined && events.length > 0) this.checkpoint = events.at(-1)!.global;
    const moved = positions(heads);
    if (problem !== undefined) {
      for (const moving of this.moving) this.#stopped.push({ moving, why: problem, moved });
      this.moving = [];
    }
    const stopped = this.#stopped;
    this.#stopped = [];
    return { moved, stopped };
  }

  /** Checks that every event follows the one before it in its stream, up to the first that does not. */
  #follow(events: readonly StoredEvent[]): { steps: Step[]; gap?: Stopped } {
    const steps: Step[] = [];
    const reached = new Map<string, { number: number; revision: number }>();
    let books = this.heads.size;
    for (const stored of events) {
      const book = stored.stream.slice(BOOK_PREFIX.length);
      const reachedHere = reached.get(book);
      const head = reachedHere ?? this.heads.get(book) ?? { number: ++books, revision: -1 };
      // Delivered again after a reconnection.
      if (stored.revision <= head.revision) continue;
      if (stored.revision !== head.revision + 1)
        return {
          steps,
          gap: stop(
            'gap',
            `Book ${book} goes from position ${head.revision} to ${stored.revision}.`,
            'Check the ledger with `goodwill verify`; if it is whole, rebuild the view.',
          ),
        };
      steps.push({ book, bookNumber: head.number, stored });
      if (reachedHere === undefined) reached.set(book, { number: head.number, revision: stored.revision });
      else reachedHere.revision = stored.revision;
    }
    return { steps };
  }

  /** Lets the builds whose rows cannot be made leave, and takes the others on. */
  #take(steps: readonly Step[]): Taken {
    if (steps.length === 0) return { heads: new Map(), checkpoint: undefined, problem: undefined };
    for (;;) {
      const outcome = this.#apply(steps);
      if (!('failed' in outcome)) return outcome;
      this.#stopAtItsEvent(outcome.failed, steps);
    }
  }

  /** @returns the first build whose rows could not be made, if there is one; then nothing was written. */
  #apply(steps: readonly Step[]): Taken | { readonly failed: Moving } {
    let applying: Moving | undefined;
    try {
      return inTransaction(this.#db, () => {
        let taken = 0;
        let problem: Stopped | undefined;
        while (taken < steps.length && problem === undefined) {
          const beyondBlock = steps[taken]!.stored.revision % DECODED_AT_ONCE;
          const decoded = decodedUpTo(steps.slice(taken, taken + DECODED_AT_ONCE - beyondBlock));
          for (const moving of this.moving) {
            applying = moving;
            moving.projection.apply(decoded.events);
            applying = undefined;
          }
          taken += decoded.events.length;
          problem = decoded.problem;
        }
        const heads = headsAfter(steps.slice(0, taken));
        const checkpoint = steps[taken - 1]?.stored.global;
        if (checkpoint !== undefined)
          for (const { build } of this.moving) this.#checkpoints.save(build, heads, checkpoint);
        return { heads, checkpoint, problem };
      });
    } catch (error) {
      for (const moving of this.moving) moving.projection.rolledBack();
      if (applying === undefined || isTransient(error) || isDamage(error)) throw error;
      return { failed: applying };
    }
  }

  /** Takes a build as far as it can go, event by event, names what stops it, and lets it leave the lane. */
  #stopAtItsEvent(moving: Moving, steps: readonly Step[]): void {
    let taken = 0;
    let reason = 'Its events can be applied one by one, but not together.';
    let heads: Heads = new Map();
    try {
      inTransaction(this.#db, () => {
        for (const step of steps) {
          const { events, problem } = decodedUpTo([step]);
          // What nobody can read is no fault of this build.
          if (problem !== undefined) break;
          this.#db.exec('SAVEPOINT one');
          try {
            moving.projection.apply(events);
          } catch (error) {
            if (isTransient(error) || isDamage(error)) throw error;
            this.#db.exec('ROLLBACK TO one');
            reason = `Book ${step.book}, position ${step.stored.revision}: ${(error as Error).message}`;
            break;
          }
          this.#db.exec('RELEASE one');
          taken++;
        }
        heads = headsAfter(steps.slice(0, taken));
        if (taken > 0) this.#checkpoints.save(moving.build, heads, steps[taken - 1]!.stored.global);
      });
    } finally {
      moving.projection.rolledBack();
    }
    const advice = 'Answers stay as they were before it. Report this; after an upgrade rebuild the view.';
    this.moving = this.moving.filter((other) => other !== moving);
    this.#stopped.push({
      moving,
      why: stop('event-not-applicable', reason, advice),
      moved: positions(heads),
    });
  }
}

type Heads = Map<string, Head>;

/** @returns `problem`: why there are no more of them. */
function decodedUpTo(steps: readonly Step[]): {
  readonly events: readonly PlacedEvent[];
  readonly problem?: Stopped;
} {
  const events: PlacedEvent[] = [];
  for (const { book, bookNumber, stored } of steps) {
    const position = stored.revision;
    try {
      events.push({ book, bookNumber, position, event: decodeEvent(stored) });
    } catch (error) {
      return {
        events,
        problem: stop(
          'event-unreadable',
          `Book ${book}, position ${position}: ${(error as Error).message}`,
          'Upgrade this process, or restore the ledger; then restart it.',
        ),
      };
    }
  }
  return { events };
}

function headsAfter(steps: readonly Step[]): Heads {
  const heads: Heads = new Map();
  for (let at = steps.length - 1; at >= 0; at--) {
    const { book, bookNumber, stored } = steps[at]!;
    if (!heads.has(book))
      heads.set(book, { number: bookNumber, revision: stored.revision, event: stored.id });
  }
  return heads;
}

function positions(heads: Heads): Moved {
  return [...heads].map(([book, { revision }]) => [book, revision] as const);
}

export function stop(code: StopCode, reason: string, advice: string): Stopped {
  return { state: 'stopped', code, reason, advice };
}
