/** `goodwill policy activate`: a version of a book comes into force, now or later. */
import { Command } from 'commander';
import { parseDate } from '../../../libs/domain/time/civil-date.ts';
import { formatInstant, parseInstant } from '../../../libs/domain/time/instant.ts';
import { wrongUsage } from '../failure.ts';
import { withConnection, withJson } from '../options.ts';
import { printJson, printLines } from '../output.ts';
import {
  type BookVersion,
  type Connection,
  neededVersion,
  readVersion,
  takeStep,
  versionInForce,
  withClient,
} from './book-policies.ts';

const HELP = `
Without --from it is in force at once. A business day begins at each location by its own clock; a time is the same
moment everywhere. Safe to repeat: what is in force, or put off to the same day already, is left as it is.

Examples:
  goodwill policy activate 3 --book london
  goodwill policy activate 3 --book london --from 2026-12-01                  from that business day on
  goodwill policy activate 3 --book london --from 2026-12-01T04:00:00Z`;

interface ActivateOptions extends Connection {
  readonly book: string;
  readonly from?: string;
  readonly json?: boolean;
}

export function activateCommand(): Command {
  const command = new Command('activate')
    .summary('put a version in force')
    .description('Put a version of a book in force, now or from a day or time on.')
    .argument('<version>', 'the number of the version')
    .requiredOption('-b, --book <id>', 'the book')
    .option('--from <when>', 'a business day YYYY-MM-DD, or an RFC 3339 time')
    .addHelpText('after', HELP)
    .action(activate);
  return withJson(withConnection(command));
}

async function activate(argument: string, options: ActivateOptions): Promise<void> {
  const { book, from } = options;
  const version = neededVersion(argument);
  if (from !== undefined && parseDate(from) === undefined && parseInstant(from) === undefined) {
    throw wrongUsage(
      `"${from}" is neither a day nor a time.`,
      'Write --from 2026-12-01, or --from 2026-12-01T04:00:00Z with Z or an offset.',
    );
  }
  await withClient(options, async (client) => {
    const found = await readVersion(client, book, version);
    const inForce = await versionInForce(client, book);
    const isThere = from === undefined ? inForce === version : isPutOffTo(found, from);
    const step = isThere
      ? { status: found.status, ...(from !== undefined && { from }) }
      : await takeStep(client, book, version, 'activate', from === undefined ? {} : { from });
    if (options.json) {
      printJson({ version, ...step, activatedNow: !isThere, before: inForce ?? null });
      return;
    }
    const { status, from: since } = step;
    const unapproved = 'unapproved' in step ? ' Nobody but its authors has agreed: fourEyes is off.' : '';
    const now = status === 'scheduled' ? `comes into force on ${since}` : `is in force`;
    printLines(`Version ${version} of ${book} ${now}${isThere ? ' already' : ''}.${unapproved}`);
  });
}

/** Only what is still to come: what was in force and is not any more is activated anew. */
function isPutOffTo({ status, activations }: BookVersion, from: string): boolean {
  if (status !== 'scheduled') return false;
  const moment = parseInstant(from);
  return activations.some(({ from: at, businessDate }) =>
    moment === undefined ? businessDate === from : businessDate === undefined && at === formatInstant(moment),
  );
}
