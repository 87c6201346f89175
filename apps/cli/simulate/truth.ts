/**
 * What was planted: the answers that detectors, windows, figures and reports are examined against. It never reaches
 * the ledger, which has to find out for itself.
 */
import type { Chain, ChainOptions, SimulatedEmployee, Trait } from './cafe-chain.ts';
import { type EffectsTruth, truthOfEffects } from './effects-truth.ts';
import { CAVEAT } from './figures.ts';
import { type PlantedAct, type PlantedLongYear, plantedLongYears, plantedNightActs } from './planted-acts.ts';

export interface Truth {
  readonly caveat: string;
  readonly options: Required<ChainOptions>;
  readonly idempotencyKeysStartWith: string;
  /** Employee ids by what they are like; `ordinary` ones are left out. */
  readonly staff: Readonly<Record<Exclude<Trait, 'ordinary'>, readonly string[]>>;
  readonly oracles: {
    /** Gives most of what it gives to one customer. */
    readonly onePair?: { readonly employee: string; readonly customer: string };
    /** Gives mostly in the last half-hour of the shift. */
    readonly endOfShift?: { readonly employee: string };
    /** Gives much, for good reasons, to many: must not be convicted. */
    readonly generousAndLegitimate?: { readonly employee: string };
    readonly neverGives?: { readonly employee: string };
    readonly misusers: readonly { readonly employee: string; readonly friends: readonly string[] }[];
    /** Acts around a change of the clocks and the cut-over of that night. */
    readonly clockChange: {
      readonly location: string;
      readonly timeZone: string;
      readonly acts: readonly PlantedAct[];
    };
    /** Fiscal years of 53 weeks, with acts around the edges of their last week; at the location of `clockChange`. */
    readonly longYears: readonly PlantedLongYear[];
    /** Another policy came into force in the middle of a window. */
    readonly policyChange?: PolicyChange;
  };
  /** Absent: nothing is told of what customers did later. */
  readonly effects?: EffectsTruth;
}

export interface PolicyChange {
  readonly on: string;
  readonly at: string;
}

export function truthOf(chain: Chain, policyChange?: PolicyChange): Truth {
  const staff = chain.stores.flatMap((store) => store.staff);
  const having = (trait: Trait): SimulatedEmployee[] => staff.filter((employee) => employee.trait === trait);
  const ids = (trait: Trait) => having(trait).map(({ id }) => id);
  const [pair] = having('one-pair');
  const [clusterer] = ids('end-of-shift');
  const [generous] = ids('generous-legitimate');
  const [never] = ids('never-uses');
  return {
    caveat: CAVEAT,
    options: chain.options,
    idempotencyKeysStartWith: `sim-${chain.fingerprint}-`,
    staff: {
      'never-uses': ids('never-uses'),
      exhausts: ids('exhausts'),
      misuses: ids('misuses'),
      'one-pair': ids('one-pair'),
      'end-of-shift': ids('end-of-shift'),
      'generous-legitimate': ids('generous-legitimate'),
    },
    oracles: {
      ...(pair !== undefined && { onePair: { employee: pair.id, customer: pair.friends[0]! } }),
      ...(clusterer !== undefined && { endOfShift: { employee: clusterer } }),
      ...(generous !== undefined && { generousAndLegitimate: { employee: generous } }),
      ...(never !== undefined && { neverGives: { employee: never } }),
      misusers: having('misuses').map(({ id, friends }) => ({ employee: id, friends })),
      clockChange: {
        location: chain.nightStore.id,
        timeZone: chain.nightStore.timeZone,
        acts: plantedNightActs(chain),
      },
      longYears: plantedLongYears(chain),
      ...(policyChange !== undefined && { policyChange }),
    },
    ...(chain.effects !== undefined && { effects: truthOfEffects(chain, chain.effects) }),
  };
}
