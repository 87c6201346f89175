/** Packs recorded events. */
import { type AskedAct, KINDS, MODES, TRIGGERS } from '../domain/act/act.ts';
import type { BookEvent, GuardrailReceipt } from '../domain/book/events.ts';
import { packColumns } from './number-columns.ts';
import {
  ASKED,
  COLUMNS,
  type ColumnName,
  HAS,
  type Named,
  OTHER,
  type PackedAct,
  type PackedEvents,
  sortOf,
  type Texts,
} from './packed-events.ts';

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

const NOTHING_FOUND: readonly GuardrailReceipt[] = [];

/** Receipts are most of an act, and nearly all of them say that it was within its limits: a replay looks at the others. */
function foundSomething(guardrails: readonly GuardrailReceipt[]): readonly GuardrailReceipt[] {
  return guardrails.every(isWithin) ? NOTHING_FOUND : guardrails.filter((receipt) => !isWithin(receipt));
}

function isWithin({ finding }: GuardrailReceipt): boolean {
  return finding === 'within';
}
