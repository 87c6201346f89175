/** What speaks against a signal, from the same facts: shown with it, for a pattern alone convicts nobody. */
import type { Conduct } from './conduct.ts';
import type { Finding } from './detect.ts';
import type { Figures } from './tested.ts';

export const AGAINST = [
  'few-acts',
  'few-peers',
  'regular-customer',
  'many-customers',
  'incidents-named',
  'noted',
  'busy-place',
  'few-days',
  'others-alike',
  'reviewed-before',
  'roster-unknown',
  'shift-end-unknown',
  'family-or-shared-card',
] as const;
export interface Against {
  readonly what: (typeof AGAINST)[number];
  readonly words: string;
}

/** Below it an exposure is small, and so are peers. */
const SMALL_EXPOSURE = 20;
const FEW_PEERS = 5;
const MANY = 0.6;

/** Reads only what the detectors have counted already. @param standing rows of the subject's acts of the span */
export function against(
  conduct: Conduct,
  { kind }: Finding,
  figures: Figures,
  standing: readonly number[],
): Against[] {
  const { acts, locations } = conduct;
  const said: Against[] = [];
  const { n, unit } = figures.exposure;
  if (kind === 'own-benefit') return said;
  if (unit !== 'days' && n < SMALL_EXPOSURE)
    said.push({
      what: 'few-acts',
      words: `Only ${n} acts were looked at: a few fewer, and it would be nothing.`,
    });
  if (kind !== 'many-locations' && figures.peers.near < FEW_PEERS)
    said.push({
      what: 'few-peers',
      words: `Under the same circumstances only ${figures.peers.near} others gave: what is usual there is little known.`,
    });
  const days = new Set(figures.behind.map((row) => acts.day[row]!)).size;
  if (kind !== 'under-use' && figures.behind.length > 0 && days <= 2)
    said.push({ what: 'few-days', words: `All of it happened on ${days === 1 ? 'one day' : 'two days'}.` });
  if (kind === 'rate' || kind === 'own-change') {
    said.push(...howTheyGive(conduct, standing));
    const place = mainPlace(conduct, standing);
    if (place !== undefined && place.others > 2 * place.usual)
      said.push({
        what: 'busy-place',
        words: `At ${locations[place.location]!} the others give much as well: ${Math.round(place.others)} acts each, ${Math.round(place.usual)} in the book.`,
      });
  }
  if (kind === 'rate' || kind === 'under-use' || kind === 'own-change')
    said.push({
      what: 'roster-unknown',
      words:
        'The ledger does not know who worked how many hours: part-time, leave and longer shifts look like this.',
    });
  if (kind === 'end-of-shift')
    said.push({
      what: 'shift-end-unknown',
      words:
        'When the shift ends is taken from when its people give: whoever closes, or gives away what is left over, gives late.',
    });
  if (kind === 'many-locations')
    said.push({
      what: 'family-or-shared-card',
      words: 'A courier, a family with one card or somebody who travels is served at many places.',
    });
  if (figures.times.low < 1)
    said.push({
      what: 'others-alike',
      words: 'People differ so much in this that it may be nothing more than that.',
    });
  return said;
}

function howTheyGive({ acts }: Conduct, rows: readonly number[]): Against[] {
  const said: Against[] = [];
  const customers = new Map<number, number>();
  let identified = 0;
  let incidents = 0;
  let notes = 0;
  for (const row of rows) {
    const customer = acts.customer[row]!;
    if (customer >= 0) {
      identified++;
      customers.set(customer, (customers.get(customer) ?? 0) + 1);
    }
    incidents += acts.incident[row]!;
    if (acts.note[row]! >= 0) notes++;
  }
  const most = Math.max(0, ...customers.values());
  if (identified >= 5 && most <= Math.max(2, identified / 10))
    said.push({
      what: 'many-customers',
      words: `The ${identified} acts with a customer went to ${customers.size} different ones, at most ${most} to the same.`,
    });
  const share = (part: number) => `${part} of ${rows.length}`;
  if (incidents >= MANY * rows.length && rows.length > 0)
    said.push({ what: 'incidents-named', words: `${share(incidents)} acts name the incident they settle.` });
  if (notes >= MANY * rows.length && rows.length > 0)
    said.push({ what: 'noted', words: `${share(notes)} acts have a note.` });
  return said;
}

/** Where most of the acts were, what the others there gave on average, and what everybody in the book gave. */
function mainPlace({ acts, from }: Conduct, rows: readonly number[]) {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(acts.location[row]!, (counts.get(acts.location[row]!) ?? 0) + 1);
  const [location] = [...counts].sort((one, other) => other[1] - one[1] || one[0] - other[0])[0] ?? [];
  const employee = rows[0] === undefined ? undefined : acts.employee[rows[0]];
  if (location === undefined || employee === undefined) return undefined;
  const there = new Map<number, number>();
  const everywhere = new Map<number, number>();
  for (let row = 0; row < acts.size; row++) {
    if (acts.reversed[row] === 1 || acts.day[row]! < from || acts.employee[row] === employee) continue;
    const who = acts.employee[row]!;
    everywhere.set(who, (everywhere.get(who) ?? 0) + 1);
    if (acts.location[row] === location) there.set(who, (there.get(who) ?? 0) + 1);
  }
  const mean = (of: ReadonlyMap<number, number>) =>
    of.size === 0 ? 0 : [...of.values()].reduce((sum, count) => sum + count, 0) / of.size;
  return { location, others: mean(there), usual: mean(everywhere) };
}
