/** The rates that follow from planted effects: what a measurement, taken from the ledger alone, has to come to. */
import { type Kind, TRIGGERS, type Trigger } from '../../../libs/domain/act/act.ts';
import { namesIncidentShare } from './acts.ts';
import type { Chain } from './cafe-chain.ts';
import {
  type Effects,
  everByKind,
  liftOfTreated,
  meanOfReasons,
  regularReturnedBy,
  returnedBy,
  spentBy,
} from './effects.ts';
import { observedUntil } from './facts.ts';
import * as figures from './figures.ts';

/** Shares that have come back 30 and 90 days later, and what is spent by then in minor units for each of them all. */
export interface Followed {
  readonly returned30: number;
  readonly returned90: number;
  readonly spent30Minor: number;
  readonly spent90Minor: number;
}

export interface EffectsTruth {
  readonly planted: Effects;
  readonly observedUntil: string;
  /**
   * Of customers met once (`guest-…`), after an act that names no campaign; a shift from a date on is left out. Others
   * are regulars (`card-…`), who come whatever is given.
   */
  readonly acts: {
    readonly byKind: Readonly<Record<Trigger, Readonly<Partial<Record<Kind, Followed>>>>>;
    readonly byTrigger: Readonly<Record<Trigger, Followed>>;
  };
  readonly regulars: { readonly returned30: number; readonly returned90: number };
  readonly incidents: {
    readonly untreatedShare: number;
    readonly minutesToAct: { readonly median: number; readonly p90: number };
    readonly treated: Followed;
    readonly untreated: Followed;
    /** What the act adds where reasons are the same: of those who were treated. */
    readonly matched: { readonly returned30: number; readonly returned90: number };
    /** What a plain comparison finds, because other reasons are left untreated. */
    readonly naive: { readonly returned30: number; readonly returned90: number };
  };
  readonly campaigns: readonly {
    readonly id: string;
    readonly lot: { readonly share: number; readonly seed: string };
    readonly drawn: Followed;
    readonly notDrawn: Followed;
    /** By intention to treat: drawn against not drawn, whatever was given. */
    readonly effect: { readonly returned30: number; readonly returned90: number };
  }[];
}

export function truthOfEffects(chain: Chain, effects: Effects): EffectsTruth {
  const followed = (ever: number): Followed => ({
    returned30: returnedBy(effects, ever, 30),
    returned90: returnedBy(effects, ever, 90),
    spent30Minor: spentBy(effects, ever, 30),
    spent90Minor: spentBy(effects, ever, 90),
  });
  const difference = (ever: number) => ({
    returned30: returnedBy(effects, ever, 30),
    returned90: returnedBy(effects, ever, 90),
  });
  const kindsOf = (trigger: Trigger) => figures.KINDS_BY_TRIGGER[trigger];
  const byTrigger = (trigger: Trigger): Followed => {
    const all = kindsOf(trigger).reduce((sum, [, weight]) => sum + weight, 0);
    const ever = kindsOf(trigger).reduce(
      (sum, [kind, weight]) => sum + (weight / all) * everByKind(effects, trigger, kind),
      0,
    );
    return followed(ever);
  };
  const lift = liftOfTreated(effects, namesIncidentShare);
  const treated = meanOfReasons(effects, figures.REASONS_BY_TRIGGER.recovery) + lift;
  const untreated = meanOfReasons(effects, Object.entries(effects.untreatedReasons));
  const { from, to } = effects.minutesToAct;
  return {
    planted: effects,
    observedUntil: new Date(observedUntil(chain)).toISOString(),
    acts: {
      byKind: Object.fromEntries(
        TRIGGERS.map((trigger) => [
          trigger,
          Object.fromEntries(
            kindsOf(trigger).map(([kind]) => [kind, followed(everByKind(effects, trigger, kind))]),
          ),
        ]),
      ) as EffectsTruth['acts']['byKind'],
      byTrigger: { recovery: byTrigger('recovery'), delight: byTrigger('delight') },
    },
    regulars: {
      returned30: regularReturnedBy(effects, 30),
      returned90: regularReturnedBy(effects, 90),
    },
    incidents: {
      untreatedShare: effects.untreatedShare,
      minutesToAct: { median: from * (to / from) ** 0.5, p90: from * (to / from) ** 0.9 },
      treated: followed(treated),
      untreated: followed(untreated),
      matched: difference(lift),
      naive: difference(treated - untreated),
    },
    campaigns: effects.campaigns.map(({ id, lot, returns, lift: added, given }) => ({
      id,
      lot,
      drawn: followed(returns + given * added),
      notDrawn: followed(returns),
      effect: difference(given * added),
    })),
  };
}
