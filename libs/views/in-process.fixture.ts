/** The views without threads: a runner and a reader in the test's own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '../event-store/event-store.ts';
import { ALL_VIEWS } from './all-views.ts';
import { Reader } from './reader.ts';
import type { RegisterAnswer, RegisterFilters, RegisterRow } from './register/register.ts';
import { Runner } from './runner.ts';
import type { SpendAnswer, SpendQuery } from './spend/spend.ts';
import type { View } from './view.ts';
import { openViewsFile } from './views-file.ts';

export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'goodwill-views-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export class ViewsInProcess {
  readonly #positions = new Map<string, Map<string, number>>();
  readonly #close: () => Promise<void>;
  readonly runner: Runner;
  readonly reader: Reader;

  static async start(
    file: string,
    store: EventStore,
    views: readonly View[] = ALL_VIEWS,
    maxBatch = 50,
  ): Promise<ViewsInProcess> {
    const db = openViewsFile(file);
    const positions = new Map<string, Map<string, number>>();
    const runner = await Runner.start({
      db,
      store,
      views,
      maxBatch,
      events: {
        moved(view, moved, swapped) {
          const known = swapped ? undefined : positions.get(view);
          positions.set(view, new Map([...(known ?? []), ...moved]));
        },
        lag() {},
        damaged(error) {
          throw error;
        },
      },
    });
    return new ViewsInProcess(runner, new Reader(file, views), positions, async () => {
      await runner.close();
      db.close();
    });
  }

  private constructor(
    runner: Runner,
    reader: Reader,
    positions: Map<string, Map<string, number>>,
    close: () => Promise<void>,
  ) {
    this.runner = runner;
    this.reader = reader;
    this.#positions = positions;
    this.#close = close;
  }

  position(view: string, book: string): number {
    return this.#positions.get(view)?.get(book) ?? -1;
  }

  search(book: string, filters: RegisterFilters = {}): RegisterAnswer & { ok: true } {
    const answer = this.reader.ask('register', book, filters) as RegisterAnswer;
    if (!answer.ok) throw new Error(answer.detail);
    return answer;
  }

  /** All pages put together. */
  searchAll(book: string, filters: RegisterFilters = {}): RegisterRow[] {
    const rows: RegisterRow[] = [];
    let cursor: string | undefined;
    do {
      const page = this.search(book, { ...filters, ...(cursor === undefined ? {} : { cursor }) });
      rows.push(...page.rows);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return rows;
  }

  spend(book: string, query: SpendQuery): SpendAnswer & { ok: true } {
    const answer = this.reader.ask('spend', book, query) as SpendAnswer;
    if (!answer.ok) throw new Error(answer.detail);
    return answer;
  }

  async until(condition: () => boolean, what: string): Promise<void> {
    for (let tries = 0; !condition(); tries++) {
      if (tries > 2_000) throw new Error(`it never came to: ${what}; ${JSON.stringify(this.runner.lag())}`);
      await pause(5);
    }
  }

  async close(): Promise<void> {
    this.reader.close();
    await this.#close();
  }
}
