/** The bytes to import: a file or standard input, plain or gzip (told by its first bytes), as text. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CommandFailure, wrongUsage } from '../failure.ts';

export const ENCODINGS = ['utf-8', 'windows-1252', 'utf-16le'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface Source {
  /** How it is named in messages. */
  readonly name: string;
  /** Size on disk; unknown for standard input. */
  readonly totalBytes?: number;
  /** Bytes taken from the file so far, before unpacking. */
  readBytes(): number;
  /** Text in pieces of any length, once. Bytes that are not valid in the encoding become U+FFFD. */
  text(): AsyncGenerator<string>;
}

/** The input ended before it was whole, or could not be read further. */
export class BrokenSource extends Error {
  override readonly name = 'BrokenSource';
}

export async function openSource(file: string, encoding: Encoding = 'utf-8'): Promise<Source> {
  if (file === '-') return sourceOf('standard input', process.stdin, encoding);
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    const said = error.code === 'ENOENT' ? 'there is no such file' : (error.code ?? error.message);
    throw wrongUsage(`${file} cannot be read: ${said}.`, 'Give the file to import, or - for standard input.');
  });
  if (found.isDirectory()) throw wrongUsage(`${file} is a directory.`, 'Give one file to import.');
  const size = found.isFile() ? { totalBytes: found.size } : {};
  return { ...sourceOf(file, createReadStream(file, { highWaterMark: 256 * 1024 }), encoding), ...size };
}

export function sourceOf(name: string, bytes: Readable, encoding: Encoding): Source {
  let readBytes = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const chunk of bytes) {
      readBytes += chunk.length;
      yield chunk;
    }
  }
  return { name, readBytes: () => readBytes, text: () => decoded(name, unpacked(counted()), encoding) };
}

async function* unpacked(chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const head: Buffer[] = [];
  let headBytes = 0;
  while (headBytes < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head.push(next.value);
    headBytes += next.value.length;
  }
  const start = Buffer.concat(head);
  if (start[0] !== 0x1f || start[1] !== 0x8b) {
    if (start.length > 0) yield start;
    yield* chunks;
    return;
  }
  yield* gunzipped(start, chunks);
}

async function* gunzipped(start: Buffer, chunks: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  const feeding = feed(gunzip, start, chunks);
  try {
    for await (const chunk of gunzip) yield chunk;
    await feeding;
  } finally {
    gunzip.destroy();
    await feeding.catch(() => {});
  }
}

async function feed(gunzip: ReturnType<typeof createGunzip>, start: Buffer, chunks: AsyncGenerator<Buffer>) {
  try {
    for (let chunk: Buffer | undefined = start; chunk !== undefined; ) {
      if (gunzip.destroyed) return;
      if (!gunzip.write(chunk)) await drained(gunzip);
      const next: IteratorResult<Buffer> = await chunks.next();
      chunk = next.done ? undefined : next.value;
    }
    gunzip.end();
  } catch (error) {
    gunzip.destroy(error as Error);
  }
}

function drained(gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      gunzip.off('drain', done);
      gunzip.off('close', done);
      resolve();
    };
    gunzip.on('drain', done);
    gunzip.on('close', done);
  });
}

async function* decoded(
  name: string,
  chunks: AsyncGenerator<Buffer>,
  encoding: Encoding,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  try {
    for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const said = code === 'Z_BUF_ERROR' ? 'the gzip data ends before it is whole' : message;
    throw new BrokenSource(`${name}: ${said}`, { cause: error });
  }
  yield decoder.decode();
}

export function stoppedAt(source: Source, line: number, cause: unknown): CommandFailure {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new CommandFailure(`Stopped after line ${line}: ${said}.`, {
    advice: `Rows before it are recorded. Get ${source.name} whole and run the same command again: nothing is recorded twice.`,
    cause,
  });
}
