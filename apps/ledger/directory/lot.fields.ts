/** The lot of a campaign, as it is stated. */
import { nearestName } from '../../../libs/domain/rules/nearest-name.ts';
import { ID_MAX_LENGTH, kindOf, pointerTo, type TextMistake, textMistake } from '../http/field-text.ts';
import { rule } from '../http/fields.ts';

const MEMBERS = ['share', 'seed'];
const SEED = { maxLength: ID_MAX_LENGTH };
const SHARE_ADVICE =
  'Give the share of customers to draw, above 0 and below 1, such as 0.5 for every second.';

export const Lot = (): PropertyDecorator => rule('lot', lotMistake);

function lotMistake(value: unknown): (TextMistake & { readonly under?: string }) | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return {
      code: 'wrong-type',
      detail: `A lot is an object, not ${kindOf(value)}.`,
      advice: 'Write {"share": 0.5, "seed": "2026-summer"}, or leave it out: then nothing is drawn.',
    };
  }
  const lot = value as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(lot)) {
    if (MEMBERS.includes(name)) continue;
    const meant = nearestName(name, MEMBERS);
    return {
      under: pointerTo('', name.toWellFormed().slice(0, 200)),
      code: 'unknown-field',
      detail: 'No such member is known here.',
      advice: meant === undefined ? `Known are: ${MEMBERS.join(', ')}.` : `Did you mean ${meant}?`,
    };
  }
  for (const name of MEMBERS) {
    if (lot[name] !== undefined && lot[name] !== null) continue;
    const advice = name === 'share' ? SHARE_ADVICE : 'Name a text to draw by: another one draws others.';
    return { under: `/${name}`, code: 'missing', detail: 'This member is required.', advice };
  }
  const { share, seed } = lot;
  if (typeof share !== 'number') {
    const detail = `A number is expected, not ${kindOf(share)}.`;
    return { under: '/share', code: 'wrong-type', detail, advice: SHARE_ADVICE };
  }
  if (!(share > 0 && share < 1)) {
    const detail = share > 0 ? `${share} draws everybody.` : `${share} draws nobody.`;
    return { under: '/share', code: 'out-of-range', detail, advice: SHARE_ADVICE };
  }
  const mistake = textMistake(seed, SEED);
  return mistake && { under: '/seed', ...mistake };
}
