/**
 * Kills the service under load at random moments, as often as asked, and holds it to every answer it gave:
 * what was acknowledged is there exactly once and with the same bytes, what was not is settled by sending the same
 * key again, no limit is exceeded at any position, and the ledger has no place that nobody was told of.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expectStatus, openBook, rowsOf } from '../opened-book.ts';
import { goodwill, type ServiceProcess, startService } from '../service-process.ts';
import { type Ask, PER_CUSTOMER, PER_INCIDENT, POLICY, send, startLoad } from './load.ts';
import { seeded } from './seeded.ts';

const CONNECTIONS = 32;
const BOOK = 'crash';

export interface Survived {
  readonly rounds: number;
  readonly acknowledged: number;
  /** Without an answer when the process died. */
  readonly unknown: number;
  /** Of those, the ones that had been recorded all the same. */
  readonly unknownRecorded: number;
  readonly declined: number;
  /** Neither committed nor released when the last round was over. */
  readonly reserved: number;
}

function demand(condition: boolean, what: () => string): asserts condition {
  if (!condition) throw new Error(what());
}

/** `work` over every item, at most 32 at a time. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
}

/** What is killed: a service that can be started again on what it left. */
export interface Mortal {
  start(): Promise<ServiceProcess>;
  /** @throws unless `goodwill verify` finds the stopped ledger whole */
  verify(): Promise<void>;
}

/** @throws with what was found wrong, and the seed */
export async function killRounds(
  dataDir: string,
  rounds: number,
  seed: number,
  root?: string,
): Promise<Survived> {
  const tree = root === undefined ? {} : { root };
  const mortal: Mortal = {
    start: () => startService(dataDir, tree),
    verify: () => verified(dataDir, tree),
  };
  return killRoundsOf(mortal, rounds, seed);
}

/** The same, wherever the service runs. @throws with what was found wrong, and the seed */
export async function killRoundsOf(mortal: Mortal, rounds: number, seed: number): Promise<Survived> {
  try {
    return await run(mortal, rounds, seed);
  } catch (error) {
    throw new Error(`with GOODWILL_SEED=${seed}: ${(error as Error).message}`, { cause: error });
  }
}

async function run(mortal: Mortal, rounds: number, seed: number): Promise<Survived> {
  const random = seeded(seed);
  const all: Ask[] = [];
  const tally = { unknown: 0, unknownRecorded: 0, acknowledged: 0 };
  let service = await mortal.start();
  try {
    const { path, position } = await openBook(service, BOOK, POLICY);
    for (let round = 0; round < rounds; round++) {
      const load = startLoad(service, `${path}/acts`, round, CONNECTIONS, random);
      await sleep(20 + random.below(600));
      await service.kill();
      await load.ended;
      service = await mortal.start();
      const held = await heldToItsAnswers(service, path, load.asks);
      tally.acknowledged += held.acknowledged;
      tally.unknown += held.unknown;
      tally.unknownRecorded += held.unknownRecorded;
      all.push(...load.asks);
    }
    await toldTheWhole(service, path, position, all);
    demand((await service.stop()) === 0, () => `the service did not end cleanly:\n${service.logs()}`);
    await mortal.verify();
    const answered = (status: string) => all.filter((ask) => ask.answer?.body.status === status).length;
    const settled = all.filter(({ becomes }) => becomes === 'accepted' || becomes === 'released').length;
    return { rounds, ...tally, declined: answered('declined'), reserved: answered('reserved') - settled };
  } finally {
    await service.kill();
  }
}

/** After a fault: settles what had no answer, and demands every answer that was given again, byte for byte. */
export async function heldToItsAnswers(
  service: ServiceProcess,
  path: string,
  asks: readonly Ask[],
): Promise<Pick<Survived, 'acknowledged' | 'unknown' | 'unknownRecorded'>> {
  const known = asks.filter((ask) => ask.answer !== undefined);
  const unknown = asks.filter((ask) => ask.answer === undefined);
  const unknownRecorded = await settle(service, unknown);
  await replay(service, known);
  await found(service, path, asks);
  return { acknowledged: known.length, unknown: unknown.length, unknownRecorded };
}

/** At the end, over everything that was asked: each place told of once, no limit exceeded, the register the same. */
export async function toldTheWhole(
  service: ServiceProcess,
  path: string,
  opening: number,
  asks: readonly Ask[],
): Promise<void> {
  noGapAndNothingTwice(asks, opening);
  neverBeyond(asks);
  await asTheRegisterSays(service, path, asks);
}

/** Sends every ask without an answer again. Returns how many had been recorded before the kill. */
async function settle(service: ServiceProcess, asks: readonly Ask[]): Promise<number> {
  let recorded = 0;
  await each(asks, async (ask) => {
    const reply = await send(service, ask);
    ask.answer = { status: reply.status, text: reply.text, body: reply.json() };
    if (reply.headers['idempotent-replayed'] === 'true') recorded += 1;
  });
  return recorded;
}

async function replay(service: ServiceProcess, asks: readonly Ask[]): Promise<void> {
  await each(
    asks.filter((ask) => ask.answer?.status !== 422),
    async (ask) => {
      const again = await send(service, ask);
      demand(
        again.text === ask.answer?.text && again.headers['idempotent-replayed'] === 'true',
        () => `${ask.key} was answered\n${ask.answer?.text}\nand after the restart\n${again.text}`,
      );
    },
  );
}

async function found(service: ServiceProcess, path: string, asks: readonly Ask[]): Promise<void> {
  const became = new Map<Ask, string | undefined>();
  for (const ask of asks) if (ask.of !== undefined) became.set(ask.of, ask.becomes);
  await each(acts(asks), async (ask) => {
    const act = expectStatus(await service.get(`${path}/acts/${ask.answer?.body.id}`), 200).json();
    const { id, occurredAt, status } = ask.answer?.body ?? {};
    demand(
      act.id === id && act.occurredAt === occurredAt && act.status === (became.get(ask) ?? status),
      () => `${ask.key} was acknowledged as\n${ask.answer?.text}\nand is found as\n${JSON.stringify(act)}`,
    );
  });
}

/** Acts, not what was done to them. */
function acts(asks: readonly Ask[]): Ask[] {
  return asks.filter((ask) => ask.of === undefined && ask.answer?.status === 201);
}

/** Every place after the opening belongs to exactly one key: nothing was lost, doubled or written unasked. */
function noGapAndNothingTwice(asks: readonly Ask[], opening: number): void {
  const recorded = asks.filter((ask) => (ask.answer?.status ?? 500) < 300);
  const positions = recorded.map((ask) => ask.answer?.body.position as number).sort((a, b) => a - b);
  positions.forEach((position, i) => {
    demand(
      position === opening + 1 + i,
      () => `position ${opening + 1 + i} should be told of once; position ${position} is next`,
    );
  });
}

/** Walks through the ledger in its order and looks at every limit at every position. */
function neverBeyond(asks: readonly Ask[]): void {
  const used = new Map<string, number>();
  const inOrder = asks
    .filter((ask) => (ask.answer?.status ?? 500) < 300)
    .sort((a, b) => a.answer?.body.position - b.answer?.body.position);
  for (const ask of inOrder) {
    const { customer, incident } = (ask.of ?? ask).body;
    const bucket = incident ?? customer;
    if (bucket === undefined || ask.answer?.body.status === 'declined') continue;
    // A commit takes what was reserved already.
    const change = ask.of === undefined ? 1 : ask.becomes === 'accepted' ? 0 : -1;
    const now = (used.get(bucket) ?? 0) + change;
    const allowed = incident === undefined ? PER_CUSTOMER : PER_INCIDENT;
    demand(
      now <= allowed,
      () => `${bucket} is at ${now} of ${allowed} at position ${ask.answer?.body.position}`,
    );
    used.set(bucket, now);
  }
}

/** The register has every acknowledged act once, and no other. */
async function asTheRegisterSays(service: ServiceProcess, path: string, asks: readonly Ask[]): Promise<void> {
  const expected = new Set(acts(asks).map((ask) => ask.answer?.body.id as string));
  const newest = asks.reduce((position, ask) => Math.max(position, ask.answer?.body.position ?? 0), 0);
  const rows = await rowsOf(service, `${path}/acts?limit=500&atLeast=${newest}`);
  const ids = rows.map((row) => row.id as string);
  const unique = new Set(ids);
  const missing = [...expected].filter((id) => !unique.has(id));
  const unasked = ids.filter((id) => !expected.has(id));
  demand(
    unique.size === ids.length && missing.length === 0 && unasked.length === 0,
    () =>
      `of ${expected.size} acts the register has ${ids.length} rows (${unique.size} acts); ` +
      `missing ${missing.slice(0, 3)}, never acknowledged ${unasked.slice(0, 3)}`,
  );
}

async function verified(dataDir: string, tree: { root?: string }): Promise<void> {
  const printed = await goodwill(['verify', '--data-dir', dataDir, '--json'], tree);
  demand(
    printed.code === 0,
    () => `goodwill verify ended with ${printed.code}:\n${printed.stdout}${printed.stderr}`,
  );
  demand(
    (JSON.parse(printed.stdout) as { whole: boolean }).whole,
    () => `goodwill verify found a difference:\n${printed.stdout}`,
  );
}
