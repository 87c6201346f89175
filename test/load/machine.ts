/** What a figure was measured on, and where its time went. Linux only, where it says so. */
import {
  closeSync,
  fdatasyncSync,
  openSync,
  readdirSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'hdr-histogram-js';

export function describeMachine(dir: string): string[] {
  const [cpu] = cpus();
  return [
    `cpu          ${cpu?.model.trim() ?? 'unknown'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB of memory`,
    `system       ${process.platform} ${release()}, node ${process.version}`,
    `file system  ${fileSystemOf(dir)}`,
    `load before  ${loadavg()
      .map((load) => load.toFixed(2))
      .join(' ')} (1, 5, 15 minutes; above about 0.5 others were at work and the figures are too low)`,
  ];
}

/** By the longest mount point that holds the directory (Linux). */
function fileSystemOf(dir: string): string {
  try {
    const path = resolve(dir);
    const mounts = readFileSync('/proc/mounts', 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string, string])
      .filter(([, at]) => at === '/' || path === at || path.startsWith(`${at}/`))
      .sort((a, b) => b[1].length - a[1].length);
    const [device, at, type] = mounts[0]!;
    return `${type} (${device} on ${at})`;
  } catch {
    return 'unknown';
  }
}

/** Median of write + fdatasync of 4 KiB at the end of a new file, microseconds. */
export function fdatasyncMedianUs(dir: string, forMs: number): number {
  const file = join(dir, `fdatasync-${process.pid}`);
  const fd = openSync(file, 'w');
  const block = Buffer.alloc(4_096, 0x5a);
  const histogram = build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
  try {
    const endAt = performance.now() + forMs;
    for (let at = 0; performance.now() < endAt; at += block.length) {
      const startedAt = performance.now();
      writeSync(fd, block, 0, block.length, at);
      fdatasyncSync(fd);
      histogram.recordValue(Math.max(1, Math.round((performance.now() - startedAt) * 1_000)));
    }
  } finally {
    closeSync(fd);
    unlinkSync(file);
  }
  return histogram.getValueAtPercentile(50);
}

/** CPU seconds a process has used so far, by kind of thread. Empty where there is no /proc. */
export type CpuUse = ReadonlyMap<string, number>;

/** Ticks of /proc/<pid>/stat are 1/100 s on every Linux that Node runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

export function cpuUseOf(pid: number): CpuUse {
  const use = new Map<string, number>();
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return use;
  }
  for (const thread of threads) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      const nameEnd = stat.lastIndexOf(')');
      const name =
        thread === String(pid) ? 'main' : kindOfThread(stat.slice(stat.indexOf('(') + 1, nameEnd), thread);
      // Fields 14 and 15, user and system time; the first after the name is field 3.
      const fields = stat.slice(nameEnd + 2).split(' ');
      use.set(name, (use.get(name) ?? 0) + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND);
    } catch {
      // The thread ended meanwhile.
    }
  }
  return use;
}

function kindOfThread(name: string, thread: string): string {
  if (/libuv/i.test(name)) return 'libuv pool';
  if (/^v8|DelayedTask/i.test(name)) return 'v8 (gc, compiler)';
  return /worker/i.test(name) ? `worker ${thread}` : name;
}

/** Share of one core per kind of thread between two readings, largest first. */
export function describeCpu(before: CpuUse, after: CpuUse, seconds: number): string {
  const shares = [...after]
    .map(([name, used]) => [name, (100 * (used - (before.get(name) ?? 0))) / seconds] as const)
    .filter(([, share]) => share >= 0.5)
    .sort((a, b) => b[1] - a[1]);
  if (shares.length === 0) return 'not known';
  return shares.map(([name, share]) => `${name} ${Math.round(share)} %`).join(', ');
}
