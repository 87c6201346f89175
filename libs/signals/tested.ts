/** What comes of a detector: a probability for every subject it could judge, and the figures behind those that are shown. */
import type { SignalKind } from '../domain/signal/signal.ts';

/** In what exposure is counted. */
export type ExposureUnit = 'acts' | 'identified-acts' | 'answered-acts' | 'noted-acts' | 'days';

export interface Figures {
  readonly observed: number;
  readonly exposure: { readonly n: number; readonly unit: ExposureUnit };
  /** What one like the peers would have had. */
  readonly expected: number;
  /** Others that the baseline was made of: those under the same circumstances, and all. */
  readonly peers: { readonly near: number; readonly all: number };
  /** Observed over expected, drawn towards 1 the more, the less was seen; of the posterior, with its 95 % interval. */
  readonly times: { readonly value: number; readonly low: number; readonly high: number };
  /** Rows of the acts that were counted, in no order. */
  readonly behind: readonly number[];
  /** What it is about more closely: customers, notes, a category. Numbers of the detector's labels. */
  readonly labels?: readonly number[];
}

export interface Tested {
  readonly kind: SignalKind;
  /** Judged at all: the others are too few acts, or have no peers. */
  readonly subjects: Int32Array;
  /** Of a pair: the approver. */
  readonly seconds?: Int32Array;
  /** ln of the probability of so much or more, if the subject were like its peers. */
  readonly logP: Float64Array;
  /** Subjects that acted and could not be judged. */
  readonly untested: number;
  /** Tests that are counted and found nothing without being carried out: pairs that never met. */
  readonly silent: number;
  /** How different the peers are among themselves, beyond chance: 0 for not at all. */
  readonly spread: number;
  /** @param at index into `subjects` */
  figures(at: number): Figures;
  /** ln of the same probability from the acts alone that the ledger learned of after a position. */
  since(at: number, position: number): { readonly observed: number; readonly logP: number };
}

/**
 * A model of what is usual is made of those who are: whoever is too unusual for chance among so many, one way or the
 * other, is left out of it, one in twenty at most. It begins without the most unusual twentieth, for one among few makes
 * a wide model in which they are nothing unusual, takes in again whom it explains, and is made again until nothing changes.
 * @param model made of those who are kept; first of all of them
 * @param unusual ln of how unlikely each is, whichever way it deviates
 */
export function fittedWithoutOutliers(
  size: number,
  model: (kept: Uint8Array) => void,
  unusual: (at: number) => number,
  begin: 'without-the-most-unusual' | 'with-all' = 'without-the-most-unusual',
): void {
  let kept = new Uint8Array(size).fill(1);
  model(kept);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const line = round === 0 && begin !== 'with-all' ? Math.log(0.05) : -Math.log(10 * Math.max(1, size));
    const now = withoutMost(size, unusual, line);
    if (now.every((value, at) => value === kept[at])) return;
    kept = now;
    model(kept);
  }
}
const MOST_ROUNDS = 8;

function withoutMost(size: number, unusual: (at: number) => number, line: number): Uint8Array<ArrayBuffer> {
  const out: { readonly at: number; readonly logP: number }[] = [];
  for (let at = 0; at < size; at++) {
    const logP = unusual(at);
    if (logP < line) out.push({ at, logP });
  }
  out.sort((one, other) => one.logP - other.logP || one.at - other.at);
  const kept = new Uint8Array(size).fill(1);
  for (const { at } of out.slice(0, Math.floor(size / 20))) kept[at] = 0;
  return kept;
}
