/** Aim: a wrong setting is named in one line with what to write instead; right ones have their defaults. */
import { describe, expect, it } from '@jest/globals';
import { readSettings, suspectSettings } from './settings.ts';

describe('settings', () => {
  it('have defaults', () => {
    expect(readSettings({})).toEqual({
      ok: true,
      settings: {
        dataDir: `${process.cwd()}/data`,
        host: '127.0.0.1',
        port: 3000,
        eventStore: 'sqlite',
        sandbox: false,
        logLevel: 'info',
      },
    });
  });

  it('are read', () => {
    const reading = readSettings({
      GOODWILL_DATA_DIR: '/var/lib/goodwill',
      GOODWILL_HOST: '::1',
      GOODWILL_PORT: '0',
      GOODWILL_ADMIN_KEY: 'k'.repeat(16),
      GOODWILL_SANDBOX: 'true',
      GOODWILL_LOG_LEVEL: 'debug',
    });
    expect(reading).toMatchObject({
      ok: true,
      settings: {
        dataDir: '/var/lib/goodwill',
        host: '::1',
        port: 0,
        adminKey: 'k'.repeat(16),
        sandbox: true,
      },
    });
  });

  it.each([
    ['GOODWILL_DATA_DIR', ' '],
    ['GOODWILL_HOST', ''],
    ['GOODWILL_HOST', 'not a host'],
    ['GOODWILL_PORT', '65536'],
    ['GOODWILL_PORT', '-1'],
    ['GOODWILL_PORT', '80a'],
    ['GOODWILL_PORT', ''],
    ['GOODWILL_EVENT_STORE', 'postgres'],
    ['GOODWILL_EVENT_STORE', 'esdb://'],
    ['GOODWILL_ADMIN_KEY', 'short'],
    ['GOODWILL_ADMIN_KEY', 'with blanks in it, and long'],
    ['GOODWILL_ADMIN_KEY', ''],
    ['GOODWILL_SANDBOX', 'yes'],
    ['GOODWILL_LOG_LEVEL', 'loud'],
  ])('%s=%j ends in one line that names it', (name, value) => {
    const reading = readSettings({ [name]: value });
    expect(reading.ok).toBe(false);
    const line = reading.ok ? '' : reading.line;
    expect(line).toContain(name);
    expect(line.split('\n')).toHaveLength(1);
  });

  it('never shows the key it refuses', () => {
    const reading = readSettings({ GOODWILL_ADMIN_KEY: 'sesame' });
    expect(JSON.stringify(reading)).not.toContain('sesame');
  });

  it('points at names that are most likely misspelt', () => {
    expect(
      suspectSettings({ GOODWILL_DATADIR: '/x', GOODWILL_PORTS: '1', GOODWILL_URL: 'http://x' }),
    ).toEqual([
      { name: 'GOODWILL_DATADIR', meant: 'GOODWILL_DATA_DIR' },
      { name: 'GOODWILL_PORTS', meant: 'GOODWILL_PORT' },
    ]);
  });
});
