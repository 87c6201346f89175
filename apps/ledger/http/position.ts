/** `atLeast`: a read that must reflect a write made before. */
import { Problem } from '../problems/problem.ts';
import { type Parameter, whole } from './query.ts';

export const aPosition: Parameter<number> = whole(0, Number.MAX_SAFE_INTEGER);

/** How long a read waits for a view to reach the position asked for. */
export const AT_LEAST_WAIT_MS = 5_000;

/** @throws Problem when `atLeast` was asked for and is not reflected yet */
export function mustReflect(atLeast: number | undefined, position: number): void {
  if (atLeast !== undefined && position < atLeast) throw behind(atLeast, position);
}

export function behind(asked: number, position: number): Problem {
  return new Problem('view-behind', {
    detail: `Position ${asked} was asked for; position ${position} is reflected.`,
    retryAfterSeconds: 1,
  });
}
