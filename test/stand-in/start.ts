/**
 * Starts a stand-in for an EventStoreDB cluster: a small gRPC server in a process of its own, with the service
 * definitions of the client's own package.
 *
 * It is a fault injector and a fixture of the contract as read in the server's sources: appends with the server's
 * rules for retries, reads, subscriptions with back-pressure and checkpoints, and everything that can go wrong on the
 * way. It is never a measure of speed, and it cannot catch faults of the codec, which both ends share. Durability,
 * elections, scavenging and throughput are the real server's alone to show.
 *
 * Several nodes share one log within the process: who leads is a flag, and nothing is ever replicated or lost between
 * them. The network before each node is a relay, so that connections can be cut or fall silent.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Counts } from './cluster.ts';
import type { Fault } from './faults.ts';

export interface Options {
  readonly nodes?: number;
  /** Fixed ports, to start again where others look for it. */
  readonly ports?: readonly number[];
  /** Keeps the log here; a stand-in started on it again has its data. */
  readonly file?: string;
  /** Of faults that strike by chance. */
  readonly seed?: number;
  readonly maxAppendBytes?: number;
  readonly clockAheadMs?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly credentials?: string;
}

export type Ask =
  | { readonly deed: 'fault'; readonly fault: Fault }
  | { readonly deed: 'clearFaults' }
  | { readonly deed: 'setLeader'; readonly node: number | null }
  | { readonly deed: 'endStreams'; readonly how: 'end' | 'error'; readonly node?: number }
  | { readonly deed: 'cut'; readonly node?: number }
  | { readonly deed: 'stall'; readonly on: boolean; readonly node?: number }
  | { readonly deed: 'stopNode'; readonly node: number }
  | { readonly deed: 'startNode'; readonly node: number }
  | { readonly deed: 'counts' }
  | { readonly deed: 'ids'; readonly stream: string };

export interface Reply {
  readonly number: number;
  readonly value?: unknown;
  readonly error?: string;
}

const MAIN = fileURLToPath(new URL('./stand-in.main.ts', import.meta.url));

/** Makes things go wrong, and looks at what came of it without the client. */
export class Control {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  #lastNumber = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.on('message', ({ number, value, error }: Reply) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error === undefined) waiting?.resolve(value as never);
      else waiting?.reject(new Error(error));
    });
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('The stand-in has ended.'));
      this.#waiting.clear();
    });
  }

  /** Plans a fault; it strikes the next call that fits. */
  fault(fault: Fault): Promise<void> {
    return this.#ask({ deed: 'fault', fault });
  }
  clearFaults(): Promise<void> {
    return this.#ask({ deed: 'clearFaults' });
  }
  /** @param node undefined: there is no leader */
  setLeader(node: number | undefined): Promise<void> {
    return this.#ask({ deed: 'setLeader', node: node ?? null });
  }
  /** Ends every read and subscription, well or with UNAVAILABLE. */
  endStreams(how: 'end' | 'error', node?: number): Promise<void> {
    return this.#ask({ deed: 'endStreams', how, ...(node === undefined ? {} : { node }) });
  }
  /** Resets every connection. */
  cut(node?: number): Promise<void> {
    return this.#ask({ deed: 'cut', ...(node === undefined ? {} : { node }) });
  }
  /** Connections stay open and carry nothing, new ones as well. */
  stall(on: boolean, node?: number): Promise<void> {
    return this.#ask({ deed: 'stall', on, ...(node === undefined ? {} : { node }) });
  }
  stopNode(node: number): Promise<void> {
    return this.#ask({ deed: 'stopNode', node });
  }
  startNode(node: number): Promise<void> {
    return this.#ask({ deed: 'startNode', node });
  }
  counts(): Promise<Counts> {
    return this.#ask({ deed: 'counts' });
  }
  /** The ids of a stream's events as the log has them. */
  ids(stream: string): Promise<string[]> {
    return this.#ask({ deed: 'ids', stream });
  }

  #ask<T>(ask: Ask): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#lastNumber += 1;
      this.#waiting.set(this.#lastNumber, { resolve, reject });
      this.#child.send({ number: this.#lastNumber, ask });
    });
  }
}

export interface StandIn {
  readonly port: number;
  readonly ports: readonly number[];
  readonly pid: number;
  /** `esdb://` for one node, `esdb+discover://` for several. */
  readonly connectionString: string;
  readonly control: Control;
  /** As a power cut would: SIGKILL. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export async function startStandIn(options: Options = {}): Promise<StandIn> {
  const child = fork(MAIN, [JSON.stringify(options)], {
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const [ready] = (await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => {
      throw new Error(`The stand-in ended at its start with ${code}.`);
    }),
  ])) as [Reply];
  const ports = ready.value as number[];
  const hosts = ports.map((port) => `127.0.0.1:${port}`).join(',');
  const login = options.credentials === undefined ? '' : `${options.credentials}@`;
  const tls = options.tls === undefined ? '?tls=false' : '';
  return {
    port: ports[0]!,
    ports,
    pid: child.pid!,
    connectionString: `${ports.length > 1 ? 'esdb+discover' : 'esdb'}://${login}${hosts}${tls}`,
    control: new Control(child),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        if (child.connected) child.disconnect();
        else child.kill('SIGKILL');
      }
      await ended;
    },
  };
}
