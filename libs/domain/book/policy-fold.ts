/** Folds the facts of policies into the state: total, as `evolve`. */
import { parseDate } from '../time/civil-date.ts';
import type {
  PolicyActivated,
  PolicyApproved,
  PolicyDrafted,
  PolicyEdited,
  PolicyRejected,
  PolicySubmitted,
} from './events.ts';
import type { PolicyStep, PolicyVersion } from './policy-version.ts';
import type { BookState } from './state.ts';

export type PolicyEvent =
  | PolicyDrafted
  | PolicyEdited
  | PolicySubmitted
  | PolicyApproved
  | PolicyRejected
  | PolicyActivated;

/** @param revision of the event */
export function evolvePolicy(state: BookState, event: PolicyEvent, revision: number): void {
  if (event.type === 'PolicyActivated') activate(state, event);
  const after = next(state, event, revision);
  if (after !== undefined) state.policies.set(event.version, after);
}

function next(state: BookState, event: PolicyEvent, revision: number): PolicyVersion | undefined {
  const { actor: by, recordedAt: at } = event;
  if (event.type === 'PolicyDrafted') {
    const { policy, source, rollbackOf } = event;
    const earlier = rollbackOf === undefined ? undefined : state.policies.get(rollbackOf);
    return {
      policy,
      source,
      draftedAt: at,
      stage: 'draft',
      edit: 0,
      document: revision,
      authors: [...new Set([by, ...(earlier?.authors ?? [])])],
      ...(rollbackOf === undefined ? {} : { rollbackOf }),
      life: [{ what: 'drafted', by, at }],
    };
  }
  const before = state.policies.get(event.version);
  if (before === undefined) return undefined;
  const step = (what: PolicyStep['what'], more: Partial<PolicyStep> = {}) => [
    ...before.life,
    { what, by, at, ...more },
  ];
  switch (event.type) {
    case 'PolicyEdited': {
      const { policy, source, edit } = event;
      const authors = before.authors.includes(by) ? before.authors : [...before.authors, by];
      return { ...before, policy, source, edit, document: revision, authors, life: step('edited') };
    }
    case 'PolicySubmitted':
      return { ...before, stage: 'submitted', life: step('submitted', commentOf(event.comment)) };
    case 'PolicyApproved':
      return {
        ...before,
        stage: 'approved',
        approvedBy: by,
        life: step('approved', commentOf(event.comment)),
      };
    case 'PolicyRejected':
      return { ...before, stage: 'draft', life: step('rejected', commentOf(event.reason)) };
    case 'PolicyActivated': {
      const { from, fromDate, unapproved } = event;
      const more = {
        ...(from === undefined ? {} : { from }),
        ...(fromDate === undefined ? {} : { fromDate }),
        ...(unapproved === undefined ? {} : { unapproved }),
      };
      return { ...before, stage: 'activated', life: step('activated', more) };
    }
  }
}

function commentOf(comment: string | undefined): Pick<PolicyStep, 'comment'> {
  return comment === undefined ? {} : { comment };
}

function activate(state: BookState, { version, from, fromDate, recordedAt }: PolicyActivated): void {
  if (from !== undefined) {
    state.activations.push({ version, at: from, immediate: false });
    return;
  }
  // A clock that was set back must not leave the version in force that this one replaced.
  let at = recordedAt;
  for (const earlier of state.activations) {
    if (earlier.immediate || earlier.fromDayNo !== undefined) at = Math.max(at, earlier.at);
  }
  const fromDayNo = fromDate === undefined ? undefined : parseDate(fromDate);
  state.activations.push(
    fromDayNo === undefined ? { version, at, immediate: true } : { version, at, immediate: false, fromDayNo },
  );
}
