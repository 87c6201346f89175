/** The rows that were rejected, one JSON object a line: where, why, and the row itself. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { stat, unlink } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { CommandFailure, wrongUsage } from '../failure.ts';
import type { Row } from './rows.ts';
import { isBadRow } from './rows.ts';

export class RejectsFile {
  readonly path: string;
  readonly #stream: WriteStream;
  #failure: Error | undefined;
  #written = 0;

  private constructor(path: string, stream: WriteStream) {
    this.path = path;
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#failure ??= error;
    });
  }

  /** Replaces what an earlier run left: a run reads the whole file again. Refuses to replace the input. */
  static async create(path: string, input: string): Promise<RejectsFile> {
    const [there, source] = await Promise.all([path, input].map((name) => stat(name).catch(() => undefined)));
    if (there && source && there.ino === source.ino && there.dev === source.dev) {
      throw wrongUsage(`${path} is the file to import.`, 'Give --rejects another name.');
    }
    const stream = createWriteStream(path);
    const file = new RejectsFile(path, stream);
    await new Promise<void>((resolve) =>
      stream.once('ready', () => resolve()).once('error', () => resolve()),
    );
    file.#check();
    return file;
  }

  async add(row: Row, reason: string, detail: string): Promise<void> {
    const content = isBadRow(row) ? { text: row.text } : { row: Object.fromEntries(row.cells) };
    this.#written += 1;
    const hasRoom = this.#stream.write(`${JSON.stringify({ line: row.line, reason, detail, ...content })}\n`);
    this.#check();
    if (!hasRoom) {
      await Promise.race([
        new Promise<void>((resolve) => this.#stream.once('drain', () => resolve())),
        new Promise<void>((resolve) => this.#stream.once('close', () => resolve())),
      ]);
    }
  }

  /** Leaves no empty file behind. Returns whether there is one. */
  async close(): Promise<boolean> {
    this.#stream.end();
    await finished(this.#stream).catch((error: Error) => {
      this.#failure ??= error;
    });
    this.#check();
    if (this.#written === 0) await unlink(this.path);
    return this.#written > 0;
  }

  #check(): void {
    if (this.#failure === undefined) return;
    throw new CommandFailure(`The rejects file ${this.path} cannot be written: ${this.#failure.message}.`, {
      advice: 'Give --rejects a place that can be written to, and run the same command again.',
      cause: this.#failure,
    });
  }
}
