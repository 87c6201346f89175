/** Two arms beside each other as a page of text that a person can read. */
import { formatMoney } from '../../../libs/domain/money/currency.ts';
import type { Compared, Comparison } from '../../../libs/views/outcome-metrics/compare.ts';
import { figure } from './outcome-metrics.page.ts';
import { clean, labelled, number, percent, wrapped } from './text-page.ts';

export type ComparisonBody = Omit<Comparison, 'ok' | 'observedUntil' | 'currency'> & {
  readonly currency: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly filters: object;
  readonly observedUntil: { readonly returns: string | null };
  readonly position: number;
};

export function renderComparison(book: string, body: ComparisonBody): string {
  const { arms, currency, checks } = body;
  const money = (minor: number) => formatMoney(minor, currency);
  const points = (share: number) => `${(100 * share).toFixed(1)} points`;
  const filters = Object.entries(body.filters).map(([name, value]) => `${name} ${value}`);
  const arm = ({ label, n, censored }: typeof arms.first) =>
    `${label}: ${number(n)}; watched for fewer than 30 days ${number(censored.within30Days)}, than 90 days ${number(censored.within90Days)}`;
  const lines = [
    `COMPARISON BY ${body.design.toUpperCase()}: EVIDENCE OF GRADE ${body.grade}${body.causal ? '' : ', NOT CAUSAL'}`,
    '',
    ...labelled([
      ['book', `${book}, position ${body.position}`],
      [
        'span',
        `${body.from ?? 'the first day'} to ${body.to ?? 'the last'}${filters.length > 0 ? `; ${filters.join(', ')}` : ''}`,
      ],
      ['observed', `until ${body.observedUntil.returns ?? 'never told'}`],
      ['a case is', body.unit],
      ['first arm', arm(arms.first)],
      ['second arm', arm(arms.second)],
    ]),
    '',
    ...wrapped(body.verdict, ''),
    '',
    ...compared('RETURNED WITHIN 30 DAYS', body.returnWithin30Days, percent, points),
    ...compared('RETURNED WITHIN 90 DAYS', body.returnWithin90Days, percent, points),
    ...compared('SPEND AFTER 30 DAYS', body.spendAfter30Days, money, money),
    ...compared('SPEND AFTER 90 DAYS', body.spendAfter90Days, money, money),
    'CHECKS',
    ...labelled(Object.entries(checks).map(([name, value]) => [spaced(name), String(value ?? 'not told')])),
    '',
    'WHAT SPEAKS AGAINST IT',
    ...body.against.flatMap((one) => wrapped(one, '- ')),
  ];
  return `${lines.map(clean).join('\n').trimEnd()}\n`;
}

function compared(
  title: string,
  { first, second, effect }: Compared,
  show: (value: number) => string,
  showDifference: (value: number) => string,
): string[] {
  const { n, ...difference } = effect;
  return [
    title,
    ...labelled([
      ['first arm', figure(first, show)],
      ['second arm', figure(second, show)],
      ['effect', figure({ ...difference, n: n.first + n.second }, showDifference)],
    ]),
    '',
  ];
}

/** `chanceOfArms` as `chance of arms`. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
