/** Words of signals: patterns worth a look, and a person's verdict on them. A signal is not guilt. */

/**
 * What each would mean if nothing spoke against it, and so what comes first. `word`: to whom or how something is given,
 * worth a word with whoever it is about. `look`: how much or how often, which by itself is no reason to speak to
 * anybody. `encourage`: somebody may give more than they do.
 */
export const WEIGHT_OF = {
  'own-benefit': 'word',
  'few-customers': 'word',
  'colleague-benefit': 'word',
  'approver-pair': 'word',
  'end-of-shift': 'word',
  'split-acts': 'word',
  'just-under': 'word',
  rate: 'look',
  'own-change': 'look',
  'many-locations': 'look',
  reversals: 'look',
  'back-dating': 'look',
  'missing-notes': 'look',
  'repeated-notes': 'look',
  'category-skew': 'look',
  'under-use': 'encourage',
} as const;
export type SignalKind = keyof typeof WEIGHT_OF;
export const SIGNAL_KINDS = Object.keys(WEIGHT_OF) as readonly SignalKind[];
export const WEIGHTS = ['word', 'look', 'encourage'] as const;
export type SignalWeight = (typeof WEIGHTS)[number];

/** Whom a signal is about; a pair names both. */
export interface SignalSubject {
  readonly employee?: string;
  readonly customer?: string;
  readonly approver?: string;
}

const PARTS: Readonly<Partial<Record<SignalKind, readonly (keyof SignalSubject)[]>>> = {
  'approver-pair': ['approver', 'employee'],
  'many-locations': ['customer'],
};
const EMPLOYEE = ['employee'] as const;

/** The members a subject of the kind has, in their order. */
export function partsOf(kind: SignalKind): readonly (keyof SignalSubject)[] {
  return PARTS[kind] ?? EMPLOYEE;
}

/** The same pattern about the same people has the same id in every report of the book, whatever its span. */
export function signalId(kind: SignalKind, subject: SignalSubject): string {
  return [
    kind,
    ...partsOf(kind).map((part) => encodeURIComponent((subject[part] ?? '').toWellFormed())),
  ].join(':');
}

/** @returns undefined for what is no id of a signal */
export function readSignalId(
  id: string,
): { readonly kind: SignalKind; readonly subject: SignalSubject } | undefined {
  const [name, ...texts] = id.split(':');
  const kind = SIGNAL_KINDS.find((one) => one === name);
  if (kind === undefined) return undefined;
  const parts = partsOf(kind);
  if (texts.length !== parts.length || texts.includes('')) return undefined;
  try {
    const subject = Object.fromEntries(parts.map((part, at) => [part, decodeURIComponent(texts[at]!)]));
    // One spelling only: what is recorded under an id is found under it.
    return signalId(kind, subject) === id ? { kind, subject } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `cleared`: there is a good reason. `talked`: it has been talked about, and that was enough. `followed-up`: it is in
 * the hands of those whose work it is. None of them says that anybody did wrong.
 */
export const VERDICTS = ['cleared', 'talked', 'followed-up'] as const;
export type Verdict = (typeof VERDICTS)[number];
