/**
 * The command that a fact was the answer to: deciding it again, at its own time and with its own id and key, on the
 * state that stood before it gives the same fact.
 */
import type { Command } from './commands.ts';
import type { BookEvent } from './events.ts';

/** Undefined for what nobody asked for: the ledger recorded it by itself. */
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
      return event.rollbackOf === undefined
        ? { type: 'DraftPolicy', policy: event.policy, source: event.source }
        : { type: 'RollBackPolicy', version: event.rollbackOf };
    case 'PolicyEdited': {
      const { version, policy, source, edit } = event;
      return { type: 'EditPolicy', version, policy, source, ifMatch: edit - 1 };
    }
    case 'PolicySubmitted':
      return { type: 'SubmitPolicy', version: event.version, ...given({ comment: event.comment }) };
    case 'PolicyApproved':
      return { type: 'ApprovePolicy', version: event.version, ...given({ comment: event.comment }) };
    case 'PolicyRejected':
      return { type: 'RejectPolicy', version: event.version, reason: event.reason };
    case 'PolicyActivated': {
      const { version, asked, fromDate } = event;
      return { type: 'ActivatePolicy', version, ...asked, ...given({ fromDate }) };
    }
    case 'ActAccepted':
    case 'ActDeclined':
    case 'ActHeld':
    case 'ActReserved':
      return { type: 'DecideAct', asked: event.asked };
    case 'ActReversed':
      return { type: 'ReverseAct', act: event.act, reason: event.reason, asked: event.asked };
    case 'ActApproved': {
      const { act, reason, code } = event;
      return { type: 'ApproveAct', act, ...given({ reason, code: code?.hash }) };
    }
    case 'ActRejected':
      return { type: 'RejectAct', act: event.act, reason: event.reason };
    case 'ActCommitted':
      return { type: 'CommitAct', act: event.act, asked: event.asked, ...given({ reason: event.reason }) };
    case 'ActReleased':
      return { type: 'ReleaseAct', act: event.act, ...given({ reason: event.reason }) };
    case 'ActExpired':
      return undefined;
    case 'ApprovalCodeMade': {
      const { hash, act, expiresAt, recordedAt } = event;
      return { type: 'MakeApprovalCode', hash, expiresInMs: expiresAt - recordedAt, ...given({ act }) };
    }
    case 'BucketAdjusted': {
      const { kind, limit, asked, reason } = event;
      return { type: 'AdjustBucket', kind, limit, asked, reason };
    }
    case 'BucketTransferred': {
      const { limit, asked, reason } = event;
      return { type: 'TransferBetweenBuckets', limit, asked, reason };
    }
    case 'BacktestRequested': {
      const { version, from, to, asked } = event;
      return { type: 'RequestBacktest', version, ...asked, ...given({ from, to }) };
    }
    case 'IncidentOpened':
    case 'IncidentResolved':
    case 'IncidentReopened':
      return { type: 'ReportIncident', asked: event.asked };
    case 'OutcomeRecorded':
      return { type: 'RecordOutcome', asked: event.asked };
    case 'LotDrawn':
      return { type: 'DrawLot', asked: event.asked };
    case 'StoryProposed':
      return { type: 'ProposeStory', asked: event.asked };
    case 'StoryConsented':
      return { type: 'ConsentToStory', story: event.story };
    case 'StoryWithdrawn':
      return { type: 'WithdrawStory', story: event.story };
    case 'StoryPublished':
      return { type: 'PublishStory', story: event.story };
    case 'StoryRetold':
      return { type: 'RetellStory', story: event.story, asked: event.asked };
    case 'StoryTakenUp':
      return { type: 'TakeUpStory', story: event.story, asked: event.asked };
    case 'RecognitionGiven':
      return { type: 'GiveRecognition', asked: event.asked };
    case 'SignalReviewed':
      return { type: 'ReviewSignal', asked: event.asked, basis: event.basis };
    case 'ShadowStarted':
      return { type: 'StartShadow', version: event.version };
    case 'ShadowStopped':
      return { type: 'StopShadow', version: event.version };
    default:
      return event satisfies never;
  }
}

/** The id that was stamped on the command; empty where the fact has none of its own. */
export function idOf(event: BookEvent): string {
  switch (event.type) {
    case 'ActAccepted':
    case 'ActDeclined':
    case 'ActHeld':
    case 'ActReserved':
    case 'ActReversed':
    case 'ActApproved':
    case 'ActRejected':
    case 'ActCommitted':
    case 'ActReleased':
    case 'ApprovalCodeMade':
    case 'BucketAdjusted':
    case 'BucketTransferred':
    case 'BacktestRequested':
    case 'IncidentOpened':
    case 'IncidentResolved':
    case 'IncidentReopened':
    case 'OutcomeRecorded':
    case 'LotDrawn':
    case 'StoryProposed':
    case 'RecognitionGiven':
    case 'SignalReviewed':
      return event.id;
    default:
      return '';
  }
}

/** Members that are not there are left out, as a command has them. */
function given<T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
}
