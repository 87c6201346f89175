/** What followed acts as a page of text that a person can read. */
import { formatMoney } from '../../../libs/domain/money/currency.ts';
import type {
  CompleteFigure,
  Figure,
  OutcomeFigures,
  OutcomeKey,
  OutcomeRowOf,
  ReturnFigure,
} from '../../../libs/views/outcome-metrics/outcome-metrics.ts';
import { clean, heading, labelled, number, percent, wrapped } from './text-page.ts';

/** The rest is in the JSON; a page of very many groups is read by nobody. */
const MOST_GROUPS = 40;

export interface MetricsBody {
  readonly currency: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly filters: object;
  readonly observedUntil: { readonly returns: string | null; readonly contacts: string | null };
  readonly rows: readonly OutcomeRowOf[];
  readonly total: OutcomeFigures;
  readonly rowsOverlap: boolean;
  readonly notes: readonly string[];
  readonly position: number;
}

export function renderMetrics(book: string, body: MetricsBody): string {
  const { from, to, filters, observedUntil, rows, total, currency, notes, position } = body;
  const filterText = Object.entries(filters).map(([name, value]) => `${name} ${value}`);
  const lines = [
    'WHAT FOLLOWED ACTS',
    '',
    ...labelled([
      ['book', `${book}, position ${position}`],
      [
        'acts of',
        `${from ?? 'the first day'} to ${to ?? 'the last'}${filterText.length > 0 ? `; ${filterText.join(', ')}` : ''}`,
      ],
      [
        'observed',
        `returns until ${observedUntil.returns ?? 'never told'}, contacts until ${observedUntil.contacts ?? 'never told'}`,
      ],
    ]),
    '',
    ...wrapped(notes[0] ?? '', ''),
    '',
    ...group('ALL OF THEM', total, currency),
    ...rows.slice(0, MOST_GROUPS).flatMap(({ key, ...figures }) => group(keyText(key), figures, currency)),
    ...(rows.length > MOST_GROUPS
      ? [`… and ${number(rows.length - MOST_GROUPS)} more groups: ask for JSON.`, '']
      : []),
    ...(body.rowsOverlap ? ['An act counts in every role its employee had: groups overlap.', ''] : []),
    'TO READ THE FIGURES RIGHTLY',
    ...notes.slice(1).flatMap((note) => wrapped(note, '- ')),
    ...wrapped('Brackets hold 95 % intervals. Definitions: docs/measuring.md.', '- '),
  ];
  return `${lines.map(clean).join('\n').trimEnd()}\n`;
}

function keyText(key: OutcomeKey): string {
  return Object.entries(key)
    .map(([dimension, value]) => `${dimension} ${value ?? '(none)'}`)
    .join(', ');
}

function group(title: string, figures: OutcomeFigures, currency: string): string[] {
  const money = (minor: number) => formatMoney(minor, currency);
  const daysText = (value: number) => `${value} days`;
  const { minutesToFirstAct: minutes } = figures;
  return [
    heading(title),
    ...labelled([
      [
        'acts',
        `${number(figures.acts)}, ${money(figures.costMinor)} at cost, ${money(figures.retailMinor)} at retail`,
      ],
      ['customer known', figure(figures.identifiedShare, percent)],
      [
        'minutes to first act',
        `median ${figure(minutes.median, String)}; p90 ${figure(minutes.p90, String)}`,
      ],
      ['resolved at first touch', complete(figures.resolvedAtFirstTouch, percent)],
      ['repeat contact in 30 days', complete(figures.repeatContact, percent)],
      ['returned within 30 days', returned(figures.returnWithin30Days)],
      ['returned within 90 days', returned(figures.returnWithin90Days)],
      ['median until return', figure(figures.medianDaysUntilReturn, daysText)],
      ['median of seen returns', figure(figures.daysUntilSeenReturn, daysText)],
      ['spend after 30 days', complete(figures.spendAfter30Days, money)],
      ['spend after 90 days', complete(figures.spendAfter90Days, money)],
      ['cost per returning customer', complete(figures.costPerReturningCustomer, money)],
    ]),
    '',
  ];
}

export function figure({ value, n, interval, why }: Figure, show: (value: number) => string): string {
  if (value === null) return `not told: ${why}`;
  const bounds =
    interval === null
      ? `no interval: ${why}`
      : `${show(interval.low)} to ${interval.high === null ? 'open' : show(interval.high)}`;
  return `${show(value)} [${bounds}], n ${number(n)}`;
}

function complete(of: CompleteFigure, show: (value: number) => string): string {
  return of.value === null ? figure(of, show) : `${figure(of, show)}, ${number(of.censored)} censored`;
}

function returned(of: ReturnFigure): string {
  if (of.value === null) return figure(of, percent);
  const plain =
    of.complete.value === null
      ? ''
      : `; plainly ${number(of.complete.returned)} of ${number(of.complete.n)} watched that long`;
  return `${figure(of, percent)}, ${number(of.atRisk)} at risk, ${number(of.censored)} censored${plain}`;
}
