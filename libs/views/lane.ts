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

interface Step {
  readonly placed: PlacedEvent;
  readonly stored: StoredEvent;
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
    const { steps, problem } = this.#follow(events);
    const heads = headsAfter(steps);
    if (steps.length > 0) {
      let failed = this.#apply(steps, heads);
      while (failed !== undefined) {
        this.#stopAtItsEvent(failed, steps);
        failed = this.#apply(steps, heads);
      }
      for (const [book, head] of heads) this.heads.set(book, head);
      this.checkpoint = steps.at(-1)!.stored.global;
    } else if (problem === undefined && events.length > 0) {
      this.checkpoint = events.at(-1)!.global;
    }
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
  #follow(events: readonly StoredEvent[]): { steps: Step[]; problem?: Stopped } {
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
          problem: stop(
            'gap',
            `Book ${book} goes from position ${head.revision} to ${stored.revision}.`,
            'Check the ledger with `goodwill verify`; if it is whole, rebuild the view.',
          ),
        };
      try {
        const event = decodeEvent(stored);
        const placed = { book, bookNumber: head.number, position: stored.revision, event };
        steps.push({ placed, stored });
      } catch (error) {
        return {
          steps,
          problem: stop(
            'event-unreadable',
            `Book ${book}, position ${stored.revision}: ${(error as Error).message}`,
            'Upgrade this process, or restore the ledger; then restart it.',
          ),
        };
      }
      if (reachedHere === undefined) reached.set(book, { number: head.number, revision: stored.revision });
      else reachedHere.revision = stored.revision;
    }
    return { steps };
  }

  /** @returns the first build whose rows could not be made; then nothing was written. */
  #apply(steps: readonly Step[], heads: Heads): Moving | undefined {
    const events = steps.map(({ placed }) => placed);
    let applying: Moving | undefined;
    try {
      inTransaction(this.#db, () => {
        for (const moving of this.moving) {
          applying = moving;
          moving.projection.apply(events);
          applying = undefined;
          this.#checkpoints.save(moving.build, heads, steps.at(-1)!.stored.global);
        }
      });
      return undefined;
    } catch (error) {
      for (const moving of this.moving) moving.projection.rolledBack();
      if (applying === undefined || isTransient(error) || isDamage(error)) throw error;
      return applying;
    }
  }

  /** Takes a build as far as it can go, event by event, names what stops it, and lets it leave the lane. */
  #stopAtItsEvent(moving: Moving, steps: readonly Step[]): void {
    let taken = 0;
    let reason = 'Its events can be applied one by one, but not together.';
    let heads: Heads = new Map();
    try {
      inTransaction(this.#db, () => {
        for (const { placed } of steps) {
          this.#db.exec('SAVEPOINT one');
          try {
            moving.projection.apply([placed]);
          } catch (error) {
            if (isTransient(error) || isDamage(error)) throw error;
            this.#db.exec('ROLLBACK TO one');
            reason = `Book ${placed.book}, position ${placed.position}: ${(error as Error).message}`;
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

function headsAfter(steps: readonly Step[]): Heads {
  const heads: Heads = new Map();
  for (let at = steps.length - 1; at >= 0; at--) {
    const { placed, stored } = steps[at]!;
    if (!heads.has(placed.book))
      heads.set(placed.book, { number: placed.bookNumber, revision: placed.position, event: stored.id });
  }
  return heads;
}

function positions(heads: Heads): Moved {
  return [...heads].map(([book, { revision }]) => [book, revision] as const);
}

export function stop(code: StopCode, reason: string, advice: string): Stopped {
  return { state: 'stopped', code, reason, advice };
}
