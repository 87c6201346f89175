/** What an answer took for granted because the question left it open. */
import type { AskedAct } from '../act/act.ts';
import { KINDS, TRIGGERS } from '../act/act.ts';
import { type CompiledLimit, compilePolicy } from '../policy/compile.ts';
import { calendarOf } from './location-calendar.ts';
import { FUTURE_TOLERANCE_MS } from './occurred.ts';
import type { Possible, PossibleQuery, Variant } from './possible.ts';
import { rankOf, stopsOn } from './possible-order.ts';
import { STANDING_WORDS } from './possible-words.ts';
import type { BookState } from './state.ts';

const ABSENT = ['item', 'customer', 'incident', 'campaign', 'shift', 'channel', 'reason'] as const;

export interface Assumption {
  readonly about: (typeof ABSENT)[number] | 'location' | 'kind' | 'trigger' | 'value' | 'amount' | 'at';
  /** What was taken, where it is a single one. */
  readonly value?: string;
  /** Limits and rules that would be seen differently otherwise. */
  readonly guardrails?: readonly string[];
  readonly sentence: string;
}

export function assumptionsOf(
  state: BookState,
  query: PossibleQuery,
  possible: Possible,
): readonly Assumption[] {
  return [
    ...locationTaken(state, query, possible),
    ...kindsTaken(query, possible),
    ...leftOut(state, query, possible),
    ...valueTaken(query, possible),
    ...amountsUnknown(possible),
    ...(query.at > query.now + FUTURE_TOLERANCE_MS
      ? [{ about: 'at' as const, sentence: 'As if nothing else were given until then.' }]
      : []),
  ];
}

function locationTaken(
  state: BookState,
  query: PossibleQuery,
  { location }: Possible,
): readonly Assumption[] {
  if (query.location !== undefined) return [];
  const home = state.employees.get(query.employee)?.homeLocation === location;
  const why = home ? 'the home location' : 'where they acted last';
  return [{ about: 'location', value: location, sentence: `At ${location}: ${why}.` }];
}

/** For every kind, or only for those that nothing but a limit keeps back; and whether what stops first counts them all. */
function kindsTaken(query: PossibleQuery, possible: Possible): readonly Assumption[] {
  const assumptions: Assumption[] = [];
  const open = [
    ...(query.kind === undefined ? (['kind'] as const) : []),
    ...(query.trigger === undefined ? (['trigger'] as const) : []),
  ];
  if (open.length === 0) return [];
  const [about] = open;
  assumptions.push({ about: about!, sentence: `For any ${open.join(' and ')}, whatever applies to it.` });
  for (const variant of possible.aside) {
    const speaking = variant.act.guardrails.find(
      (one) => (!('limit' in one) || one.missing !== undefined) && rankOf(one.finding) > 0,
    );
    if (speaking === undefined) continue;
    const name =
      'rule' in speaking ? speaking.rule : 'limit' in speaking ? speaking.limit : speaking.standing;
    const follows = { warn: 'is noted', hold: 'needs approval', decline: 'is declined' }[
      speaking.finding as 'warn' | 'hold' | 'decline'
    ];
    const why =
      'rule' in speaking
        ? speaking.message
        : 'standing' in speaking
          ? `${STANDING_WORDS[speaking.standing]}.`
          : `see ${name}.`;
    assumptions.push({
      about: about!,
      guardrails: [name],
      sentence: `Not for ${wordsOf(variant, query)}, which ${follows} whatever is left: ${why}`,
    });
  }
  const binding = possible.guardrails.find((one) => stopsOn(one) !== undefined);
  if (binding !== undefined && 'limit' in binding.receipt) {
    const kinds = new Set(possible.variants.flatMap((variant) => variant.kinds));
    const triggers = new Set(possible.variants.flatMap((variant) => variant.triggers));
    const { limit } = binding.receipt;
    const only = [
      ...(binding.kinds.size < kinds.size ? [[...binding.kinds].join(', ')] : []),
      ...(binding.triggers.size < triggers.size ? [[...binding.triggers].join(', ')] : []),
    ];
    if (only.length > 0) {
      const sentence = `What stops first, ${limit}, speaks of ${only.join(' as ')} only.`;
      assumptions.push({ about: about!, guardrails: [limit], sentence });
    }
  }
  return assumptions;
}

function wordsOf({ kinds, triggers }: Variant, query: PossibleQuery): string {
  const ofKinds = query.kind === undefined && kinds.length < KINDS.length ? kinds.join(', ') : 'acts';
  const ofTriggers =
    query.trigger === undefined && triggers.length < TRIGGERS.length ? ` as ${triggers.join(', ')}` : '';
  return `${ofKinds}${ofTriggers}`;
}

/** Limits that would speak if something were named that the question does not name. */
function leftOut(state: BookState, query: PossibleQuery, possible: Possible): readonly Assumption[] {
  if (possible.policyVersion === null) return [];
  const spoken = new Set(
    possible.guardrails.flatMap(({ receipt }) => ('limit' in receipt ? [receipt.limit] : [])),
  );
  const out = new Map<(typeof ABSENT)[number], string[]>();
  for (const compiled of compilePolicy(state.policies.get(possible.policyVersion)!.policy).limits) {
    if (spoken.has(compiled.limit.id)) continue;
    for (const absent of absentFor(compiled, state, query, possible)) {
      const limits = out.get(absent);
      if (limits === undefined) out.set(absent, [compiled.limit.id]);
      else limits.push(compiled.limit.id);
    }
  }
  return ABSENT.flatMap((about) => {
    const limits = out.get(about);
    if (limits === undefined) return [];
    const sentence = `No ${about} is named, so these are left out: ${limits.join(', ')}.`;
    return [{ about, guardrails: limits, sentence }];
  });
}

/** What is not named and would have to be for the limit to apply; none where something named keeps it from applying. */
function absentFor(
  compiled: CompiledLimit,
  state: BookState,
  query: PossibleQuery,
  { variants, location }: Possible,
): readonly (typeof ABSENT)[number][] {
  const { appliesTo, per, window } = compiled.limit;
  const absent = ABSENT.filter((name) => query[name] === undefined).filter((name) => {
    if (name === 'item') return appliesTo.items !== undefined;
    if (name === 'shift') return window.every === 'shift';
    if (name === 'channel') return appliesTo.channels !== undefined;
    if (name === 'reason') return appliesTo.reasons !== undefined;
    return per.includes(name) || (name === 'campaign' && appliesTo.campaigns !== undefined);
  });
  if (absent.length === 0) return [];
  const where = state.locations.get(location);
  // A pattern matches its own text.
  const named: Partial<AskedAct> = {
    ...(query.item === undefined && appliesTo.items !== undefined
      ? { item: { sku: appliesTo.items[0]!, quantity: 1 } }
      : {}),
    campaign: query.campaign ?? appliesTo.campaigns?.[0] ?? '',
    channel: query.channel ?? appliesTo.channels?.[0] ?? '',
    reason: query.reason ?? appliesTo.reasons?.[0] ?? '',
  };
  const applies = variants.some(({ kinds, triggers, act }) =>
    compiled.applies({
      asked: { ...act.asked, ...named, kind: kinds[0]!, trigger: triggers[0]! },
      id: '',
      book: state.id,
      occurredAt: act.occurredAt,
      businessDate: act.businessDate,
      amounts: act.amounts,
      employee: state.employees.get(query.employee),
      location: where,
      item: undefined,
      calendar: calendarOf(state, location),
    }),
  );
  return applies ? absent : [];
}

function valueTaken(query: PossibleQuery, { guardrails }: Possible): readonly Assumption[] {
  if (query.item !== undefined) return [];
  const ofValue = guardrails.flatMap(({ receipt }) =>
    'limit' in receipt && Object.keys(receipt.measures).some((measure) => measure !== 'count')
      ? [receipt.limit]
      : [],
  );
  if (ofValue.length === 0) return [];
  const sentence =
    'Without an item an act is taken to be worth nothing; costMinor and retailMinor say how much it may be.';
  return [{ about: 'value', guardrails: [...new Set(ofValue)], sentence }];
}

function amountsUnknown({ guardrails, unforeseen }: Possible): readonly Assumption[] {
  return [
    ...guardrails.flatMap(({ receipt, shown }): Assumption[] => {
      if (shown || !('rule' in receipt)) return [];
      const sentence = `Beyond these figures only asking tells whether ${receipt.rule} speaks: it depends on the amount.`;
      return [{ about: 'amount', guardrails: [receipt.rule], sentence }];
    }),
    ...unforeseen.map(({ rule, dependsOn }): Assumption => {
      const sentence = `Whether ${rule} speaks depends on ${dependsOn.join(' and ')} together: ask with the amounts.`;
      return { about: 'amount', guardrails: [rule], sentence };
    }),
  ];
}
