/** Giving back what an act has used, wholly or in part. */
import { type Amounts, MEASURES } from '../act/act.ts';
import type { Command } from './commands.ts';
import { actNotFound, type Context, type Decided, refuse, stampOf } from './context.ts';
import type { Draft } from './draft.ts';
import type { ActReversed } from './events.ts';
import { countedIn } from './open-acts.ts';
import { acceptedAmounts, settlingOf } from './settle.ts';
import { minus, plus } from './timeline.ts';

const WAITS = { pending_approval: 'it waits for an approval', reserved: 'it is reserved' } as const;

export function reverseAct(
  draft: Draft,
  command: Command & { type: 'ReverseAct' },
  context: Context,
): Decided {
  if (context.act === undefined) return actNotFound(draft.state.id, command.act);
  const act = context.act.decided;
  const open = draft.open(act.id);
  if (open !== undefined) {
    return refuse('act-not-reversible', `Act ${act.id} has spent nothing yet: ${WAITS[open.status]}.`, {
      advice: open.status === 'reserved' ? 'Release it instead.' : 'Have it rejected instead.',
    });
  }
  const last = settlingOf(draft, context.act);
  const spent = acceptedAmounts(context.act, last);
  if (spent === undefined) {
    const became =
      act.type === 'ActDeclined'
        ? 'declined'
        : last?.type === 'ActRejected'
          ? 'rejected'
          : last?.type === 'ActReleased'
            ? 'released'
            : 'not answered in time';
    return refuse('act-not-reversible', `Act ${act.id} was ${became}: nothing was spent.`, {
      advice: 'Only accepted acts can be reversed.',
    });
  }
  const before = draft.reversed(act.id);
  const left = minus(spent, before);
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
    buckets: countedIn(act.guardrails),
    reversedInAll,
    whole: MEASURES.every((measure) => reversedInAll[measure] === spent[measure]),
    ...stampOf(context),
  };
  return { event };
}
