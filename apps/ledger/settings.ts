/** The settings of the service, from the environment; all of them checked before anything is opened. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import {
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  Matches,
  Max,
  Min,
  ValidateBy,
  validateSync,
} from 'class-validator';
import { nearestName } from '../../libs/domain/rules/nearest-name.ts';
import { MIN_KEY_LENGTH } from '../../libs/platform/admin-key.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

const HOST_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62}))*$/i;

export class Settings {
  @IsNotEmpty({ message: 'GOODWILL_DATA_DIR is empty; name a directory, or unset it for ./data' })
  dataDir!: string;

  @ValidateBy({
    name: 'host',
    validator: {
      validate: (value) => typeof value === 'string' && (isIP(value) !== 0 || HOST_NAME.test(value)),
      defaultMessage: () => 'GOODWILL_HOST must be an address or a host name, such as 127.0.0.1 or 0.0.0.0',
    },
  })
  host!: string;

  @IsInt({ message: 'GOODWILL_PORT must be a whole number from 0 to 65535 (0: any free port)' })
  @Min(0, { message: 'GOODWILL_PORT must be a whole number from 0 to 65535 (0: any free port)' })
  @Max(65_535, { message: 'GOODWILL_PORT must be a whole number from 0 to 65535 (0: any free port)' })
  port!: number;

  /** `sqlite`: a file in the data directory. Otherwise the connection string of an EventStoreDB or KurrentDB. */
  @Matches(/^(sqlite|esdb(\+discover)?:\/\/.+)$/, {
    message:
      'GOODWILL_EVENT_STORE must be "sqlite" or a connection string such as esdb://host:2113 or esdb+discover://host-1:2113,host-2:2113',
  })
  eventStore!: string;

  @IsOptional()
  @Matches(/^[\x21-\x7e]{16,1024}$/, {
    message: `GOODWILL_ADMIN_KEY must be ${MIN_KEY_LENGTH} to 1024 visible ASCII characters without blanks; unset it to have one made`,
  })
  adminKey?: string;

  @IsIn([true, false], { message: 'GOODWILL_SANDBOX must be "true" or "false"' })
  sandbox!: boolean;

  @IsIn(LOG_LEVELS, { message: `GOODWILL_LOG_LEVEL must be one of ${LOG_LEVELS.join(', ')}` })
  logLevel!: (typeof LOG_LEVELS)[number];
}

export type SettingsReading =
  | { readonly ok: true; readonly settings: Settings }
  /** One line that names what is wrong and what to write. */
  | { readonly ok: false; readonly line: string };

const NAMES = [
  'GOODWILL_DATA_DIR',
  'GOODWILL_HOST',
  'GOODWILL_PORT',
  'GOODWILL_EVENT_STORE',
  'GOODWILL_ADMIN_KEY',
  'GOODWILL_SANDBOX',
  'GOODWILL_LOG_LEVEL',
] as const;

type Environment = Readonly<Record<string, string | undefined>>;

export function readSettings(environment: Environment): SettingsReading {
  const settings = new Settings();
  const dataDir = environment.GOODWILL_DATA_DIR ?? './data';
  settings.dataDir = dataDir.trim() === '' ? '' : resolve(dataDir);
  settings.host = environment.GOODWILL_HOST ?? '127.0.0.1';
  const port = environment.GOODWILL_PORT ?? '3000';
  settings.port = /^\d{1,6}$/.test(port) ? Number(port) : Number.NaN;
  settings.eventStore = environment.GOODWILL_EVENT_STORE ?? 'sqlite';
  const adminKey = environment.GOODWILL_ADMIN_KEY;
  if (adminKey !== undefined) settings.adminKey = adminKey;
  settings.sandbox = switchOf(environment.GOODWILL_SANDBOX) as boolean;
  settings.logLevel = (environment.GOODWILL_LOG_LEVEL ?? 'info') as Settings['logLevel'];
  const mistakes = validateSync(settings, { forbidUnknownValues: true }).map(
    (mistake) => Object.values(mistake.constraints ?? {})[0] ?? `${mistake.property} is wrong`,
  );
  return mistakes.length === 0 ? { ok: true, settings } : { ok: false, line: `${mistakes.join('; ')}.` };
}

function switchOf(text: string | undefined): boolean | undefined {
  if (text === undefined || text === 'false' || text === '') return false;
  return text === 'true' ? true : undefined;
}

/** Names of the service's family that it does not know but that resemble one it does: most likely misspelt. */
export function suspectSettings(environment: Environment): { name: string; meant: string }[] {
  const known = new Set<string>(NAMES);
  return Object.keys(environment)
    .filter((name) => name.startsWith('GOODWILL_') && !known.has(name))
    .flatMap((name) => {
      const meant = nearestName(
        name.slice(9),
        NAMES.map((knownName) => knownName.slice(9)),
      );
      return meant === undefined ? [] : [{ name, meant: `GOODWILL_${meant}` }];
    });
}
