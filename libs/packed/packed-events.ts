/**
 * Recorded events in a form that costs little to keep and to read again: a column of numbers for each member of an act,
 * names by their place in a list, and texts as JSON. Made for the acts that are nearly all of a history: what else there
 * is, or is out of the ordinary, goes as JSON. Read by replays, and holds of an act what a replay looks at.
 */
import { type Amounts, type AskedAct, KINDS, MODES, TRIGGERS } from '../domain/act/act.ts';
import type { ActAccepted, ActDeclined, BookEvent, GuardrailReceipt } from '../domain/book/events.ts';
import { packColumns, unpackColumns } from './number-columns.ts';

export interface PackedEvents {
  /** The columns of `COLUMNS`, as `packColumns` has them. */
  readonly numbers: Uint8Array<ArrayBuffer>;
  /** JSON of `Named`. */
  readonly named: string;
  /** JSON of `Texts`. */
  readonly texts: string;
}

/** Whatever is looked for in a history before it is replayed. */
interface Named {
  /** Of the directory, and others that come again and again: columns have their places here. */
  readonly names: readonly string[];
  /** Of the acts that have one, in their order. */
  readonly customers: readonly string[];
  readonly incidents: readonly string[];
  readonly shifts: readonly string[];
  readonly others: readonly BookEvent[];
}

interface Texts {
  readonly ids: readonly string[];
  readonly notes: readonly string[];
  readonly guardrails: readonly (readonly GuardrailReceipt[])[];
}

/** What of an act is packed; the rest a replay finds anew, or has no use for. */
type PackedAct = Pick<
  ActAccepted | ActDeclined,
  | 'type'
  | 'id'
  | 'asked'
  | 'occurredAt'
  | 'businessDate'
  | 'amounts'
  | 'policyVersion'
  | 'guardrails'
  | 'recordedAt'
  | 'actor'
>;

/** `marks` has a number of every event, those up to `actor` of every packed act, the others of the acts that have one. */
const COLUMNS = [
  'marks',
  'sort',
  'employee',
  'location',
  'occurredAt',
  'businessDate',
  'count',
  'costMinor',
  'retailMinor',
  'recordedAt',
  'actor',
  'campaign',
  'channel',
  'sku',
  'quantity',
  'askedRetailMinor',
  'askedCostMinor',
  'currency',
  'reason',
  'askedOccurredAt',
  'policyVersion',
] as const;
type ColumnName = (typeof COLUMNS)[number];

/** Of an event: it is one of `others`, or an act with these members. */
const OTHER = 32_768;
const HAS = {
  declined: 1,
  customer: 2,
  incident: 4,
  campaign: 8,
  shift: 16,
  channel: 32,
  item: 64,
  retailMinor: 128,
  costMinor: 256,
  currency: 512,
  reason: 1_024,
  note: 2_048,
  occurredAt: 4_096,
  policyVersion: 8_192,
  guardrails: 16_384,
} as const;

/** Every member that may be asked with: `always`, or its mark, or `never` packed. */
const ASKED = {
  mode: 'always',
  kind: 'always',
  trigger: 'always',
  employee: 'always',
  location: 'always',
  customer: HAS.customer,
  incident: HAS.incident,
  campaign: HAS.campaign,
  shift: HAS.shift,
  channel: HAS.channel,
  item: HAS.item,
  retailMinor: HAS.retailMinor,
  costMinor: HAS.costMinor,
  currency: HAS.currency,
  reason: HAS.reason,
  note: HAS.note,
  occurredAt: HAS.occurredAt,
  // Only of reservations.
  timeToLiveMs: 'never',
} as const satisfies Record<keyof AskedAct, number | 'always' | 'never'>;

/** The marks of what it was asked with; undefined where that cannot be packed. */
function marksOf(asked: AskedAct): number | undefined {
  if (!MODES.includes(asked.mode) || !KINDS.includes(asked.kind)) return undefined;
  if (!TRIGGERS.includes(asked.trigger)) return undefined;
  let marks = 0;
  for (const member in asked) {
    if (asked[member as keyof AskedAct] === undefined) continue;
    const mark = (ASKED as Readonly<Record<string, number | 'always' | 'never'>>)[member];
    if (mark === undefined || mark === 'never') return undefined;
    if (mark !== 'always') marks |= mark;
  }
  return marks;
}

/** Receipts are most of an act, and nearly all of them say that it was within its limits: a replay looks at the others. */
function foundSomething(guardrails: readonly GuardrailReceipt[]): readonly GuardrailReceipt[] {
  return guardrails.every(isWithin) ? NO_RECEIPTS : guardrails.filter((receipt) => !isWithin(receipt));
}

function isWithin({ finding }: GuardrailReceipt): boolean {
  return finding === 'within';
}

export function pack(events: readonly BookEvent[]): PackedEvents {
  const packing = new Packing();
  for (const event of events) packing.take(event);
  return packing.packed;
}

class Packing {
  readonly #columns = Object.fromEntries(COLUMNS.map((name) => [name, [] as number[]])) as Record<
    ColumnName,
    number[]
  >;
  readonly #places = new Map<string, number>();
  readonly #named = {
    names: [] as string[],
    customers: [] as string[],
    incidents: [] as string[],
    shifts: [] as string[],
    others: [] as BookEvent[],
  };
  readonly #texts = {
    ids: [] as string[],
    notes: [] as string[],
    guardrails: [] as (readonly GuardrailReceipt[])[],
  };

  get packed(): PackedEvents {
    return {
      numbers: packColumns(COLUMNS.map((name) => this.#columns[name])),
      named: JSON.stringify(this.#named satisfies Named),
      texts: JSON.stringify(this.#texts satisfies Texts),
    };
  }

  take(event: BookEvent): void {
    if (event.type === 'ActAccepted' || event.type === 'ActDeclined') {
      const marks = marksOf(event.asked);
      if (marks !== undefined) {
        this.#takeAct(event, marks);
        return;
      }
    }
    this.#columns.marks.push(OTHER);
    this.#named.others.push(event);
  }

  #takeAct(act: PackedAct, asked: number): void {
    const { type, id, occurredAt, businessDate, amounts, policyVersion, recordedAt, actor } = act;
    const { mode, kind, trigger, employee, location } = act.asked;
    const guardrails = foundSomething(act.guardrails);
    let marks = asked;
    if (type === 'ActDeclined') marks |= HAS.declined;
    if (policyVersion !== null) marks |= HAS.policyVersion;
    if (guardrails.length > 0) marks |= HAS.guardrails;
    const columns = this.#columns;
    columns.marks.push(marks);
    columns.sort.push(sortOf(MODES.indexOf(mode), KINDS.indexOf(kind), TRIGGERS.indexOf(trigger)));
    columns.employee.push(this.#placeOf(employee));
    columns.location.push(this.#placeOf(location));
    columns.occurredAt.push(occurredAt);
    columns.businessDate.push(this.#placeOf(businessDate));
    columns.count.push(amounts.count);
    columns.costMinor.push(amounts.costMinor);
    columns.retailMinor.push(amounts.retailMinor);
    columns.recordedAt.push(recordedAt);
    columns.actor.push(this.#placeOf(actor));
    this.#takeAsked(act.asked);
    this.#texts.ids.push(id);
    if (policyVersion !== null) columns.policyVersion.push(policyVersion);
    if (guardrails.length > 0) this.#texts.guardrails.push(guardrails);
  }

  #takeAsked(asked: AskedAct): void {
    const { customer, incident, campaign, shift, channel, item, currency, reason, note } = asked;
    const columns = this.#columns;
    if (customer !== undefined) this.#named.customers.push(customer);
    if (incident !== undefined) this.#named.incidents.push(incident);
    if (campaign !== undefined) columns.campaign.push(this.#placeOf(campaign));
    if (shift !== undefined) this.#named.shifts.push(shift);
    if (channel !== undefined) columns.channel.push(this.#placeOf(channel));
    if (item !== undefined) {
      columns.sku.push(this.#placeOf(item.sku));
      columns.quantity.push(item.quantity);
    }
    if (asked.retailMinor !== undefined) columns.askedRetailMinor.push(asked.retailMinor);
    if (asked.costMinor !== undefined) columns.askedCostMinor.push(asked.costMinor);
    if (currency !== undefined) columns.currency.push(this.#placeOf(currency));
    if (reason !== undefined) columns.reason.push(this.#placeOf(reason));
    if (note !== undefined) this.#texts.notes.push(note);
    if (asked.occurredAt !== undefined) columns.askedOccurredAt.push(asked.occurredAt);
  }

  #placeOf(name: string): number {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.#named.names.push(name) - 1;
      this.#places.set(name, place);
    }
    return place;
  }
}

function sortOf(mode: number, kind: number, trigger: number): number {
  return (mode * KINDS.length + kind) * TRIGGERS.length + trigger;
}

const SORTS = MODES.flatMap((mode) =>
  KINDS.flatMap((kind) => TRIGGERS.map((trigger) => ({ mode, kind, trigger }) as const)),
);
const NO_RECEIPTS: readonly GuardrailReceipt[] = [];
const NO_ROLES: readonly string[] = [];

/** Names of the directory, as its own facts have them: one and the same text is looked up twice as fast as a copy. */
export class DirectoryNames {
  readonly #names = new Map<string, string>();

  see(event: BookEvent): void {
    const name = nameStated(event);
    if (name !== undefined && !this.#names.has(name)) this.#names.set(name, name);
  }

  oneOf(name: string): string {
    return this.#names.get(name) ?? name;
  }
}

function nameStated(event: BookEvent): string | undefined {
  if (event.type === 'ItemDefined') return event.sku;
  return event.type === 'EmployeeDefined' || event.type === 'LocationDefined' ? event.id : undefined;
}

/**
 * Members that an act does not have are there and undefined: all acts are objects of one shape.
 * @param directory of all the events before these
 */
export function unpack(
  { numbers, named, texts }: PackedEvents,
  directory = new DirectoryNames(),
): BookEvent[] {
  const { names, customers, incidents, shifts, others } = JSON.parse(named) as Named;
  const { ids, notes, guardrails } = JSON.parse(texts) as Texts;
  const columns = Object.fromEntries(
    unpackColumns(numbers).map((column, i) => [COLUMNS[i]!, column]),
  ) as Record<ColumnName, Float64Array>;
  const events: BookEvent[] = [];
  for (const other of others) directory.see(other);
  const known = names.map((name) => directory.oneOf(name));
  const at = {
    act: 0,
    other: 0,
    customer: 0,
    incident: 0,
    campaign: 0,
    shift: 0,
    channel: 0,
    item: 0,
    retailMinor: 0,
    costMinor: 0,
    currency: 0,
    reason: 0,
    note: 0,
    occurredAt: 0,
    policyVersion: 0,
    guardrails: 0,
  };
  for (const marks of columns.marks) {
    if (marks === OTHER) {
      events.push(others[at.other++]!);
      continue;
    }
    const act = at.act++;
    const { mode, kind, trigger } = SORTS[columns.sort[act]!]!;
    const amounts: Amounts = {
      count: columns.count[act]!,
      costMinor: columns.costMinor[act]!,
      retailMinor: columns.retailMinor[act]!,
    };
    const item = (marks & HAS.item) === 0 ? -1 : at.item++;
    const asked = {
      mode,
      kind,
      trigger,
      employee: known[columns.employee[act]!]!,
      location: known[columns.location[act]!]!,
      customer: (marks & HAS.customer) === 0 ? undefined : customers[at.customer++],
      incident: (marks & HAS.incident) === 0 ? undefined : incidents[at.incident++],
      campaign: (marks & HAS.campaign) === 0 ? undefined : known[columns.campaign[at.campaign++]!],
      shift: (marks & HAS.shift) === 0 ? undefined : shifts[at.shift++],
      channel: (marks & HAS.channel) === 0 ? undefined : known[columns.channel[at.channel++]!],
      item: item < 0 ? undefined : { sku: known[columns.sku[item]!]!, quantity: columns.quantity[item]! },
      retailMinor: (marks & HAS.retailMinor) === 0 ? undefined : columns.askedRetailMinor[at.retailMinor++],
      costMinor: (marks & HAS.costMinor) === 0 ? undefined : columns.askedCostMinor[at.costMinor++],
      currency: (marks & HAS.currency) === 0 ? undefined : known[columns.currency[at.currency++]!],
      reason: (marks & HAS.reason) === 0 ? undefined : known[columns.reason[at.reason++]!],
      note: (marks & HAS.note) === 0 ? undefined : notes[at.note++],
      occurredAt: (marks & HAS.occurredAt) === 0 ? undefined : columns.askedOccurredAt[at.occurredAt++],
    } as AskedAct;
    events.push({
      type: (marks & HAS.declined) === 0 ? 'ActAccepted' : 'ActDeclined',
      id: ids[act]!,
      asked,
      occurredAt: columns.occurredAt[act]!,
      businessDate: known[columns.businessDate[act]!]!,
      amounts,
      roles: NO_ROLES,
      policyVersion: (marks & HAS.policyVersion) === 0 ? null : columns.policyVersion[at.policyVersion++]!,
      guardrails: (marks & HAS.guardrails) === 0 ? NO_RECEIPTS : guardrails[at.guardrails++]!,
      recordedAt: columns.recordedAt[act]!,
      actor: known[columns.actor[act]!]!,
    });
  }
  return events;
}

/** What is told of packed events without unpacking them, each with its place among them. */
export interface Glance {
  onDay(businessDate: string, place: number): void;
  named(member: 'customer' | 'incident' | 'campaign' | 'shift', value: string, place: number): void;
  /** What is not packed, acts among it: nothing else is told of it. */
  other(event: BookEvent, place: number): void;
}

const GLANCED = (['marks', 'businessDate', 'campaign'] as const).map((name) => COLUMNS.indexOf(name));

/** A tenth of the work of unpacking them. */
export function glanceAt({ numbers, named }: Omit<PackedEvents, 'texts'>, told: Glance): void {
  const { names, customers, incidents, shifts, others } = JSON.parse(named) as Named;
  const [marks, businessDates, campaigns] = unpackColumns(numbers, GLANCED) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const at = { act: 0, other: 0, customer: 0, incident: 0, campaign: 0, shift: 0 };
  for (let place = 0; place < marks.length; place++) {
    const has = marks[place]!;
    if (has === OTHER) {
      told.other(others[at.other++]!, place);
      continue;
    }
    told.onDay(names[businessDates[at.act++]!]!, place);
    if ((has & HAS.customer) !== 0) told.named('customer', customers[at.customer++]!, place);
    if ((has & HAS.incident) !== 0) told.named('incident', incidents[at.incident++]!, place);
    if ((has & HAS.campaign) !== 0) told.named('campaign', names[campaigns[at.campaign++]!]!, place);
    if ((has & HAS.shift) !== 0) told.named('shift', shifts[at.shift++]!, place);
  }
}
