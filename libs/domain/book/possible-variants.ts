/** Kinds and triggers that no guardrail of a policy tells apart: one of each is enough to look at. */
import { KINDS, type Kind, TRIGGERS, type Trigger } from '../act/act.ts';
import type { CompiledPolicy } from '../policy/compile.ts';
import { pathsOf } from '../rules/condition-range.ts';

export interface ToldApart {
  readonly kinds: readonly (readonly Kind[])[];
  readonly triggers: readonly (readonly Trigger[])[];
}

const ALL_ALIKE: ToldApart = { kinds: [KINDS], triggers: [TRIGGERS] };
const known = new WeakMap<CompiledPolicy, ToldApart>();

/** @param policy undefined: none is in force */
export function toldApart(policy: CompiledPolicy | undefined): ToldApart {
  if (policy === undefined) return ALL_ALIKE;
  let apart = known.get(policy);
  if (apart === undefined) {
    const limits = policy.limits.map(({ limit }) => limit.appliesTo);
    const looks = (path: string) =>
      policy.rules.some(({ condition }) => {
        const paths = pathsOf(condition.tree);
        return paths.has(path) || paths.has('act');
      });
    apart = {
      kinds: alike(
        KINDS,
        limits.map(({ kinds }) => kinds),
        looks('act.kind'),
      ),
      triggers: alike(
        TRIGGERS,
        limits.map(({ triggers }) => triggers),
        looks('act.trigger'),
      ),
    };
    known.set(policy, apart);
  }
  return apart;
}

function alike<T extends string>(
  values: readonly T[],
  filters: readonly (readonly T[] | undefined)[],
  eachItsOwn: boolean,
): readonly (readonly T[])[] {
  if (eachItsOwn) return values.map((value) => [value]);
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const passes = filters
      .map((filter) => (filter === undefined || filter.includes(value) ? '1' : '0'))
      .join('');
    const group = groups.get(passes);
    if (group === undefined) groups.set(passes, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}
