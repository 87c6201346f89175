/**
 * Keeps the views of one file: follows the ledger from the stored checkpoints, builds what is new beside
 * what answers, and swaps it in once it has caught up.
 */
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { EngineUnavailable, type EventStore, type StoredEvent } from '../event-store/event-store.ts';
import { BOOK_PREFIX, isTransient, Lane, type Moved, type Moving, type Stopped, stop } from './lane.ts';
import { makeMissingIndexes, putIndexesOff } from './later-indexes.ts';
import { isLedgerOf } from './ledger-of.ts';
import type { ViewLag, ViewStatus } from './status.ts';
import type { View } from './view.ts';
import {
  activate,
  addBuild,
  type Build,
  buildsIn,
  dropRetired,
  type Head,
  headsOf,
  isDamage,
  prefixOf,
  retire,
} from './views-file.ts';

/** Bounds one transaction to a tenth of a second, where a view is far behind. Half of it would write a tenth more. */
const MAX_BATCH = 4_096;
/** How often the end of the ledger is looked up, unless that itself takes long. */
const LOOK_EVERY_MS = 250;
/** A lane this close to the end counts as caught up: under steady load it is never quite there. */
const NEAR = 2_000;
/** From so many events in a batch on, the next one is given time to gather. */
const LIVELY = 8;
const GATHER_MS = 20;
const RETRY_AFTER_MS = 1_000;

export interface RunnerEvents {
  /** After the commit. `swapped`: the answers come from another build now, and these are all its books. */
  moved(view: string, moved: Moved, swapped: boolean): void;
  /** The file is damaged: to be discarded, and everything started again. */
  damaged(error: unknown): void;
  /** Whenever what `lag` says may have changed. */
  lag(lag: readonly ViewLag[]): void;
}

export interface RunnerOptions {
  readonly db: DatabaseSync;
  readonly store: EventStore;
  readonly views: readonly View[];
  readonly events: RunnerEvents;
  readonly maxBatch?: number;
}

export class Runner {
  readonly #db: DatabaseSync;
  readonly #store: EventStore;
  readonly #views: readonly View[];
  readonly #events: RunnerEvents;
  readonly #maxBatch: number;
  readonly #lanes = new Set<Lane>();
  /** By build. */
  readonly #stopped = new Map<number, { readonly moving: Moving; readonly why: Stopped }>();
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }[]>();
  readonly #background = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  /** Why nothing is followed yet. */
  #notBegun: Stopped | undefined = stop(
    'unavailable',
    'It is not known yet where the ledger stands.',
    'Wait for the engine to answer; look at it if this stays.',
  );
  /** Resolves once it is known where every view stands. Rejects with a fault, or when closed before. */
  begun: Promise<void> = Promise.resolve();

  private constructor(options: RunnerOptions) {
    this.#db = options.db;
    this.#store = options.store;
    this.#views = options.views;
    this.#events = options.events;
    this.#maxBatch = options.maxBatch ?? MAX_BATCH;
  }

  /** Starts to follow the ledger; resolves once it is known where every view stands. */
  static async start(options: RunnerOptions): Promise<Runner> {
    const runner = Runner.open(options);
    await runner.begun;
    return runner;
  }

  /** As `start`, at once: what the file has is answered from, while an engine that does not answer is asked again. */
  static open(options: RunnerOptions): Runner {
    const runner = new Runner(options);
    runner.#retireUnusable();
    runner.#tellPositions();
    runner.begun = runner.#begin();
    return runner;
  }

  async #begin(): Promise<void> {
    const lanes = await this.#lanesOnceReachable();
    this.#notBegun = undefined;
    for (const lane of lanes) this.#follow(lane);
    this.#inBackground(this.#watch());
    this.#inBackground(this.#dropRetired());
  }

  async #lanesOnceReachable(): Promise<readonly Lane[]> {
    for (;;) {
      try {
        return await this.#startingLanes();
      } catch (error) {
        if (!(error instanceof EngineUnavailable) || this.#closing.signal.aborted) throw error;
        this.#notBegun = unavailable(error);
        this.#tell();
        await pause(RETRY_AFTER_MS, undefined, { signal: this.#closing.signal });
      }
    }
  }

  async #startingLanes(): Promise<readonly Lane[]> {
    const builds = await this.#takeStock();
    const lanes: Lane[] = [];
    for (const build of builds) {
      const moving = this.#moving(build, build.state === 'active');
      const beside = lanes.find(({ checkpoint }) => checkpoint === build.checkpoint);
      if (beside !== undefined) beside.moving.push(moving);
      else {
        const heads = headsOf(this.#db, build.number);
        lanes.push(new Lane(this.#db, [moving], heads, build.checkpoint));
      }
    }
    this.#tellPositions();
    // One that follows behind will join the first one and answer: as it is.
    for (const { moving } of lanes.slice(1)) await makeMissingIndexes(this.#db, moving, this.#closing.signal);
    await this.#look(lanes);
    const [first] = lanes;
    if (lanes.length === 1 && first!.checkpoint === null && !first!.current)
      putIndexesOff(this.#db, first!.moving);
    return lanes;
  }

  #tellPositions(): void {
    for (const { number, view, state } of buildsIn(this.#db))
      if (state === 'active') this.#events.moved(view, this.#positions(headsOf(this.#db, number)), true);
  }

  /** Builds the view anew beside the one that answers. Resolves when it has been swapped in. */
  rebuild(name: string): Promise<void> {
    const view = this.#views.find((known) => known.name === name);
    if (view === undefined)
      return Promise.reject(
        new RangeError(`no view ${name}; there are ${this.#views.map((known) => known.name).join(', ')}`),
      );
    const underWay = [...this.#lanes].flatMap(({ moving }) => moving);
    const already = underWay.find((moving) => moving.view === view && !moving.answers);
    if (already !== undefined) return this.#swapOf(already.build);
    for (const build of buildsIn(this.#db))
      if (build.view === name && build.state === 'building') {
        retire(this.#db, build);
        this.#stopped.delete(build.number);
      }
    const build = addBuild(this.#db, view, 'building');
    const swapped = this.#swapOf(build.number);
    this.#follow(new Lane(this.#db, [this.#moving(build, false)], new Map(), null));
    this.#inBackground(this.#dropRetired());
    this.#tell();
    return swapped;
  }

  lag(): ViewLag[] {
    const now = performance.now();
    return this.#views.map((view) => {
      const lanes = [...this.#lanes].filter((lane) => lane.moving.some((moving) => moving.view === view));
      const answering = lanes.find((lane) => lane.moving.some((m) => m.view === view && m.answers));
      const rebuilding = lanes.some((lane) => lane.moving.some((m) => m.view === view && !m.answers));
      const stopped = [...this.#stopped.values()].find(
        ({ moving }) => moving.view === view && (moving.answers || !rebuilding),
      );
      const lane = answering ?? lanes[0];
      const status: ViewStatus = stopped?.why ??
        lane?.unavailable ??
        this.#notBegun ?? { state: answering?.current === true ? 'current' : 'building' };
      const secondsBehind = lane?.look === undefined ? 0 : (now - lane.look.at) / 1_000;
      return { view: view.name, status, rebuilding, eventsBehind: lane?.eventsBehind ?? 0, secondsBehind };
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const waiting of this.#waiting.values())
      for (const { reject } of waiting) reject(new Error('the views are being closed'));
    const subscriptions = [...this.#lanes].map((lane) => this.#leave(lane));
    await Promise.allSettled([this.begun, ...subscriptions, ...this.#background]);
  }

  /** Decides what becomes of the builds in the file. @returns those that move, furthest first. */
  async #takeStock(): Promise<Build[]> {
    const db = this.#db;
    for (const build of buildsIn(db)) {
      if (build.state === 'retired') continue;
      // A ledger restored from an older copy has other events than the rows were made from.
      if (!(await isLedgerOf(this.#store, headsOf(db, build.number), build.checkpoint))) retire(db, build);
    }
    for (const view of this.#views) {
      const builds = buildsIn(db).filter(
        ({ view: name, state }) => name === view.name && state !== 'retired',
      );
      const active = builds.find(({ state }) => state === 'active');
      const building = builds.find(({ state }) => state === 'building');
      if (active === undefined && building !== undefined) activate(db, building);
      else if (active === undefined) addBuild(db, view, 'active');
      else if (active.version !== view.version && building === undefined) addBuild(db, view, 'building');
    }
    const furthestFirst = (one: Build, other: Build) =>
      Number((other.checkpoint ?? -1n) - (one.checkpoint ?? -1n));
    return buildsIn(db)
      .filter(
        ({ view: name, version, state }) =>
          state !== 'retired' && this.#views.some((view) => view.name === name && view.version === version),
      )
      .sort(furthestFirst);
  }

  /** What was made by a version that this one cannot read. */
  #retireUnusable(): void {
    for (const build of buildsIn(this.#db)) {
      if (build.state === 'retired') continue;
      const view = this.#views.find(({ name }) => name === build.view);
      const usable =
        view !== undefined &&
        (build.version === view.version ||
          (build.state === 'active' && (view.readable ?? []).includes(build.version)));
      if (!usable) retire(this.#db, build);
    }
  }

  #moving(build: { readonly number: number; readonly view: string }, answers: boolean): Moving {
    const view = this.#views.find(({ name }) => name === build.view)!;
    return { build: build.number, view, projection: view.project(this.#db, prefixOf(build)), answers };
  }

  #follow(lane: Lane): void {
    this.#lanes.add(lane);
    this.#inBackground(
      (async () => {
        while (!lane.closed && !this.#closing.signal.aborted) {
          try {
            lane.subscription = this.#store.subscribe(
              {
                streamPrefix: BOOK_PREFIX,
                maxBatch: this.#maxBatch,
                ...(lane.checkpoint === null ? {} : { after: lane.checkpoint }),
              },
              (events) => this.#feed(lane, events),
            );
            await lane.subscription.ended;
          } catch (error) {
            if (lane.closed) break;
            lane.unavailable = unavailable(error);
            this.#tell();
          }
          if (!lane.closed)
            await pause(RETRY_AFTER_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
        }
      })(),
    );
  }

  async #feed(lane: Lane, delivered: readonly StoredEvent[]): Promise<void> {
    while (delivered.length > 0 && !lane.closed && !this.#closing.signal.aborted) {
      try {
        const joins = this.#step(lane, delivered);
        if (joins !== undefined) this.#join(lane, joins);
        break;
      } catch (error) {
        if (isDamage(error)) this.#events.damaged(error);
        if (!isTransient(error)) throw error;
        lane.unavailable = unavailable(error);
        this.#tell();
        await pause(RETRY_AFTER_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
    // Under a steady stream of acts fewer, fuller transactions write the same pages less often.
    if (lane.current && delivered.length >= LIVELY && delivered.length < this.#maxBatch)
      await pause(GATHER_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
    // Others on this thread have their turn between two transactions.
    else await nextTurn();
  }

  /** @returns the lane further ahead that this one has just reached. */
  #step(lane: Lane, delivered: readonly StoredEvent[]): Lane | undefined {
    const ahead = this.#ahead(lane);
    const until = ahead?.checkpoint ?? null;
    const reaches = until !== null && delivered.at(-1)!.global >= until;
    const fed = lane.feed(reaches ? delivered.filter(({ global }) => global <= until) : delivered);
    lane.unavailable = undefined;
    for (const { view, answers } of lane.moving) if (answers) this.#events.moved(view.name, fed.moved, false);
    for (const { moving, why, moved } of fed.stopped) {
      if (moving.answers) this.#events.moved(moving.view.name, moved, false);
      this.#stopped.set(moving.build, { moving, why });
      this.#settle(moving.build, new Error(`${moving.view.name} stopped: ${why.reason} ${why.advice}`));
    }
    if (lane.look !== undefined && reachedAll(lane.heads, lane.look.heads)) {
      lane.look = undefined;
      lane.eventsBehind = 0;
    }
    if (lane.moving.length === 0) void this.#leave(lane);
    if (fed.stopped.length > 0) this.#tell();
    return reaches && lane.moving.length > 0 ? ahead : undefined;
  }

  /** The lane that is furthest, if it is not this one. */
  #ahead(lane: Lane): Lane | undefined {
    let furthest = lane;
    for (const other of this.#lanes)
      if (other.moving.length > 0 && (other.checkpoint ?? -1n) > (furthest.checkpoint ?? -1n))
        furthest = other;
    return furthest === lane ? undefined : furthest;
  }

  #join(lane: Lane, ahead: Lane): void {
    void this.#leave(lane);
    for (const moving of lane.moving) {
      ahead.moving.push(moving);
      this.#swapIn(moving, ahead);
    }
    this.#tell();
  }

  #swapIn(moving: Moving, lane: Lane): void {
    if (moving.answers) return;
    activate(this.#db, { number: moving.build, view: moving.view.name });
    for (const other of this.#lanes)
      other.moving = other.moving.filter((old) => old.view !== moving.view || old === moving);
    for (const [build, old] of this.#stopped)
      if (old.moving.view === moving.view) this.#stopped.delete(build);
    for (const other of this.#lanes) if (other.moving.length === 0) void this.#leave(other);
    moving.answers = true;
    this.#events.moved(moving.view.name, this.#positions(lane.heads), true);
    this.#settle(moving.build);
    this.#inBackground(this.#dropRetired());
  }

  async #leave(lane: Lane): Promise<void> {
    lane.closed = true;
    this.#lanes.delete(lane);
    await lane.subscription?.close();
  }

  /** Looks at the ledger's end again and again: lag is told from outside of what is being measured. */
  async #watch(): Promise<void> {
    let everyMs = LOOK_EVERY_MS;
    let costMs = 0;
    while (!this.#closing.signal.aborted) {
      await pause(everyMs, undefined, { signal: this.#closing.signal }).catch(() => {});
      if (this.#closing.signal.aborted) return;
      const from = performance.now();
      try {
        await this.#look([...this.#lanes]);
        // With very many books a look costs; it never takes more than a twentieth of the time. One that was slow
        // for once, because the engine was, says little about the next.
        costMs = Math.min(performance.now() - from, Math.max(2 * costMs, LOOK_EVERY_MS / 10));
        everyMs = Math.max(LOOK_EVERY_MS, 20 * costMs);
      } catch (error) {
        if (isDamage(error)) this.#events.damaged(error);
        for (const lane of this.#lanes) lane.unavailable ??= unavailable(error);
      }
      this.#tell();
    }
  }

  async #look(lanes: readonly Lane[]): Promise<void> {
    const at = performance.now();
    const ends = new Map<string, number>();
    for (const stream of await this.#store.streams(BOOK_PREFIX))
      ends.set(stream.slice(BOOK_PREFIX.length), await this.#store.head(stream));
    for (const lane of lanes) {
      if (lane.closed) continue;
      lane.eventsBehind = 0;
      for (const [book, end] of ends)
        lane.eventsBehind += Math.max(0, end - (lane.heads.get(book)?.revision ?? -1));
      if (lane.eventsBehind === 0) {
        lane.look = undefined;
        lane.unavailable = undefined;
      } else lane.look ??= { at, heads: ends };
      if (lane.eventsBehind > NEAR) continue;
      if (!lane.current) await makeMissingIndexes(this.#db, lane.moving, this.#closing.signal);
      lane.current = true;
      if (this.#lanes.has(lane) && this.#ahead(lane) === undefined)
        for (const moving of [...lane.moving]) this.#swapIn(moving, lane);
    }
  }

  async #dropRetired(): Promise<void> {
    try {
      while (!this.#closing.signal.aborted && dropRetired(this.#db)) await nextTurn();
    } catch (error) {
      // Left for the next start: what is retired only takes space.
      if (!isTransient(error)) throw error;
    }
  }

  #positions(heads: ReadonlyMap<string, Head>): Moved {
    return [...heads].map(([book, { revision }]) => [book, revision] as const);
  }

  #swapOf(build: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(build) ?? [];
      waiting.push({ resolve, reject });
      this.#waiting.set(build, waiting);
    });
  }

  #settle(build: number, error?: Error): void {
    for (const { resolve, reject } of this.#waiting.get(build) ?? []) {
      if (error === undefined) resolve();
      else reject(error);
    }
    this.#waiting.delete(build);
  }

  #tell(): void {
    this.#events.lag(this.lag());
  }

  /** A fault here is a bug: it ends the thread, which is started again. */
  #inBackground(work: Promise<void>): void {
    this.#background.add(work);
    void work.finally(() => this.#background.delete(work));
  }
}

function reachedAll(heads: ReadonlyMap<string, Head>, ends: ReadonlyMap<string, number>): boolean {
  for (const [book, end] of ends) if ((heads.get(book)?.revision ?? -1) < end) return false;
  return true;
}

function unavailable(error: unknown): Stopped {
  return stop(
    'unavailable',
    (error as Error).message,
    'It is tried again every second; look at the disk and the engine if this stays.',
  );
}
