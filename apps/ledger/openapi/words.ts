/** Words of decisions that the domain has as types only. */
import type { Finding } from '../../../libs/domain/book/events.ts';
import type { Consequence } from '../../../libs/domain/policy/policy.ts';

export const CONSEQUENCES = ['warn', 'decline'] as const satisfies readonly Consequence[];
export const FINDINGS = ['within', ...CONSEQUENCES] as const satisfies readonly Finding[];
