/** The network before a node: its connections can be cut, or carry nothing while they look well. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Pair {
  readonly outside: Socket;
  readonly inside: Socket;
}

export class Relay {
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #insidePort: number;
  #stalled = false;

  private constructor(insidePort: number) {
    this.#insidePort = insidePort;
    this.#server = createServer((outside) => this.#join(outside));
  }

  /** @param port 0 for any free one */
  static async listen(insidePort: number, port: number): Promise<Relay> {
    const relay = new Relay(insidePort);
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', reject);
      relay.#server.listen(port, '127.0.0.1', resolve);
    });
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#pairs.size;
  }

  /** Cuts all connections, or the one that a call came by. @param peer as the transport names it: `127.0.0.1:port` */
  cut(peer?: string): void {
    for (const { outside, inside } of [...this.#pairs]) {
      if (peer === undefined || peer.endsWith(`:${inside.localPort}`)) {
        outside.resetAndDestroy();
        inside.destroy();
      }
    }
  }

  /** Nothing goes in or out, and no connection ends: what a lost route looks like. */
  stall(stalled: boolean): void {
    this.#stalled = stalled;
    for (const { outside, inside } of this.#pairs) {
      for (const socket of [outside, inside]) {
        if (stalled) socket.pause();
        else socket.resume();
      }
    }
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  #join(outside: Socket): void {
    const inside = connect(this.#insidePort, '127.0.0.1');
    const pair = { outside, inside };
    this.#pairs.add(pair);
    for (const [from, to] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      from.setNoDelay(true);
      from.on('data', (bytes) => {
        if (!to.write(bytes)) {
          from.pause();
          to.once('drain', () => {
            if (!this.#stalled) from.resume();
          });
        }
      });
      from.on('error', () => undefined);
      from.on('end', () => to.end());
      from.on('close', () => {
        to.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (this.#stalled) this.stall(true);
  }
}
