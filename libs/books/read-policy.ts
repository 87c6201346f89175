/**
 * A policy as someone wrote it, read, checked and looked over, with every finding at its line and column. The
 * service and the command line both read policies here, so that both say the same.
 */

import { minorUnits } from '../domain/money/currency.ts';
import { type CheckedPolicy, checkPolicy } from '../domain/policy/check.ts';
import { minorUnitsAdvice } from '../domain/policy/check-figure.ts';
import { type KnownNames, lintPolicy } from '../domain/policy/lint.ts';
import type { Mistake, Policy } from '../domain/policy/policy.ts';
import { type DocumentContent, readDocument } from '../platform/located-document.ts';

/** Reading YAML takes time in proportion; this much takes well under a second of the thread that decides. */
export const MOST_POLICY_BYTES = 256 * 1024;

export interface PolicySource {
  readonly format: 'json' | 'yaml';
  readonly text: string;
}

/** A mistake or a warning at its place; line and column count from 1. */
export interface PolicyFinding {
  readonly line: number;
  readonly column: number;
  /** JSON pointer; empty for the document as a whole. */
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy; readonly warnings: readonly PolicyFinding[] }
  | {
      readonly ok: false;
      /** Whether the text is a document at all: false for broken YAML or JSON. */
      readonly readable: boolean;
      readonly mistakes: readonly PolicyFinding[];
    };

export interface PolicyReader {
  /** The book's; absent: the currency that the document names is taken. */
  readonly currency?: string;
  /** Whether the book has a fiscal calendar; absent: not known. */
  readonly fiscal?: boolean;
  /** What the book's directory holds, for warnings about names that it does not know. */
  readonly known?: KnownNames;
}

export function readPolicy(
  source: PolicySource,
  { currency, fiscal, known }: PolicyReader = {},
): PolicyReading {
  const document = readDocument(source.text, source.format);
  const content = document.ok ? document : document.content;
  const unreadable = document.ok ? [] : document.problems.map((problem) => ({ pointer: '', ...problem }));
  if (content === undefined) return { ok: false, readable: false, mistakes: unreadable };
  const checked = checkPolicy(content.value, {
    ...(currency !== undefined && { currency }),
    ...(fiscal !== undefined && { fiscal }),
  });
  const mistakes = [...unreadable, ...mistakesOf(checked, content)];
  if (mistakes.length > 0 || !checked.ok) {
    return { ok: false, readable: document.ok, mistakes: inOrder(mistakes) };
  }
  const warnings = lintPolicy(checked.policy, known).map((warning) => placed(warning, content));
  return { ok: true, policy: checked.policy, warnings: warnings.sort(byPlace) };
}

function mistakesOf(checked: CheckedPolicy, content: DocumentContent): PolicyFinding[] {
  const found = checked.ok ? [] : checked.mistakes.map((mistake) => placed(mistake, content));
  const pointers = new Set(found.map(({ pointer }) => pointer));
  const digits = minorUnits(String((content.value as { currency?: unknown } | null)?.currency)) ?? 2;
  for (const { pointer, written, value } of content.oddNumbers) {
    // What is wrong with the figure itself says more than how it is written.
    if (pointers.has(pointer)) continue;
    const isMoney = pointer.endsWith('Minor') && /^\d+\.\d+$/.test(written);
    const mistake: Mistake = {
      pointer,
      code: 'figure-not-plain',
      message: `${written} is not written in plain digits; it reads as ${value}.`,
      advice: isMoney
        ? `${minorUnitsAdvice(value, digits)} If ${value} minor units are meant, write ${value}.`
        : `Write ${Object.is(value, -0) ? 0 : value}, if that is meant.`,
    };
    found.push(placed(mistake, content));
  }
  return found;
}

function placed({ pointer, code, message, advice, at }: Mistake, content: DocumentContent): PolicyFinding {
  const { line, column } = content.locate(pointer, at) ?? { line: 1, column: 1 };
  return { line, column, pointer, code, message, advice };
}

function byPlace(a: PolicyFinding, b: PolicyFinding): number {
  return a.line - b.line || a.column - b.column;
}

/** In the order of the text. A number that cannot be read is not said to be too large as well. */
function inOrder(mistakes: readonly PolicyFinding[]): readonly PolicyFinding[] {
  const unread = new Set(mistakes.filter(({ code }) => code.startsWith('number-')).map(({ line }) => line));
  return mistakes
    .filter(({ code, line }) => !(code === 'figure-too-large' && unread.has(line)))
    .sort(byPlace);
}
