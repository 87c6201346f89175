/** Aim: nothing acknowledged is lost, doubled or reordered when processes share the file, or die on it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NO_STREAM } from '../event-store.ts';
import { SqliteEventStore } from './sqlite-event-store.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

describe('processes on one ledger file', () => {
  let directory: string;
  let file: string;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'event-store-'));
    file = join(directory, 'events.db');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    await rm(directory, { recursive: true, force: true });
  });

  function run(program: string, ...parameters: string[]): { child: ChildProcess; text: () => string } {
    const child = spawn(process.execPath, ['--no-warnings', here(program), ...parameters], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    return { child, text: () => text };
  }

  /** What a child said was acknowledged: revision → id. A line that was cut off was not said. */
  function acknowledged(text: string): Map<number, string> {
    const known = new Map<number, string>();
    for (const line of text.split('\n').slice(0, -1)) {
      if (line === 'open' || line.startsWith('fault')) continue;
      const [first, ...ids] = line.split(' ') as [string, ...string[]];
      for (const [i, id] of ids.entries()) known.set(Number(first) + i, id);
    }
    return known;
  }

  async function stored(stream: string): Promise<string[]> {
    const store = await SqliteEventStore.open({ file });
    const ids: string[] = [];
    for await (const page of store.read(stream, 0)) {
      for (const one of page) {
        expect(one.revision).toBe(ids.length);
        ids.push(one.id);
      }
    }
    await store.close();
    return ids;
  }

  it('make the file together, all at once, and share it: each append is there once, where it was acknowledged', async () => {
    const appends = 60;
    const writers = Array.from({ length: 4 }, () =>
      run('./appender.fixture.ts', file, 'book-shared', '2', `${appends}`),
    );
    const codes = await Promise.all(writers.map(async ({ child }) => (await once(child, 'close'))[0]));
    expect(codes).toEqual([0, 0, 0, 0]);
    const ids = await stored('book-shared');
    expect(ids).toHaveLength(4 * 2 * appends);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { text } of writers) {
      const known = acknowledged(text());
      expect(known.size).toBe(2 * appends);
      for (const [revision, id] of known) expect(ids[revision]).toBe(id);
    }
  });

  it('do not starve each other', async () => {
    const writers = Array.from({ length: 3 }, (_, i) => run('./appender.fixture.ts', file, `book-${i}`, '1'));
    while (!writers.every(({ text }) => text().includes('\n0 '))) await sleep(10);
    await sleep(1_500);
    for (const { child } of writers) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    const counts = writers.map(({ text }) => acknowledged(text()).size);
    // An even share is a third; a tenth of the best shows starving on any machine.
    expect(Math.min(...counts)).toBeGreaterThan(Math.max(...counts) / 10);
  });

  it('may be killed at any moment: all they acknowledged is there, in order, once', async () => {
    const before: string[] = [];
    for (const delayMs of [5, 60, 150, 300]) {
      const { child, text } = run('./appender.fixture.ts', file, 'book-killed', '3');
      while (!text().includes('\n')) await sleep(2);
      await sleep(delayMs);
      child.kill('SIGKILL');
      await once(child, 'close');
      const known = acknowledged(text());
      const ids = await stored('book-killed');
      expect(ids.slice(0, before.length)).toEqual(before);
      for (const [revision, id] of known) expect(ids[revision]).toBe(id);
      // At most the append in flight is there without having been acknowledged, and then whole.
      expect([0, 3]).toContain(ids.length - before.length - known.size);
      expect(new Set(ids).size).toBe(ids.length);
      before.splice(0, before.length, ...ids);
    }
    expect(before.length).toBeGreaterThan(30);
  });

  it('answer every append when the writing thread dies, and start another', async () => {
    const { child, text } = run('./dying-writer.fixture.ts', file);
    expect((await once(child, 'close'))[0]).toBe(0);
    const { outcomes, expected, stored: found } = JSON.parse(text());
    expect(found).toEqual(expected);
    expect(outcomes.unknown).toBeGreaterThan(0);
    expect(outcomes['nothing written'] ?? 0).toBe(0);
    expect((outcomes.appended ?? 0) + (outcomes['already there'] ?? 0)).toBe(expected.length);
  });

  it('are told that the fate of an append is unknown when the disk fails in its commit, and lose nothing else', async () => {
    // A limit on the size of files makes the write of a commit fail half-way, as a bad disk does.
    const limited = 'ulimit -f 1500; exec "$0" "$@"';
    const appender = [
      process.execPath,
      '--no-warnings',
      here('./appender.fixture.ts'),
      file,
      'book-bad',
      '3',
    ];
    const child = spawn('sh', ['-c', limited, ...appender], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    expect((await once(child, 'close'))[0]).toBe(0);
    expect(text).toMatch(/\nfault false The disk that holds .*events\.db fails to read or write: check/);
    const known = acknowledged(text);
    expect(known.size).toBeGreaterThan(30);
    const ids = await stored('book-bad');
    for (const [revision, id] of known) expect(ids[revision]).toBe(id);
    expect([0, 3]).toContain(ids.length - known.size);
  });

  it('are seen by a reader elsewhere, which is woken or looks by itself', async () => {
    const store = await SqliteEventStore.open({ file });
    const reader = await SqliteEventStore.open({ file, readOnly: true });
    const seen: number[] = [];
    const subscription = reader.subscribe({}, (events) => {
      seen.push(...events.map(({ revision }) => revision));
    });
    const { child } = run('./appender.fixture.ts', file, 'book-elsewhere', '1', '20');
    await once(child, 'close');
    for (let i = 0; i < 100 && seen.length < 20; i++) await sleep(10);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i));
    await store.append('book-woken', [{ id: 'a', type: 'T', data: '{}' }], NO_STREAM);
    reader.nudge();
    for (let i = 0; i < 100 && seen.length < 21; i++) await sleep(10);
    expect(seen).toHaveLength(21);
    await expect(reader.append('book-x', [{ id: 'a', type: 'T', data: '{}' }], NO_STREAM)).rejects.toThrow(
      'reading only',
    );
    await subscription.close();
    await reader.close();
    await store.close();
  });
});
