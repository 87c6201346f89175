/**
 * Given-when-then beside a policy, played against the pure domain.
 *
 *     given: { book, locations, employees, items, campaigns }     # the directory, as the API takes it
 *     act: { … }                                                  # the usual act; steps say what differs
 *     scenarios:
 *       - name: …
 *         steps:
 *           - at: 2026-11-16T08:00:00Z    # the clock from here on; the first step has one
 *             when: { act: {…}, times: 3, as: name }   # null takes a member away; a list of employees: each in turn
 *             # or: when: { reverse: name }, or no `when` at all
 *             then: { status, findings: { guardrail: finding }, remaining: [{ limit, key, <measure>: n }] }
 *
 * `findings`, where given, are all of the act's guardrails: one too many fails as well.
 */
import { readFileSync } from 'node:fs';
import { type AskedAct, MEASURES, type Measure } from '../../libs/domain/act/act.ts';
import { bucketsOf } from '../../libs/domain/book/allowances.ts';
import type { Command } from '../../libs/domain/book/commands.ts';
import { type Context, decide } from '../../libs/domain/book/decide.ts';
import { Draft } from '../../libs/domain/book/draft.ts';
import type { ActAccepted, ActDeclined, BookEvent } from '../../libs/domain/book/events.ts';
import { evolve } from '../../libs/domain/book/evolve.ts';
import { initialState } from '../../libs/domain/book/state.ts';
import type { Book, Campaign, Employee, Item, Location } from '../../libs/domain/directory/directory.ts';
import type { Policy } from '../../libs/domain/policy/policy.ts';
import { parseInstant } from '../../libs/domain/time/instant.ts';
import { readDocument } from '../../libs/platform/located-document.ts';

type Key = Readonly<Record<string, string>>;
interface Then {
  readonly status?: 'accepted' | 'declined';
  readonly findings?: Readonly<Record<string, string>>;
  readonly remaining?: readonly ({ readonly limit: string; readonly key: Key } & Partial<
    Record<Measure, number>
  >)[];
}
interface Step {
  readonly at?: string;
  readonly when?: {
    readonly act?: Readonly<Record<string, unknown>>;
    readonly times?: number;
    readonly as?: string;
    readonly reverse?: string;
  };
  readonly then: Then;
}
export interface Scenario {
  readonly name: string;
  readonly steps: readonly Step[];
}
export interface ScenarioFile {
  readonly given: {
    readonly book: Pick<Book, 'currency' | 'timeZone' | 'fiscalCalendar'>;
    readonly locations: Readonly<
      Record<string, { timeZone: string; businessDayStartsAt?: string; region?: string }>
    >;
    readonly employees: Readonly<Record<string, Employee>>;
    readonly items?: Readonly<Record<string, Item>>;
    readonly campaigns?: Readonly<Record<string, Campaign>>;
  };
  readonly act: Readonly<Record<string, unknown>>;
  readonly scenarios: readonly Scenario[];
}

/** What each object of a file may hold: a misspelt expectation must not pass unseen. */
const FIELDS: readonly (readonly [where: RegExp, fields: readonly string[]])[] = [
  [/^$/, ['given', 'act', 'scenarios']],
  [/^\/given$/, ['book', 'locations', 'employees', 'items', 'campaigns']],
  [/^\/scenarios\/\d+$/, ['name', 'steps']],
  [/\/steps\/\d+$/, ['at', 'when', 'then']],
  [/\/when$/, ['act', 'times', 'as', 'reverse']],
  [/\/then$/, ['status', 'findings', 'remaining']],
  [/\/remaining\/\d+$/, ['limit', 'key', ...MEASURES]],
];

export function readScenarios(file: string): ScenarioFile {
  const document = readDocument(readFileSync(file, 'utf8'), 'yaml');
  if (!document.ok) throw new Error(`${file}: ${JSON.stringify(document.problems)}`);
  const walk = (value: unknown, pointer: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const fields = Array.isArray(value) ? undefined : FIELDS.find(([where]) => where.test(pointer))?.[1];
    for (const [name, inner] of Object.entries(value)) {
      if (fields !== undefined && !fields.includes(name)) {
        throw new Error(`${file}:${document.locate(`${pointer}/${name}`)?.line}: unknown field ${name}`);
      }
      walk(inner, `${pointer}/${name}`);
    }
  };
  walk(document.value, '');
  return document.value as ScenarioFile;
}

/** What a step led to, in the form in which it says what it expects. */
export interface Played {
  readonly line: string;
  readonly expected: Then;
  readonly found: Then;
}

export function play(file: ScenarioFile, policy: Policy, scenario: Scenario): Played[] {
  const { book, locations, employees, items = {}, campaigns = {} } = file.given;
  const state = initialState('scenario');
  const acts = new Map<string, ActAccepted | ActDeclined>();
  const first = scenario.steps[0]?.at;
  if (first === undefined) throw new Error(`${scenario.name}: the first step needs a time`);
  let now = instant(first);
  const run = (command: Command): BookEvent => {
    const revision = state.revision + 1;
    const act = command.type === 'ReverseAct' ? acts.get(command.act) : undefined;
    const context: Context = {
      recordedAt: now,
      actor: 'scenario',
      roles: ['admin'],
      id: `act-${revision}`,
      ...(act && { act: { decided: act } }),
    };
    const decided = decide(new Draft(state), command, context);
    if (!('event' in decided)) throw new Error(`${scenario.name}: ${JSON.stringify(decided)}`);
    evolve(state, decided.event, revision);
    return decided.event;
  };
  run({ type: 'DefineBook', book: { ...book, fourEyes: false } });
  for (const [id, one] of Object.entries(locations)) {
    const location: Location = { businessDayStartsAt: '00:00', ...one };
    run({ type: 'DefineLocation', id, location });
  }
  for (const [id, employee] of Object.entries(employees)) run({ type: 'DefineEmployee', id, employee });
  for (const [sku, item] of Object.entries(items)) run({ type: 'DefineItem', sku, item });
  for (const [id, campaign] of Object.entries(campaigns)) run({ type: 'DefineCampaign', id, campaign });
  run({ type: 'DraftPolicy', policy, source: { format: 'yaml', text: '' } });
  run({ type: 'ActivatePolicy', version: 1 });

  const played: Played[] = [];
  for (const [number, { at, when, then }] of scenario.steps.entries()) {
    if (at !== undefined) now = instant(at);
    const decided: (ActAccepted | ActDeclined)[] = [];
    if (when?.reverse !== undefined) {
      const { id } = acts.get(when.reverse)!;
      run({ type: 'ReverseAct', act: id, reason: 'scenario', asked: {} });
    } else if (when !== undefined) {
      for (const asked of askedActs(file.act, when)) {
        const event = run({ type: 'DecideAct', asked }) as ActAccepted | ActDeclined;
        acts.set(event.id, event);
        if (when.as !== undefined) acts.set(when.as, event);
        decided.push(event);
      }
      if (decided.length === 0) throw new Error(`${scenario.name}: step ${number + 1} asks for nothing`);
    }
    const line = `step ${number + 1}`;
    const remaining = then.remaining?.map((bucket) => {
      const { limit, key, ...measures } = bucket;
      const found = bucketsOf(state, { limit, key, at: now, now });
      if (found === undefined || !('bucket' in found))
        throw new Error(`${scenario.name}: no bucket ${limit}`);
      const names = Object.keys(measures) as Measure[];
      return {
        limit,
        key,
        ...Object.fromEntries(names.map((name) => [name, found.bucket.measures[name]?.remaining])),
      };
    });
    const { remaining: left, ...ofActs } = then;
    for (const [which, event] of decided.entries()) {
      played.push({ line: `${line}, act ${which + 1}`, expected: ofActs, found: foundIn(event, then) });
    }
    if (left !== undefined)
      played.push({ line, expected: { remaining: left }, found: { remaining: remaining! } });
  }
  return played;
}

function foundIn(event: ActAccepted | ActDeclined, { status, findings }: Then): Then {
  const all = event.guardrails.map((receipt) => {
    const id = 'limit' in receipt ? receipt.limit : 'rule' in receipt ? receipt.rule : receipt.standing;
    return [id, receipt.finding] as const;
  });
  return {
    ...(status !== undefined && { status: event.type === 'ActAccepted' ? 'accepted' : 'declined' }),
    ...(findings !== undefined && { findings: Object.fromEntries(all) }),
  };
}

function* askedActs(
  usual: Readonly<Record<string, unknown>>,
  when: NonNullable<Step['when']>,
): Generator<AskedAct> {
  const { employee, ...rest }: Record<string, unknown> = { mode: 'request', ...usual, ...when.act };
  for (const who of [employee].flat()) {
    const members = Object.entries({ ...rest, employee: who }).filter(([, value]) => value !== null);
    const asked = Object.fromEntries(members) as unknown as AskedAct;
    for (let time = 0; time < (when.times ?? 1); time++) yield asked;
  }
}

function instant(text: string): number {
  const at = parseInstant(text);
  if (at === undefined) throw new Error(`${text} is no time`);
  return at;
}
