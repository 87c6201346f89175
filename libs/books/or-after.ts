import { EngineUnavailable } from '../event-store/event-store.ts';

/** Resolves when the work is done or cannot be, or the time is over. */
export function orAfter(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    work.then(resolve, (error) => (error instanceof EngineUnavailable ? resolve() : reject(error)));
    const done = () => clearTimeout(timer);
    work.then(done, done);
  });
}
