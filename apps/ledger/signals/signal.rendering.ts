import type { SignalReviewed } from '../../../libs/domain/book/signal-events.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';
import type { ReviewRow, Signal, SignalsAnswer } from '../../../libs/views/conduct/conduct.ts';

/** Said with every report: what it is, and what it is not. */
const NOTICE =
  'A signal is a pattern worth a look, never a finding about a person. Look at what speaks against it, and talk to people before you think anything.';

export function reportBody(answer: SignalsAnswer) {
  return { ...spanBody(answer), signals: answer.signals.map(signalBody), moreSignals: answer.moreSignals };
}

export function oneSignalBody(answer: SignalsAnswer, signal: Signal) {
  return { ...spanBody(answer), signal: signalBody(signal) };
}

function spanBody({
  from,
  to,
  comparedFrom,
  acts,
  falseDiscoveryRate,
  tests,
  kinds,
  position,
}: SignalsAnswer) {
  return { notice: NOTICE, from, to, comparedFrom, acts, falseDiscoveryRate, tests, kinds, position };
}

function signalBody({ reviews, ...signal }: Signal) {
  return { ...signal, reviews: reviews.map(reviewRowBody) };
}

function reviewRowBody({ recordedAt, ...review }: ReviewRow) {
  return { ...review, recordedAt: formatInstant(recordedAt) };
}

export function reviewBody(event: SignalReviewed, position: number) {
  const { id, asked, kind, subject, basis, actor, recordedAt } = event;
  return {
    id,
    signal: asked.signal,
    kind,
    subject,
    verdict: asked.verdict,
    reason: asked.reason,
    reviewer: actor,
    basis,
    recordedAt: formatInstant(recordedAt),
    position,
  };
}
