/** The acts of a book that wait: for an approval, or to be committed. All that is needed to settle them. */
import type { Amounts, Mode } from '../act/act.ts';
import { ACT } from './buckets.ts';
import type { ActHeld, ActReserved, CountedIn, GuardrailReceipt } from './events.ts';

export interface OpenAct {
  readonly id: string;
  readonly status: 'pending_approval' | 'reserved';
  /** Epoch ms: falls due then. */
  readonly expiresAt: number;
  /** What it becomes when it falls due. */
  readonly then: 'expire' | 'accept';
  readonly mode: Mode;
  /** With mode `reserve`, where it was asked for. */
  readonly timeToLiveMs?: number;
  readonly amounts: Amounts;
  readonly occurredAt: number;
  readonly businessDate: string;
  readonly buckets: readonly CountedIn[];
  readonly employee: string;
  readonly location: string;
  readonly customer?: string;
  /** Whose key posted it. */
  readonly actor: string;
  readonly policyVersion: number | null;
}

/** Iterable in the order they were opened. */
export class OpenActs {
  readonly #acts = new Map<string, OpenAct>();
  #earliest: number | undefined = Number.POSITIVE_INFINITY;

  get size(): number {
    return this.#acts.size;
  }

  get(act: string): OpenAct | undefined {
    return this.#acts.get(act);
  }

  values(): IterableIterator<OpenAct> {
    return this.#acts.values();
  }

  set(open: OpenAct): void {
    this.delete(open.id);
    this.#acts.set(open.id, open);
    if (this.#earliest !== undefined) this.#earliest = Math.min(this.#earliest, open.expiresAt);
  }

  delete(act: string): void {
    const open = this.#acts.get(act);
    if (open === undefined) return;
    this.#acts.delete(act);
    if (open.expiresAt === this.#earliest) this.#earliest = undefined;
  }

  /** When the next one falls due, epoch ms; infinite: nothing is open. Looks at all of them only after that one has gone. */
  get nextDueAt(): number {
    if (this.#earliest === undefined) {
      this.#earliest = Number.POSITIVE_INFINITY;
      for (const { expiresAt } of this.#acts.values()) this.#earliest = Math.min(this.#earliest, expiresAt);
    }
    return this.#earliest;
  }
}

export function openActOf(event: ActHeld | ActReserved): OpenAct {
  const { asked, amounts, occurredAt, businessDate, policyVersion } = event;
  const { mode, employee, location, customer, timeToLiveMs } = asked;
  return {
    id: event.id,
    status: event.type === 'ActHeld' ? 'pending_approval' : 'reserved',
    expiresAt: event.expiresAt,
    then: event.type === 'ActHeld' ? event.then : 'expire',
    mode,
    ...(timeToLiveMs === undefined ? {} : { timeToLiveMs }),
    amounts,
    occurredAt,
    businessDate,
    buckets: countedIn(event.guardrails),
    employee,
    location,
    ...(customer === undefined ? {} : { customer }),
    actor: event.actor,
    policyVersion,
  };
}

/** The buckets with a memory among those a receipt names. */
export function countedIn(guardrails: readonly GuardrailReceipt[]): readonly CountedIn[] {
  return guardrails.flatMap((receipt) =>
    'limit' in receipt &&
    receipt.missing === undefined &&
    receipt.window.label !== ACT &&
    !('act' in receipt.key)
      ? [{ limit: receipt.limit, label: receipt.window.label, key: receipt.key }]
      : [],
  );
}
