import type { ShadowSpec } from '../../../libs/backtest/shadow-run.ts';
import type { Shadow } from '../../../libs/domain/book/state.ts';

/** The shadows that run. */
export function specsOf(shadows: ReadonlyMap<number, Shadow>): ShadowSpec[] {
  return [...shadows].flatMap(([version, shadow]) =>
    shadow.until === undefined ? [specOf(version, shadow)] : [],
  );
}

export function specOf(version: number, { document, position }: Shadow): ShadowSpec {
  return { version, document, position };
}
