/**
 * The policies of the reference model: every step anybody ever took, as a list, and for each question the list read
 * from its beginning.
 */
import type { Policy } from '../policy/policy.ts';
import type { ReferenceFacts } from './reference-facts.fixture.ts';

export type ModelStage = 'draft' | 'submitted' | 'approved' | 'activated';

interface Step {
  readonly version: number;
  readonly what: 'drafted' | 'edited' | 'submitted' | 'approved' | 'rejected' | 'activated';
  readonly by: string;
  /** Of a draft and of an edit. */
  readonly policy?: Policy;
  /** The version whose words a draft takes up again. */
  readonly again?: number;
}

/** Who does it; `ifMatch`: the edit they have seen. */
export interface By {
  readonly by: string;
  readonly ifMatch?: number | undefined;
}

const STAGES: Readonly<Record<Step['what'], ModelStage>> = {
  drafted: 'draft',
  edited: 'draft',
  rejected: 'draft',
  submitted: 'submitted',
  approved: 'approved',
  activated: 'activated',
};

/** Every step answers what came of it, or the code of the refusal. */
export class ReferencePolicies {
  readonly #facts: Pick<ReferenceFacts, 'started' | 'activations' | 'locations'>;
  readonly #steps: Step[] = [];
  readonly #reviewers = new Set<string>();
  fourEyes = true;

  constructor(facts: Pick<ReferenceFacts, 'started' | 'activations' | 'locations'>) {
    this.#facts = facts;
  }

  /** How many there are: they are numbered from 1. */
  get count(): number {
    return this.#steps.filter(({ what }) => what === 'drafted').length;
  }

  restate(fourEyes: boolean, currency: string): string {
    if (currency !== 'GBP') return 'book-currency-fixed';
    if (fourEyes === this.fourEyes) return 'unchanged';
    this.fourEyes = fourEyes;
    return 'stated';
  }

  draft(policy: Policy, { by }: By): string {
    if (this.#reviewers.has(by)) return 'duties-apart';
    if (policy.currency !== 'GBP') return 'currency-mismatch';
    return this.#take({ version: this.count + 1, what: 'drafted', by, policy });
  }

  edit(version: number, policy: Policy, { by, ifMatch }: By): string {
    const never = this.#never(version, by);
    if (never !== undefined) return never;
    if (this.stage(version) !== 'draft') return 'policy-not-draft';
    if (said(policy) === said(this.words(version))) return 'unchanged';
    if (ifMatch !== this.edits(version)) return 'precondition-failed';
    if (policy.currency !== 'GBP') return 'currency-mismatch';
    return this.#take({ version, what: 'edited', by, policy });
  }

  submit(version: number, { by, ifMatch }: By): string {
    const never = this.#never(version, by);
    if (never !== undefined) return never;
    if (this.stage(version) !== 'draft') return 'policy-not-draft';
    if ((ifMatch ?? this.edits(version)) !== this.edits(version)) return 'precondition-failed';
    return this.#take({ version, what: 'submitted', by });
  }

  approve(version: number, { by, ifMatch }: By): string {
    const never = this.#never(version, by);
    if (never !== undefined) return never;
    if (this.authors(version).includes(by)) return 'self-approval';
    if (this.stage(version) !== 'submitted') return 'policy-not-submitted';
    if ((ifMatch ?? this.edits(version)) !== this.edits(version)) return 'precondition-failed';
    return this.#take({ version, what: 'approved', by });
  }

  /** Open to reviewers: it puts nothing in force. */
  reject(version: number, { by, ifMatch }: By): string {
    if (version > this.count) return 'policy-not-found';
    if (this.stage(version) !== 'submitted') return 'policy-not-submitted';
    if ((ifMatch ?? this.edits(version)) !== this.edits(version)) return 'precondition-failed';
    return this.#take({ version, what: 'rejected', by });
  }

  rollBack(version: number, { by }: By): string {
    const never = this.#never(version, by);
    if (never !== undefined) return never;
    if (!['approved', 'activated'].includes(this.stage(version))) return 'policy-not-approved';
    const policy = this.words(version);
    return this.#take({ version: this.count + 1, what: 'drafted', by, policy, again: version });
  }

  /** @param from epoch ms, @param fromDate at each location: when it is to come in force; neither: at once */
  activate(
    version: number,
    { from, fromDate }: { readonly from?: number; readonly fromDate?: string },
    { by }: By,
    now: number,
  ): string {
    const never = this.#never(version, by);
    if (never !== undefined) return never;
    if (this.fourEyes && (!this.isApproved(version) || this.#wasInForce(version, now))) {
      return 'policy-not-approved';
    }
    this.#facts.activations.push({
      version,
      policy: this.words(version),
      recordedAt: now,
      ...(from !== undefined && from > now ? { from } : {}),
      ...(fromDate === undefined ? {} : { fromDate }),
    });
    return this.#take({ version, what: 'activated', by });
  }

  review(by: string, about: string, shown: boolean): string {
    if (this.#steps.some((step) => step.by === by && step.what !== 'rejected')) return 'duties-apart';
    if (!shown) return 'signal-not-found';
    if (about === by) return 'self-review';
    this.#reviewers.add(by);
    return 'reviewed';
  }

  stage(version: number): ModelStage {
    return STAGES[this.#of(version).at(-1)!.what];
  }

  words(version: number): Policy {
    return this.#of(version).findLast(({ policy }) => policy !== undefined)!.policy!;
  }

  edits(version: number): number {
    return this.#of(version).filter(({ what }) => what === 'edited').length;
  }

  /** Whoever wrote any of it, here or in the version it takes up again. */
  authors(version: number): string[] {
    return this.#of(version).flatMap(({ what, by, again }) => {
      if (what !== 'drafted' && what !== 'edited') return [];
      return again === undefined ? [by] : [by, ...this.authors(again)];
    });
  }

  isApproved(version: number): boolean {
    return this.#of(version).some(({ what }) => what === 'approved');
  }

  status(version: number, now: number): string {
    const started = this.#places().map((place) => this.#facts.started(now, place));
    if (started.some((all) => all.at(-1)?.version === version)) return 'active';
    const of = (all: readonly { readonly version: number }[]) =>
      all.filter((one) => one.version === version).length;
    const activations = of(this.#facts.activations);
    if (started.some((all) => of(all) < activations)) return 'scheduled';
    return activations > 0 ? 'superseded' : this.stage(version);
  }

  #never(version: number, by: string): string | undefined {
    if (this.#reviewers.has(by)) return 'duties-apart';
    return version > this.count ? 'policy-not-found' : undefined;
  }

  #wasInForce(version: number, now: number): boolean {
    return this.#places().some((place) =>
      this.#facts.started(now, place).some((one) => one.version === version),
    );
  }

  /** The locations, and where none is named. */
  #places(): (string | undefined)[] {
    return [undefined, ...this.#facts.locations.keys()];
  }

  #of(version: number): Step[] {
    return this.#steps.filter((step) => step.version === version);
  }

  #take(step: Step): string {
    this.#steps.push(step);
    return step.what;
  }
}

const texts = new WeakMap<Policy, string>();

/** Whatever the order of its members. */
export function said(words: Policy): string {
  let text = texts.get(words);
  if (text === undefined) {
    text = JSON.stringify(words, (_, value: unknown) =>
      value === null || typeof value !== 'object' || Array.isArray(value)
        ? value
        : Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))),
    );
    texts.set(words, text);
  }
  return text;
}
