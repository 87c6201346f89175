/** The campaigns of the reference model: what was stated, and what follows of it for one customer. */
import type { AskedAct } from '../act/act.ts';
import { ticketOf } from '../campaign/lot.ts';
import type { Campaign } from '../directory/directory.ts';
import type { StandingReceipt } from './events.ts';
import type { AskedDraw } from './lot-events.ts';
import type { ReferenceFacts } from './reference-facts.fixture.ts';

export interface ModelDraw {
  readonly assigned: boolean;
  readonly propensity: number;
  readonly seed: string;
}

export class ReferenceLots {
  readonly #facts: Pick<ReferenceFacts, 'calendar' | 'locations'>;
  readonly #stated: { readonly id: string; readonly campaign: Campaign }[] = [];

  constructor(facts: Pick<ReferenceFacts, 'calendar' | 'locations'>) {
    this.#facts = facts;
  }

  /** @returns `stated`, or the code of the refusal; `unchanged` where it stands so already */
  announce(id: string, campaign: Campaign, now: number): string {
    const before = this.#campaign(id);
    if (before !== undefined && sameCampaign(before, campaign)) return 'unchanged';
    const here = [undefined, ...this.#facts.locations.keys()];
    const running = here.some((location) => this.#runs(before, now, location));
    const [old, lot] = [before?.lot, campaign.lot];
    if (old !== undefined && running && (lot?.seed !== old.seed || lot.share < old.share)) return 'lot-fixed';
    this.#stated.push({ id, campaign });
    return 'stated';
  }

  draw({ campaign: id, customer, location }: AskedDraw, at: number, now: number): ModelDraw | string {
    const campaign = this.#campaign(id);
    if (campaign === undefined) return 'campaign-not-found';
    if (campaign.lot === undefined) return 'campaign-without-lot';
    if (at > now + 5 * 60_000) return 'occurred-at-in-future';
    if (!this.#runs(campaign, at, location)) return 'campaign-not-running';
    return this.#drawn(id, campaign.lot, customer);
  }

  /** What the campaign says of an act. */
  ofAct(asked: AskedAct, at: number): { readonly draw?: ModelDraw; readonly receipts: StandingReceipt[] } {
    const { campaign: id, customer, location, trigger } = asked;
    const declined = (standing: StandingReceipt['standing']) => [{ standing, finding: 'decline' as const }];
    const campaign = id === undefined ? undefined : this.#campaign(id);
    if (campaign === undefined) return { receipts: [] };
    if (!this.#runs(campaign, at, location)) return { receipts: declined('campaign-not-running') };
    if (campaign.lot === undefined || trigger === 'recovery') return { receipts: [] };
    if (customer === undefined) return { receipts: declined('lot-without-customer') };
    const draw = this.#drawn(id!, campaign.lot, customer);
    return { draw, receipts: draw.assigned ? [] : declined('lot-not-drawn') };
  }

  #campaign(id: string): Campaign | undefined {
    return this.#stated.findLast((one) => one.id === id)?.campaign;
  }

  #drawn(id: string, lot: NonNullable<Campaign['lot']>, customer: string): ModelDraw {
    const { share, seed } = lot;
    return { assigned: ticketOf(id, lot, customer) < share, propensity: share, seed };
  }

  #runs(campaign: Campaign | undefined, at: number, location: string | undefined): boolean {
    if (campaign === undefined) return false;
    const { date } = this.#facts.calendar(location).dayOf(at);
    return (campaign.from ?? '0000') <= date && date <= (campaign.to ?? '9999');
  }
}

function sameCampaign(a: Campaign, b: Campaign): boolean {
  return a.from === b.from && a.to === b.to && a.lot?.share === b.lot?.share && a.lot?.seed === b.lot?.seed;
}
