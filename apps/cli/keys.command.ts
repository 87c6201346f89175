/** `goodwill keys`: makes, lists and revokes the keys of a running service. */
import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { ACCESS_ROLES } from '../../libs/domain/access/access.ts';
import { connectionOf, LedgerClient } from './client.ts';
import { CommandFailure, wrongUsage } from './failure.ts';
import { collected, withConnection, withJson } from './options.ts';
import { printJson, printLines } from './output.ts';
import { table } from './terminal/table.ts';

const ROLES = Object.keys(ACCESS_ROLES);

const HELP = `
Asks the service with the admin key, or any key with the role admin (--key, GOODWILL_ADMIN_KEY).
A key is shown once, when it is made; the ledger keeps only its hash.

Examples:
  goodwill keys make till-7 --role till
  goodwill keys make olga --role operations --role approver
  goodwill keys list
  goodwill keys revoke 5k3v0q8rt2 --reason "the till was stolen"`;

const MAKE_HELP = `
The subject is named in everything that is done with the key: a till, a system or a person. For an employee it is their
id in the directory, so that nobody approves what is their own.

Roles, and what they give:
${Object.entries(ACCESS_ROLES)
  .map(([role, capabilities]) => `  ${role.padEnd(12)}${capabilities.join(', ')}`)
  .join('\n')}`;

const COLUMNS = ['id', 'subject', 'roles', 'made', 'revoked'].map((heading) => ({ heading }));

interface Options {
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
}
interface MakeOptions extends Options {
  readonly role?: readonly string[];
}
interface RevokeOptions extends Options {
  readonly reason?: string;
}

export function keysCommand(): Command {
  const command = new Command('keys')
    .summary('make, list and revoke keys')
    .description('Make, list and revoke the keys that tills, systems and people ask the ledger with.')
    .addHelpText('after', HELP);
  const make = new Command('make')
    .description('Make a key for a subject and show it, this once.')
    .argument('<subject>', 'whom the key stands for')
    .requiredOption('-r, --role <role>', 'a role of the key; may be given several times', collected)
    .addHelpText('after', MAKE_HELP)
    .action(makeKey);
  const list = new Command('list').description('List all keys there are and were.').action(listKeys);
  const revoke = new Command('revoke')
    .description('Revoke a key for good: it opens nothing any more.')
    .argument('<id>', 'the ten characters of the key after glk_')
    .option('--reason <reason>', 'why, for the record')
    .action(revokeKey);
  for (const one of [make, list, revoke]) command.addCommand(withJson(withConnection(one)));
  return command;
}

async function makeKey(subject: string, options: MakeOptions): Promise<void> {
  const roles = options.role ?? [];
  const unknown = roles.find((role) => !ROLES.includes(role));
  if (unknown !== undefined) {
    throw wrongUsage(`There is no role "${unknown}".`, `The roles are ${ROLES.join(', ')}.`);
  }
  const { body } = await asked(options, (client) =>
    client.expect('The key was not made', 'POST', '/v1/keys', {
      body: { subject, roles },
      idempotencyKey: `keys-make-${randomUUID()}`,
    }),
  );
  // A connection that broke after the key was made: what comes on asking again has no key.
  if (body.key === null) {
    throw new CommandFailure(`Key ${body.id} was made for ${subject}, and the answer with it was lost.`, {
      advice: `It cannot be shown again: run \`goodwill keys revoke ${body.id}\` and make another.`,
    });
  }
  if (options.json) printJson(body);
  else {
    printLines(
      `Key ${body.id} for ${subject} (${body.roles.join(', ')}), shown this once:`,
      '',
      `    ${body.key}`,
      '',
    );
  }
}

async function listKeys(options: Options): Promise<void> {
  const { body } = await asked(options, (client) =>
    client.expect('The keys cannot be listed', 'GET', '/v1/keys'),
  );
  if (options.json) {
    printJson(body);
    return;
  }
  interface Listed {
    readonly id: string;
    readonly subject: string;
    readonly roles: readonly string[];
    readonly madeAt: string;
    readonly madeBy: string;
    readonly revokedAt?: string;
    readonly revokedBy?: string;
    readonly reason?: string;
  }
  const rows = (body.keys as readonly Listed[]).map((one) => [
    one.id,
    one.subject,
    one.roles.join(', '),
    `${one.madeAt} by ${one.madeBy}`,
    one.revokedAt === undefined
      ? ''
      : `${one.revokedAt} by ${one.revokedBy}${one.reason === undefined ? '' : `: ${one.reason.replaceAll(/\s+/g, ' ')}`}`,
  ]);
  if (rows.length === 0) printLines('No key has been made; the admin key is not listed.');
  else printLines(table(COLUMNS, rows, { indent: 0 }));
}

async function revokeKey(id: string, options: RevokeOptions): Promise<void> {
  const { body } = await asked(options, (client) =>
    client.expect('The key was not revoked', 'POST', `/v1/keys/${encodeURIComponent(id)}/revoke`, {
      body: options.reason === undefined ? {} : { reason: options.reason },
      idempotencyKey: `keys-revoke-${randomUUID()}`,
    }),
  );
  if (options.json) printJson(body);
  else printLines(`Key ${body.id} of ${body.subject} is revoked, everywhere within a second.`);
}

async function asked<T>(options: Options, ask: (client: LedgerClient) => Promise<T>): Promise<T> {
  const client = new LedgerClient(connectionOf(options));
  try {
    return await ask(client);
  } finally {
    await client.close();
  }
}
