/** Policy versions as the wire shows them. */
import type { PolicyActivated } from '../../../libs/domain/book/events.ts';
import {
  approvalOf,
  type PolicyStatus,
  policyStatuses,
  spanOf,
} from '../../../libs/domain/book/policy-status.ts';
import type { Activation, PolicyStep, PolicyVersion } from '../../../libs/domain/book/policy-version.ts';
import type { BookState } from '../../../libs/domain/book/state.ts';
import { dateText } from '../../../libs/domain/time/civil-date.ts';
import { formatInstant } from '../../../libs/domain/time/instant.ts';

/** All versions, oldest first, without their words. */
export function listPolicies(state: BookState, now: number): object[] {
  const statuses = policyStatuses(state, now);
  return [...state.policies].map(([version, found]) => overview(state, version, found, statuses));
}

/** One version with its words; undefined: there is none. */
export function showPolicy(state: BookState, version: number, now: number): object | undefined {
  const found = state.policies.get(version);
  if (found === undefined) return undefined;
  const { policy, source } = found;
  return { ...overview(state, version, found, policyStatuses(state, now)), policy, source };
}

function overview(
  state: BookState,
  version: number,
  found: PolicyVersion,
  statuses: ReadonlyMap<number, PolicyStatus>,
): object {
  const { policy, draftedAt, edit, authors, rollbackOf, life } = found;
  return {
    version,
    status: statuses.get(version),
    approval: approvalOf(state, found),
    ...(policy.title !== undefined && { title: policy.title }),
    edit,
    authors,
    ...(rollbackOf !== undefined && { rollbackOf }),
    draftedAt: formatInstant(draftedAt),
    activations: state.activations
      .filter((activation) => activation.version === version)
      .map((activation) => activationBody(state, activation)),
    life: life.map(stepBody),
  };
}

/** For one that begins with a business day: the day, and when that is at the first location and at the last. */
function activationBody(state: BookState, activation: Activation): object {
  const { first, last } = spanOf(state, activation);
  if (activation.fromDayNo === undefined) return { from: formatInstant(first) };
  return {
    from: formatInstant(first),
    everywhereFrom: formatInstant(last),
    businessDate: dateText(activation.fromDayNo),
  };
}

function stepBody({ what, by, at, comment, from, fromDate, unapproved }: PolicyStep): object {
  return {
    what,
    by,
    at: formatInstant(at),
    ...(comment !== undefined && { comment }),
    ...(from !== undefined && { from: formatInstant(from) }),
    ...(fromDate !== undefined && { from: fromDate }),
    ...(unapproved !== undefined && { unapproved }),
  };
}

/** The answer to an activation, from its event alone: the same for ever. */
export function activatedBody(event: PolicyActivated, position: number): object {
  const { version, from, fromDate, recordedAt, unapproved } = event;
  const toCome =
    from !== undefined || (fromDate !== undefined && Date.parse(`${fromDate}T00:00:00Z`) > recordedAt);
  return {
    version,
    status: toCome ? 'scheduled' : 'active',
    from: fromDate ?? formatInstant(from ?? recordedAt),
    ...(unapproved !== undefined && { unapproved }),
    position,
  };
}
