/**
 * The least HTTP/1.1 that measures a service without costing much itself: one keep-alive connection, one
 * request under way, bytes that were built before. Replies must have a content-length.
 */
import { connect, type Socket } from 'node:net';

export interface RawReply {
  readonly status: number;
  /** Valid only during the callback. */
  readonly body: Buffer;
}

const HEADERS_END = Buffer.from('\r\n\r\n');
const LENGTH_NAME = 'content-length:';
const NOTHING = Buffer.alloc(0);

export class RawConnection {
  readonly #socket: Socket;
  readonly #onReply: (reply: RawReply) => void;
  readonly #onLost: (reason: string) => void;
  #chunks: Buffer[] = [];
  #received = 0;
  /** Bytes of the whole reply under way; 0 while its headers are incomplete. */
  #expected = 0;
  #bodyFrom = 0;
  #status = 0;

  private constructor(socket: Socket, onReply: (reply: RawReply) => void, onLost: (reason: string) => void) {
    this.#socket = socket;
    this.#onReply = onReply;
    this.#onLost = onLost;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#lose(error.message));
    socket.on('close', () => this.#lose('the service closed the connection'));
  }

  static open(
    host: string,
    port: number,
    onReply: (reply: RawReply) => void,
    onLost: (reason: string) => void,
  ): Promise<RawConnection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.removeListener('error', reject);
        resolve(new RawConnection(socket, onReply, onLost));
      });
    });
  }

  /** The bytes must stay as they are until the reply has come. */
  send(request: Buffer): void {
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #lose(reason: string): void {
    this.close();
    this.#onLost(reason);
  }

  #take(chunk: Buffer): void {
    if (this.#received === 0) {
      this.#begin(chunk);
      if (this.#expected === chunk.length) {
        // The usual case: the whole reply in one piece.
        this.#finish(chunk);
        return;
      }
    } else if (this.#expected === 0) {
      const joined = Buffer.concat([...this.#chunks, chunk]);
      this.#chunks = [joined];
      this.#received = joined.length;
      this.#begin(joined);
      if (this.#expected !== 0 && this.#received >= this.#expected) this.#finish(joined);
      return;
    }
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#expected !== 0 && this.#received >= this.#expected) this.#finish(Buffer.concat(this.#chunks));
  }

  #begin(start: Buffer): void {
    const headersEnd = start.indexOf(HEADERS_END);
    if (headersEnd < 0) return;
    const head = start.toString('latin1', 0, headersEnd);
    this.#status = Number(head.slice(9, 12));
    const at = head.toLowerCase().indexOf(LENGTH_NAME);
    const length = at < 0 ? Number.NaN : Number.parseInt(head.slice(at + LENGTH_NAME.length), 10);
    if (Number.isNaN(length)) {
      this.#lose(`a reply without content-length: ${head.slice(0, 60)}`);
      return;
    }
    this.#bodyFrom = headersEnd + HEADERS_END.length;
    this.#expected = this.#bodyFrom + length;
  }

  #finish(whole: Buffer): void {
    const surplus = whole.length > this.#expected;
    const body = this.#bodyFrom === this.#expected ? NOTHING : whole.subarray(this.#bodyFrom, this.#expected);
    this.#chunks = [];
    this.#received = 0;
    this.#expected = 0;
    if (surplus) {
      this.#lose('more bytes than the reply announced');
      return;
    }
    this.#onReply({ status: this.#status, body });
  }
}
