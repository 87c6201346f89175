/** The service as a process: settings in, signals out. */

import { MIN_KEY_LENGTH } from '../../libs/platform/admin-key.ts';
import { boundYoungMemoryHereAlone } from '../../libs/platform/young-memory.ts';
import { type Service, startService } from './service.ts';
import { readSettings, suspectSettings } from './settings.ts';

/** A wrong setting, told apart from a service that failed. */
const EXIT_WRONG_SETTING = 2;

function fail(line: string, code: number): never {
  process.stderr.write(`goodwill: ${line}\n`);
  process.exit(code);
}

const reading = readSettings(process.env);
if (!reading.ok) fail(reading.line, EXIT_WRONG_SETTING);
for (const { name, meant } of suspectSettings(process.env)) {
  process.stderr.write(`goodwill: ${name} is not a setting and has no effect; did you mean ${meant}?\n`);
}

if ((reading.settings.adminKey?.length ?? MIN_KEY_LENGTH) < MIN_KEY_LENGTH) {
  process.stderr.write(
    `goodwill: GOODWILL_ADMIN_KEY is short enough to be guessed; use ${MIN_KEY_LENGTH} characters or more.\n`,
  );
}

let service: Service | undefined;
let stopping = false;
const stop = (): void => {
  if (stopping) return;
  stopping = true;
  if (service === undefined) return;
  service.close().then(
    () => process.exit(0),
    (error: unknown) => fail(`stopped, and not everything could be closed: ${messageOf(error)}`, 1),
  );
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

boundYoungMemoryHereAlone();
try {
  service = await startService(reading.settings);
} catch (error) {
  fail(messageOf(error), 1);
}
if (service.adminKeyMade) {
  process.stdout.write(
    `The admin key, shown this once and kept in ${service.adminKeyFile}:\n\n    ${service.adminKey}\n\n`,
  );
} else if (service.adminKeyFile !== null) {
  process.stdout.write(`The admin key is kept in ${service.adminKeyFile}\n`);
}
process.stdout.write(`Goodwill Ledger serves at ${service.url} (API: ${service.url}/docs)\n`);
if (stopping) {
  stopping = false;
  stop();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
