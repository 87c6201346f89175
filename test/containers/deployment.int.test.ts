/**
 * Aim: what is shipped for running the service names only what exists: pinned images, settings that the service knows,
 * files that are there, metrics that it exports, a runbook for every alert.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { ServiceMetrics } from '../../apps/ledger/operations/service-metrics.ts';
import { readSettings } from '../../apps/ledger/settings.ts';
import { parseConnectionString } from '../../libs/event-store/eventstoredb/connection-string.ts';
import { filesUnder } from '../architecture/source-files.ts';

const ROOT = join(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const COMPOSE_FILES = ['docker/compose.yaml', 'docker/compose.cluster.yaml'];

interface Service {
  readonly image?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly read_only?: boolean;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}
const compose = (path: string): Compose => parse(text(path), { merge: true }) as Compose;

/** A name with a tag that says a version, not a moving one. */
function isPinned(image: string): boolean {
  const tag = /^[a-z0-9./_-]+:(?<tag>[\w.-]+)(@sha256:[0-9a-f]{64})?$/.exec(image)?.groups?.tag;
  return tag !== undefined && /\d+\.\d+\.\d+|-\d{8}/.test(tag) && tag !== 'latest';
}

describe('images', () => {
  it.each(['debian', 'debian:latest', 'debian:trixie-slim', 'haproxy:3'])('%s is not pinned', (image) => {
    expect(isPinned(image)).toBe(false);
  });
  it('are all pinned', () => {
    const base = [...text('docker/Dockerfile').matchAll(/^ARG BASE=(.+)$/gm)].map((match) => match[1] ?? '');
    expect(new Set(base).size).toBe(1);
    const named = COMPOSE_FILES.flatMap((file) => Object.values(compose(file).services)).map(
      (service) => service.image ?? 'none',
    );
    expect([...base, ...named].filter((image) => !isPinned(image))).toEqual([]);
  });
  it('of the service have the version of this tree', () => {
    const { version } = JSON.parse(text('package.json')) as { version: string };
    expect(text('docker/Dockerfile')).toContain(`ARG VERSION=${version}\n`);
    const own = COMPOSE_FILES.flatMap((file) => Object.values(compose(file).services))
      .map((service) => service.image ?? '')
      .filter((image) => image.startsWith('goodwill-ledger'));
    expect(new Set(own)).toEqual(new Set([`goodwill-ledger:${version}`]));
  });
});

describe.each(COMPOSE_FILES)('%s', (file) => {
  const { services, volumes } = compose(file);

  it('mounts files that are there, and volumes that it declares', () => {
    const sources = Object.values(services)
      .flatMap((service) => service.volumes ?? [])
      .map((mount) => mount.split(':')[0] ?? '');
    const missing = sources.filter((source) =>
      source.startsWith('.') ? !existsSync(join(ROOT, 'docker', source)) : !Object.hasOwn(volumes, source),
    );
    expect(missing).toEqual([]);
    expect(Object.keys(volumes).filter((volume) => !sources.includes(volume))).toEqual([]);
  });

  it('publishes on this machine alone', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThan(0);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('runs the service on a read-only root, with settings that it knows', () => {
    const ledgers = Object.values(services).filter((service) => service.image?.startsWith('goodwill-ledger'));
    expect(ledgers.length).toBeGreaterThan(0);
    const known = text('apps/ledger/settings.ts');
    for (const { read_only: readOnly, environment = {} } of ledgers) {
      expect(readOnly).toBe(true);
      expect(Object.keys(environment).filter((name) => !known.includes(`'${name}'`))).toEqual([]);
    }
  });

  it('names its engine in a way that the service understands', () => {
    for (const { environment = {} } of Object.values(services)) {
      const engine = environment.GOODWILL_EVENT_STORE;
      if (engine === undefined) continue;
      expect(readSettings({ GOODWILL_EVENT_STORE: engine })).toMatchObject({ ok: true });
      const here = engine
        .replace(/\$\{[^}]+\}/, 'password')
        .replace('/certificates/ca.crt', join(ROOT, 'docker/Dockerfile'));
      const named = parseConnectionString(here).hosts.map(({ address }) => address);
      expect(named.filter((name) => !Object.hasOwn(services, name))).toEqual([]);
    }
  });

  const composer = [['docker', 'compose'], ['docker-compose']].find(
    ([command = '', ...args]) => spawnSync(command, [...args, 'version']).status === 0,
  );
  const checked = composer === undefined ? it.skip : it;
  checked(
    `is understood by compose${composer ? '' : ' [skipped: no docker compose is installed]'}`,
    () => {
      const [command = '', ...args] = composer ?? [];
      const env = {
        PATH: process.env.PATH ?? '',
        GOODWILL_ADMIN_KEY: 'key-of-sixteen-or-more',
        ESDB_ADMIN_PASSWORD: 'admin',
        ESDB_OPS_PASSWORD: 'ops',
        GRAFANA_PASSWORD: 'grafana',
      };
      const run = (environment: object) =>
        spawnSync(command, [...args, '-f', file, '--profile', 'esdb', 'config', '-q'], {
          cwd: ROOT,
          encoding: 'utf8',
          env: environment as NodeJS.ProcessEnv,
        });
      expect(run(env)).toMatchObject({ status: 0 });
      // Without a key nothing is started with a well-known one.
      const { GOODWILL_ADMIN_KEY: _, ...withoutKey } = env;
      const refused = run(withoutKey);
      expect(refused.status).not.toBe(0);
      expect(refused.stderr).toContain('GOODWILL_ADMIN_KEY');
    },
    60_000,
  );
});

describe('the image’s own settings', () => {
  it('are taken by the service', () => {
    const block =
      /^ENV ((?:.+\\\n)+.+)$/m.exec(text('docker/Dockerfile').split('FROM scratch')[1] ?? '')?.[1] ?? '';
    const environment = Object.fromEntries(
      [...block.matchAll(/(\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
    );
    expect(readSettings(environment)).toMatchObject({
      ok: true,
      settings: { dataDir: '/data', host: '0.0.0.0', port: 3000 },
    });
  });
});

describe('alerts and dashboards', () => {
  interface Rule {
    readonly alert: string;
    readonly expr: string;
    readonly annotations: { readonly runbook: string; readonly summary: string };
  }
  const rules = (
    parse(text('docker/prometheus/alerts.yaml')) as { groups: readonly { rules: readonly Rule[] }[] }
  ).groups.flatMap((group) => group.rules);
  interface Dashboard {
    readonly panels: readonly { readonly targets: readonly { readonly expr: string }[] }[];
  }
  const dashboards = readdirSync(join(ROOT, 'docker/grafana/dashboards')).map(
    (name) => JSON.parse(text(`docker/grafana/dashboards/${name}`)) as Dashboard,
  );
  const expressions = [
    ...rules.map((rule) => rule.expr),
    ...dashboards.flatMap(({ panels }) => panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))),
  ];

  /** What the service exports, and what Prometheus adds: `up`. Gauges of the parts are registered where they are put together. */
  async function exported(): Promise<Set<string>> {
    const page = await new ServiceMetrics().registry.metrics();
    const names = [...page.matchAll(/^# TYPE (\S+) (\S+)/gm)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    const registered = filesUnder('apps/ledger', /\.ts$/).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/gauge\(\s*'(goodwill_\w+)'/g)].map((match) => match[1] ?? ''),
    );
    return new Set([...names, ...registered, 'up']);
  }
  const metricsOf = (expression: string): string[] =>
    expression.match(/\b(goodwill|nodejs|process)_\w+/g) ?? [];

  it('ask for metrics that the service exports', async () => {
    const known = await exported();
    expect(known).toContain('goodwill_append_duration_seconds_bucket');
    expect(known).toContain('goodwill_views_behind_seconds');
    const asked = new Set(expressions.flatMap(metricsOf));
    expect(asked.size).toBeGreaterThan(8);
    expect([...asked].filter((name) => !known.has(name))).toEqual([]);
  });

  it('each alert has its runbook, and each runbook its alert', () => {
    const runbooks = readdirSync(join(ROOT, 'docs/runbooks')).sort();
    expect(rules.map((rule) => basename(rule.annotations.runbook)).sort()).toEqual(runbooks);
    for (const rule of rules) {
      expect(text(rule.annotations.runbook)).toMatch(new RegExp(`^# ${rule.alert}\\n`));
    }
  });
});
