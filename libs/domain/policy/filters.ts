/** Filters of limits, compared with each other: which acts pass one of them and not the other. */
import { KINDS, TRIGGERS } from '../act/act.ts';
import type { AppliesTo } from './policy.ts';

/** Per filter the values that pass; a filter that lets everything pass is absent. */
export type NormalFilters = ReadonlyMap<keyof AppliesTo, ReadonlySet<string>>;

export function normalFilters(appliesTo: AppliesTo): NormalFilters {
  const filters = new Map<keyof AppliesTo, ReadonlySet<string>>();
  for (const [name, values] of Object.entries(appliesTo) as [keyof AppliesTo, readonly string[]][]) {
    if (name === 'kinds' && values.length === KINDS.length) continue;
    if (name === 'triggers' && values.length === TRIGGERS.length) continue;
    filters.set(name, new Set(values));
  }
  return filters;
}

/** Whether every act that passes `narrow` passes `wide` as well, as far as the values themselves tell. */
export function isNarrower(narrow: NormalFilters, wide: NormalFilters): boolean {
  for (const [name, values] of wide) {
    const own = narrow.get(name);
    if (own === undefined || (name !== 'items' && own.size > values.size)) return false;
    for (const value of own) {
      if (!values.has(value) && !(name === 'items' && beginsWithOne(value, values))) return false;
    }
  }
  return true;
}

/** `coffee/latte` and `coffee/decaf/*` are within `coffee/*`. */
function beginsWithOne(pattern: string, globs: ReadonlySet<string>): boolean {
  for (let length = 0; length < pattern.length; length++) {
    // Up to its own first wildcard a pattern stands for itself.
    if (globs.has(`${pattern.slice(0, length)}*`)) return true;
    if (pattern[length] === '*' || pattern[length] === '?') return false;
  }
  return false;
}
