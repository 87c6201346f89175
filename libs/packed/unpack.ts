/** Reads packed events as events again. */
import type { Amounts, AskedAct } from '../domain/act/act.ts';
import type { BookEvent, GuardrailReceipt } from '../domain/book/events.ts';
import { unpackColumns } from './number-columns.ts';
import {
  COLUMNS,
  type ColumnName,
  HAS,
  type Named,
  OTHER,
  type PackedEvents,
  SORTS,
  type Texts,
} from './packed-events.ts';

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
