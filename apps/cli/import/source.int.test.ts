/** Aim: the same text comes out of a plain file, a gzip file and a stream; a file that breaks off is noticed. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BrokenSource, openSource, sourceOf } from './source.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'goodwill-source-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function textOf(source: { text(): AsyncGenerator<string> }): Promise<string> {
  let text = '';
  for await (const piece of source.text()) text += piece;
  return text;
}

async function file(name: string, content: Uint8Array | string): Promise<string> {
  await writeFile(join(directory, name), content);
  return join(directory, name);
}

const TEXT = 'naïve, “quoted”, 7"\r\n'.repeat(20_000);

describe('the bytes to import', () => {
  it('are told apart by their first bytes, not by the name', async () => {
    expect(await textOf(await openSource(await file('a.csv', TEXT)))).toBe(TEXT);
    expect(await textOf(await openSource(await file('b.csv', gzipSync(TEXT))))).toBe(TEXT);
    expect(await textOf(await openSource(await file('c.gz', TEXT)))).toBe(TEXT);
    const twoMembers = Buffer.concat([gzipSync(TEXT), gzipSync('more')]);
    expect(await textOf(await openSource(await file('d.gz', twoMembers)))).toBe(`${TEXT}more`);
  });

  it('may come in pieces of one byte, cut inside a character and inside the gzip magic', async () => {
    const bytes = gzipSync('é€😀');
    const source = sourceOf('a pipe', Readable.from([...bytes].map((byte) => Buffer.of(byte))), 'utf-8');
    expect(await textOf(source)).toBe('é€😀');
    expect(source.readBytes()).toBe(bytes.length);
  });

  it('lose a byte order mark', async () => {
    expect(await textOf(await openSource(await file('bom.csv', '\ufeffa,b\n')))).toBe('a,b\n');
  });

  it('are read in the encoding the map names; what is not in it is marked', async () => {
    const latin = Buffer.from([0x63, 0x61, 0x66, 0xe9, 0x20, 0x80]);
    expect(await textOf(await openSource(await file('latin.csv', latin), 'windows-1252'))).toBe('café €');
    expect(await textOf(await openSource(await file('latin2.csv', latin)))).toBe('caf\ufffd \ufffd');
  });

  it('may be empty', async () => {
    expect(await textOf(await openSource(await file('empty.csv', '')))).toBe('');
  });

  it('that break off inside gzip say so', async () => {
    const cut = gzipSync(TEXT).subarray(0, 300);
    await expect(textOf(await openSource(await file('cut.gz', cut)))).rejects.toThrow(BrokenSource);
    await expect(textOf(await openSource(await file('cut2.gz', cut)))).rejects.toThrow(
      /ends before it is whole/,
    );
  });

  it('that are damaged inside gzip say so', async () => {
    const bytes = gzipSync(TEXT);
    bytes.fill(0, 100, 200);
    await expect(textOf(await openSource(await file('bad.gz', bytes)))).rejects.toThrow(BrokenSource);
  });

  it('must be there and be a file', async () => {
    await expect(openSource(join(directory, 'nowhere.csv'))).rejects.toThrow(/no such file/);
    await expect(openSource(directory)).rejects.toThrow(/is a directory/);
  });
});
