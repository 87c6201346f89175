/** The composition root: opens every part, in order, and closes them in the reverse. */
import 'reflect-metadata';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { Keyring } from '../../libs/access/keyring.ts';
import { Backtests } from '../../libs/backtest/backtests.ts';
import { Shadows } from '../../libs/backtest/shadows.ts';
import { Books } from '../../libs/books/books.ts';
import { CacheClient } from '../../libs/books/cache-client.ts';
import { StoryTexts } from '../../libs/books/story-texts.ts';
import { BOOK_STREAM_PREFIX } from '../../libs/books/stream-of.ts';
import { openEventStore } from '../../libs/event-store/engines.ts';
import { Following } from '../../libs/event-store/following.ts';
import { adminKeyOf } from '../../libs/platform/admin-key.ts';
import { SettableClock, systemClock } from '../../libs/platform/clock.ts';
import { collectGarbage } from '../../libs/platform/collect-garbage.ts';
import { makeDataDir } from '../../libs/platform/data-dir.ts';
import { takeSlot } from '../../libs/platform/slot.ts';
import { Views } from '../../libs/views/views.ts';
import { Authentication } from './access/authentication.ts';
import { specsOf } from './backtests/shadow-specs.ts';
import { openHttp } from './http/http-application.ts';
import { ServiceMetrics } from './operations/service-metrics.ts';
import type { Settings } from './settings.ts';
import { keepSweeping } from './stories/sweeping.ts';

/** The views look for news by themselves four times a second; telling them more often than this is noise. */
const NUDGE_EVERY_MS = 50;
const LOOK_FOR_SHADOWS_EVERY_MS = 1_000;

export interface Service {
  /** `http://host:port`. */
  readonly url: string;
  readonly adminKey: string;
  /** Set when this start made the key: the only time it is to be shown. */
  readonly adminKeyMade: boolean;
  readonly adminKeyFile: string | null;
  readonly log: Logger;
  /** Finishes what it acknowledged. */
  close(): Promise<void>;
}

export async function startService(settings: Settings): Promise<Service> {
  const log = pino({ level: settings.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime });
  const closings: (() => Promise<void> | void)[] = [];
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeAll(closings);
    return closed;
  };
  try {
    return await open(settings, log, closings, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function open(
  settings: Settings,
  log: Logger,
  closings: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<Service> {
  const { dataDir } = settings;
  makeDataDir(dataDir);
  const admin =
    settings.adminKey === undefined
      ? adminKeyOf(dataDir)
      : { key: settings.adminKey, made: false, file: null };
  const slot = takeSlot(dataDir);
  closings.push(() => slot.release());
  const metrics = new ServiceMetrics();
  const sandboxClock = settings.sandbox ? new SettableClock() : null;
  const clock = sandboxClock ?? systemClock;

  const engine = settings.eventStore === 'sqlite' ? join(dataDir, 'events.db') : settings.eventStore;
  const eventStore = await openEventStore(engine);
  closings.push(() => eventStore.close());

  const views = await Views.start({
    viewsFile: slot.file('views'),
    engine,
    onDeath: (reason) => log.error({ reason }, 'a thread of the views died and is started again'),
  });
  closings.push(() => views.close());
  let nudgedAt = 0;

  const following = new Following(eventStore, BOOK_STREAM_PREFIX, {
    told: (events, after) => {
      books.told(events);
      views.offer({ after, events });
    },
    ended: () => views.offersEnd(),
  });
  closings.push(() => following.close());
  const books = Books.open({
    eventStore,
    cache: new CacheClient({
      cacheFile: slot.file('cache'),
      engine,
      workerUrl: workerFile('cache'),
      snapshotUrl: workerFile('snapshot'),
      onDeath: (error) => log.error({ err: error }, 'the cache thread died and is started again'),
    }),
    clock,
    onAppended: (_book, _revision, events, tookMs) => {
      metrics.appended(events, tookMs / 1000);
      const now = performance.now();
      if (now - nudgedAt < NUDGE_EVERY_MS) return;
      nudgedAt = now;
      views.nudge();
    },
    onConflict: () => {
      metrics.conflicts.value++;
    },
    onOthers: (after) => following.want(after),
    onOpened: collectGarbage,
  });
  closings.push(() => books.close());

  const keyring = Keyring.open({ eventStore, clock });
  closings.push(() => keyring.close());

  metrics.gauge('goodwill_views_behind_events', 'Events that a view does not reflect yet.', 'view', () =>
    views.lag().map(({ view, eventsBehind }) => [view, eventsBehind]),
  );
  metrics.gauge('goodwill_views_behind_seconds', 'Age of what a view has not caught up with.', 'view', () =>
    views.lag().map(({ view, secondsBehind }) => [view, secondsBehind]),
  );
  metrics.gauge('goodwill_book_position', 'Newest event of each book.', 'book', () =>
    books.status().books.map(({ book, position }) => [book, position]),
  );

  const backtests = new Backtests({
    engine,
    historyFile: slot.file('views'),
    workerUrl: workerFile('backtest'),
    readerUrl: workerFile('backtest-reader'),
  });
  metrics.gauge('goodwill_waiting', 'Reports and backtests that wait for their turn.', 'what', () => [
    ['reports', views.reportsWaiting],
    ['backtests', backtests.waiting],
  ]);
  const shadows = new Shadows({
    engine,
    actsFile: slot.file('shadows'),
    workerUrl: workerFile('shadow'),
    onDeath: (reason) => log.error({ reason }, 'the thread of the shadows died and is started again'),
  });
  closings.push(() => shadows.close());
  closings.push(keepShadows(books, shadows));
  const storyTexts = new StoryTexts(eventStore);
  closings.push(
    keepSweeping(books, storyTexts, clock, (error) =>
      log.error({ error: String(error) }, 'texts of withdrawn stories could not be looked through'),
    ),
  );
  const parts = {
    books,
    keyring,
    views,
    backtests,
    shadows,
    eventStore,
    storyTexts,
    clock,
    sandboxClock,
    metrics,
    log,
  };
  const http = await openHttp(parts, new Authentication(admin.key, keyring));
  closings.push(() => http.close());
  // Before the last answers are waited for: some may wait for a backtest or a report.
  closings.push(() => backtests.close());
  closings.push(() => views.endReports());
  await http.nest.listen(settings.port, settings.host);
  const url = await http.nest.getUrl();
  log.info({ url, dataDir, slot: slot.number, sandbox: settings.sandbox }, 'serving');
  return { url, adminKey: admin.key, adminKeyMade: admin.made, adminKeyFile: admin.file, log, close };
}

/** Shadows run where a book has any, whichever process was told to start them. @returns what ends the looking */
function keepShadows(books: Books, shadows: Shadows): () => void {
  const timer = setInterval(() => {
    for (const { book, shadows: known } of books.shadows()) shadows.run(book, specsOf(known));
  }, LOOK_FOR_SHADOWS_EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** Built or not, the worker is beside this file. */
function workerFile(name: string): URL {
  return new URL(`./${name}.worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
}

/** Newest first; one part that fails to close does not keep the others open. */
async function closeAll(closings: readonly (() => Promise<void> | void)[]): Promise<void> {
  const faults: unknown[] = [];
  for (const close of [...closings].reverse()) {
    try {
      await close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, 'not everything could be closed');
}
