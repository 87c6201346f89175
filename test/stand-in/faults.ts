/** What a test may let go wrong, and when. The chance of a fault is drawn from a seed: a failing run can be had again. */

export type Method =
  | 'append'
  | 'batchAppend'
  | 'read'
  | 'subscribe'
  | 'delete'
  | 'tombstone'
  | 'features'
  | 'gossip';

/** `before` and `after` are those of the commit; for what commits nothing, of the answer's first message. */
export type Kind =
  /** The connection is cut: every call on it fails. */
  | 'drop-before'
  | 'drop-after'
  /** No answer ever comes. */
  | 'hang-before'
  | 'hang-after'
  /** The call ends as UNAVAILABLE. */
  | 'unavailable-before'
  | 'unavailable-after'
  /** The server gives up waiting for a majority: ABORTED, as the server says it. */
  | 'timeout-before'
  | 'timeout-after'
  /** The call ends as INTERNAL. */
  | 'internal-before'
  /** What was appended is told to be a conflict, as if the call had been repeated on the way and not recognised. */
  | 'conflict-after'
  /** The node says that another one leads, whether or not it does. */
  | 'not-leader'
  /** The answer waits for `delayMs`. */
  | 'delay-before'
  | 'delay-after'
  /** A subscription ends well, fails, is cut or falls silent after `afterEvents` events. */
  | 'end'
  | 'error'
  | 'cut'
  | 'silence';

/** After these a caller does not know whether what it appended was written. */
export const UNKNOWN_FATE = [
  'drop-before',
  'drop-after',
  'hang-before',
  'hang-after',
  'unavailable-before',
  'unavailable-after',
  'timeout-before',
  'timeout-after',
  'internal-before',
  'delay-after',
] as const satisfies readonly Kind[];

export interface Fault {
  readonly method: Method;
  readonly kind: Kind;
  /** How many calls it strikes. Default 1. */
  readonly times?: number;
  /** Lets so many matching calls pass first. */
  readonly skip?: number;
  /** Only calls about streams that begin so. */
  readonly stream?: string;
  readonly node?: number;
  readonly delayMs?: number;
  readonly afterEvents?: number;
  /** Strikes with this probability, drawn from `seed` of the stand-in. */
  readonly chance?: number;
}

/** Mulberry32: 32 bits of state, the same numbers for the same seed on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export class Faults {
  #planned: { fault: Fault; left: number; skip: number }[] = [];
  #random = seeded(0);

  reseed(seed: number): void {
    this.#random = seeded(seed);
  }

  plan(fault: Fault): void {
    this.#planned.push({ fault, left: fault.times ?? 1, skip: fault.skip ?? 0 });
  }

  clear(): void {
    this.#planned = [];
  }

  /** The fault that strikes this call, if one does; it is spent by that. */
  strike(method: Method, node: number, stream = ''): Fault | undefined {
    for (const planned of this.#planned) {
      const { fault } = planned;
      if (fault.method !== method || (fault.node ?? node) !== node) continue;
      if (!stream.startsWith(fault.stream ?? '') || planned.left === 0) continue;
      if (planned.skip > 0) {
        planned.skip -= 1;
        continue;
      }
      if (fault.chance !== undefined && this.#random() >= fault.chance) continue;
      planned.left -= 1;
      return fault;
    }
    return undefined;
  }
}
