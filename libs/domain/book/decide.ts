/**
 * What a book answers to a command: pure, from the book's own state and the time, id and actor stamped on the
 * command. The one place where an act is decided, for `request`, `record` and `evaluate` alike.
 */
import type { AccessRole } from '../access/access.ts';
import type { Amounts, AskedAct } from '../act/act.ts';
import { MEASURES } from '../act/act.ts';
import type { Item } from '../directory/directory.ts';
import { type ActFacts, compilePolicy } from '../policy/compile.ts';
import { businessCalendar } from '../time/business-calendar.ts';
import { formatInstant } from '../time/instant.ts';
import { ACT } from './buckets.ts';
import type { Command, Refusal } from './commands.ts';
import type { Draft } from './draft.ts';
import type { ActAccepted, ActDeclined, ActReversed, BookEvent, GuardrailReceipt, Stamp } from './events.ts';
import { plus } from './evolve.ts';
import { findings } from './guardrails.ts';
import { activeVersion, type BookState } from './state.ts';
import { requestBacktest, startShadow, stopShadow, unknownVersion } from './try-out.ts';

/** A `request` is asked at the till: what is older than this has happened and is a `record`. */
export const REQUEST_MAX_AGE_MS = 15 * 60_000;
/** Clocks differ by a little; what lies further ahead has not happened. */
export const FUTURE_TOLERANCE_MS = 5 * 60_000;

export interface Context extends Stamp {
  /** What the actor's key lets them do. */
  readonly roles: readonly AccessRole[];
  /** The id for the act or reversal, should one be recorded; empty for `evaluate`. */
  readonly id: string;
  /** For `ReverseAct`: the act to reverse, as the ledger has it. */
  readonly act?: ActAccepted | ActDeclined;
}

export type Decided =
  | { readonly event: BookEvent }
  /** What was stated already stands. */
  | { readonly unchanged: true }
  | { readonly refusal: Refusal };

export function decide(draft: Draft, command: Command, context: Context): Decided {
  const { state } = draft;
  if (command.type === 'DefineBook') return defineBook(state, command.book, context);
  if (state.book === undefined) {
    return refuse('book-not-found', `There is no book "${state.id}".`, {
      advice: `Open it first: PUT /v1/books/${state.id} with its currency and time zone.`,
    });
  }
  const stamp = stampOf(context);
  switch (command.type) {
    case 'DecideAct':
      return decideAct(draft, command.asked, context);
    case 'ReverseAct':
      return reverseAct(draft, command, context);
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
      return stated(state.campaigns.get(command.id), command.campaign, () => ({
        type: 'CampaignDefined',
        id: command.id,
        campaign: command.campaign,
        ...stamp,
      }));
    case 'DraftPolicy':
      if (command.policy.currency !== state.book.currency) {
        return refuse(
          'currency-mismatch',
          `The policy is in ${command.policy.currency}, the book in ${state.book.currency}.`,
          { pointer: '/currency', advice: `Write the policy's amounts in ${state.book.currency}.` },
        );
      }
      return {
        event: {
          type: 'PolicyDrafted',
          version: state.policies.size + 1,
          policy: command.policy,
          source: command.source,
          ...stamp,
        },
      };
    case 'ActivatePolicy':
      return activatePolicy(state, command.version, command.from, context);
    case 'RequestBacktest':
      return requestBacktest(state, command, context.id, stamp);
    case 'StartShadow':
      return startShadow(state, command.version, stamp);
    case 'StopShadow':
      return stopShadow(state, command.version, stamp);
  }
}

function defineBook(state: BookState, book: NonNullable<BookState['book']>, context: Context): Decided {
  if (state.book !== undefined && state.book.currency !== book.currency) {
    return refuse('book-currency-fixed', `Book "${state.id}" is kept in ${state.book.currency}.`, {
      pointer: '/currency',
      advice: 'Open another book for another currency: a book has one currency for ever.',
    });
  }
  return stated(state.book, book, () => ({ type: 'BookDefined', book, ...stampOf(context) }));
}

function activatePolicy(
  state: BookState,
  version: number,
  from: number | undefined,
  context: Context,
): Decided {
  const unknown = unknownVersion(state, version);
  if (unknown !== undefined) return unknown;
  if (state.book?.fourEyes === true) {
    return refuse('policy-not-approved', `Version ${version} has not been approved by a second person.`, {
      advice: 'Have it approved, or, where one person works alone, set "fourEyes": false on the book.',
    });
  }
  // A date that has passed cannot change what was decided meanwhile: it means from now on.
  const future = from !== undefined && from > context.recordedAt ? { from } : {};
  const asked = from === undefined ? {} : { from };
  return { event: { type: 'PolicyActivated', version, ...future, asked, ...stampOf(context) } };
}

function decideAct(draft: Draft, asked: AskedAct, context: Context): Decided {
  const { state } = draft;
  const now = context.recordedAt;
  const occurredAt = asked.occurredAt ?? now;
  const timing = checkTimes(asked, occurredAt, now);
  if (timing !== undefined) return timing;
  const { currency, timeZone } = state.book!;
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
  const total = plus(draft.accepted, amounts);
  if (MEASURES.some((measure) => !Number.isSafeInteger(total[measure]))) {
    return refuse('amount-too-large', 'With this act the sums of the book could no longer be kept exactly.', {
      advice: 'Check the amounts: they are whole minor units. A book holds up to 2^53 - 1 in all.',
    });
  }
  const location = state.locations.get(asked.location);
  const employee = state.employees.get(asked.employee);
  const calendar =
    location === undefined
      ? businessCalendar(timeZone, '00:00')
      : businessCalendar(location.timeZone, location.businessDayStartsAt);
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
  const version = activeVersion(state, now);
  const guardrails = standing(state, facts, version);
  if (version !== null) {
    const policy = compilePolicy(state.policies.get(version)!.policy);
    for (const receipt of findings(policy, facts, draft)) guardrails.push(receipt);
  }
  const declined = asked.mode === 'request' && guardrails.some(({ finding }) => finding === 'decline');
  return {
    event: {
      type: declined ? 'ActDeclined' : 'ActAccepted',
      id: context.id,
      asked,
      occurredAt,
      businessDate: facts.businessDate,
      amounts,
      roles: employee?.roles ?? [],
      ...(location?.region === undefined ? {} : { region: location.region }),
      ...(item?.category === undefined ? {} : { category: item.category }),
      policyVersion: version,
      guardrails,
      ...stampOf(context),
    },
  };
}

/** What the ledger requires of every act, whatever the policy says. */
function standing(state: BookState, facts: ActFacts, version: number | null): GuardrailReceipt[] {
  const receipts: GuardrailReceipt[] = [];
  if (version === null) receipts.push({ standing: 'no-active-policy', finding: 'decline' });
  if (facts.employee === undefined) receipts.push({ standing: 'unknown-employee', finding: 'decline' });
  if (facts.location === undefined) receipts.push({ standing: 'unknown-location', finding: 'decline' });
  const campaign = facts.asked.campaign === undefined ? undefined : state.campaigns.get(facts.asked.campaign);
  if (campaign !== undefined) {
    const { businessDate } = facts;
    const tooEarly = campaign.from !== undefined && businessDate < campaign.from;
    const tooLate = campaign.to !== undefined && businessDate > campaign.to;
    if (tooEarly || tooLate) receipts.push({ standing: 'campaign-not-running', finding: 'decline' });
  }
  return receipts;
}

function checkTimes(asked: AskedAct, occurredAt: number, now: number): Decided | undefined {
  if (occurredAt > now + FUTURE_TOLERANCE_MS) {
    return refuse(
      'occurred-at-in-future',
      `occurredAt ${formatInstant(occurredAt)} lies ahead of the ledger's clock, ${formatInstant(now)}.`,
      { pointer: '/occurredAt', advice: 'Set the clock of the till, or leave occurredAt out to mean now.' },
    );
  }
  if (asked.mode === 'request' && occurredAt < now - REQUEST_MAX_AGE_MS) {
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
  const value = (measure: 'costMinor' | 'retailMinor'): number | undefined =>
    asked[measure] ??
    (item === undefined ? undefined : item[measure] * count) ??
    (asked.kind === 'gesture' ? 0 : undefined);
  const costMinor = value('costMinor');
  const retailMinor = value('retailMinor');
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

function reverseAct(draft: Draft, command: Command & { type: 'ReverseAct' }, context: Context): Decided {
  const { act } = context;
  if (act === undefined) {
    return refuse('act-not-found', `Book "${draft.state.id}" has no act "${command.act}".`, {
      advice: 'Use the id that the ledger answered when the act was posted.',
    });
  }
  if (act.type === 'ActDeclined') {
    return refuse('act-not-reversible', `Act ${act.id} was declined: nothing was spent.`, {
      advice: 'Only accepted acts can be reversed.',
    });
  }
  const before = draft.reversed(act.id);
  const left = {
    count: act.amounts.count - before.count,
    costMinor: act.amounts.costMinor - before.costMinor,
    retailMinor: act.amounts.retailMinor - before.retailMinor,
  };
  const inPart = MEASURES.some((measure) => command.asked[measure] !== undefined);
  const amounts: Amounts = inPart
    ? {
        count: command.asked.count ?? 0,
        costMinor: command.asked.costMinor ?? 0,
        retailMinor: command.asked.retailMinor ?? 0,
      }
    : left;
  const over = MEASURES.find((measure) => amounts[measure] > left[measure]);
  const nothing = MEASURES.every((measure) => amounts[measure] === 0);
  if (over !== undefined || nothing) {
    const measure = over ?? 'count';
    return refuse(
      'reversal-exceeds-act',
      over === undefined
        ? `Nothing of act ${act.id} is left to reverse.`
        : `Of act ${act.id} ${left[measure]} ${measure} is left to reverse, not ${amounts[measure]}.`,
      {
        ...(over === undefined ? {} : { pointer: `/${measure}` }),
        advice: `Reverse at most what is left: count ${left.count}, costMinor ${left.costMinor}, retailMinor ${left.retailMinor}.`,
      },
    );
  }
  const reversedInAll = plus(before, amounts);
  const event: ActReversed = {
    type: 'ActReversed',
    id: context.id,
    act: act.id,
    reason: command.reason,
    asked: command.asked,
    amounts,
    occurredAt: act.occurredAt,
    businessDate: act.businessDate,
    buckets: act.guardrails.flatMap((receipt) =>
      'limit' in receipt &&
      receipt.missing === undefined &&
      receipt.window.label !== ACT &&
      !('act' in receipt.key)
        ? [{ limit: receipt.limit, label: receipt.window.label, key: receipt.key }]
        : [],
    ),
    reversedInAll,
    whole: MEASURES.every((measure) => reversedInAll[measure] === act.amounts[measure]),
    ...stampOf(context),
  };
  return { event };
}

function stated<T>(before: T | undefined, now: T, event: () => BookEvent): Decided {
  return before !== undefined && same(before, now) ? { unchanged: true } : { event: event() };
}

/** Plain data, equal whatever the order of its members. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as never)[key], (b as never)[key]))
  );
}

function stampOf(context: Context): Stamp {
  const { recordedAt, actor, key } = context;
  return key === undefined ? { recordedAt, actor } : { recordedAt, actor, key };
}

function refuse(
  code: Refusal['code'],
  detail: string,
  more: Omit<Refusal, 'code' | 'detail'>,
): { readonly refusal: Refusal } {
  return { refusal: { code, detail, ...more } };
}
