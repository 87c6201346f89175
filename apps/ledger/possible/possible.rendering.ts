/** What is possible, as it is answered. */

import { calendarOf } from '../../../libs/domain/book/location-calendar.ts';
import { FUTURE_TOLERANCE_MS } from '../../../libs/domain/book/occurred.ts';
import type { Possible, PossibleQuery } from '../../../libs/domain/book/possible.ts';
import { assumptionsOf } from '../../../libs/domain/book/possible-assumptions.ts';
import { LINES, type LineName } from '../../../libs/domain/book/possible-bounds.ts';
import { measuresLeft, resetsAt } from '../../../libs/domain/book/possible-left.ts';
import { type GuardrailAhead, type Most, stopsOn } from '../../../libs/domain/book/possible-order.ts';
import { sentenceOf, sentenceOfGuardrail, type Wording } from '../../../libs/domain/book/possible-words.ts';
import type { BookState } from '../../../libs/domain/book/state.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';

/** Rendered while the book's state is at hand: figures and words are of one moment. */
export function possibleBody(state: BookState, query: PossibleQuery, possible: Possible) {
  const sku = query.item?.sku;
  const wording: Wording = {
    currency: state.book!.currency,
    calendar: calendarOf(state, possible.location),
    ...(sku === undefined ? {} : { item: state.items.get(sku)?.name ?? sku }),
    later: query.at > query.now + FUTURE_TOLERANCE_MS,
    resetsAt: (ahead) => resetsAt(possible.draft, ahead),
  };
  const { status, most, guardrails, unforeseen } = possible;
  const first = guardrails.find((one) => stopsOn(one) !== undefined);
  return {
    location: possible.location,
    policyVersion: possible.policyVersion,
    sentence: sentenceOf(possible, wording),
    possible: {
      status,
      quantity: mostBody(most.quantity),
      costMinor: mostBody(most.costMinor),
      retailMinor: mostBody(most.retailMinor),
    },
    binds: first === undefined ? null : bindingBody(first, wording),
    limits: guardrails.flatMap((one) => limitBody(one, wording)),
    rules: [
      ...guardrails.flatMap(ruleBody),
      ...unforeseen.map(({ rule, message, consequence, dependsOn }) => {
        return { rule, message, consequence, speaks: 'perhaps', dependsOn };
      }),
    ],
    assumes: assumptionsOf(state, query, possible),
  };
}

/** JSON knows no infinity: null is "never". */
function boundBody(bound: number): number | null {
  return Number.isFinite(bound) ? bound : null;
}

function mostBody({ beforeWarning, beforeHold, beforeDecline }: Most) {
  return {
    beforeWarning: boundBody(beforeWarning),
    beforeHold: boundBody(beforeHold),
    beforeDecline: boundBody(beforeDecline),
  };
}

function boundsBody(bounds: Readonly<Record<LineName, number>>) {
  return Object.fromEntries(LINES.map((line) => [line, boundBody(bounds[line])]));
}

function bindingBody(one: GuardrailAhead, wording: Wording) {
  const { receipt, limit, consequence } = one;
  const sentence = sentenceOfGuardrail(one, wording);
  if ('rule' in receipt) return { rule: receipt.rule, message: receipt.message, consequence, sentence };
  if ('standing' in receipt) return { standing: receipt.standing, consequence, sentence };
  if (receipt.missing !== undefined) {
    return { limit: receipt.limit, title: limit?.title, missing: receipt.missing, consequence, sentence };
  }
  const measure = one.measures[stopsOn(one)!]!;
  return {
    limit: receipt.limit,
    title: limit?.title,
    key: receipt.key,
    measure,
    remaining: measuresLeft(receipt)[measure]!.remaining,
    resetsAt: instantOrNull(wording.resetsAt(one)),
    consequence,
    sentence,
  };
}

function limitBody(one: GuardrailAhead, wording: Wording) {
  const { receipt, limit, consequence } = one;
  if (!('limit' in receipt)) return [];
  const body = {
    limit: receipt.limit,
    title: limit?.title,
    key: receipt.key,
    missing: receipt.missing,
    window: { from: instantOrNull(receipt.window.from), to: instantOrNull(receipt.window.to) },
    resetsAt: instantOrNull(wording.resetsAt(one)),
    consequence,
    measures: measuresLeft(receipt),
    stopsBeyond: boundsBody(one.bounds),
  };
  return [body];
}

function ruleBody({ receipt, consequence, finding, bounds }: GuardrailAhead): object[] {
  if ('limit' in receipt) return [];
  const named =
    'rule' in receipt ? { rule: receipt.rule, message: receipt.message } : { standing: receipt.standing };
  const speaks = finding === 'within' ? 'beyond' : 'now';
  return [{ ...named, consequence, speaks, stopsBeyond: boundsBody(bounds) }];
}

function instantOrNull(at: number | null): string | null {
  return at === null ? null : formatInstant(at);
}
