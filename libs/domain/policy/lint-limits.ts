/** Warnings about limits: those that another one always reaches first, and those that do not do what they say. */
import { KINDS, MEASURES, type Measure, TRIGGERS } from '../act/act.ts';
import { isNarrower, normalFilters } from './filters.ts';
import { compileGlob } from './glob.ts';
import { type Mistakes, quoted } from './mistakes.ts';
import {
  type Consequence,
  type Dimension,
  FISCAL_PERIODS,
  type Limit,
  type Policy,
  type Window,
} from './policy.ts';

export function warnOfLimits(warnings: Mistakes, policy: Policy): void {
  const filters = policy.limits.map(({ appliesTo }) => normalFilters(appliesTo));
  for (const [i, limit] of policy.limits.entries()) {
    const pointer = `/limits/${i}`;
    warnOfOne(warnings, limit, pointer);
    const first = policy.limits.findIndex(
      (other, j) =>
        j !== i &&
        isReachedFirst(other, limit) &&
        isNarrower(filters[i]!, filters[j]!) &&
        // Of two that say the same, the later one is the one too many.
        (j < i || !(isReachedFirst(limit, other) && isNarrower(filters[j]!, filters[i]!))),
    );
    if (first >= 0) warnOfShadow(warnings, policy.limits[first]!, first, limit, pointer);
  }
}

function warnOfShadow(
  warnings: Mistakes,
  first: Limit,
  firstIndex: number,
  limit: Limit,
  pointer: string,
): void {
  const measures = MEASURES.filter((measure) => limit.allow[measure] !== undefined);
  const isSame = measures.every((measure) => limit.allow[measure] === first.allow[measure]);
  const measure = measures[0]!;
  const figures = `${first.allow[measure]} ${measure}`;
  warnings.note(
    `${pointer}/allow`,
    'limit-never-binds',
    isSame
      ? `${limit.id} can never bind: ${first.id} (/limits/${firstIndex}) counts at least all of the same acts and allows no more.`
      : `${limit.id} can never bind: ${first.id} (/limits/${firstIndex}) counts at least all of the same acts and allows only ${figures}.`,
    `Take ${limit.id} out, or allow less in it than ${first.id} does.`,
  );
}

const SEVERITY: Readonly<Record<Consequence, number>> = { warn: 0, hold: 1, decline: 2 };

/**
 * Whether `first` is beyond its figures whenever `limit` is, for the acts that both apply to: its buckets hold
 * whole buckets of the other, it allows no more, and what follows is no milder.
 */
function isReachedFirst(first: Limit, limit: Limit): boolean {
  if (SEVERITY[first.beyond] < SEVERITY[limit.beyond]) return false;
  const atMost = (measure: Measure) =>
    (first.allow[measure] ?? Infinity) + (first.carryOver?.upTo[measure] ?? 0);
  if (!MEASURES.every((measure) => (limit.allow[measure] ?? Infinity) >= atMost(measure))) return false;
  if (!isCoarser(first, limit) || !isLonger(first.window, limit.window)) return false;
  if (limit.whenMissing === undefined) return true;
  return (
    first.whenMissing !== undefined &&
    SEVERITY[first.whenMissing] >= SEVERITY[limit.whenMissing] &&
    limit.per.every((dimension) => first.per.includes(dimension)) &&
    limit.window.every === first.window.every
  );
}

/** Every act has one value of these, so a bucket of one act is within a bucket counted by them. */
const OF_EVERY_ACT: ReadonlySet<Dimension> = new Set(['employee', 'location', 'book']);

function isCoarser(first: Limit, limit: Limit): boolean {
  const isOneAct = limit.per.includes('act') || limit.window.every === 'act';
  return first.per.every(
    (dimension) =>
      dimension === 'book' ||
      limit.per.includes(dimension) ||
      (isOneAct && (OF_EVERY_ACT.has(dimension) || dimension === 'act')),
  );
}

/** In each, the windows before it lie whole; weeks lie in no month. */
const CALENDAR = ['day', 'month', 'quarter', 'year'] as const;

function isLonger(first: Window, limit: Window): boolean {
  if (first.every === 'lifetime' || limit.every === 'act') {
    // An act may lack its shift, and is then outside a limit of shifts.
    return first.every !== 'shift';
  }
  if (first.every === 'rolling') return limit.every === 'rolling' && limit.durationMs <= first.durationMs;
  if (first.every === 'week') {
    return limit.every === 'day' || (limit.every === 'week' && limit.startsOn === first.startsOn);
  }
  if (first.every === 'fiscal') {
    if (limit.every === 'day') return true;
    const periods = FISCAL_PERIODS.indexOf(first.period);
    return limit.every === 'fiscal' && FISCAL_PERIODS.indexOf(limit.period) <= periods;
  }
  if (first.every === limit.every) return true;
  const [outer, inner] = [first, limit].map(({ every }) => CALENDAR.indexOf(every as 'day'));
  return inner! >= 0 && inner! < outer!;
}

function warnOfOne(warnings: Mistakes, limit: Limit, pointer: string): void {
  const { id, appliesTo, per, window, allow, beyond } = limit;
  if (allow.count === 0 && beyond === 'warn') {
    warnings.note(
      `${pointer}/allow/count`,
      'every-act-warned',
      `${id} allows no act at all and only warns: every act it applies to will be marked.`,
      'Write beyond: decline to refuse them, or allow as many as are in order.',
    );
  }
  for (const measure of MEASURES) {
    const carried = limit.carryOver?.upTo[measure];
    const allowed = allow[measure];
    if (carried === undefined || allowed === undefined || carried <= allowed * limit.carryOver!.for) continue;
    warnings.note(
      `${pointer}/carryOver/upTo`,
      'carry-over-never-reached',
      `${id} can never carry ${carried} ${measure}: ${limit.carryOver!.for === 1 ? 'the window before leaves' : `the ${limit.carryOver!.for} windows before leave`} at most ${allowed * limit.carryOver!.for}.`,
      `Write upTo: ${allowed * limit.carryOver!.for} to carry all that is left, or less.`,
    );
  }
  if (per.includes('act') && window.every !== 'act' && window.every !== 'shift') {
    warnings.note(
      `${pointer}/window`,
      'window-without-effect',
      `${id} is counted per act, so nothing adds up over its window.`,
      'Write window: act, or leave act out of per to add up what several acts give.',
    );
  }
  for (const [filter, all] of [
    ['kinds', KINDS],
    ['triggers', TRIGGERS],
  ] as const) {
    if (appliesTo[filter]?.length === all.length) {
      warnings.note(
        `${pointer}/appliesTo/${filter}`,
        'filter-without-effect',
        `All ${filter} are listed, so this filters nothing.`,
        `Leave ${filter} out, or name only those that are meant.`,
      );
    }
  }
  for (const [i, glob] of (appliesTo.items ?? []).slice(0, MOST_GLOBS).entries()) {
    const wider = appliesTo
      .items!.slice(0, MOST_GLOBS)
      .find((other) => other !== glob && covers(other, glob));
    if (wider === undefined) continue;
    warnings.note(
      `${pointer}/appliesTo/items/${i}`,
      'filter-without-effect',
      `${quoted(glob)} is already matched by ${quoted(wider)}.`,
      'Take one of them out.',
    );
  }
}

const MOST_GLOBS = 50;

/** Whether all that one pattern matches is matched by the other, where that is plain to see. */
function covers(wider: string, narrower: string): boolean {
  if (!/[*?]/.test(narrower)) return compileGlob(wider)(narrower);
  const start = wider.slice(0, -1);
  return wider.endsWith('*') && !/[*?]/.test(start) && narrower.startsWith(start);
}
