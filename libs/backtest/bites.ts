/** How often each guardrail bit, and on how much: as recorded, and under the candidate. */
import type { Amounts } from '../domain/act/act.ts';
import type { ActDecision } from '../domain/book/events.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { type Bite, guardrailName } from './outcome.ts';
import type { Bites, GuardrailFigures } from './report.ts';
import { addTo, nothing } from './sums.ts';

type Side = 'recorded' | 'candidate';
type Counting = { -readonly [K in keyof Bites]: Bites[K] };

export class BitesOfGuardrails {
  readonly #sides = { recorded: new Map<string, Counting>(), candidate: new Map<string, Counting>() };

  add(side: Side, { guardrails, amounts }: ActDecision): void {
    let declining: string | undefined;
    let several = false;
    // A limit counted per role bites once on an act, in however many of its buckets.
    let bitten: Set<string> | undefined;
    for (const receipt of guardrails) {
      const { finding } = receipt;
      if (finding === 'within') continue;
      const name = guardrailName(receipt);
      if (finding === 'decline') {
        several ||= declining !== undefined && declining !== name;
        declining = name;
      }
      bitten ??= new Set();
      if (bitten.has(name)) continue;
      bitten.add(name);
      this.#count(side, name, finding, amounts);
    }
    if (declining !== undefined && !several) this.#of(side, declining).alone++;
  }

  #count(side: Side, name: string, finding: Bite, amounts: Amounts): void {
    const bites = this.#of(side, name);
    addTo(bites, amounts);
    bites[finding]++;
  }

  #of(side: Side, name: string): Counting {
    let bites = this.#sides[side].get(name);
    if (bites === undefined) {
      bites = neverBitten();
      this.#sides[side].set(name, bites);
    }
    return bites;
  }

  /** Every guardrail of the candidate in its order, then those that only the recorded decisions knew. */
  figures(candidate: Policy): GuardrailFigures[] {
    const titles = new Map<string, string | undefined>();
    for (const { id, title } of candidate.limits) titles.set(`limit ${id}`, title);
    for (const { id, title } of candidate.rules) titles.set(`rule ${id}`, title);
    const { recorded, candidate: now } = this.#sides;
    const others = [...new Set([...recorded.keys(), ...now.keys()])].filter((name) => !titles.has(name));
    for (const name of others.sort()) titles.set(name, undefined);
    return [...titles].map(([guardrail, title]) => ({
      guardrail,
      ...(title === undefined ? {} : { title }),
      recorded: { ...(recorded.get(guardrail) ?? neverBitten()) },
      candidate: { ...(now.get(guardrail) ?? neverBitten()) },
    }));
  }
}

function neverBitten(): Counting {
  return { ...nothing(), warn: 0, hold: 0, decline: 0, alone: 0 };
}
