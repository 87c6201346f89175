/**
 * Recorded events on their way from the thread that reads to the thread that decides: numbers in an array that changes
 * hands, names that come again and again by their number, and of a batch's other texts one text of JSON. Made for the
 * acts that are nearly all of a history: what else there is, or is out of the ordinary, goes as JSON.
 */
import { type Amounts, type AskedAct, KINDS, MODES, TRIGGERS } from '../domain/act/act.ts';
import type { ActAccepted, ActDeclined, BookEvent, GuardrailReceipt } from '../domain/book/events.ts';

export interface PackedEvents {
  /** Of each event a row: see `packAct`. */
  readonly numbers: Float64Array<ArrayBuffer>;
  /** JSON of `Texts`. */
  readonly texts: string;
}

interface Texts {
  /** Names begin anew: there were too many. */
  readonly anew: boolean;
  /** Names that come for the first time; their numbers go on from those before. */
  readonly names: readonly string[];
  /** In the order they are wanted. */
  readonly own: readonly string[];
  readonly guardrails: readonly (readonly GuardrailReceipt[])[];
  readonly others: readonly BookEvent[];
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

/** The first number of a row: an event of `others`, or an act with these members. */
const OTHER = -1;
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

/** Every member that may be asked with: `always`, or its mark in the row, or `never` packed. */
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
    const mark = (ASKED as Readonly<Record<string, number | 'always' | 'never'>>)[member];
    if (mark === undefined || mark === 'never') return undefined;
    if (mark !== 'always') marks |= mark;
  }
  return marks;
}

/** Beyond so many names they are given new numbers. */
const MOST_NAMES = 50_000;

export class Packer {
  readonly #names = new Map<string, number>();
  #numbers: number[] = [];
  #texts = fresh();

  pack(events: readonly BookEvent[]): PackedEvents {
    const anew = this.#names.size > MOST_NAMES;
    if (anew) this.#names.clear();
    this.#numbers = [];
    this.#texts = fresh();
    for (const event of events) this.#packEvent(event);
    const texts: Texts = { anew, ...this.#texts };
    return { numbers: new Float64Array(this.#numbers), texts: JSON.stringify(texts) };
  }

  #packEvent(event: BookEvent): void {
    if (event.type === 'ActAccepted' || event.type === 'ActDeclined') {
      const marks = marksOf(event.asked);
      if (marks !== undefined) {
        this.#packAct(event, marks);
        return;
      }
    }
    this.#numbers.push(OTHER);
    this.#texts.others.push(event);
  }

  #packAct(act: PackedAct, asked: number): void {
    const { type, id, occurredAt, businessDate, amounts, policyVersion, guardrails, recordedAt, actor } = act;
    const { mode, kind, trigger, employee, location, item } = act.asked;
    let marks = asked;
    if (type === 'ActDeclined') marks |= HAS.declined;
    if (policyVersion !== null) marks |= HAS.policyVersion;
    if (guardrails.length > 0) marks |= HAS.guardrails;
    const numbers = this.#numbers;
    numbers.push(
      marks,
      MODES.indexOf(mode),
      KINDS.indexOf(kind),
      TRIGGERS.indexOf(trigger),
      this.#name(employee),
      this.#name(location),
      occurredAt,
      this.#name(businessDate),
      amounts.count,
      amounts.costMinor,
      amounts.retailMinor,
      recordedAt,
      this.#name(actor),
    );
    const { own } = this.#texts;
    own.push(id);
    if (asked !== 0) {
      const { customer, incident, campaign, shift, channel, currency, reason, note } = act.asked;
      if (customer !== undefined) own.push(customer);
      if (incident !== undefined) own.push(incident);
      if (campaign !== undefined) numbers.push(this.#name(campaign));
      if (shift !== undefined) own.push(shift);
      if (channel !== undefined) numbers.push(this.#name(channel));
      if (item !== undefined) numbers.push(this.#name(item.sku), item.quantity);
      if (act.asked.retailMinor !== undefined) numbers.push(act.asked.retailMinor);
      if (act.asked.costMinor !== undefined) numbers.push(act.asked.costMinor);
      if (currency !== undefined) numbers.push(this.#name(currency));
      if (reason !== undefined) numbers.push(this.#name(reason));
      if (note !== undefined) own.push(note);
      if (act.asked.occurredAt !== undefined) numbers.push(act.asked.occurredAt);
    }
    if (policyVersion !== null) numbers.push(policyVersion);
    if (guardrails.length > 0) this.#texts.guardrails.push(guardrails);
  }

  #name(name: string): number {
    let number = this.#names.get(name);
    if (number === undefined) {
      number = this.#names.size;
      this.#names.set(name, number);
      this.#texts.names.push(name);
    }
    return number;
  }
}

function fresh() {
  return {
    names: [] as string[],
    own: [] as string[],
    guardrails: [] as (readonly GuardrailReceipt[])[],
    others: [] as BookEvent[],
  };
}

function nameStated(event: BookEvent): string | undefined {
  if (event.type === 'ItemDefined') return event.sku;
  return event.type === 'EmployeeDefined' || event.type === 'LocationDefined' ? event.id : undefined;
}

const NO_RECEIPTS: readonly GuardrailReceipt[] = [];
const NO_ROLES: readonly string[] = [];

/** Batches in the order they were packed in. */
export class Unpacker {
  readonly #names: string[] = [];
  /** Names of the directory, as its own facts have them: one and the same text is looked up twice as fast as a copy. */
  readonly #directory = new Map<string, string>();

  /** Members that an act does not have are there and undefined: all acts are objects of one shape. */
  unpack({ numbers, texts }: PackedEvents): BookEvent[] {
    const { anew, names, own, guardrails, others } = JSON.parse(texts) as Texts;
    if (anew) this.#names.length = 0;
    for (const other of others) {
      const name = nameStated(other);
      if (name !== undefined && !this.#directory.has(name)) this.#directory.set(name, name);
    }
    for (const name of names) this.#names.push(this.#directory.get(name) ?? name);
    const events: BookEvent[] = [];
    const known = this.#names;
    let n = 0;
    let o = 0;
    let g = 0;
    let e = 0;
    while (n < numbers.length) {
      const marks = numbers[n++]!;
      if (marks === OTHER) {
        events.push(others[e++]!);
        continue;
      }
      const mode = MODES[numbers[n++]!]!;
      const kind = KINDS[numbers[n++]!]!;
      const trigger = TRIGGERS[numbers[n++]!]!;
      const employee = known[numbers[n++]!]!;
      const location = known[numbers[n++]!]!;
      const occurredAt = numbers[n++]!;
      const businessDate = known[numbers[n++]!]!;
      const amounts: Amounts = { count: numbers[n++]!, costMinor: numbers[n++]!, retailMinor: numbers[n++]! };
      const recordedAt = numbers[n++]!;
      const actor = known[numbers[n++]!]!;
      const id = own[o++]!;
      // In the order they were packed in: members of a literal are evaluated from the first to the last.
      const asked = {
        mode,
        kind,
        trigger,
        employee,
        location,
        customer: (marks & HAS.customer) === 0 ? undefined : own[o++],
        incident: (marks & HAS.incident) === 0 ? undefined : own[o++],
        campaign: (marks & HAS.campaign) === 0 ? undefined : known[numbers[n++]!],
        shift: (marks & HAS.shift) === 0 ? undefined : own[o++],
        channel: (marks & HAS.channel) === 0 ? undefined : known[numbers[n++]!],
        item: (marks & HAS.item) === 0 ? undefined : { sku: known[numbers[n++]!]!, quantity: numbers[n++]! },
        retailMinor: (marks & HAS.retailMinor) === 0 ? undefined : numbers[n++],
        costMinor: (marks & HAS.costMinor) === 0 ? undefined : numbers[n++],
        currency: (marks & HAS.currency) === 0 ? undefined : known[numbers[n++]!],
        reason: (marks & HAS.reason) === 0 ? undefined : known[numbers[n++]!],
        note: (marks & HAS.note) === 0 ? undefined : own[o++],
        occurredAt: (marks & HAS.occurredAt) === 0 ? undefined : numbers[n++],
      } as AskedAct;
      const policyVersion = (marks & HAS.policyVersion) === 0 ? null : numbers[n++]!;
      events.push({
        type: (marks & HAS.declined) === 0 ? 'ActAccepted' : 'ActDeclined',
        id,
        asked,
        occurredAt,
        businessDate,
        amounts,
        roles: NO_ROLES,
        policyVersion,
        guardrails: (marks & HAS.guardrails) === 0 ? NO_RECEIPTS : guardrails[g++]!,
        recordedAt,
        actor,
      });
    }
    return events;
  }
}
