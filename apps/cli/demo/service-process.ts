/** A service of one's own: started as a child process on 127.0.0.1, waited for, and stopped by its own pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CommandFailure } from '../failure.ts';
import { projectRoot } from '../simulate/project-root.ts';
import { SERVICE_ENV, SERVICE_NODE_ARGS } from './memory-bounds.ts';

export interface ServiceProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly adminKey: string;
  /** Resolves when the process has ended, with what it wrote last; never rejects. */
  readonly ended: Promise<string>;
  /** SIGTERM, and SIGKILL for one that does not go within 15 s. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  readonly dataDir: string;
  readonly adminKey: string;
  /** 0: any free one. */
  readonly port?: number;
  readonly sandbox?: boolean;
  /** Arguments for Node itself, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  readonly readyWithinMs?: number;
  /** The service's program; default: the built one. For tests. */
  readonly program?: string;
}

const LAST_LINES = 12;

/** @throws CommandFailure that says why the service did not come up, with its own last words */
export async function startService(options: ServiceOptions): Promise<ServiceProcess> {
  const program = options.program ?? builtService();
  if (!existsSync(program)) {
    throw new CommandFailure(`The service is not built: ${program} is missing.`, {
      advice: 'Run `npm run build` first.',
    });
  }
  const port = await freePort(options.port ?? 0);
  const child = spawn(process.execPath, [...SERVICE_NODE_ARGS, ...(options.nodeArgs ?? []), program], {
    // In a group of its own: Ctrl-C in the terminal reaches only us, and we stop the service in order.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...SERVICE_ENV,
      ...withoutSettings(process.env),
      GOODWILL_DATA_DIR: options.dataDir,
      GOODWILL_HOST: '127.0.0.1',
      GOODWILL_PORT: String(port),
      GOODWILL_ADMIN_KEY: options.adminKey,
      GOODWILL_SANDBOX: options.sandbox === true ? 'true' : 'false',
      GOODWILL_LOG_LEVEL: 'warn',
    },
  });
  const words = lastWordsOf(child);
  let isOver = false;
  const ended = new Promise<string>((resolve) => {
    const end = () => {
      isOver = true;
      resolve(words());
    };
    child.once('error', end);
    child.once('close', end);
  });
  const stop = async () => {
    if (isOver) return;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  };
  const url = `http://127.0.0.1:${port}`;
  const deadline = performance.now() + (options.readyWithinMs ?? 30_000);
  while (!(await isReady(url))) {
    if (isOver) throw new CommandFailure(`The service ended before it was ready.${quotedWords(words())}`);
    if (performance.now() > deadline) {
      await stop();
      throw new CommandFailure(`The service was not ready in time.${quotedWords(words())}`);
    }
    await sleep(50);
  }
  return { url, port, pid: child.pid!, adminKey: options.adminKey, ended, stop };
}

/** The one of this very build; run from the sources, the one in `dist`. */
function builtService(): string {
  return import.meta.url.endsWith('.ts')
    ? join(projectRoot(), 'dist', 'apps', 'ledger', 'main.js')
    : fileURLToPath(new URL('../../ledger/main.js', import.meta.url));
}

/** Our settings are for the command; the child gets only what is decided here. */
function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('GOODWILL_')));
}

/** @throws CommandFailure when the port is taken */
function freePort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const reason =
        error.code === 'EADDRINUSE'
          ? `Port ${wanted} on 127.0.0.1 is taken.`
          : `Port ${wanted} on 127.0.0.1 cannot be used (${error.code}).`;
      reject(
        new CommandFailure(reason, { advice: 'Choose another with --port, or leave it out for a free one.' }),
      );
    });
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : wanted;
      probe.close(() => resolve(port));
    });
  });
}

async function isReady(url: string): Promise<boolean> {
  try {
    const reply = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await reply.arrayBuffer();
    return reply.ok;
  } catch {
    return false;
  }
}

function lastWordsOf(child: ChildProcess): () => string {
  let text = '';
  const listen = (chunk: Buffer) => {
    text = (text + chunk.toString()).slice(-8_192);
  };
  child.stdout?.on('data', listen);
  child.stderr?.on('data', listen);
  return () => text.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
}

function quotedWords(words: string): string {
  return words === '' ? '' : ` It said:\n${words.replace(/^/gm, '  | ')}`;
}
