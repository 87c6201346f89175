/** A signal in plain words: what was counted, against what, and nothing of what it means. */
import type { SignalKind } from '../domain/signal/signal.ts';
import type { Figures } from './tested.ts';

const SAYS: Readonly<Record<SignalKind, (its: Said) => string>> = {
  'own-benefit': ({ observed }) => `${observed} acts were for a customer whose id is the employee's own.`,
  'few-customers': ({ observed, n, expected, labels }) =>
    `${observed} of ${n} acts with a customer went to ${labels === 1 ? 'one customer' : `${labels} customers`}; colleagues at the same places would have served ${labels === 1 ? 'that one' : 'these'} ${expected} times.`,
  'colleague-benefit': ({ observed, n, expected }) =>
    `${observed} of ${n} acts with a customer were for somebody who works here; ${expected} would be usual.`,
  'approver-pair': ({ observed, n, expected }) =>
    `${observed} of ${n} answered acts of this employee were answered by this approver; ${expected} would be usual at the same places.`,
  'end-of-shift': ({ observed, n, expected }) =>
    `${observed} of ${n} acts on a shift were at its end; ${expected} would be usual on the same shifts.`,
  'split-acts': ({ observed, n, expected }) =>
    `${observed} of ${n} acts with a customer followed another for the same customer within half an hour; ${expected} would be usual.`,
  'just-under': ({ observed, n, expected }) =>
    `${observed} of ${n} acts with a limit of their own came to nine tenths of it or more without passing it; ${expected} would be usual.`,
  rate: ({ observed, n, expected }) =>
    `${observed} acts in ${n} days; somebody of the same roles gives ${expected} in that time.`,
  'own-change': ({ observed, n, expected }) =>
    `${observed} of ${n} acts since the comparison began are in this span; as colleagues at the same places changed, ${expected} would be usual.`,
  'many-locations': ({ observed, n, expected }) =>
    `${observed} of ${n} acts for this customer were away from where most of them were; ${expected} would be usual.`,
  reversals: ({ observed, n, expected }) =>
    `${observed} of ${n} acts were reversed as a whole; ${expected} would be usual.`,
  'back-dating': ({ observed, n, expected }) =>
    `${observed} of ${n} acts reached the ledger more than an hour after they happened, on days when no colleague's there did; ${expected} would be usual.`,
  'missing-notes': ({ observed, n, expected }) =>
    `${observed} of ${n} acts have no note; ${expected} would be usual at the same places.`,
  'repeated-notes': ({ observed, n, expected }) =>
    `${observed} of ${n} notes say the same; of others one would expect ${expected} with these words.`,
  'category-skew': ({ observed, n, expected }) =>
    `${observed} of ${n} acts with an item were of one category; ${expected} would be usual at the same places.`,
  'under-use': ({ observed, n, expected }) =>
    `${observed} acts in ${n} days, less than a fifth of what half of those of the same roles give; ${expected} would be usual. There is room to give.`,
};

interface Said {
  readonly observed: number;
  readonly n: number;
  readonly expected: string;
  readonly labels: number;
}

export function wordsOf(kind: SignalKind, { observed, exposure, expected, labels }: Figures): string {
  const usual = expected >= 10 ? String(Math.round(expected)) : expected.toFixed(1);
  return SAYS[kind]({ observed, n: exposure.n, expected: usual, labels: labels?.length ?? 0 });
}
