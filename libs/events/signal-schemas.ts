/** Schema of the fact that a signal was reviewed. */
import { partsOf, SIGNAL_KINDS, VERDICTS } from '../domain/signal/signal.ts';
import { businessDate, object, oneOf, stamp, text, uuid, whole } from './schema-parts.ts';

const parts = [...new Set(SIGNAL_KINDS.flatMap((kind) => partsOf(kind)))].sort();

export const SIGNAL_REVIEWED = object({
  id: uuid,
  asked: object(
    { signal: text, 'from?': businessDate, 'to?': businessDate, verdict: oneOf(VERDICTS), reason: text },
    'The review as it was posted.',
  ),
  kind: oneOf(SIGNAL_KINDS),
  subject: object(
    Object.fromEntries(parts.map((part) => [`${part}?`, text])),
    'Whom the signal is about; of a pair both.',
  ),
  basis: object(
    { position: whole, from: businessDate, to: businessDate, observed: whole, exposure: whole },
    'What the signal was when it was looked at: the newest event it reflected, the acts behind it, and what they were counted in.',
  ),
  ...stamp,
});
