/** Waiting between tries: longer each time, and never in step with others. */

/** Full jitter over the upper half: between half of the step and all of it. @param attempt from 0 */
export function pauseBeforeMs(attempt: number, firstMs: number, mostMs: number): number {
  const step = Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 20));
  return step / 2 + Math.random() * (step / 2);
}
