/** `goodwill simulate`: a chain of cafés at work, over HTTP. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { connectionOf, LedgerClient } from '../client.ts';
import { CommandFailure, wrongUsage } from '../failure.ts';
import { wholeNumber, withConnection, withJson } from '../options.ts';
import { printJson, printLines } from '../output.ts';
import { startProgress } from '../progress.ts';
import { inkFor } from '../terminal/ink.ts';
import { whole } from '../terminal/money.ts';
import type { SimulatedFact } from './bodies.ts';
import { type Chain, type ChainOptions, cafeChain } from './cafe-chain.ts';
import { dateOf, dayNumberOf, instantOf } from './calendar.ts';
import { type Effects, withEffects } from './effects.ts';
import { simulatedFacts } from './facts.ts';
import { CAVEAT } from './figures.ts';
import { type PlayOptions, play } from './play.ts';
import { projectRoot } from './project-root.ts';
import { openBook, putIntoForce, trySetClock } from './stage.ts';
import type { Tally } from './tally.ts';
import { type PolicyChange, truthOf } from './truth.ts';

interface SimulateFlags {
  readonly url?: string;
  readonly key?: string;
  readonly book: string;
  readonly stores: number;
  readonly staffPerStore: number;
  readonly days: number;
  readonly from: string;
  readonly seed: number;
  readonly actsPerDay?: number;
  readonly timeZones?: string;
  readonly rate: number;
  readonly connections: number;
  readonly batch?: number | true;
  /** A file; false for --no-policy; undefined for the default. */
  readonly policy?: string | false;
  readonly thenPolicy?: string;
  readonly thenOn?: string;
  readonly thenLift?: number;
  readonly truth?: string;
  readonly outcomes?: boolean;
  readonly drawsPerDay?: number;
  readonly regularShare?: number;
  readonly untreatedShare?: number;
  /** False for --no-planted. */
  readonly planted: boolean;
  readonly fiscalCalendar?: boolean;
  readonly clock: 'auto' | 'real';
  readonly json?: boolean;
}

const DEFAULT_BATCH_SIZE = 500;
const DEFAULT_TICK_MS = 60_000;
/** Batches are worth more of them; still far from the 15 minutes after which a request is too old. */
const BATCH_TICK_MS = 600_000;

export function simulateCommand(): Command {
  return withJson(withConnection(new Command('simulate')))
    .summary('play a chain of cafés to the service')
    .description(
      `Plays a seeded chain of cafés to a running service: directory, policy, then acts in the order of time. ${CAVEAT}\n\n` +
        'In a sandbox the clock goes along and acts are requested as they happen; elsewhere they are recorded ' +
        'as past, so the span must have ended. The same options again add nothing: the keys are the same.',
    )
    .option('--book <id>', 'the book to play to', 'cafe-chain')
    .option('--stores <n>', 'how many cafés', wholeNumber(1, 10_000), 10)
    .option('--staff-per-store <n>', 'people per café', wholeNumber(1, 500), 12)
    .option('--days <n>', 'trading days', wholeNumber(1, 36_600), 7)
    .option('--from <date>', 'the first of them', '2026-03-23')
    .option('--seed <n>', 'the same seed makes the same acts', wholeNumber(0, Number.MAX_SAFE_INTEGER), 42)
    .option('--acts-per-day <n>', 'mean acts per café and day (default: 9)', number)
    .option('--time-zones <list>', 'IANA zones for the cafés in turn, with commas (default: Europe/London)')
    .option('--rate <n>', 'acts a second; 0 is as fast as it can', number, 200)
    .option(
      '--connections <n>',
      'requests at once; with 1 all acts arrive in order',
      wholeNumber(1, 1_000),
      16,
    )
    .option(
      '--batch [size]',
      `post batches of up to 1,000 (default size: ${DEFAULT_BATCH_SIZE})`,
      wholeNumber(1, 1_000),
    )
    .option('--policy <file>', 'the policy to put into force (default: policies/cafe-chain.yaml)')
    .option('--no-policy', 'leave the policies of the book as they are')
    .option('--then-policy <file>', 'another policy, in force from --then-on: the middle of a window')
    .option('--then-on <date>', 'its first day, at noon of the first café')
    .option('--then-lift <share>', 'with --outcomes: customers who come back besides, from --then-on', number)
    .option('--truth <file>', 'write what was planted, for examining detectors')
    .option(
      '--outcomes',
      'tell also what becomes of incidents and what customers do later, and draw campaigns by lot',
    )
    .option('--draws-per-day <n>', 'customers drawn for each campaign, per café and day', number)
    .option('--regular-share <share>', 'identified acts for regulars, who come whatever is given', number)
    .option('--untreated-share <share>', 'incidents that no act answers, of all', number)
    .option('--no-planted', 'ordinary staff alone: nobody misuses, exhausts or never uses what they may give')
    .option('--fiscal-calendar', 'the fiscal calendar of the NRF, with acts around a year of 53 weeks')
    .option('--clock <which>', '"auto" moves a sandbox clock along; "real" leaves it alone', clock, 'auto')
    .action(async (_flags: unknown, command: Command) => {
      await simulate(command.optsWithGlobals<SimulateFlags>());
    });
}

async function simulate(flags: SimulateFlags): Promise<void> {
  if ((flags.thenPolicy === undefined) !== (flags.thenOn === undefined)) {
    throw wrongUsage('--then-policy and --then-on belong together.');
  }
  for (const option of ['thenLift', 'drawsPerDay', 'regularShare', 'untreatedShare'] as const) {
    if (flags[option] === undefined || flags.outcomes === true) continue;
    const name = option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw wrongUsage(`--${name} says how customers come back: it needs --outcomes.`);
  }
  if (flags.thenLift !== undefined && flags.thenOn === undefined) {
    throw wrongUsage('--then-lift needs --then-on: the day from which more come back.');
  }
  const batchSize = flags.batch === true ? DEFAULT_BATCH_SIZE : (flags.batch ?? 0);
  const policyText = flags.policy === false ? undefined : await readPolicy(flags.policy ?? defaultPolicy());
  const thenPolicyText = flags.thenPolicy === undefined ? undefined : await readPolicy(flags.thenPolicy);
  const asked = chainFrom(flags, 'request');
  const client = new LedgerClient({ ...connectionOf(flags), connections: flags.connections });
  try {
    const inSandbox = flags.clock === 'auto' && (await trySetClock(client, startOf(asked)));
    if (!inSandbox) checkIsOver(asked);
    const chain = inSandbox ? asked : chainFrom(flags, 'record');
    if (flags.truth !== undefined) {
      await writeFile(
        flags.truth,
        `${JSON.stringify(truthOf(chain, policyChangeOf(flags, chain)), null, 2)}\n`,
      );
    }
    await openBook(client, flags.book, chain);
    if (policyText !== undefined) await putIntoForce(client, flags.book, policyText, chain.fingerprint);
    const interludes =
      thenPolicyText === undefined
        ? []
        : [
            {
              at: noonOf(chain, flags.thenOn!),
              run: async () => {
                await putIntoForce(
                  client,
                  flags.book,
                  thenPolicyText,
                  `${chain.fingerprint} ${flags.thenOn}`,
                );
              },
            },
          ];
    const options: PlayOptions = {
      book: flags.book,
      rate: flags.rate,
      connections: flags.connections,
      batchSize,
      interludes,
      ...(inSandbox && { tickMs: batchSize > 0 ? BATCH_TICK_MS : DEFAULT_TICK_MS }),
    };
    const tally = await withProgress(chain, flags.json === true, (onProgress) =>
      play(client, simulatedFacts(chain), { ...options, onProgress }),
    );
    print(flags, chain, inSandbox, tally);
    if (tally.refusedCount > 0) {
      const what = chain.effects === undefined ? 'acts' : 'facts';
      throw new CommandFailure(`${whole(tally.refusedCount)} ${what} were refused.`, {
        advice: 'The summary names each reason with an example; a repeated run sends only what is missing.',
      });
    }
  } finally {
    await client.close();
  }
}

function chainFrom(flags: SimulateFlags, mode: 'request' | 'record'): Chain {
  const options: ChainOptions = {
    seed: flags.seed,
    stores: flags.stores,
    staffPerStore: flags.staffPerStore,
    from: flags.from,
    days: flags.days,
    mode,
    planted: flags.planted,
    fiscal: flags.fiscalCalendar === true,
    ...(flags.actsPerDay !== undefined && { actsPerDay: flags.actsPerDay }),
    ...(flags.timeZones !== undefined && {
      timeZones: flags.timeZones.split(',').map((zone) => zone.trim()),
    }),
  };
  try {
    return cafeChain(options, effectsFrom(flags));
  } catch (error) {
    if (error instanceof RangeError) throw wrongUsage(`${error.message}.`);
    throw error;
  }
}

function effectsFrom(flags: SimulateFlags): Effects | undefined {
  const { outcomes, drawsPerDay, regularShare, untreatedShare, thenLift, thenOn } = flags;
  if (outcomes !== true) return undefined;
  return withEffects({
    ...(drawsPerDay !== undefined && { drawsPerDay }),
    ...(regularShare !== undefined && { regularShare }),
    ...(untreatedShare !== undefined && { untreatedShare }),
    ...(thenLift !== undefined && { shift: { on: thenOn!, lift: thenLift } }),
  });
}

function policyChangeOf(flags: SimulateFlags, chain: Chain): PolicyChange | undefined {
  const { thenOn } = flags;
  return thenOn === undefined ? undefined : { on: thenOn, at: new Date(noonOf(chain, thenOn)).toISOString() };
}

/** Before the first act anywhere. */
export function startOf(chain: Chain): number {
  return Math.min(...chain.stores.map(({ timeZone }) => instantOf(chain.options.from, '00:00', timeZone)));
}

function noonOf(chain: Chain, date: string): number {
  try {
    dayNumberOf(date);
  } catch (error) {
    throw wrongUsage(`--then-on: ${(error as Error).message}.`);
  }
  return instantOf(date, '12:00', chain.stores[0]!.timeZone);
}

function checkIsOver(chain: Chain): void {
  const lastDay = dayNumberOf(chain.options.from) + chain.options.days - 1;
  // One day more than the last for zones behind ours.
  if (instantOf(dateOf(lastDay + 2), '00:00', 'UTC') <= Date.now()) return;
  throw wrongUsage(
    `The days up to ${dateOf(lastDay)} are not over, and acts of the future cannot be recorded.`,
    'Choose an earlier --from, or start the service with GOODWILL_SANDBOX=true so that its clock can be set.',
  );
}

function defaultPolicy(): string {
  return join(projectRoot(), 'policies', 'cafe-chain.yaml');
}

async function readPolicy(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw wrongUsage(
      `The policy ${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      'Name another with --policy, or leave the book’s policies alone with --no-policy.',
    );
  }
}

async function withProgress(
  chain: Chain,
  quiet: boolean,
  run: (onProgress: (fact: SimulatedFact) => void) => Promise<Tally>,
): Promise<Tally> {
  const { options, stores } = chain;
  // The number of acts is random; its mean is not.
  const expected = Math.round(stores.length * options.days * options.actsPerDay);
  const progress = startProgress('  {bar} {value} acts | {duration_formatted} | {day}', expected, !quiet);
  let sent = 0;
  try {
    return await run(({ what, body }) => {
      if (what === 'act') sent++;
      progress.update(Math.min(sent, expected), { day: body.occurredAt.slice(0, 10) });
    });
  } finally {
    progress.stop();
  }
}

function print(flags: SimulateFlags, chain: Chain, inSandbox: boolean, tally: Tally): void {
  const summary = tally.summary();
  const mode = inSandbox ? 'request' : 'record';
  if (flags.json === true) {
    const about = { caveat: CAVEAT, book: flags.book, mode, options: chain.options };
    printJson({ ...about, ...summary });
    return;
  }
  const ink = inkFor(process.stdout);
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => `${name} ${whole(count)}`)
      .join(', ');
  const lines = [
    ink.bold(
      `${whole(summary.sent)} acts of ${chain.stores.length} cafés over ${chain.options.days} days to book ${flags.book}`,
    ),
    `  ${inSandbox ? 'requested as they happened, by the sandbox clock' : 'recorded as past'}; ` +
      `${whole(summary.perSecond)}/s in ${summary.seconds.toFixed(1)} s; seed ${chain.options.seed}`,
    `  accepted ${whole(summary.accepted)}${summary.breached > 0 ? ` (${whole(summary.breached)} with a breach or a warning)` : ''}, ` +
      `declined ${whole(summary.declined)}, ${summary.waiting > 0 ? `waiting ${whole(summary.waiting)}, ` : ''}refused ${whole(tally.refusedCount)}` +
      `${summary.replayed > 0 ? `; ${whole(summary.replayed)} were there already` : ''}`,
    `  kinds: ${list(summary.byKind)}`,
    ...(tally.told.size > 0 ? [`  told besides: ${list(summary.told)}`] : []),
    ...(summary.declined > 0 ? [`  declined by: ${list(summary.declinedBy)}`] : []),
    ...[...tally.refused].map(([code, { count, example }]) =>
      ink.red(`  refused ${code}: ${whole(count)}, such as ${example}`),
    ),
    ink.dim(`  ${CAVEAT}`),
  ];
  printLines(...lines);
}

function number(text: string): number {
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text)) throw new InvalidArgumentError('It is a number of at least 0.');
  return Number(text);
}

function clock(text: string): 'auto' | 'real' {
  if (text !== 'auto' && text !== 'real') throw new InvalidArgumentError('It is "auto" or "real".');
  return text;
}
