/** Counts what became of what was sent: of acts in detail, of other facts how many. */
import { describeProblem, problemOf } from '../client.ts';
import type { SimulatedAct, SimulatedFact } from './bodies.ts';

/** The parts of an act's reply that are counted. */
interface DecidedBody {
  readonly status?: string;
  readonly breaches?: readonly unknown[];
  readonly decision?: {
    readonly guardrails?: readonly { readonly id?: string; readonly finding?: string }[];
  };
}

export class Tally {
  readonly #startedAt = performance.now();
  /** Acts. */
  sent = 0;
  accepted = 0;
  declined = 0;
  /** Waiting for somebody's approval, or reserved: no spend yet. */
  waiting = 0;
  /** Accepted as facts, beyond a limit. */
  breached = 0;
  /** The ledger had them already. */
  replayed = 0;
  /** Other facts that were recorded, by what they are. */
  readonly told = new Map<string, number>();
  readonly byKind = new Map<string, number>();
  /** Declines by the guardrail that asked for them; one act may have several. */
  readonly declinedBy = new Map<string, number>();
  /** Neither accepted, declined nor waiting: nothing was recorded. */
  readonly refused = new Map<string, { count: number; readonly example: string }>();

  add(fact: SimulatedFact, status: number, body: unknown, replayed: boolean): void {
    if (fact.what === 'act') this.#addAct(fact, status, body, replayed);
    else if (status !== 201) this.#refuse(fact, status, body);
    else {
      increment(this.told, fact.what);
      if (replayed) this.replayed++;
    }
  }

  #addAct(act: SimulatedAct, status: number, body: unknown, replayed: boolean): void {
    this.sent++;
    increment(this.byKind, act.body.kind);
    if (status !== 201 && status !== 200) {
      this.#refuse(act, status, body);
      return;
    }
    const decided = (body ?? {}) as DecidedBody;
    if (replayed) this.replayed++;
    if (decided.status === 'accepted') this.accepted++;
    else if (decided.status === 'declined') this.declined++;
    else if (decided.status === 'pending_approval' || decided.status === 'reserved') this.waiting++;
    else {
      this.#refuse(act, status, { code: 'unknown-status', detail: `status ${decided.status}` });
      return;
    }
    if ((decided.breaches?.length ?? 0) > 0) this.breached++;
    if (decided.status !== 'declined') return;
    for (const { id, finding } of decided.decision?.guardrails ?? []) {
      if (finding === 'decline' && id !== undefined) increment(this.declinedBy, id);
    }
  }

  #refuse(fact: SimulatedFact, status: number, body: unknown): void {
    const problem = problemOf(body);
    const code = problem.code ?? `http-${status}`;
    const known = this.refused.get(code);
    if (known !== undefined) known.count++;
    else
      this.refused.set(code, {
        count: 1,
        example: `${fact.idempotencyKey}: ${describeProblem(status, problem)}`,
      });
  }

  get refusedCount(): number {
    return [...this.refused.values()].reduce((sum, { count }) => sum + count, 0);
  }

  summary() {
    const seconds = (performance.now() - this.#startedAt) / 1_000;
    const all = [...this.told.values()].reduce((sum, count) => sum + count, this.sent);
    return {
      sent: this.sent,
      told: Object.fromEntries(this.told),
      accepted: this.accepted,
      declined: this.declined,
      waiting: this.waiting,
      breached: this.breached,
      replayed: this.replayed,
      refused: Object.fromEntries(this.refused),
      byKind: Object.fromEntries(this.byKind),
      declinedBy: Object.fromEntries([...this.declinedBy].sort((a, b) => b[1] - a[1])),
      seconds: Math.round(seconds * 1_000) / 1_000,
      perSecond: Math.round(all / Math.max(seconds, 0.001)),
    };
  }
}

function increment(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
