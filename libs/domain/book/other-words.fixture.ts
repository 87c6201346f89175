/** Another version of a policy, in a random history. */
import type { Limit, Policy } from '../policy/policy.ts';
import { asChecked } from './policies.fixture.ts';
import type { OtherWords } from './policy-histories.fixture.ts';

export function names({ per, window }: Limit, dimension: string): boolean {
  return per.some((name) => name === dimension) || (dimension === 'shift' && window.every === 'shift');
}

export function otherWords(
  policy: Policy,
  { which, figuresBy, carryOver: words, shape, rules = policy.rules }: OtherWords,
): Policy {
  return {
    ...policy,
    rules,
    limits: policy.limits.map(({ carryOver, ...limit }, i) => {
      const allow = Object.entries(limit.allow).map(([measure, figure]) => [
        measure,
        Math.max(0, figure + figuresBy),
      ]);
      const changed = { ...limit, allow: Object.fromEntries(allow) };
      const kept = carryOver === undefined ? {} : { carryOver };
      if (i !== which % policy.limits.length) return { ...changed, ...kept };
      const carries =
        words === 'keep' ? kept : words === 'drop' || words === undefined ? {} : { carryOver: words };
      return asChecked({ ...changed, ...shape, ...carries });
    }),
  };
}
