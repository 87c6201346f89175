/** What a limit counts an act by: a value for each dimension of its `per`. */
import type { ActFacts } from './act-facts.ts';
import type { Dimension, Limit } from './policy.ts';

export class CountedBy {
  /** The values, in the order of the limit's `per`. */
  readonly key: Readonly<Record<string, string>>;
  /** The bucket it was counted in last, by the label of its window: most acts come into the same again. */
  label = '';
  bucket = '';

  constructor(key: Readonly<Record<string, string>>) {
    this.key = key;
  }
}

/** One per bucket, several where it is counted per role; none: a value is missing. */
export type CountsBy = (facts: ActFacts) => readonly CountedBy[];

type Of = (facts: ActFacts) => string | undefined;

const VALUE: Readonly<Record<Exclude<Dimension, 'role'>, Of>> = {
  act: ({ id }) => id,
  employee: ({ asked }) => asked.employee,
  location: ({ asked }) => asked.location,
  region: ({ location }) => location?.region,
  customer: ({ asked }) => asked.customer,
  incident: ({ asked }) => asked.incident,
  campaign: ({ asked }) => asked.campaign,
  book: ({ book }) => book,
};

/** Dimensions whose values a book has a list of: the same ones come again and again. */
const LISTED: ReadonlySet<Dimension> = new Set(['employee', 'location', 'region', 'campaign', 'book']);

export function comesAgain({ per }: Limit): boolean {
  return per.length === 1 && LISTED.has(per[0]!);
}

const NOTHING: readonly CountedBy[] = [];

/** @param mostRemembered so many values are remembered, where they come again */
export function countsBy(limit: Limit, mostRemembered: number): CountsBy {
  const { per } = limit;
  if (per.includes('role')) return perRole(limit);
  const values = (per as readonly Exclude<Dimension, 'role'>[]).map((dimension) => VALUE[dimension]);
  if (comesAgain(limit)) return remembering(per[0]!, values[0]!, mostRemembered);
  return (facts) => {
    const key: Record<string, string> = {};
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!(facts);
      if (value === undefined) return NOTHING;
      key[per[i]!] = value;
    }
    return [new CountedBy(key)];
  };
}

function remembering(dimension: Dimension, of: Of, most: number): CountsBy {
  const remembered = new Map<string, readonly CountedBy[]>();
  return (facts) => {
    const value = of(facts);
    if (value === undefined) return NOTHING;
    let counted = remembered.get(value);
    if (counted === undefined) {
      // Anybody may post values that no book lists.
      if (remembered.size >= most) remembered.clear();
      counted = [new CountedBy({ [dimension]: value })];
      remembered.set(value, counted);
    }
    return counted;
  };
}

function perRole(limit: Limit): CountsBy {
  return (facts) => {
    let keys: Record<string, string>[] = [{}];
    for (const dimension of limit.per) {
      const values = valuesOf(dimension, facts, limit);
      keys = keys.flatMap((key) => values.map((value) => ({ ...key, [dimension]: value })));
    }
    return keys.map((key) => new CountedBy(key));
  };
}

/** The dimensions that the act, or the directory, has no value of. */
export function missingOf(limit: Limit, facts: ActFacts): string[] {
  return limit.per.filter((dimension) => valuesOf(dimension, facts, limit).length === 0);
}

function valuesOf(dimension: Dimension, facts: ActFacts, { appliesTo }: Limit): readonly string[] {
  if (dimension !== 'role') {
    const value = VALUE[dimension](facts);
    return value === undefined ? [] : [value];
  }
  const roles = facts.employee?.roles ?? [];
  return appliesTo.roles === undefined ? roles : roles.filter((role) => appliesTo.roles!.includes(role));
}
