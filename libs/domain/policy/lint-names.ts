/** Warnings about names that the directory of the book does not hold. */
import { ACCESS_ROLES } from '../access/access.ts';
import { compileCondition, placeOf } from '../rules/cel.ts';
import { type Node, partsOf } from '../rules/condition-limits.ts';
import { constantOf, written } from '../rules/condition-terms.ts';
import { nearestName } from '../rules/nearest-name.ts';
import { compileGlob } from './glob.ts';
import { type Mistakes, quoted } from './mistakes.ts';
import type { AppliesTo, Policy } from './policy.ts';

/** As far as a book's state holds them. */
export interface KnownNames {
  readonly locations: ReadonlyMap<string, { readonly region?: string }>;
  readonly employees: ReadonlyMap<string, { readonly roles: readonly string[] }>;
  readonly items: ReadonlyMap<string, { readonly category?: string }>;
  readonly campaigns: ReadonlyMap<string, unknown>;
}

type Kind = 'location' | 'region' | 'role' | 'campaign' | 'employee' | 'item' | 'category';

type Names = Readonly<Record<Kind, ReadonlySet<string>>>;

/** A directory that holds none of a kind is not filled in yet; campaigns are rare, and looked for with locations. */
function isAsked(names: Names, kind: Kind): boolean {
  return names[kind === 'campaign' ? 'location' : kind].size > 0;
}

function namesOf({ locations, employees, items, campaigns }: KnownNames): Names {
  const roles = new Set<string>();
  for (const employee of employees.values()) for (const role of employee.roles) roles.add(role);
  const regions = new Set<string>();
  for (const { region } of locations.values()) if (region !== undefined) regions.add(region);
  const categories = new Set<string>();
  for (const { category } of items.values()) if (category !== undefined) categories.add(category);
  return {
    location: new Set(locations.keys()),
    region: regions,
    role: roles,
    campaign: new Set(campaigns.keys()),
    employee: new Set(employees.keys()),
    item: new Set(items.keys()),
    category: categories,
  };
}

const FILTERS = [
  ['roles', 'role'],
  ['locations', 'location'],
  ['regions', 'region'],
  ['campaigns', 'campaign'],
] as const;

/** The members of rules that hold a name of the directory. */
const TERMS: Readonly<Record<string, Kind>> = {
  'act.employee': 'employee',
  'act.location': 'location',
  'act.campaign': 'campaign',
  'employee.roles': 'role',
  'employee.homeLocation': 'location',
  'location.region': 'region',
  'item.category': 'category',
};

export function warnOfNames(warnings: Mistakes, policy: Policy, known: KnownNames): void {
  const names = namesOf(known);
  for (const [i, { id, appliesTo, per }] of policy.limits.entries()) {
    const pointer = `/limits/${i}`;
    let isOutOfReach = false;
    for (const [filter, kind] of FILTERS) {
      isOutOfReach =
        warnOfFilter(warnings, names, kind, appliesTo[filter], `${pointer}/appliesTo/${filter}`) ||
        isOutOfReach;
    }
    isOutOfReach = warnOfItems(warnings, names.item, appliesTo.items, pointer) || isOutOfReach;
    if (!isOutOfReach) isOutOfReach = isNowhere(appliesTo, known);
    const counted = per.includes('campaign') && appliesTo.campaigns === undefined && known.locations.size > 0;
    if (isOutOfReach) {
      warnings.note(
        `${pointer}/appliesTo`,
        'limit-unreachable',
        `Nothing in this book's directory can meet what ${id} applies to: no act will ever count in it.`,
        'Correct the names, or add to the directory what they stand for before the policy comes into force.',
      );
    } else if (counted && known.campaigns.size === 0) {
      warnings.note(
        `${pointer}/per`,
        'limit-unreachable',
        `${id} is counted per campaign, and this book has no campaign.`,
        'Add the campaign to the directory before the policy comes into force, or count per something else.',
      );
    }
  }
  for (const [i, { role }] of (policy.authority ?? []).entries()) {
    // A key may carry a role of its own.
    const isKnown = names.role.has(role) || Object.hasOwn(ACCESS_ROLES, role);
    if (!isKnown && isAsked(names, 'role'))
      noteUnknown(warnings, names, 'role', role, `/authority/${i}/role`);
  }
  for (const [i, { when }] of policy.rules.entries()) {
    const condition = compileCondition(when);
    if (condition.ok) warnOfCondition(warnings, names, condition.tree, when, `/rules/${i}/when`);
  }
}

/** @returns whether no value of the filter is known, so that nothing passes it */
function warnOfFilter(
  warnings: Mistakes,
  names: Names,
  kind: Kind,
  values: readonly string[] | undefined,
  pointer: string,
): boolean {
  if (values === undefined || !isAsked(names, kind)) return false;
  let unknown = 0;
  for (const [i, value] of values.entries()) {
    if (names[kind].has(value)) continue;
    unknown++;
    noteUnknown(warnings, names, kind, value, `${pointer}/${i}`);
  }
  return unknown === values.length;
}

function warnOfItems(
  warnings: Mistakes,
  skus: ReadonlySet<string>,
  globs: readonly string[] | undefined,
  pointer: string,
): boolean {
  if (globs === undefined || skus.size === 0 || skus.size * globs.length > MOST_MATCHES) return false;
  let unmatched = 0;
  for (const [i, glob] of globs.entries()) {
    const matches = compileGlob(glob);
    if ([...skus].some(matches)) continue;
    unmatched++;
    const near = nearestName(glob, [...skus].slice(0, MOST_COMPARED));
    warnings.note(
      `${pointer}/appliesTo/items/${i}`,
      'name-unknown',
      `No item of this book's directory matches ${quoted(glob)}.`,
      `${near === undefined ? '' : `Did you mean ${near}? `}Capitals and small letters differ; * stands for anything.`,
    );
  }
  return unmatched === globs.length;
}

/** A directory of many items is not matched against many patterns while others wait. */
const MOST_MATCHES = 200_000;
const MOST_COMPARED = 500;

/** Locations and regions are each known, and no location of the one is in the other. */
function isNowhere({ locations, regions }: AppliesTo, known: KnownNames): boolean {
  if (locations === undefined || regions === undefined) return false;
  return !locations.some((id) => {
    const location = known.locations.get(id);
    return location === undefined || (location.region !== undefined && regions.includes(location.region));
  });
}

function noteUnknown(
  warnings: Mistakes,
  names: Names,
  kind: Kind,
  value: string,
  pointer: string,
  at?: { readonly line: number; readonly column: number },
): void {
  const near = nearestName(value, [...names[kind]].slice(0, MOST_COMPARED));
  const what = kind === 'role' ? 'no employee has the role' : `there is no ${kind}`;
  warnings.note(
    pointer,
    'name-unknown',
    `In this book's directory ${what} ${quoted(value)}.`,
    `${near === undefined ? '' : `Did you mean ${near}? `}Else add it to the directory before the policy comes into force.`,
    at,
  );
}

function warnOfCondition(warnings: Mistakes, names: Names, node: Node, when: string, pointer: string): void {
  if (node.op === '==' || node.op === '!=' || node.op === 'in') {
    const [left, right] = node.args as [Node, Node];
    for (const [term, values] of [
      [left, right.op === 'list' ? (right.args as Node[]) : [right]],
      [right, [left]],
    ] as const) {
      const path = written(term);
      const kind = Object.hasOwn(TERMS, path) ? TERMS[path] : undefined;
      if (kind === undefined || !isAsked(names, kind)) continue;
      for (const value of values) {
        const name = constantOf(value);
        if (typeof name !== 'string' || name === '' || names[kind].has(name)) continue;
        noteUnknown(warnings, names, kind, name, pointer, placeOf(when, value.start));
      }
    }
  }
  for (const part of partsOf(node)) warnOfCondition(warnings, names, part, when, pointer);
}
