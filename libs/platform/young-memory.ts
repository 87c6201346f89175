import { setFlagsFromString } from 'node:v8';

/**
 * What `--max-semi-space-size` says when a process is started holds for the thread that calls this, and no longer for those
 * it starts from then on: V8 sets the flag above the `resourceLimits` that a worker is given.
 */
export function boundYoungMemoryHereAlone(): void {
  setFlagsFromString('--max-semi-space-size=0');
}
