/**
 * Whether a command says the same as the fact that an earlier write with its idempotency key became. The same
 * content gets the first answer again; other content is refused, naming what differs.
 */
import type { Command } from './commands.ts';
import { type BookEvent, isDecision } from './events.ts';
import { same } from './same.ts';
import { isAboutIncident } from './told-events.ts';

/** @returns the members that differ, dotted (`item.quantity`), sorted; none when the content is the same. */
export function differences(command: Command, event: BookEvent): readonly string[] {
  switch (command.type) {
    case 'DecideAct':
      if (!isDecision(event)) return ['operation'];
      return membersThatDiffer(command.asked, event.asked);
    case 'ReverseAct':
      if (event.type !== 'ActReversed') return ['operation'];
      return membersThatDiffer(
        { act: command.act, reason: command.reason, ...command.asked },
        { act: event.act, reason: event.reason, ...event.asked },
      );
    case 'DraftPolicy':
      if (event.type !== 'PolicyDrafted' || event.rollbackOf !== undefined) return ['operation'];
      return membersThatDiffer(command.policy, event.policy);
    case 'ActivatePolicy':
      if (event.type !== 'PolicyActivated') return ['operation'];
      return membersThatDiffer(
        { version: command.version, from: command.from, fromDate: command.fromDate },
        { version: event.version, ...event.asked, fromDate: event.fromDate },
      );
    case 'RollBackPolicy':
      if (event.type !== 'PolicyDrafted' || event.rollbackOf === undefined) return ['operation'];
      return membersThatDiffer({ version: command.version }, { version: event.rollbackOf });
    case 'SubmitPolicy':
      if (event.type !== 'PolicySubmitted') return ['operation'];
      return membersThatDiffer(wordsOf(command), wordsOf(event));
    case 'ApprovePolicy':
      if (event.type !== 'PolicyApproved') return ['operation'];
      return membersThatDiffer(wordsOf(command), wordsOf(event));
    case 'RejectPolicy':
      if (event.type !== 'PolicyRejected') return ['operation'];
      return membersThatDiffer(
        { version: command.version, reason: command.reason },
        { version: event.version, reason: event.reason },
      );
    case 'ApproveAct':
      if (event.type !== 'ActApproved') return ['operation'];
      return membersThatDiffer(
        { act: command.act, reason: command.reason, code: command.code },
        { act: event.act, reason: event.reason, code: event.code?.hash },
      );
    case 'RejectAct':
      if (event.type !== 'ActRejected') return ['operation'];
      return membersThatDiffer(
        { act: command.act, reason: command.reason },
        { act: event.act, reason: event.reason },
      );
    case 'CommitAct':
      if (event.type !== 'ActCommitted') return ['operation'];
      return membersThatDiffer(
        { act: command.act, reason: command.reason, ...command.asked },
        { act: event.act, reason: event.reason, ...event.asked },
      );
    case 'ReleaseAct':
      if (event.type !== 'ActReleased') return ['operation'];
      return membersThatDiffer(
        { act: command.act, reason: command.reason },
        { act: event.act, reason: event.reason },
      );
    case 'MakeApprovalCode':
      if (event.type !== 'ApprovalCodeMade') return ['operation'];
      // The code itself is drawn anew for every try, and is not part of what was asked.
      return membersThatDiffer(
        { act: command.act, expiresInMs: command.expiresInMs },
        { act: event.act, expiresInMs: event.expiresAt - event.recordedAt },
      );
    case 'AdjustBucket':
      if (event.type !== 'BucketAdjusted') return ['operation'];
      return membersThatDiffer(adjustmentAsPosted(command), adjustmentAsPosted(event));
    case 'TransferBetweenBuckets':
      if (event.type !== 'BucketTransferred') return ['operation'];
      return membersThatDiffer(adjustmentAsPosted(command), adjustmentAsPosted(event));
    case 'RequestBacktest':
      if (event.type !== 'BacktestRequested') return ['operation'];
      return membersThatDiffer(
        { version: command.version, from: command.from, to: command.to, position: command.position },
        { version: event.version, from: event.from, to: event.to, ...event.asked },
      );
    case 'ReportIncident':
      if (!isAboutIncident(event)) return ['operation'];
      return membersThatDiffer(command.asked, event.asked);
    case 'RecordOutcome':
      if (event.type !== 'OutcomeRecorded') return ['operation'];
      return membersThatDiffer(command.asked, event.asked);
    case 'DrawLot':
      if (event.type !== 'LotDrawn') return ['operation'];
      return membersThatDiffer(command.asked, event.asked);
    case 'ReviewSignal':
      if (event.type !== 'SignalReviewed') return ['operation'];
      // What the signal was by then is no part of what was asked.
      return membersThatDiffer(command.asked, event.asked);
    case 'ProposeStory':
      if (event.type !== 'StoryProposed') return ['operation'];
      // The place is drawn from the key; another text has another hash.
      return membersThatDiffer(
        { act: command.asked.act, about: command.asked.about, text: command.asked.text.hash },
        { act: event.asked.act, about: event.asked.about, text: event.asked.text.hash },
      );
    case 'ConsentToStory':
      return ofStory(event.type === 'StoryConsented', command, event);
    case 'WithdrawStory':
      return ofStory(event.type === 'StoryWithdrawn', command, event);
    case 'PublishStory':
      return ofStory(event.type === 'StoryPublished', command, event);
    case 'RetellStory':
      return ofStory(event.type === 'StoryRetold', command, event);
    case 'TakeUpStory':
      return ofStory(event.type === 'StoryTakenUp', command, event);
    case 'GiveRecognition':
      if (event.type !== 'RecognitionGiven') return ['operation'];
      return membersThatDiffer(command.asked, event.asked);
    case 'StartShadow':
      if (event.type !== 'ShadowStarted') return ['operation'];
      return membersThatDiffer({ version: command.version }, { version: event.version });
    case 'StopShadow':
      if (event.type !== 'ShadowStopped') return ['operation'];
      return membersThatDiffer({ version: command.version }, { version: event.version });
    default:
      // A PUT carries no key.
      return ['operation'];
  }
}

interface OfStory {
  readonly story?: string;
  readonly asked?: object;
}

function ofStory(isSame: boolean, command: OfStory, event: object): readonly string[] {
  if (!isSame) return ['operation'];
  const { story, asked } = event as OfStory;
  return membersThatDiffer({ story: command.story, ...command.asked }, { story, ...asked });
}

/** The edit that was asked for is a condition and no content. */
function wordsOf({ version, comment }: { readonly version: number; readonly comment?: string }): object {
  return { version, comment };
}

interface AdjustmentPosted {
  readonly kind?: string;
  readonly limit: string;
  readonly reason: string;
  readonly asked: { readonly amounts: object };
}

/** The members under the names they are posted by. */
function adjustmentAsPosted({ kind, limit, reason, asked: { amounts, ...where } }: AdjustmentPosted): object {
  return { ...(kind === undefined ? {} : { kind }), limit, reason, ...where, ...amounts };
}

function membersThatDiffer(now: object, first: object): string[] {
  const differ: string[] = [];
  collect(now, first, '', differ);
  return differ.sort();
}

function collect(a: object, b: object, path: string, differ: string[]): void {
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const left: unknown = (a as Record<string, unknown>)[name];
    const right: unknown = (b as Record<string, unknown>)[name];
    if (same(left, right)) continue;
    if (isObject(left) && isObject(right)) collect(left, right, `${path}${name}.`, differ);
    else differ.push(path + name);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
