/** Since when a limit has been what it is: the activations of a book, walked back from the one in force. */
import type { Limit } from '../policy/policy.ts';
import type { Activation, BookState } from './state.ts';

/** A limit's words, and from when on (epoch ms) they were in force. */
export interface InForce {
  readonly from: number;
  readonly limit: Limit;
}

/** What of a book tells who and what was there when. */
export type Past = Pick<BookState, 'policies' | 'activations' | 'firstSeen'>;

interface Walked {
  readonly activations: readonly Activation[];
  readonly length: number;
  readonly active: Activation;
  readonly stretch: readonly InForce[];
}

/** By the limit's object: a version's limits are made once, and asked about with every act. */
const walked = new WeakMap<Limit, Walked>();

/**
 * The unbroken stretch, up to `now`, in which a limit of this id was in force, counted per the same and in the same
 * window: newest words first. A version without it, or with another shape of it, ends the stretch.
 * @param limit of the version in force at `now`, whose words come first
 */
export function inForceSince(limit: Limit, past: Past, now: number): readonly InForce[] {
  const { activations, policies } = past;
  let active: Activation | undefined;
  for (const activation of activations) {
    if (!activation.immediate && activation.at > now) continue;
    if (active === undefined || activation.at >= active.at) active = activation;
  }
  if (active === undefined) return [];
  const known = walked.get(limit);
  if (known?.activations === activations && known.length === activations.length && known.active === active) {
    return known.stretch;
  }
  const reached = activations.filter(({ immediate, at }) => immediate || at <= now);
  // Stable: of two at the same time the later one counts.
  reached.sort((a, b) => a.at - b.at);
  const stretch: InForce[] = [{ from: active.at, limit }];
  for (let i = reached.length - 2; i >= 0; i--) {
    const { version, at } = reached[i]!;
    const after = stretch.at(-1)!;
    // Replaced in the same instant: never in force.
    if (at === after.from) continue;
    const earlier = policies.get(version)?.policy.limits.find(({ id }) => id === limit.id);
    if (earlier === undefined || !sameShape(earlier, limit)) break;
    stretch.push({ from: at, limit: earlier });
  }
  walked.set(limit, { activations, length: activations.length, active, stretch });
  return stretch;
}

/** The words in force at a time of the stretch (epoch ms); undefined before it began. */
export function wordsAt(stretch: readonly InForce[], at: number): Limit | undefined {
  return stretch.find(({ from }) => from <= at)?.limit;
}

/** Whether both count into the same buckets. */
function sameShape(a: Limit, b: Limit): boolean {
  return (
    a.per.length === b.per.length &&
    a.per.every((dimension, i) => dimension === b.per[i]) &&
    JSON.stringify(a.window) === JSON.stringify(b.window)
  );
}
