/** How much of the machine is taken by others than the processes of a test: what was measured meanwhile tells little. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Linux counts processor time in hundredths of a second (`man 5 proc`, USER_HZ). */
const TICK_MS = 10;

function busyMs(): number {
  const [user, nice, system, , , irq, softirq, steal] = readFileSync('/proc/stat', 'utf8')
    .split('\n', 1)[0]!
    .split(/ +/)
    .slice(1)
    .map(Number) as [number, number, number, number, number, number, number, number];
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

function ofProcessMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

export class OtherLoad {
  readonly #pids: readonly number[];

  /** @param pids of the processes that count as ours, besides this one */
  constructor(pids: readonly number[]) {
    this.#pids = [process.pid, ...pids];
  }

  /** @returns the share of all processors that others took while the work was done, 0 where that is not known */
  async during<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly others: number }> {
    if (process.platform !== 'linux') return { result: await work(), others: 0 };
    const [before, began] = [this.#othersMs(), performance.now()];
    const result = await work();
    const availableMs = (performance.now() - began) * availableParallelism();
    return { result, others: Math.max(0, this.#othersMs() - before) / availableMs };
  }

  #othersMs(): number {
    return busyMs() - this.#pids.reduce((sum, pid) => sum + ofProcessMs(pid), 0);
  }
}
