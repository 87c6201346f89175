/** `goodwill demo`: a service of its own, one simulated week, and what each of its users wants to see. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { LedgerClient } from '../client.ts';
import { CommandFailure } from '../failure.ts';
import { wholeNumber } from '../options.ts';
import { printLines } from '../output.ts';
import { startProgress } from '../progress.ts';
import { simulatedActs } from '../simulate/acts.ts';
import type { SimulatedAct } from '../simulate/bodies.ts';
import { type Chain, cafeChain, type SimulatedEmployee } from '../simulate/cafe-chain.ts';
import { CUT_OVER, dateOf, dayNumberOf, instantOf } from '../simulate/calendar.ts';
import { CAVEAT } from '../simulate/figures.ts';
import { play } from '../simulate/play.ts';
import { projectRoot } from '../simulate/project-root.ts';
import { openBook, putIntoForce, setClock } from '../simulate/stage.ts';
import { type Ink, inkFor } from '../terminal/ink.ts';
import { whole } from '../terminal/money.ts';
import { financePage } from './finance.ts';
import { integratorPage } from './integrator.ts';
import { operationsPage } from './operations.ts';
import { at, heading, type Stage, sentence, title } from './page.ts';
import { type ServiceProcess, startService } from './service-process.ts';

interface DemoFlags {
  readonly exit?: boolean;
  readonly keep?: boolean;
  readonly port?: number;
  readonly policy?: string;
}

const BOOK = 'cafe-chain';
/** The last week of March 2026: London's clocks go forward on its Sunday. */
const WEEK = { seed: 42, stores: 10, staffPerStore: 12, from: '2026-03-23', days: 7 } as const;

export function demoCommand(): Command {
  return new Command('demo')
    .summary('see it work: a service, a simulated week, and what it shows')
    .description(
      'Starts a service on a new temporary data directory, plays one simulated week of ten cafés to it over HTTP, ' +
        `and prints what a till, finance and operations want to see. ${CAVEAT}\n\n` +
        'Then it serves on until Ctrl-C; the data goes with it unless --keep is given.',
    )
    .option('--exit', 'end by itself after the pages')
    .option('--keep', 'leave the data directory behind')
    .option('--policy <file>', 'another policy than policies/cafe-chain.yaml')
    .option('--port <n>', 'the port on 127.0.0.1 (default: any free one)', wholeNumber(1, 65_535))
    .action((flags: DemoFlags) => demo(flags));
}

async function demo(flags: DemoFlags): Promise<void> {
  const ink = inkFor(process.stdout);
  const startedAt = performance.now();
  const stopAsked = signalled();
  const dataDir = await mkdtemp(join(tmpdir(), 'goodwill-demo-'));
  let service: ServiceProcess | undefined;
  try {
    service = await startService({
      dataDir,
      adminKey: randomBytes(24).toString('base64url'),
      sandbox: true,
      ...(flags.port !== undefined && { port: flags.port }),
    });
    const { client, isStopped } = connected(service, stopAsked);
    try {
      const seconds = () => ((performance.now() - startedAt) / 1_000).toFixed(1);
      printLines(
        ink.bold('Goodwill Ledger: one week of ten cafés'),
        `  service ready on ${service.url} (${seconds()} s)`,
      );
      const stage = await playWeek(client, ink, flags.policy ?? join('policies', 'cafe-chain.yaml'));
      printLines(...sentence(CAVEAT));
      printLines(...(await integratorPage(stage, carefulGiver(stage.chain))));
      // The till has given something since: the other pages must reflect it, all at the same position.
      const position = await newestPosition(client, stage.chain);
      printLines(...(await financePage({ ...stage, position })));
      printLines(...(await operationsPage({ ...stage, position })));
      printLines('', ink.dim(`  The demo took ${seconds()} s.`));
      if (flags.exit !== true)
        await serveOn(service, stage, stopAsked, flags.keep === true ? dataDir : undefined);
    } catch (error) {
      // A stop pulls the service away under whatever was going on: that is no failure.
      if (!isStopped()) throw error;
    } finally {
      await client.close();
    }
  } finally {
    await service?.stop();
    if (flags.keep === true) printLines(`  The data is in ${dataDir}.`);
    else await rm(dataDir, { recursive: true, force: true });
  }
}

/** Ctrl-C during the week stops the service at once; what is under way then fails, and is forgiven. */
function connected(
  service: ServiceProcess,
  stopAsked: Promise<void>,
): { client: LedgerClient; isStopped: () => boolean } {
  const client = new LedgerClient({
    url: service.url,
    key: service.adminKey,
    connections: 8,
    retryForMs: 5_000,
  });
  let stopped = false;
  void stopAsked.then(async () => {
    stopped = true;
    await client.close();
  });
  return { client, isStopped: () => stopped };
}

async function playWeek(client: LedgerClient, ink: Ink, policy: string): Promise<Stage> {
  const chain = cafeChain(WEEK);
  const { timeZone } = chain.stores[0]!;
  const policyText = await readFile(resolve(projectRoot(), policy), 'utf8').catch(
    (error: NodeJS.ErrnoException) => {
      throw new CommandFailure(`The policy ${policy} cannot be read (${error.code}).`);
    },
  );
  await setClock(client, instantOf(WEEK.from, '00:00', timeZone));
  await openBook(client, BOOK, chain);
  const version = await putIntoForce(client, BOOK, policyText, 'demo');
  const staff = chain.stores.reduce((sum, store) => sum + store.staff.length, 0);
  printLines(
    `  book ${BOOK}: ${chain.stores.length} cafés, ${staff} employees; ${policy} in force as version ${version}`,
  );
  const lastDay = dayNumberOf(WEEK.from) + WEEK.days - 1;
  // The week ends when its last trading day does; tills that are offline then have not reported yet.
  const endsAt = instantOf(dateOf(lastDay + 1), CUT_OVER, timeZone);
  const progress = startProgress('  {bar} {value} acts | {day}', 620);
  let played = 0;
  let last: SimulatedAct | undefined;
  const tally = await play(client, until(simulatedActs(chain), endsAt), {
    book: BOOK,
    rate: 0,
    // One at a time: the same week, decided in the same order, on every machine.
    connections: 1,
    batchSize: 0,
    tickMs: 60_000,
    onProgress: (fact) => {
      if (fact.what === 'act') last = fact;
      progress.update(Math.min(++played, 620), { day: fact.body.occurredAt.slice(0, 10) });
    },
  });
  progress.stop();
  if (last === undefined) throw new CommandFailure('The simulated week had no acts.');
  const [refusal] = tally.refused.values();
  if (refusal !== undefined) throw new CommandFailure(`The service refused an act: ${refusal.example}`);
  const { sent, accepted, declined, seconds } = tally.summary();
  printLines(
    `  ${whole(sent)} acts posted one by one in ${seconds.toFixed(1)} s: ${ink.green(`${whole(accepted)} accepted`)}, ${ink.yellow(`${whole(declined)} declined`)}`,
  );
  return {
    client,
    book: BOOK,
    chain,
    from: WEEK.from,
    to: dateOf(lastDay),
    position: await newestPosition(client, chain),
    ink,
  };
}

/** Allowances are answered from the book itself, which never lags. */
async function newestPosition(client: LedgerClient, chain: Chain): Promise<number> {
  const [employee] = chain.stores[0]!.staff;
  const path = `/v1/books/${BOOK}/employees/${employee!.id}/allowances`;
  return (await client.expect('The newest position', 'GET', path)).body.position;
}

function* until(acts: Iterable<SimulatedAct>, endsAt: number): Generator<SimulatedAct> {
  for (const act of acts) {
    if (act.sentAt >= endsAt) return;
    yield act;
  }
}

/** The ordinary barista who gives least, but does give: the example at the till must be accepted. */
function carefulGiver(chain: Chain): SimulatedEmployee {
  return chain.stores
    .flatMap((store) => store.staff)
    .filter(({ trait, roles }) => trait === 'ordinary' && roles.includes('barista'))
    .reduce((least, other) => (other.readiness < least.readiness ? other : least));
}

async function serveOn(
  service: ServiceProcess,
  stage: Stage,
  stopAsked: Promise<void>,
  keptIn: string | undefined,
): Promise<void> {
  const { ink, chain } = stage;
  const { url, adminKey } = service;
  const books = `${url}${at(stage, '')}`;
  const giver = carefulGiver(chain);
  const act = {
    kind: 'gesture',
    trigger: 'delight',
    employee: giver.id,
    location: giver.store,
    retailMinor: 0,
    costMinor: 0,
    reason: 'rough-day',
  };
  const bearer = `-H 'Authorization: Bearer ${adminKey}'`;
  printLines(
    ...title(
      ink,
      'YOUR TURN',
      'The service is running. Its clock stands still on the last evening of the week.',
    ),
    `  url  ${url}        (API description: ${url}/docs)`,
    `  key  ${adminKey}`,
    ...(keptIn === undefined ? [] : [`  data ${keptIn}`]),
    '',
    heading(ink, `What may ${giver.id} still give?`),
    `    curl -s ${bearer} '${books}/employees/${giver.id}/allowances'`,
    heading(ink, 'Give something that costs nothing; run it twice: the same answer'),
    `    curl -s ${bearer} -H 'Idempotency-Key: my-first-act' -H 'Content-Type: application/json' -d '${JSON.stringify(act)}' '${books}/acts'`,
    heading(ink, 'Spend by region and kind'),
    `    curl -s ${bearer} '${books}/metrics/spend?groupBy=region,kind'`,
    '',
    ...sentence('Ctrl-C ends it.'),
  );
  const end = await Promise.race([stopAsked.then(() => undefined), service.ended]);
  if (end !== undefined) throw new CommandFailure(`The service has ended by itself. It said last:\n${end}`);
}

/**
 * Resolves at the first SIGINT or SIGTERM. Later ones change nothing: the service must be stopped first, which
 * takes 15 seconds at the worst.
 */
function signalled(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
  });
}
