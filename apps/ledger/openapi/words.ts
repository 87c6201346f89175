/** Words of decisions that the domain has as types only. */
import type { Finding } from '../../../libs/domain/book/events.ts';
import { CONSEQUENCES } from '../../../libs/domain/policy/policy.ts';

export { CONSEQUENCES };
export const FINDINGS = ['within', ...CONSEQUENCES] as const satisfies readonly Finding[];
