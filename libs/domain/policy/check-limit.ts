import { KINDS, MEASURES, type Measure, TRIGGERS } from '../act/act.ts';
import { checkCarryOver } from './check-carry-over.ts';
import { isMeasure, readFigure } from './check-figure.ts';
import { checkWindow } from './check-window.ts';
import {
  asMembers,
  type Members,
  type Mistakes,
  member,
  noteUnknownFields,
  own,
  quoted,
  readChoice,
  readList,
  readText,
} from './mistakes.ts';
import {
  type AppliesTo,
  CONSEQUENCES,
  type Consequence,
  DIMENSIONS,
  type Dimension,
  type Limit,
} from './policy.ts';

export const LONGEST_TITLE = 200;
export const MOST_VALUES = 500;

const LIMIT_FIELDS = [
  'id',
  'title',
  'appliesTo',
  'per',
  'window',
  'allow',
  'carryOver',
  'beyond',
  'whenMissing',
] as const;

/** Dimensions that every act has a value for. */
const ALWAYS_THERE: ReadonlySet<Dimension> = new Set(['act', 'employee', 'location', 'book']);

export function checkConsequence(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  field: string,
): Consequence | undefined {
  if (value === undefined) {
    return mistakes.note(
      pointer,
      'field-missing',
      `${field} is missing: what follows must be said.`,
      `Write ${field}: decline, ${field}: hold or ${field}: warn.`,
    );
  }
  return readChoice(mistakes, value, pointer, 'consequence', CONSEQUENCES, 'consequence-unknown');
}

/**
 * `id` is checked by the caller, who sees all ids.
 * @param fiscal whether the book has a fiscal calendar; undefined: not known here
 */
export function checkLimit(
  mistakes: Mistakes,
  limit: Members,
  pointer: string,
  id: string | undefined,
  fiscal?: boolean,
): Limit | undefined {
  const before = mistakes.noted.length;
  noteUnknownFields(mistakes, limit, pointer, LIMIT_FIELDS, 'A limit');
  const titled = own(limit, 'title') ?? undefined;
  const title =
    titled === undefined
      ? undefined
      : readText(mistakes, titled, member(pointer, 'title'), 'A title', LONGEST_TITLE);
  const appliesTo = checkAppliesTo(mistakes, own(limit, 'appliesTo'), member(pointer, 'appliesTo'));
  const per = checkPer(mistakes, own(limit, 'per'), member(pointer, 'per'));
  const window = checkWindow(mistakes, own(limit, 'window'), member(pointer, 'window'), fiscal);
  const allow = checkFigures(mistakes, own(limit, 'allow'), member(pointer, 'allow'), ALLOW);
  const carryOver = checkCarryOver(mistakes, own(limit, 'carryOver') ?? undefined, pointer, {
    per,
    window,
    allow,
  });
  const beyond = checkConsequence(mistakes, own(limit, 'beyond'), member(pointer, 'beyond'), 'beyond');
  const missing = own(limit, 'whenMissing') ?? undefined;
  const missingPointer = member(pointer, 'whenMissing');
  const whenMissing =
    missing === undefined ? undefined : checkConsequence(mistakes, missing, missingPointer, 'whenMissing');
  if (
    whenMissing !== undefined &&
    per?.every((dimension) => ALWAYS_THERE.has(dimension)) &&
    window !== undefined &&
    window.every !== 'shift'
  ) {
    mistakes.note(
      missingPointer,
      'when-missing-useless',
      `Every act has ${per.map((d) => (d === 'act' ? 'itself' : `a ${d}`)).join(' and ')}, so whenMissing can never apply.`,
      'Leave whenMissing out, or count per something an act may lack: customer, incident, campaign, region, role.',
    );
  }
  if (mistakes.noted.length > before || id === undefined) return undefined;
  if (per === undefined || window === undefined || allow === undefined || beyond === undefined)
    return undefined;
  return {
    id,
    ...(title === undefined ? {} : { title }),
    appliesTo: appliesTo ?? {},
    per,
    window,
    allow,
    ...(carryOver === undefined ? {} : { carryOver }),
    beyond,
    ...(whenMissing === undefined ? {} : { whenMissing }),
  };
}

export const FILTERS = {
  kinds: 'comp, refund',
  triggers: 'recovery',
  items: '"coffee/*"',
  roles: 'barista',
  locations: 'soho',
  regions: 'london',
  campaigns: 'summer-kindness',
  channels: 'till',
  reasons: 'long-wait',
} as const;
type Filter = keyof typeof FILTERS;
const FILTER_NAMES = Object.keys(FILTERS) as Filter[];

function readFilterValue(
  mistakes: Mistakes,
  filter: Filter,
  item: unknown,
  pointer: string,
): string | undefined {
  if (filter === 'kinds') {
    if (item === 'void') {
      return mistakes.note(
        pointer,
        'kind-unknown',
        'A void was never made and cost nothing: it is no act, and none will ever be recorded.',
        `Write some of: ${KINDS.join(', ')}.`,
      );
    }
    return readChoice(mistakes, item, pointer, 'kind of act', KINDS, 'kind-unknown');
  }
  if (filter === 'triggers')
    return readChoice(mistakes, item, pointer, 'trigger', TRIGGERS, 'trigger-unknown');
  return readText(mistakes, item, pointer, `A value of ${filter}`, filter === 'items' ? 256 : 128);
}

function checkAppliesTo(mistakes: Mistakes, value: unknown, pointer: string): AppliesTo | undefined {
  if (value === undefined) return {};
  const filters = asMembers(value);
  if (filters === undefined) {
    return mistakes.note(
      pointer,
      'not-an-object',
      `appliesTo must name fields and their values, and is ${quoted(value)}.`,
      'Write for example { kinds: [comp], items: ["coffee/*"] }, or leave it out to let every act match.',
    );
  }
  noteUnknownFields(mistakes, filters, pointer, FILTER_NAMES, 'appliesTo');
  const read: Partial<Record<Filter, readonly string[]>> = {};
  for (const filter of FILTER_NAMES) {
    if (!Object.hasOwn(filters, filter)) continue;
    const values = readList(
      mistakes,
      filters[filter],
      member(pointer, filter),
      FILTERS[filter],
      MOST_VALUES,
      (item, at) => readFilterValue(mistakes, filter, item, at),
    );
    if (values !== undefined) read[filter] = values;
  }
  return read as AppliesTo;
}

function checkPer(mistakes: Mistakes, value: unknown, pointer: string): readonly Dimension[] | undefined {
  const names = `Write a list of: ${DIMENSIONS.join(', ')}.`;
  if (value === undefined) {
    return mistakes.note(
      pointer,
      'field-missing',
      'per is missing: a limit is counted per something.',
      names,
    );
  }
  if (Array.isArray(value) && value.length === 0) {
    return mistakes.note(
      pointer,
      'per-empty',
      'per is empty, and a limit is counted per something.',
      'To count everything in the book together, write per: [book].',
    );
  }
  return readList(mistakes, value, pointer, 'employee', DIMENSIONS.length, (item, at) =>
    readChoice(mistakes, item, at, 'dimension', DIMENSIONS, 'dimension-unknown'),
  );
}

const ALLOW = {
  field: 'allow',
  missing: 'allow is missing: how much is allowed must be said.',
  emptyCode: 'allow-empty',
  empty: 'allow bounds nothing.',
  example: 'Write for example { count: 10 } or { costMinor: 50000 } (minor units: 50000 is 500.00).',
};

/** Figures by measure, at least one. */
export function checkFigures(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  { field, missing, emptyCode, empty, example }: typeof ALLOW,
): Readonly<Partial<Record<Measure, number>>> | undefined {
  if (value === undefined) return mistakes.note(pointer, 'field-missing', missing, example);
  const figures = asMembers(value);
  if (figures === undefined) {
    return mistakes.note(
      pointer,
      'not-an-object',
      `${field} must name a measure, and is ${quoted(value)}.`,
      example,
    );
  }
  const names = Object.keys(figures);
  if (names.length === 0) {
    return mistakes.note(pointer, emptyCode, empty, example);
  }
  const read: Partial<Record<Measure, number>> = {};
  for (const name of names) {
    const at = member(pointer, name);
    if (!isMeasure(mistakes, name, at, MEASURES)) continue;
    const figure = readFigure(mistakes, figures[name], at, name);
    if (figure !== undefined) read[name] = figure;
  }
  return Object.keys(read).length === names.length ? read : undefined;
}
