/**
 * Several replicas of the built service on one cluster, each a process with a data directory of its own and the same
 * admin key: what a load balancer stands before. A replica that is killed comes back on its directory.
 */
import { join } from 'node:path';
import {
  removeDirectory,
  type ServiceProcess,
  type ServiceSettings,
  startService,
  temporaryDirectory,
} from '../service-process.ts';
import { type Options, type StandIn, startStandIn } from '../stand-in/start.ts';

export class Replicas {
  readonly standIn: StandIn;
  readonly #directory: string;
  readonly #settings: ServiceSettings;
  readonly #running: (ServiceProcess | undefined)[] = [];
  /** Of those that were killed. */
  #logs = '';

  private constructor(standIn: StandIn, directory: string, settings: ServiceSettings) {
    this.standIn = standIn;
    this.#directory = directory;
    this.#settings = settings;
  }

  static async start(
    count: number,
    options: Options = { nodes: 3 },
    settings: ServiceSettings = {},
  ): Promise<Replicas> {
    const standIn = await startStandIn(options);
    const replicas = new Replicas(standIn, await temporaryDirectory('replicas'), settings);
    try {
      await Promise.all(Array.from({ length: count }, (_, i) => replicas.begin(i)));
    } catch (error) {
      await replicas.stop();
      throw error;
    }
    return replicas;
  }

  get count(): number {
    return this.#running.length;
  }

  /** @throws when it does not run */
  get(i: number): ServiceProcess {
    const replica = this.#running[i];
    if (replica === undefined) throw new Error(`replica ${i} is down`);
    return replica;
  }

  up(): ServiceProcess[] {
    return this.#running.filter((replica) => replica !== undefined);
  }

  dataDir(i: number): string {
    return join(this.#directory, `replica-${i}`);
  }

  /** Starts it, for the first time or again, and waits until it says it is ready. */
  async begin(i: number, settings: ServiceSettings = {}): Promise<ServiceProcess> {
    const replica = await startService(this.dataDir(i), {
      readyTimeoutMs: 60_000,
      ...this.#settings,
      ...settings,
      env: {
        GOODWILL_EVENT_STORE: this.standIn.connectionString,
        GOODWILL_LOG_LEVEL: 'warn',
        ...this.#settings.env,
        ...settings.env,
      },
    });
    this.#running[i] = replica;
    return replica;
  }

  /** SIGKILL. */
  async kill(i: number): Promise<void> {
    const replica = this.#running[i];
    this.#running[i] = undefined;
    await replica?.kill();
    this.#logs += replica?.logs() ?? '';
  }

  /** What all of them have said. */
  logs(): string {
    return (
      this.#logs +
      this.up()
        .map((replica) => replica.logs())
        .join('')
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((_, i) => this.kill(i)));
    await this.standIn.stop();
    await removeDirectory(this.#directory);
  }
}
