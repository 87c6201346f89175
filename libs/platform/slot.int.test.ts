/** Aim: two processes never share a slot; a slot comes back when its holder ends, however it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { takeSlot } from './slot.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'goodwill-slot-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a slot', () => {
  it('is held by one holder at a time', () => {
    const first = takeSlot(dir);
    const second = takeSlot(dir);
    expect([first.file('cache'), second.file('cache')]).toEqual([
      join(dir, 'cache.db'),
      join(dir, 'cache-1.db'),
    ]);
    first.release();
    const third = takeSlot(dir);
    expect(third.number).toBe(0);
    second.release();
    third.release();
  });

  it('comes back after kill -9', async () => {
    const script = `import { takeSlot } from ${JSON.stringify(new URL('./slot.ts', import.meta.url).href)};
      console.log(takeSlot(${JSON.stringify(dir)}).number); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(holder.stdout!, 'data');
    expect(String(said).trim()).toBe('0');
    const beside = takeSlot(dir);
    expect(beside.number).toBe(1);
    beside.release();
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    const after = takeSlot(dir);
    expect(after.number).toBe(0);
    after.release();
  });
});
