/**
 * The command that a fact was the answer to: deciding it again, at its own time and with its own id and key, on the
 * state that stood before it gives the same fact.
 */
import type { Command } from './commands.ts';
import type { BookEvent } from './events.ts';

/** Undefined for what nobody asked for. */
export function commandOf(event: BookEvent): Command | undefined {
  switch (event.type) {
    case 'BookDefined':
      return { type: 'DefineBook', book: event.book };
    case 'LocationDefined':
      return { type: 'DefineLocation', id: event.id, location: event.location };
    case 'EmployeeDefined':
      return { type: 'DefineEmployee', id: event.id, employee: event.employee };
    case 'ItemDefined':
      return { type: 'DefineItem', sku: event.sku, item: event.item };
    case 'CampaignDefined':
      return { type: 'DefineCampaign', id: event.id, campaign: event.campaign };
    case 'PolicyDrafted':
      return { type: 'DraftPolicy', policy: event.policy, source: event.source };
    case 'PolicyActivated':
      return { type: 'ActivatePolicy', version: event.version, ...event.asked };
    case 'ActAccepted':
    case 'ActDeclined':
      return { type: 'DecideAct', asked: event.asked };
    case 'ActReversed':
      return { type: 'ReverseAct', act: event.act, reason: event.reason, asked: event.asked };
    case 'BacktestRequested': {
      const { version, from, to, asked } = event;
      return {
        type: 'RequestBacktest',
        version,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
        ...asked,
      };
    }
    case 'ShadowStarted':
      return { type: 'StartShadow', version: event.version };
    case 'ShadowStopped':
      return { type: 'StopShadow', version: event.version };
  }
}

/** The id that was stamped on the command; empty where the fact has none of its own. */
export function idOf(event: BookEvent): string {
  switch (event.type) {
    case 'ActAccepted':
    case 'ActDeclined':
    case 'ActReversed':
    case 'BacktestRequested':
      return event.id;
    default:
      return '';
  }
}
