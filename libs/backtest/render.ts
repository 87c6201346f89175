/** A report as a page of text that a person can read: plain, at most about 100 columns, the same for the same report. */
import { formatMoney } from '../domain/money/currency.ts';
import type { Because, Bites, Change, Example, GuardrailFigures, Ranking, Report, Sum } from './report.ts';
import { ENDS } from './waiting.ts';

const WIDTH = 100;
const MOST_ROWS = 15;

type Cell = string | number;

export function renderReport(report: Report): string {
  const { kind, book, candidate, position, startedAfter, span, acts } = report;
  const title = candidate.title === undefined ? '' : `, "${candidate.title}"`;
  const began =
    kind === 'shadow' ? `positions ${startedAfter + 1} to ${position}` : `positions 0 to ${position}`;
  const lines = [
    `${kind === 'shadow' ? 'SHADOW' : 'BACKTEST'} of policy version ${candidate.version}${title}`,
    '',
    `book        ${book}`,
    `looked at   ${began}, ${number(acts.replayed)} acts`,
    `reported    ${spanText(span)}, ${number(acts.reported)} acts`,
    `compared    with the decisions as recorded, ${versionsText(report)}`,
    `document    the one at position ${candidate.document}`,
    '',
    ...wrapped(report.notes[0] ?? '', ''),
    '',
    ...verdict(report),
    '',
    ...section('WHAT THE ACTS CAME TO', outcomes(report)),
    ...section('WHAT CHANGES', changes(report)),
    ...section('WHAT WAITED, AND WHAT BECAME OF IT', waited(report)),
    ...section('GUARDRAILS: how often each bit, and on how much', guardrails(report)),
    ...section('EMPLOYEES WHOSE ACTS FLIP', ranking(report.employees, report.currency)),
    ...section('LOCATIONS WHERE ACTS FLIP', ranking(report.locations, report.currency)),
    ...section(
      'EXAMPLES',
      report.changes.flatMap((change) => examples(change, report.currency)),
    ),
    ...section(
      'TO READ THE FIGURES RIGHTLY',
      report.notes.slice(1).flatMap((note) => wrapped(note, '- ')),
    ),
  ];
  return `${lines.map(clean).join('\n').trimEnd()}\n`;
}

function verdict({ acts, spent, recoveriesNotMade, currency, dropped }: Report): string[] {
  const money = (sum: Sum) =>
    `${formatMoney(sum.costMinor, currency)} at cost, ${formatMoney(sum.retailMinor, currency)} at retail`;
  const lines = [
    `${number(acts.changed)} of ${number(acts.reported)} acts come to something else (${share(acts.changed, acts.reported)}).`,
    `Would not have been spent:        ${money(spent.notSpent)}, in ${number(spent.notSpent.acts)} acts.`,
    `Would have been spent in addition: ${money(spent.spentInAddition)}, in ${number(spent.spentInAddition.acts)} acts.`,
    `Recoveries that would not have been made: ${number(recoveriesNotMade.acts)}, ${money(recoveriesNotMade)}.`,
    `Spent in all, net of reversals: ${formatMoney(spent.recorded.costMinor, currency)} at cost as recorded, ${formatMoney(spent.candidate.costMinor, currency)} under the candidate.`,
  ];
  for (const { fact, count } of dropped) {
    lines.push(`Dropped, because their act did not come that far: ${number(count)} × ${fact}.`);
  }
  return lines.flatMap((line) => wrapped(line, ''));
}

function outcomes({ outcomes: { recorded, candidate }, currency }: Report): string[] {
  const rows = (Object.keys(recorded) as (keyof typeof recorded)[])
    .filter((outcome) => recorded[outcome].acts > 0 || candidate[outcome].acts > 0)
    .map((outcome) => [
      outcome,
      recorded[outcome].acts,
      formatMoney(recorded[outcome].costMinor, currency),
      candidate[outcome].acts,
      formatMoney(candidate[outcome].costMinor, currency),
    ]);
  return table(['', 'recorded', 'at cost', 'candidate', 'at cost'], rows);
}

function changes({ changes: all, currency }: Report): string[] {
  if (all.length === 0) return ['Nothing: every act comes to the same.'];
  const rows = all.map(({ from, to, acts, recoveries, costMinor, retailMinor }) => [
    `${from} -> ${to}`,
    acts,
    recoveries,
    formatMoney(costMinor, currency),
    formatMoney(retailMinor, currency),
  ]);
  return table(['', 'acts', 'recoveries', 'cost', 'retail'], rows);
}

function waited({ waited: { recorded, candidate } }: Report): string[] {
  const rows = ENDS.filter((end) => recorded[end] > 0 || candidate[end] > 0).map((end) => [
    end === 'acceptedByDeadline' ? 'accepted by deadline' : end,
    recorded[end],
    candidate[end],
  ]);
  return rows.length === 0 ? [] : table(['', 'recorded', 'candidate'], rows);
}

function guardrails({ guardrails: all, currency }: Report): string[] {
  const cells = (bites: Bites): Cell[] => [bites.acts, bites.decline, formatMoney(bites.costMinor, currency)];
  const rows = all.map(({ guardrail, recorded, candidate }: GuardrailFigures) => [
    cut(guardrail, 40),
    ...cells(recorded),
    ...cells(candidate),
    candidate.alone,
  ]);
  const headings = ['', 'recorded', 'decline', 'at cost', 'candidate', 'decline', 'at cost', 'alone'];
  return [...table(headings, rows), '"alone": declined by this guardrail and no other.'];
}

function ranking({ count, first }: Ranking, currency: string): string[] {
  if (count === 0) return ['None.'];
  const rows = first
    .slice(0, MOST_ROWS)
    .map(({ id, acts, notMade, madeInAddition, decidedOtherwise }) => [
      cut(id, 40),
      acts,
      notMade.acts,
      formatMoney(notMade.costMinor, currency),
      madeInAddition.acts,
      formatMoney(madeInAddition.costMinor, currency),
      decidedOtherwise,
    ]);
  const headings = ['', 'acts', 'not made', 'at cost', 'in addition', 'at cost', 'otherwise'];
  const more = count > MOST_ROWS ? [`… and ${number(count - MOST_ROWS)} more.`] : [];
  return [...table(headings, rows), ...more];
}

function examples({ from, to, examples: all }: Change, currency: string): string[] {
  return [`${from} -> ${to}`, ...all.flatMap((example) => exampleLines(example, currency))];
}

function exampleLines(example: Example, currency: string): string[] {
  const {
    act,
    position,
    businessDate,
    mode,
    kind,
    trigger,
    employee,
    location,
    costMinor,
    recorded,
    candidate,
  } = example;
  const what = `${mode} of a ${kind} (${trigger}) by ${employee} at ${location}, ${formatMoney(costMinor, currency)} at cost`;
  return [
    `  ${businessDate}  ${what}`,
    `    act ${act}, position ${position}`,
    ...because(`recorded under version ${recorded.policyVersion ?? 'none'}`, recorded.because),
    ...because('candidate', candidate.because),
    ...(candidate.refusal === undefined ? [] : [`    candidate: not taken at all, ${candidate.refusal}`]),
  ];
}

function because(whose: string, all: readonly Because[]): string[] {
  if (all.length === 0) return [`    ${whose}: all within`];
  return all.flatMap(({ guardrail, finding, key, window, measures, missing, message }) => {
    const bucket = Object.entries(key ?? {}).map(([dimension, value]) => `${dimension} ${value}`);
    const figures = Object.entries(measures ?? {}).map(
      ([measure, { allowed, usedBefore, reserved }]) =>
        `${measure} ${usedBefore} of ${allowed} used before${reserved === 0 ? '' : `, ${reserved} reserved`}`,
    );
    const lacks = missing === undefined ? [] : [`the act has no ${missing.join(', ')}`];
    const details = [
      ...bucket,
      ...(window === undefined ? [] : [window]),
      ...figures,
      ...lacks,
      ...(message === undefined ? [] : [message]),
    ];
    return wrapped(`${whose}: ${guardrail} ${finding}: ${details.join('; ')}`, '    ');
  });
}

function versionsText({ comparedWith: { versions } }: Report): string {
  if (versions.length === 0) return 'of no act';
  const parts = versions.map(({ policyVersion, acts }) =>
    policyVersion === null
      ? `${number(acts)} without a policy`
      : `${number(acts)} under version ${policyVersion}`,
  );
  return parts.join(', ');
}

function spanText({ from, to }: Report['span']): string {
  if (from === null && to === null) return 'all business dates';
  if (from === null) return `business dates to ${to}`;
  return to === null ? `business dates from ${from}` : `business dates ${from} to ${to}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];
}

/** The first column stands left, the figures right. */
function table(headings: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const cells = [
    headings,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? number(cell) : cell))),
  ];
  const widths = headings.map((_, at) => Math.max(...cells.map((row) => row[at]!.length)));
  return cells.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
}

function wrapped(text: string, lead: string): string[] {
  const lines: string[] = [];
  let line = lead;
  const indent = ' '.repeat(lead.length);
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  lines.push(line);
  return lines;
}

/** `1234567` as `1,234,567`, whatever the language of the machine. */
function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function share(part: number, whole: number): string {
  return whole === 0 ? '0 %' : `${((100 * part) / whole).toFixed(1)} %`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Texts of the ledger come from outside: on a page they are one line each. */
function clean(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ').trimEnd();
}
