/**
 * Facts that other systems tell: what became of an incident, and what customers did later. They come late and in any
 * order, and no decision about an act rests on them; so nothing is refused for what came before it, and the book's
 * state keeps nothing of them (docs/adr/0014).
 */
import type { IncidentType } from '../outcome/incident.ts';
import { outcomeMistake } from '../outcome/outcome.ts';
import type { Command } from './commands.ts';
import { type Context, type Decided, type Refused, refuse, stampOf } from './context.ts';
import { calendarOf } from './location-calendar.ts';
import { aheadOfClock } from './occurred.ts';
import type { BookState } from './state.ts';
import type { IncidentEvent } from './told-events.ts';

const EVENT_OF: Readonly<Record<IncidentType, IncidentEvent['type']>> = {
  opened: 'IncidentOpened',
  resolved: 'IncidentResolved',
  reopened: 'IncidentReopened',
};

export function reportIncident(
  state: BookState,
  { asked }: Command & { type: 'ReportIncident' },
  context: Context,
): Decided {
  const occurredAt = asked.occurredAt ?? context.recordedAt;
  const refused = aheadOfClock(occurredAt, context.recordedAt) ?? unknownAct(state, asked.act, context);
  if (refused !== undefined) return refused;
  return {
    event: {
      type: EVENT_OF[asked.type],
      id: context.id,
      asked,
      ...placed(state, asked.location, occurredAt),
      ...stampOf(context),
    },
  };
}

export function recordOutcome(
  state: BookState,
  { asked }: Command & { type: 'RecordOutcome' },
  context: Context,
): Decided {
  const occurredAt = asked.occurredAt ?? context.recordedAt;
  const mistake = outcomeMistake(asked);
  if (mistake !== undefined) {
    const { detail, ...more } = mistake;
    return refuse('outcome-incoherent', detail, more);
  }
  const { currency } = state.book!;
  if (asked.currency !== undefined && asked.currency !== currency) {
    return refuse('currency-mismatch', `The purchase is in ${asked.currency}, the book in ${currency}.`, {
      pointer: '/currency',
      advice: `Post the value in minor units of ${currency}, or post to a book kept in ${asked.currency}.`,
    });
  }
  const refused = aheadOfClock(occurredAt, context.recordedAt) ?? unknownAct(state, asked.act, context);
  if (refused !== undefined) return refused;
  return {
    event: {
      type: 'OutcomeRecorded',
      id: context.id,
      asked,
      ...placed(state, asked.location, occurredAt),
      ...stampOf(context),
    },
  };
}

/** An act has its id from the ledger: one that the ledger does not have is nobody's act, and will never be. */
function unknownAct(state: BookState, act: string | undefined, context: Context): Refused | undefined {
  if (act === undefined || context.act !== undefined) return undefined;
  return refuse('unknown-act', `Book "${state.id}" has no act "${act}".`, {
    pointer: '/act',
    advice: 'Give the id that the ledger answered when the act was posted, or link by customer or incident.',
  });
}

/** Facts of the directory as they are now: a location that it does not know runs on the book's clock. */
function placed(state: BookState, location: string | undefined, occurredAt: number) {
  const region = location === undefined ? undefined : state.locations.get(location)?.region;
  return {
    occurredAt,
    businessDate: calendarOf(state, location).dayOf(occurredAt).date,
    ...(region === undefined ? {} : { region }),
  };
}
