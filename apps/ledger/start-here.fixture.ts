/** The service in the process of a test: silent, on a free port. */
import { type Service, startService } from './service.ts';
import { readSettings } from './settings.ts';

export async function startHere(
  dataDir: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Service> {
  const reading = readSettings({
    GOODWILL_DATA_DIR: dataDir,
    GOODWILL_PORT: '0',
    GOODWILL_LOG_LEVEL: 'silent',
    ...env,
  });
  if (!reading.ok) throw new Error(reading.line);
  return startService(reading.settings);
}
