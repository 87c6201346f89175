/** What a parser says about a document it cannot read, in words for whoever wrote it, with a stable code. */

/** The `yaml` package's own report. */
export interface ParserReport {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

export interface DocumentFault {
  /** Stable, kebab-case. */
  readonly code: string;
  readonly message: string;
  /** What to write instead. */
  readonly advice: string;
  /** Characters from the start of the text. */
  readonly offset: number;
  /** More than one value cannot be understood for it. */
  readonly spoils?: true;
}

type Words = Omit<DocumentFault, 'offset' | 'spoils'>;

const INDENTATION: Words = {
  code: 'yaml-indentation',
  message: 'This line is not indented like its neighbours.',
  advice: 'Let the fields of one object begin in the same column; what belongs to a field stands further in.',
};
const COLON: Words = {
  code: 'yaml-colon-in-text',
  message: 'A colon followed by a blank makes a new field, and none can begin here.',
  advice: 'Put a text that holds a colon in quotes: "Note: ask first".',
};
const DASH: Words = {
  code: 'yaml-dash',
  message: 'A list that is written with dashes begins on a line of its own.',
  advice: 'Put the first dash on the next line, or write the list in brackets: [a, b].',
};
const NO_VALUE: Words = {
  code: 'yaml-colon-missing',
  message: 'A field has a name and no colon after it.',
  advice: 'Write the name, a colon and a blank before the value: beyond: decline.',
};
const AFTER_QUOTES: Words = {
  code: 'yaml-text-after-quotes',
  message: 'Text follows a text in quotes.',
  advice:
    'Quote all of it, with single quotes around double ones: \'"barista" in employee.roles\'; or put it on the next line after "|".',
};

/** A broken document breaks again and again; nobody reads further than this. */
const MOST_REPORTS = 200;

/** The most telling report of each line, in the order of the text. */
export function explainReports(all: readonly ParserReport[], source: string): DocumentFault[] {
  const reports = all.slice(0, MOST_REPORTS);
  const byLine = new Map<number, { fault: DocumentFault; weight: number; spoils?: true }>();
  for (const report of reports) {
    const twin = reports.some(
      (other) => other.code === 'MULTILINE_IMPLICIT_KEY' && other.pos[0] === report.pos[0],
    );
    const blockHere = reports.some(
      (other) => other.code === 'BLOCK_AS_IMPLICIT_KEY' && other.pos[0] === report.pos[0],
    );
    if (report.code === 'MULTILINE_IMPLICIT_KEY' && blockHere) continue;
    const { weight, fault } = explainReport(report, source, twin);
    const line = source.slice(0, fault.offset).split('\n').length;
    const known = byLine.get(line);
    if (known !== undefined) known.spoils = true;
    if (known === undefined) byLine.set(line, { fault, weight });
    else if (weight > known.weight) byLine.set(line, { fault, weight, spoils: true });
  }
  return [...byLine.values()]
    .map(({ fault, spoils }) => (spoils === undefined ? fault : { ...fault, spoils }))
    .sort((a, b) => a.offset - b.offset);
}

function explainReport(
  { code, message, pos: [offset] }: ParserReport,
  source: string,
  severalLines: boolean,
): { readonly fault: DocumentFault; readonly weight: number } {
  const found = (words: Words, weight = 1, at = offset) => ({ fault: { ...words, offset: at }, weight });
  switch (code) {
    case 'TAB_AS_INDENT':
      return found(
        {
          code: 'yaml-tab',
          message: 'Tabs are not allowed as indentation.',
          advice: 'Indent with blanks, two for each step, and let the editor write blanks for the tab key.',
        },
        3,
      );
    case 'MULTIPLE_DOCS':
      return found({
        code: 'yaml-several-documents',
        message: 'The text holds multiple documents.',
        advice: 'Write one document in a file: take out the line --- and what follows it.',
      });
    case 'TAG_RESOLVE_FAILED':
      return found(
        {
          code: 'yaml-tag',
          message: `A word that begins with ! is a tag, and no tag is known here (${message}).`,
          advice: 'Put a text that begins with ! in quotes, or leave the tag out.',
        },
        3,
      );
    case 'BAD_SCALAR_START':
      return found(
        {
          code: 'yaml-reserved-character',
          message: `No text begins with ${source[offset] ?? 'this'} unless it is in quotes.`,
          advice: `Put it in quotes: "${source[offset] ?? ''}…".`,
        },
        2,
      );
    case 'BAD_DQ_ESCAPE':
      return found({
        code: 'yaml-escape',
        message: `${message}.`,
        advice: 'Write \\\\ for a backslash, or put the text in single quotes, where it stands for itself.',
      });
    case 'BAD_DIRECTIVE':
      return found({
        code: 'yaml-directive',
        message: `A line that begins with % speaks to the reader of YAML, and this one is not known (${message}).`,
        advice: 'Take the line out.',
      });
    case 'MULTIPLE_ANCHORS':
    case 'MULTIPLE_TAGS':
    case 'ALIAS_PROPS':
    case 'BAD_ALIAS':
      return found({
        code: 'yaml-anchor',
        message: `${message}.`,
        advice: 'Write what is meant out in full; a text that begins with & or * stands in quotes.',
      });
    case 'BLOCK_AS_IMPLICIT_KEY':
      if (message.includes('sequence')) return found(INDENTATION, 2, firstCharacter(source, offset));
      return severalLines ? found(INDENTATION, 2, nextLine(source, offset)) : found(COLON);
    case 'MULTILINE_IMPLICIT_KEY':
      return found(NO_VALUE);
    case 'BAD_INDENT':
      return message.includes('end with a') ? found(unclosed(source, offset, message)) : found(INDENTATION);
    case 'MISSING_CHAR':
      return message.includes('quote')
        ? found({
            code: 'yaml-quotes',
            message: 'A text in quotes is not closed.',
            advice: 'Close it with the quote it began with; a single quote inside single quotes is doubled.',
          })
        : found(NO_VALUE, 0);
    case 'UNEXPECTED_TOKEN':
      if (message.includes('block-seq-ind')) return found(DASH);
      if (/["']\s*$/.test(source.slice(0, offset))) return found(AFTER_QUOTES);
      return found(malformed(message), 0);
    default:
      return found(malformed(message), 0);
  }
}

function malformed(message: string): Words {
  return {
    code: 'yaml-malformed',
    message: message.endsWith('.') ? message : `${message}.`,
    advice:
      'Compare the line with the one above it: fields of one object stand below each other as name: value.',
  };
}

/** Said where the document goes on without the bracket, which is the first place that tells. */
function unclosed(source: string, offset: number, message: string): Words {
  const bracket = message.trimEnd().endsWith(']') ? ']' : '}';
  return {
    code: 'yaml-bracket',
    message: `A bracket is open here and must be closed: it must end with a ${bracket}.`,
    advice: `Write ${bracket} before ${offset >= source.length ? 'the end' : 'this line'}, or indent what belongs inside further in.`,
  };
}

/** The first character of the line after the one at `offset`. */
function nextLine(source: string, offset: number): number {
  const newline = source.indexOf('\n', offset);
  if (newline < 0) return offset;
  const at = firstCharacter(source, newline + 1);
  return at < source.length ? at : offset;
}

function firstCharacter(source: string, from: number): number {
  let at = from;
  while (source[at] === ' ' || source[at] === '\r' || source[at] === '\n') at++;
  return at;
}

/** What to write for a text that is no JSON, as far as the place tells. */
export function jsonAdvice(source: string, offset: number): string {
  const here = source[offset];
  if (here === "'") return 'JSON puts names and texts in double quotes.';
  if (here === '/' || here === '#')
    return 'JSON has no comments: take it out, or write the document as YAML.';
  if (/,\s*$/.test(source.slice(0, offset)) && (here === '}' || here === ']')) {
    return `Take out the comma before ${here}.`;
  }
  if (here === undefined) return 'Close every bracket and quote that is open.';
  return 'Correct the JSON here: names and texts in double quotes, a comma between members and none after the last.';
}
