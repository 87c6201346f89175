/** Who may approve an act: never whoever did it, posted it or gains from it, and within their authority. */
import { type Amounts, MEASURES } from '../act/act.ts';
import type { Authority } from '../policy/policy.ts';
import { type Refused, refuse } from './context.ts';
import { calendarOf } from './location-calendar.ts';
import type { OpenAct } from './open-acts.ts';
import { activeVersion, type BookState } from './state.ts';

/** Segregation of duties, whatever the roles. */
export function notSelf(open: OpenAct, subject: string): Refused | undefined {
  const part =
    subject === open.employee
      ? 'is the employee whose act it is'
      : subject === open.actor
        ? 'posted it'
        : subject === open.customer
          ? 'is the customer it is for'
          : undefined;
  if (part === undefined) return undefined;
  return refuse('self-approval', `"${subject}" cannot approve act ${open.id}: "${subject}" ${part}.`, {
    advice: 'Ask somebody else who may approve.',
  });
}

/**
 * The entry of the policy in force that covers the act for one of the approver's roles: those of their key, and those
 * of the employee of that name in the directory. Of several, the first. In force is what is so where the act happened.
 */
export function authorityOf(
  state: BookState,
  open: OpenAct,
  by: { readonly subject: string; readonly roles: readonly string[] },
  now: number,
): { readonly authority?: Authority; readonly policyVersion: number | null } | Refused {
  const policyVersion = activeVersion(state, now, calendarOf(state, open.location));
  const authorities =
    policyVersion === null ? undefined : state.policies.get(policyVersion)!.policy.authority;
  if (authorities === undefined) return { policyVersion };
  const roles = new Set([...by.roles, ...(state.employees.get(by.subject)?.roles ?? [])]);
  const authority = authorities.find(({ role, upTo }) => roles.has(role) && covers(upTo, open.amounts));
  if (authority !== undefined) return { authority, policyVersion };
  const own = authorities.filter(({ role }) => roles.has(role));
  const enough = authorities.filter(({ upTo }) => covers(upTo, open.amounts)).map(({ role }) => role);
  return refuse(
    'authority-missing',
    `Act ${open.id} comes to ${figures(open.amounts)}; ${
      own.length === 0
        ? `"${by.subject}" has no role with authority in policy version ${policyVersion}`
        : `the authority of "${by.subject}" goes up to ${own.map(({ role, upTo }) => `${figures(upTo)} (${role})`).join(', ')}`
    }.`,
    {
      advice:
        enough.length === 0
          ? 'No role has authority over so much: reject it, or write an authority into the policy.'
          : `Ask somebody who has the role ${enough.join(' or ')}.`,
    },
  );
}

/** Every measure it names bounds; one that it does not name is free. */
function covers(upTo: Authority['upTo'], amounts: Amounts): boolean {
  return MEASURES.every((measure) => amounts[measure] <= (upTo[measure] ?? Number.POSITIVE_INFINITY));
}

function figures(amounts: Partial<Amounts>): string {
  return MEASURES.filter((measure) => amounts[measure] !== undefined)
    .map((measure) => `${measure} ${amounts[measure]}`)
    .join(' and ');
}
