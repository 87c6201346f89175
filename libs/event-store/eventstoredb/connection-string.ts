/**
 * Reads `esdb://` and `esdb+discover://` strings. Our own reading, because the client's takes the first of several
 * hosts alone, cuts passwords at a colon, and only warns of settings it does not know.
 */
import { readFileSync } from 'node:fs';

export interface Host {
  readonly address: string;
  readonly port: number;
}

export interface Target {
  readonly hosts: readonly Host[];
  /** Ask the hosts who leads; otherwise the one host is the server. */
  readonly discover: boolean;
  readonly tls: boolean;
  /** PEM of the authority that the servers' certificates are checked against. */
  readonly authority?: Buffer;
  readonly credentials?: { readonly username: string; readonly password: string };
  /** Which member subscriptions go to; everything else goes to the leader. */
  readonly nodePreference: 'leader' | 'follower' | 'random' | 'read_only_replica';
  readonly maxDiscoverAttempts?: number;
  readonly discoveryIntervalMs?: number;
  readonly gossipTimeoutSeconds?: number;
  readonly keepAliveIntervalMs?: number;
  readonly keepAliveTimeoutMs?: number;
  /** How long a call may take in all. */
  readonly deadlineMs?: number;
  readonly connectionName?: string;
}

/** The string cannot be used; it stays so until somebody does what the message says. Never tells the password. */
export class ConnectionStringRefused extends Error {
  override readonly name = 'ConnectionStringRefused';
}

const DEFAULT_PORT = 2113;
const PREFERENCES = {
  leader: 'leader',
  follower: 'follower',
  random: 'random',
  readonlyreplica: 'read_only_replica',
} as const;
const KNOWN =
  'tls, tlsCAFile, nodePreference, maxDiscoverAttempts, discoveryInterval, gossipTimeout, keepAliveInterval, keepAliveTimeout, defaultDeadline, connectionName';

export function parseConnectionString(text: string): Target {
  const match =
    /^esdb(?<discover>\+discover)?:\/\/(?:(?<login>[^/?]*)@)?(?<hosts>[^/?@]+)\/?(?:\?(?<query>.*))?$/.exec(
      text.trim(),
    );
  if (!match?.groups) {
    throw new ConnectionStringRefused(
      'A connection string reads esdb://[name:password@]host:port[,host:port…][?tls=false&…], or begins with esdb+discover://.',
    );
  }
  const { discover, login, hosts = '', query = '' } = match.groups;
  const settings = settingsOf(query);
  const tls = flag(settings, 'tls', true);
  const credentials = login === undefined ? undefined : credentialsOf(login);
  if (tls && credentials === undefined) {
    throw new ConnectionStringRefused(
      'A server with TLS asks for a name and a password: esdb://name:password@host. For a server without TLS add ?tls=false.',
    );
  }
  const authority = settings.get('tlscafile');
  const parsed = hosts.split(',').map(hostOf);
  const target: Target = {
    hosts: parsed,
    discover: discover !== undefined || parsed.length > 1,
    tls,
    nodePreference: preferenceOf(settings.get('nodepreference') ?? 'leader'),
    ...(credentials && { credentials }),
    ...(tls && authority !== undefined && { authority: certificate(authority) }),
    ...whole(settings, 'maxdiscoverattempts', 'maxDiscoverAttempts', 1),
    ...whole(settings, 'discoveryinterval', 'discoveryIntervalMs', 0),
    ...whole(settings, 'gossiptimeout', 'gossipTimeoutSeconds', 1),
    ...whole(settings, 'keepaliveinterval', 'keepAliveIntervalMs', -1),
    ...whole(settings, 'keepalivetimeout', 'keepAliveTimeoutMs', -1),
    ...whole(settings, 'defaultdeadline', 'deadlineMs', 1),
    ...(settings.has('connectionname') && { connectionName: settings.get('connectionname')! }),
  };
  return target;
}

/** For messages and logs: where it leads, without the login. */
export function describe({ hosts }: Target): string {
  return hosts.map(({ address, port }) => `${address}:${port}`).join(', ');
}

function settingsOf(query: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const pair of query === '' ? [] : query.split('&')) {
    const [name = '', value] = pair.split('=', 2);
    const key = name.toLowerCase().replace(/[_-]/g, '');
    if (value === undefined || value === '')
      throw new ConnectionStringRefused(`The setting "${name}" has no value.`);
    if (key === 'tlsverifycert' && value !== 'true') {
      throw new ConnectionStringRefused(
        'tlsVerifyCert=false is not supported: give the authority of the certificates as tlsCAFile.',
      );
    }
    if (key === 'usercertfile' || key === 'userkeyfile') {
      throw new ConnectionStringRefused(`${name} is not supported: use a name and a password.`);
    }
    // What it would mean is decided here: conflicts are answers, and every call has its own deadline.
    if (key === 'throwonappendfailure' || key === 'tlsverifycert') continue;
    if (!KNOWN.toLowerCase().split(', ').includes(key)) {
      throw new ConnectionStringRefused(
        `There is no setting "${name}" in a connection string. There are: ${KNOWN}.`,
      );
    }
    settings.set(key, decoded(value));
  }
  return settings;
}

function credentialsOf(login: string): { username: string; password: string } {
  const colon = login.indexOf(':');
  if (colon < 1 || colon === login.length - 1) {
    throw new ConnectionStringRefused(
      'Before the @ stand a name and a password: name:password, percent-encoded.',
    );
  }
  return { username: decoded(login.slice(0, colon)), password: decoded(login.slice(colon + 1)) };
}

function hostOf(text: string): Host {
  const match = /^(?<address>[A-Za-z0-9._-]+)(?::(?<port>\d{1,5}))?$/.exec(text);
  const port = Number(match?.groups?.port ?? DEFAULT_PORT);
  if (!match?.groups || port < 1 || port > 65_535) {
    throw new ConnectionStringRefused(`"${text}" is no host: write name:port, with a port up to 65535.`);
  }
  return { address: match.groups.address!, port };
}

function preferenceOf(text: string): Target['nodePreference'] {
  const key = text.toLowerCase().replace(/[_-]/g, '');
  if (!Object.hasOwn(PREFERENCES, key)) {
    throw new ConnectionStringRefused(
      `nodePreference is leader, follower, random or readOnlyReplica, not "${text}".`,
    );
  }
  return PREFERENCES[key as keyof typeof PREFERENCES];
}

function flag(settings: ReadonlyMap<string, string>, key: string, otherwise: boolean): boolean {
  const value = settings.get(key) ?? String(otherwise);
  if (value !== 'true' && value !== 'false') {
    throw new ConnectionStringRefused(`${key} is true or false, not "${value}".`);
  }
  return value === 'true';
}

function whole<Name extends string>(
  settings: ReadonlyMap<string, string>,
  key: string,
  name: Name,
  least: number,
): { readonly [N in Name]?: number } {
  const value = settings.get(key);
  if (value === undefined) return {};
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < least) {
    throw new ConnectionStringRefused(`${key} is a whole number from ${least}, not "${value}".`);
  }
  return { [name]: number } as { readonly [N in Name]?: number };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ConnectionStringRefused(
      'A % in a connection string begins a percent-encoding, such as %40 for @.',
    );
  }
}

function certificate(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new ConnectionStringRefused(`The file of tlsCAFile, ${path}, cannot be read.`, { cause: error });
  }
}
