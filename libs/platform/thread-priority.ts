import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Weighs about a tenth of a thread at the usual priority 0 where both want a core (`man 7 sched`, nice). */
const BACKGROUND = 10;
/** About a third of one in the background. */
const BEHIND = 15;
/** The lowest there is: about a seventieth. */
const LAST = 19;

/**
 * Lets the threads that answer go first: for threads whose work can wait a moment, on machines with few cores.
 * On Linux a priority belongs to a thread; elsewhere, or where it may not be set, nothing changes.
 */
export function workInBackground(): void {
  takePriority(BACKGROUND);
}

/** As `workInBackground`, for what those in the background need not wait for either. */
export function workBehindBackground(): void {
  takePriority(BEHIND);
}

/** As `workInBackground`, for what nobody may feel: it takes what the others leave. */
export function workLast(): void {
  takePriority(LAST);
}

function takePriority(priority: number): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, priority);
  } catch {
    // Only speed is at stake.
  }
}
