/**
 * Whoever writes the rules does not judge what comes of them, and whoever judges does not write them: in whichever order
 * a person comes to either, in one book they stay on their side (docs/adr/0018). Nor does anybody judge what is about
 * themselves.
 */
import { readSignalId } from '../signal/signal.ts';
import type { Command } from './commands.ts';
import { type Context, type Decided, type Refused, refuse, stampOf } from './context.ts';
import type { PolicyStep } from './policy-version.ts';
import type { AskedReview } from './signal-events.ts';
import type { BookState } from './state.ts';

/** To send a policy back to its authors is no part in it. */
const OF_POLICIES: readonly PolicyStep['what'][] = [
  'drafted',
  'edited',
  'submitted',
  'approved',
  'activated',
];

export function reviewSignal(
  state: BookState,
  { asked, basis }: Command & { type: 'ReviewSignal' },
  context: Context,
): Decided {
  const { actor } = context;
  const named = readSignalId(asked.signal);
  const part = partInPolicies(state, actor);
  if (part !== undefined) {
    return refuse(
      'duties-apart',
      `"${actor}" has ${part.what} version ${part.version} of the policy, and reviews no signals of book "${state.id}".`,
      { advice: 'Have it reviewed by somebody who has no part in the policies of this book.' },
    );
  }
  if (named === undefined || basis === null) {
    return refuse('signal-not-found', `There is no signal "${asked.signal}"${spanOf(asked)}.`, {
      advice:
        'Give the id and the span of the report that shows it; acts that were reversed since may have ended it.',
    });
  }
  const { kind, subject } = named;
  const self = Object.entries(subject).find(([, id]) => id === actor);
  if (self !== undefined) {
    return refuse('self-review', `The signal is about "${actor}", who cannot review it.`, {
      advice: 'Have it reviewed by somebody whom it is not about.',
    });
  }
  return {
    event: { type: 'SignalReviewed', id: context.id, asked, kind, subject, basis, ...stampOf(context) },
  };
}

/** Of every command that has a part in a policy; a rejection has none. */
export function reviewersApart(state: BookState, { actor }: Context): Refused | undefined {
  if (!state.reviewers.has(actor)) return undefined;
  return refuse(
    'duties-apart',
    `"${actor}" has reviewed signals of book "${state.id}", and has no part in its policies.`,
    { advice: 'Leave it to somebody who reviews no signals of this book.' },
  );
}

function spanOf({ from, to }: AskedReview): string {
  return (from === undefined ? '' : ` from ${from}`) + (to === undefined ? '' : ` to ${to}`);
}

function partInPolicies(state: BookState, actor: string) {
  for (const [version, { life }] of state.policies) {
    const step = life.find(({ what, by }) => by === actor && OF_POLICIES.includes(what));
    if (step !== undefined) return { version, what: step.what };
  }
  return undefined;
}
