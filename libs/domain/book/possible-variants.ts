/** Kinds and triggers that no guardrail of a policy tells apart: one of each is enough to look at. */
import { KINDS, type Kind, TRIGGERS, type Trigger } from '../act/act.ts';
import type { CompiledPolicy, CompiledRule } from '../policy/compile.ts';
import { pathsOf, textsComparedWith } from '../rules/condition-range.ts';

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
    apart = {
      kinds: alike(KINDS, [...limits.map(({ kinds }) => kinds), ...comparedWith(policy, 'act.kind')]),
      triggers: alike(TRIGGERS, [
        ...limits.map(({ triggers }) => triggers),
        ...comparedWith(policy, 'act.trigger'),
      ]),
    };
    known.set(policy, apart);
  }
  return apart;
}

/** The texts, one by one, that rules tell from all others; `'each'`: every one may be told from the others. */
function comparedWith(policy: CompiledPolicy, path: string): readonly (readonly string[] | 'each')[] {
  return policy.rules.flatMap(({ condition }): readonly (readonly string[] | 'each')[] => {
    const texts = textsComparedWith(condition, path);
    return texts === undefined ? ['each'] : [...texts].map((text) => [text]);
  });
}

function alike<T extends string>(
  values: readonly T[],
  filters: readonly (readonly string[] | 'each' | undefined)[],
): readonly (readonly T[])[] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const passes = filters.map((filter) =>
      filter === undefined ? '' : filter === 'each' ? value : filter.includes(value) ? '1' : '0',
    );
    const name = passes.join();
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [value]);
    else group.push(value);
  }
  return [...groups.values()];
}

/** Whether a rule may come out differently for acts that differ only in kind and trigger. */
export function tellsKindsApart({ condition }: CompiledRule): boolean {
  const paths = pathsOf(condition.tree);
  return paths.has('act.kind') || paths.has('act.trigger') || paths.has('act');
}
