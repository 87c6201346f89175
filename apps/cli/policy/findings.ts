/** What was found in policies, as lines that editors and build logs turn into links. */
import type { PolicyFinding } from '../../../libs/books/read-policy.ts';
import { type LedgerReply, type ProblemEntry, problemOf } from '../client.ts';
import type { Ink } from '../terminal/ink.ts';

/** `file:line:column: code: message — advice` */
export function findingLine(path: string, finding: PolicyFinding, word?: 'warning', ink?: Ink): string {
  const { line, column, code, message, advice } = finding;
  const place = `${path}:${line}:${column}`;
  const shown = word === undefined ? (ink?.red(code) ?? code) : `${word}: ${ink?.yellow(code) ?? code}`;
  return `${ink?.bold(place) ?? place}: ${shown}: ${message} — ${advice}`;
}

/** A workflow command of GitHub Actions, which shows the finding beside its line. */
export function annotation(path: string, finding: PolicyFinding, word: 'error' | 'warning'): string {
  const { line, column, code, message, advice } = finding;
  const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${word} file=${property(path)},line=${line},col=${column},title=${property(code)}::${data(`${message} ${advice}`)}`;
}

/** What the service found in the document that was sent; undefined: it refused for another reason. */
export function findingsIn(reply: LedgerReply): readonly PolicyFinding[] | undefined {
  const { code, errors } = problemOf(reply.body);
  return code === 'policy-invalid' || code === 'policy-malformed' ? (errors ?? []).map(findingOf) : undefined;
}

/** As the service shows mistakes and warnings. */
export function findingOf(shown: ProblemEntry): PolicyFinding {
  const { pointer = '', code = '', detail = '', advice = '', line = 1, column = 1 } = shown;
  return { pointer, code, message: detail, advice, line, column };
}
