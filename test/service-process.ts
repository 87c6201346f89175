/**
 * The built service as a real process on a data directory of its own: started, asked over HTTP, killed without
 * warning, started again. What it is asked and how it answers is the wire, nothing else.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Pool } from 'undici';

const REPOSITORY = resolve(import.meta.dirname, '..');
export const ADMIN_KEY = 'test-admin-key-0123456789abcdef0123456789abcdef';

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The body as it came. */
  readonly text: string;
  /** The body as JSON. @throws SyntaxError with the text when it is not */
  // biome-ignore lint/suspicious/noExplicitAny: the wire is looked at from outside, without our types
  json(): any;
}

export interface Asked {
  readonly key?: string;
  /** Sent as it is; anything else is sent as JSON. */
  readonly body?: string | Uint8Array | object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServiceSettings {
  /** The tree whose build is started. Default: this repository. */
  readonly root?: string;
  /** Connections the client may open. Default 64. */
  readonly connections?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly readyTimeoutMs?: number;
  /** What has to answer 200 before the service counts as started. Default `/health/ready`. */
  readonly until?: string;
}

/** With a clock that can be set. */
export const SANDBOX: ServiceSettings = { env: { GOODWILL_SANDBOX: 'true' } };

export interface Calls {
  /** Rejects when no whole answer came: then nothing is known of the call. */
  call(method: string, path: string, asked?: Asked): Promise<Reply>;
  get(path: string): Promise<Reply>;
  post(path: string, key: string, body: object): Promise<Reply>;
  put(path: string, body: object): Promise<Reply>;
}

export interface ServiceProcess extends Calls {
  readonly pid: number;
  readonly url: string;
  readonly dataDir: string;
  /** Everything it has said so far. */
  logs(): string;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

async function freePort(): Promise<number> {
  return new Promise((settle, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? settle(address.port) : fail(new Error('no port')),
      );
    });
  });
}

export async function temporaryDirectory(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `goodwill-${name}-`));
}

export async function removeDirectory(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** Starts the service on a directory of its own, which `endForGood` removes. */
export async function startFresh(name: string, settings: ServiceSettings = {}): Promise<ServiceProcess> {
  const dataDir = await temporaryDirectory(name);
  try {
    return await startService(dataDir, settings);
  } catch (error) {
    await removeDirectory(dataDir);
    throw error;
  }
}

/** Kills the service and removes its directory, if it ever started. */
export async function endForGood(service: ServiceProcess | undefined): Promise<void> {
  await service?.kill();
  if (service !== undefined) await removeDirectory(service.dataDir);
}

/** Starts the service and waits until it says it is ready. */
export async function startService(dataDir: string, settings: ServiceSettings = {}): Promise<ServiceProcess> {
  const main = join(settings.root ?? REPOSITORY, 'dist/apps/ledger/main.js');
  if (!existsSync(main)) throw new Error(`${main} is not there: run "npm run build" first`);
  const port = await freePort();
  const child = spawn(process.execPath, ['--no-warnings', main], {
    cwd: settings.root ?? REPOSITORY,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      GOODWILL_DATA_DIR: dataDir,
      GOODWILL_HOST: '127.0.0.1',
      GOODWILL_PORT: String(port),
      GOODWILL_ADMIN_KEY: ADMIN_KEY,
      ...settings.env,
    },
  });
  const said: string[] = [];
  child.stdout?.on('data', (chunk: Buffer) => said.push(chunk.toString('utf8')));
  child.stderr?.on('data', (chunk: Buffer) => said.push(chunk.toString('utf8')));
  const exited = new Promise<number | null>((settle) => child.once('exit', (code) => settle(code)));
  const url = `http://127.0.0.1:${port}`;
  const { hangUp, ...calls } = callsTo(url, settings.connections);
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const code = await exited;
    await hangUp();
    return code;
  };
  const service: ServiceProcess = {
    pid: child.pid ?? 0,
    url,
    dataDir,
    logs: () => said.join(''),
    ...calls,
    kill: async () => {
      await end('SIGKILL');
    },
    stop: () => end('SIGTERM'),
  };
  await ready(service, child, settings.readyTimeoutMs ?? 20_000, settings.until ?? '/health/ready');
  return service;
}

/** Calls by the admin, until one hangs up. */
export function callsTo(url: string, connections = 64): Calls & { hangUp(): Promise<void> } {
  const pool = new Pool(url, { connections, pipelining: 1, bodyTimeout: 60_000 });
  const call = async (method: string, path: string, asked: Asked = {}): Promise<Reply> => {
    const { body } = asked;
    const raw = typeof body === 'string' || body instanceof Uint8Array ? body : undefined;
    const response = await pool.request({
      path,
      method: method as 'GET',
      headers: {
        authorization: `Bearer ${ADMIN_KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(asked.key === undefined ? {} : { 'idempotency-key': asked.key }),
        ...asked.headers,
      },
      body: body === undefined ? null : (raw ?? JSON.stringify(body)),
    });
    const text = await response.body.text();
    return { status: response.statusCode, headers: response.headers, text, json: () => JSON.parse(text) };
  };
  return {
    call,
    get: (path) => call('GET', path),
    post: (path, key, body) => call('POST', path, { key, body }),
    put: (path, body) => call('PUT', path, { body }),
    hangUp: () => pool.destroy(),
  };
}

async function ready(
  service: ServiceProcess,
  child: ChildProcess,
  timeoutMs: number,
  path: string,
): Promise<void> {
  const until = performance.now() + timeoutMs;
  let last = 'no answer';
  while (performance.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(
        `the service ended at start (${child.exitCode ?? child.signalCode}):\n${service.logs()}`,
      );
    }
    try {
      const reply = await service.get(path);
      if (reply.status === 200) return;
      last = `${reply.status} ${reply.text}`;
    } catch (error) {
      last = String(error);
    }
    await sleep(25);
  }
  await service.kill();
  throw new Error(`the service was not ready within ${timeoutMs} ms (${last}):\n${service.logs()}`);
}

export interface Printed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `goodwill` as a process of its own. */
export async function goodwill(
  args: readonly string[],
  settings: { readonly root?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Printed> {
  const root = settings.root ?? REPOSITORY;
  const child = spawn(process.execPath, ['--no-warnings', join(root, 'apps/cli/bin/goodwill.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NO_COLOR: '1', ...settings.env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((settle) => child.once('close', (exit) => settle(exit)));
  return { code, stdout, stderr };
}
