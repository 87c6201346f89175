/**
 * What a book answers to a command: pure, from the book's own state and the time, id and actor stamped on the
 * command. The one place where an act is decided, for `request`, `record`, `reserve` and `evaluate` alike.
 */
import { lacking } from '../access/capabilities.ts';
import type { Amounts, AskedAct } from '../act/act.ts';
import type { Draw } from '../campaign/lot.ts';
import type { Item } from '../directory/directory.ts';
import type { ActFacts } from '../policy/act-facts.ts';
import { compilePolicy } from '../policy/compile.ts';
import { formatInstant } from '../time/instant.ts';
import { adjustBucket, transferBetweenBuckets } from './adjust.ts';
import type { Command, Refusal } from './commands.ts';
import { type Context, type Decided, refuse, stampOf } from './context.ts';
import { decisionOf } from './decision.ts';
import type { Draft } from './draft.ts';
import type { BookEvent, GuardrailReceipt } from './events.ts';
import { fiscalCalendarChange } from './fiscal-rules.ts';
import { findings } from './guardrails.ts';
import { calendarAt } from './location-calendar.ts';
import { byLot, defineCampaign, drawLot, runsOn } from './lots.ts';
import { aheadOfClock } from './occurred.ts';
import { decidePolicy } from './policy-life.ts';
import { reverseAct } from './reverse.ts';
import { reviewSignal } from './reviews.ts';
import { same } from './same.ts';
import { approveAct, commitAct, makeApprovalCode, rejectAct, releaseAct } from './settle.ts';
import { activeVersion, type BookState } from './state.ts';
import { decideStory } from './stories.ts';
import { recordOutcome, reportIncident } from './told-facts.ts';
import { requestBacktest, startShadow, stopShadow } from './try-out.ts';

export type { Context, Decided } from './context.ts';

/** A `request` is asked at the till: what is older than this has happened and is a `record`. */
export const REQUEST_MAX_AGE_MS = 15 * 60_000;

export function decide(draft: Draft, command: Command, context: Context): Decided {
  const { state } = draft;
  const refusal = lacking(command, context.actor, context.roles);
  if (refusal !== undefined) return { refusal };
  if (command.type === 'DefineBook') return defineBook(state, command.book, context);
  if (state.book === undefined) {
    return refuse('book-not-found', `There is no book "${state.id}".`, {
      advice: `Open it first: PUT /v1/books/${state.id} with its currency and time zone.`,
    });
  }
  if (command.type === 'DecideAct') return decideAct(draft, command.asked, context);
  const stamp = stampOf(context);
  switch (command.type) {
    case 'ReverseAct':
      return reverseAct(draft, command, context);
    case 'ReportIncident':
      return reportIncident(state, command, context);
    case 'RecordOutcome':
      return recordOutcome(state, command, context);
    case 'ReviewSignal':
      return reviewSignal(state, command, context);
    case 'DefineLocation':
      return stated(state.locations.get(command.id), command.location, () => ({
        type: 'LocationDefined',
        id: command.id,
        location: command.location,
        ...stamp,
      }));
    case 'DefineEmployee':
      return stated(state.employees.get(command.id), command.employee, () => ({
        type: 'EmployeeDefined',
        id: command.id,
        employee: command.employee,
        ...stamp,
      }));
    case 'DefineItem':
      return stated(state.items.get(command.sku), command.item, () => ({
        type: 'ItemDefined',
        sku: command.sku,
        item: command.item,
        ...stamp,
      }));
    case 'DefineCampaign':
      return defineCampaign(state, command, context);
    case 'DrawLot':
      return drawLot(state, command, context);
    case 'ApproveAct':
      return approveAct(draft, command, context);
    case 'RejectAct':
      return rejectAct(draft, command, context);
    case 'CommitAct':
      return commitAct(draft, command, context);
    case 'ReleaseAct':
      return releaseAct(draft, command, context);
    case 'MakeApprovalCode':
      return makeApprovalCode(draft, command, context);
    case 'AdjustBucket':
      return adjustBucket(state, command, context);
    case 'TransferBetweenBuckets':
      return transferBetweenBuckets(draft, command, context);
    case 'RequestBacktest':
      return requestBacktest(state, command, context.id, stamp);
    case 'ProposeStory':
    case 'ConsentToStory':
    case 'WithdrawStory':
    case 'PublishStory':
    case 'RetellStory':
    case 'TakeUpStory':
    case 'GiveRecognition':
      return decideStory(state, command, context);
    case 'StartShadow':
      return startShadow(state, command.version, stamp);
    case 'StopShadow':
      return stopShadow(state, command.version, stamp);
    default:
      return decidePolicy(state, command, context);
  }
}

function defineBook(state: BookState, book: NonNullable<BookState['book']>, context: Context): Decided {
  if (state.book !== undefined && state.book.currency !== book.currency) {
    return refuse('book-currency-fixed', `Book "${state.id}" is kept in ${state.book.currency}.`, {
      pointer: '/currency',
      advice: 'Open another book for another currency: a book has one currency for ever.',
    });
  }
  const fixed = fiscalCalendarChange(state, book);
  if (fixed !== undefined) return fixed;
  return stated(state.book, book, () => ({ type: 'BookDefined', book, ...stampOf(context) }));
}

function decideAct(draft: Draft, asked: AskedAct, context: Context): Decided {
  const { state } = draft;
  const now = context.recordedAt;
  const occurredAt = asked.occurredAt ?? now;
  const timing = checkTimes(asked, occurredAt, now);
  if (timing !== undefined) return timing;
  const { currency } = state.book!;
  if (asked.currency !== undefined && asked.currency !== currency) {
    return refuse('currency-mismatch', `The act is in ${asked.currency}, the book in ${currency}.`, {
      pointer: '/currency',
      advice: `Post amounts in minor units of ${currency}, or post to a book kept in ${asked.currency}.`,
    });
  }
  const item = asked.item === undefined ? undefined : state.items.get(asked.item.sku);
  if (asked.item !== undefined && item === undefined) {
    return refuse('unknown-item', `The directory has no item "${asked.item.sku}".`, {
      pointer: '/item/sku',
      advice: 'PUT the item with its retail and cost value first, or post the amounts without an item.',
    });
  }
  const valued = amountsOf(asked, item);
  if ('refusal' in valued) return valued;
  const { amounts } = valued;
  if (!isExact(draft.accepted, draft.reservedInAll(), amounts)) {
    return refuse('amount-too-large', 'With this act the sums of the book could no longer be kept exactly.', {
      advice: 'Check the amounts: they are whole minor units. A book holds up to 2^53 - 1 in all.',
    });
  }
  const location = state.locations.get(asked.location);
  const employee = state.employees.get(asked.employee);
  const calendar = calendarAt(state, location);
  const facts: ActFacts = {
    asked,
    id: context.id,
    book: state.id,
    occurredAt,
    businessDate: calendar.dayOf(occurredAt).date,
    amounts,
    employee,
    location,
    item,
    calendar,
  };
  const version = activeVersion(state, now, calendar);
  const { receipts, draw } = standing(state, facts, version);
  if (version === null) return { event: decisionOf(facts, null, receipts, draw, undefined, context) };
  const { policy } = state.policies.get(version)!;
  const found = findings(compilePolicy(policy), facts, draft.usage, { past: state, now });
  const guardrails = receipts.length === 0 ? found : [...receipts, ...found];
  return { event: decisionOf(facts, version, guardrails, draw, policy.hold, context) };
}

/** Whether the sums of the book stay whole numbers that a double holds exactly. */
function isExact(accepted: Amounts, reserved: Amounts, asked: Amounts): boolean {
  return (
    Number.isSafeInteger(accepted.count + asked.count + reserved.count) &&
    Number.isSafeInteger(accepted.costMinor + asked.costMinor + reserved.costMinor) &&
    Number.isSafeInteger(accepted.retailMinor + asked.retailMinor + reserved.retailMinor)
  );
}

interface Standing {
  readonly receipts: readonly GuardrailReceipt[];
  readonly draw?: Draw | undefined;
}
const NOTHING_STANDS: Standing = { receipts: [] };

/** What the ledger requires of every act, whatever the policy says. */
function standing(state: BookState, facts: ActFacts, version: number | null): Standing {
  const { asked, employee, location } = facts;
  // Nearly all of them.
  if (version !== null && employee !== undefined && location !== undefined && asked.campaign === undefined) {
    return NOTHING_STANDS;
  }
  const receipts: GuardrailReceipt[] = [];
  if (version === null) receipts.push({ standing: 'no-active-policy', finding: 'decline' });
  if (employee === undefined) receipts.push({ standing: 'unknown-employee', finding: 'decline' });
  if (location === undefined) receipts.push({ standing: 'unknown-location', finding: 'decline' });
  const campaign = asked.campaign === undefined ? undefined : state.campaigns.get(asked.campaign);
  if (campaign === undefined) return { receipts };
  if (!runsOn(campaign, facts.businessDate)) {
    receipts.push({ standing: 'campaign-not-running', finding: 'decline' });
    return { receipts };
  }
  const { draw, receipt } = byLot(campaign, facts);
  if (receipt !== undefined) receipts.push(receipt);
  return { receipts, draw };
}

function checkTimes(asked: AskedAct, occurredAt: number, now: number): Decided | undefined {
  const ahead = aheadOfClock(occurredAt, now);
  if (ahead !== undefined) return ahead;
  if (asked.mode !== 'record' && occurredAt < now - REQUEST_MAX_AGE_MS) {
    return refuse(
      'occurred-at-too-old',
      `occurredAt ${formatInstant(occurredAt)} is more than 15 minutes before the ledger's clock, ${formatInstant(now)}.`,
      {
        pointer: '/occurredAt',
        advice: 'What has already happened is posted with "mode": "record"; a request asks before the act.',
      },
    );
  }
  return undefined;
}

/** The act's amounts: as posted, or the item's times the quantity. A gesture may have none. */
function amountsOf(asked: AskedAct, item: Item | undefined): { amounts: Amounts } | { refusal: Refusal } {
  const count = asked.item?.quantity ?? 1;
  const otherwise = asked.kind === 'gesture' ? 0 : undefined;
  const costMinor = asked.costMinor ?? (item === undefined ? otherwise : item.costMinor * count);
  const retailMinor = asked.retailMinor ?? (item === undefined ? otherwise : item.retailMinor * count);
  if (costMinor === undefined || retailMinor === undefined) {
    const measure = retailMinor === undefined ? 'retailMinor' : 'costMinor';
    return refuse('amount-missing', `The act has no ${measure} and no item to take it from.`, {
      pointer: `/${measure}`,
      advice: `Post ${measure} in minor units (0 if it was nothing), or name the item.`,
    });
  }
  if (!Number.isSafeInteger(costMinor) || !Number.isSafeInteger(retailMinor)) {
    return refuse(
      'amount-too-large',
      `${count} of "${asked.item?.sku}" come to more than can be kept exactly.`,
      {
        pointer: '/item/quantity',
        advice: 'Check the quantity, and the values of the item in the directory.',
      },
    );
  }
  return { amounts: { count, costMinor, retailMinor } };
}

function stated<T>(before: T | undefined, now: T, event: () => BookEvent): Decided {
  return before !== undefined && same(before, now) ? { unchanged: true } : { event: event() };
}
