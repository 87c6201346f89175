/**
 * Campaigns that are drawn by lot: the draw as a fact of its own, what an act's decision owes to it, and which changes
 * of a lot are refused (docs/adr/0016). A recovery never meets a lot: what is owed is not drawn for.
 */
import { type Draw, drawOf, lotChange } from '../campaign/lot.ts';
import type { Campaign } from '../directory/directory.ts';
import type { ActFacts } from '../policy/act-facts.ts';
import type { BusinessCalendar } from '../time/business-calendar.ts';
import type { Command } from './commands.ts';
import { type Context, type Decided, type Refused, refuse, stampOf } from './context.ts';
import type { StandingReceipt } from './events.ts';
import { calendarOf } from './location-calendar.ts';
import { aheadOfClock } from './occurred.ts';
import { same } from './same.ts';
import type { BookState } from './state.ts';

/** What a lot says of an act; nothing where none applies. */
export interface ByLot {
  readonly draw?: Draw;
  readonly receipt?: StandingReceipt;
}

const NO_LOT: ByLot = {};
/** A lot is drawn among customers: without one nobody was drawn. */
const WITHOUT_CUSTOMER: ByLot = { receipt: { standing: 'lot-without-customer', finding: 'decline' } };

export function runsOn({ from, to }: Campaign, businessDate: string): boolean {
  return (from === undefined || businessDate >= from) && (to === undefined || businessDate <= to);
}

/** @param campaign the one that the act names, running on the act's business date */
export function byLot(campaign: Campaign, { asked }: ActFacts): ByLot {
  if (campaign.lot === undefined || asked.trigger !== 'delight') return NO_LOT;
  if (asked.customer === undefined) return WITHOUT_CUSTOMER;
  const draw = drawOf(asked.campaign!, campaign.lot, asked.customer);
  return draw.assigned ? { draw } : { draw, receipt: { standing: 'lot-not-drawn', finding: 'decline' } };
}

export function drawLot(
  state: BookState,
  { asked }: Command & { type: 'DrawLot' },
  context: Context,
): Decided {
  const { campaign: id, customer, location } = asked;
  const campaign = state.campaigns.get(id);
  if (campaign === undefined) {
    return refuse('campaign-not-found', `Book "${state.id}" has no campaign "${id}".`, {
      advice: 'State it first: PUT …/campaigns/{campaign}.',
    });
  }
  if (campaign.lot === undefined) {
    return refuse('campaign-without-lot', `The campaign "${id}" gives to everybody: nothing is drawn.`, {
      advice: 'State its lot, such as {"share": 0.5, "seed": "2026-summer"}, or give without drawing.',
    });
  }
  const occurredAt = asked.occurredAt ?? context.recordedAt;
  const ahead = aheadOfClock(occurredAt, context.recordedAt);
  if (ahead !== undefined) return ahead;
  const businessDate = calendarOf(state, location).dayOf(occurredAt).date;
  if (!runsOn(campaign, businessDate)) {
    return refuse('campaign-not-running', `The campaign "${id}" does not run on ${businessDate}.`, {
      advice: `It runs ${spanOf(campaign)}. Draw within these days, or state others.`,
    });
  }
  const region = location === undefined ? undefined : state.locations.get(location)?.region;
  return {
    event: {
      type: 'LotDrawn',
      id: context.id,
      asked,
      draw: drawOf(id, campaign.lot, customer),
      occurredAt,
      businessDate,
      ...(region === undefined ? {} : { region }),
      ...stampOf(context),
    },
  };
}

export function defineCampaign(
  state: BookState,
  { id, campaign }: Command & { type: 'DefineCampaign' },
  context: Context,
): Decided {
  const before = state.campaigns.get(id);
  if (before !== undefined && same(before, campaign)) return { unchanged: true };
  const refused = before === undefined ? undefined : lotFixed(state, id, before, campaign, context);
  if (refused !== undefined) return refused;
  return { event: { type: 'CampaignDefined', id, campaign, ...stampOf(context) } };
}

function lotFixed(
  state: BookState,
  id: string,
  before: Campaign,
  now: Campaign,
  { recordedAt }: Context,
): Refused | undefined {
  const change = lotChange(before.lot, now.lot);
  if (change === undefined || !runsSomewhere(state, before, recordedAt)) return undefined;
  return refuse('lot-fixed', `The campaign "${id}" runs ${spanOf(before)}, and ${change.what}.`, {
    pointer: change.member === 'lot' ? '/lot' : `/lot/${change.member}`,
    advice: `State the lot as it stands, ${JSON.stringify(before.lot)}, or with a greater share. For another lot start another campaign, or end this one first.`,
  });
}

/** Days begin at each location at its own time. */
function runsSomewhere(state: BookState, campaign: Campaign, now: number): boolean {
  const runs = (calendar: BusinessCalendar) => runsOn(campaign, calendar.dayOf(now).date);
  if (runs(calendarOf(state, undefined))) return true;
  for (const location of state.locations.keys()) if (runs(calendarOf(state, location))) return true;
  return false;
}

function spanOf({ from, to }: Campaign): string {
  if (from === undefined) return to === undefined ? 'without end' : `to ${to}`;
  return to === undefined ? `from ${from} on` : `from ${from} to ${to}`;
}
