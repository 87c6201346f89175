/**
 * The service's image as it is meant to be run: a read-only root, no capabilities, no way to gain any, its data on a
 * volume. Looks like the service as a process, so that the same loads can be put on it.
 */
import { randomUUID } from 'node:crypto';
import {
  GenericContainer,
  getContainerRuntimeClient,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from 'testcontainers';
import { ADMIN_KEY, callsTo, type ServiceProcess } from '../service-process.ts';
import { IMAGE } from './engine.ts';

const PORT = 3000;

export interface LedgerSettings {
  /** Name of the volume that holds the data. */
  readonly volume: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly network?: StartedNetwork;
  readonly alias?: string;
  /** What has to answer 200 before it counts as started. Default: `/health/ready`. */
  readonly startedWhen?: '/health/live' | '/health/ready';
}

export interface Finished {
  readonly exitCode: number;
  readonly output: string;
}

export interface LedgerContainer extends ServiceProcess {
  readonly id: string;
  /** From the start of its first process until it said that it serves. */
  readonly startUpMs: number;
  exec(command: string[], env?: Record<string, string>): Promise<Finished>;
  /** What the engine's health check says: `starting`, `healthy`, `unhealthy`. */
  health(): Promise<string>;
}

class Ledger extends GenericContainer {
  constructor() {
    super(IMAGE);
    this.hostConfig.ReadonlyRootfs = true;
    this.withDroppedCapabilities('ALL').withSecurityOpt('no-new-privileges');
  }
}

export function volumeName(): string {
  return `goodwill-test-${randomUUID()}`;
}

export async function removeVolume(name: string): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  await container.dockerode.getVolume(name).remove({ force: true });
}

export async function inspectImage(): Promise<{ Size: number; Config: Record<string, unknown> }> {
  const { container } = await getContainerRuntimeClient();
  const { Size, Config } = await container.dockerode.getImage(IMAGE).inspect();
  return { Size, Config: Config as unknown as Record<string, unknown> };
}

export async function startLedger(settings: LedgerSettings): Promise<LedgerContainer> {
  const said: string[] = [];
  const ledger = new Ledger()
    .withBindMounts([{ source: settings.volume, target: '/data', mode: 'rw' }])
    .withEnvironment({ GOODWILL_ADMIN_KEY: ADMIN_KEY, ...settings.env })
    .withExposedPorts(PORT)
    .withLogConsumer((stream) => stream.on('data', (line: Buffer) => said.push(line.toString('utf8'))))
    .withWaitStrategy(
      Wait.forHttp(settings.startedWhen ?? '/health/ready', PORT, {
        abortOnContainerExit: true,
      }).forStatusCode(200),
    )
    .withStartupTimeout(60_000);
  if (settings.network !== undefined) ledger.withNetwork(settings.network);
  if (settings.alias !== undefined) ledger.withNetworkAliases(settings.alias);
  try {
    return await over(await ledger.start(), said, settings.volume);
  } catch (error) {
    throw new Error(`the container did not start:\n${said.join('')}`, { cause: error });
  }
}

/** Runs `goodwill <args>` from the image on a volume, to its end. */
export async function runGoodwill(
  volume: string,
  args: string[],
  env: readonly string[] = [],
): Promise<Finished> {
  const { container } = await getContainerRuntimeClient();
  const created = await container.dockerode.createContainer({
    Image: IMAGE,
    Cmd: args,
    Env: [...env],
    HostConfig: { ReadonlyRootfs: true, CapDrop: ['ALL'], Binds: [`${volume}:/data`] },
  });
  try {
    await created.start();
    const { StatusCode } = (await created.wait()) as { StatusCode: number };
    const output = await created.logs({ stdout: true, stderr: true });
    return { exitCode: StatusCode, output: withoutFrames(output) };
  } finally {
    await created.remove({ force: true });
  }
}

/** The engine's log puts 8 bytes before each piece: the stream, and the piece's length as the last four of them. */
function withoutFrames(log: Buffer): string {
  let text = '';
  for (let at = 0; at + 8 <= log.length; ) {
    const length = log.readUInt32BE(at + 4);
    text += log.toString('utf8', at + 8, at + 8 + length);
    at += 8 + length;
  }
  return text;
}

async function over(started: StartedTestContainer, said: string[], volume: string): Promise<LedgerContainer> {
  const { container } = await getContainerRuntimeClient();
  const raw = container.getById(started.getId());
  const url = `http://${started.getHost()}:${started.getMappedPort(PORT)}`;
  const { hangUp, ...calls } = callsTo(url);
  const state = (await raw.inspect()).State;
  let ended = false;
  const gone = async (): Promise<number> => {
    await raw.wait();
    const { ExitCode } = (await raw.inspect()).State;
    await hangUp();
    await raw.remove({ force: true });
    return ExitCode;
  };
  return {
    id: started.getId(),
    pid: state.Pid,
    url,
    dataDir: volume,
    startUpMs: servingSince(said.join('')) - Date.parse(state.StartedAt),
    logs: () => said.join(''),
    ...calls,
    kill: async () => {
      if (ended) return;
      ended = true;
      await raw.kill({ signal: 'SIGKILL' });
      await gone();
    },
    stop: async () => {
      ended = true;
      await raw.kill({ signal: 'SIGTERM' });
      return gone();
    },
    exec: async (command, env = {}) => {
      const { exitCode, output } = await started.exec(command, { env });
      return { exitCode, output };
    },
    health: async () => (await raw.inspect()).State.Health?.Status ?? 'none',
  };
}

/** The time in the log line with which the service says that it serves; NaN where it has not come through yet. */
function servingSince(log: string): number {
  const line = /"time":"([^"]+)"[^\n]*"msg":"serving"/.exec(log);
  return line?.[1] === undefined ? Number.NaN : Date.parse(line[1]);
}
