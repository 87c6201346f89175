/** What pages of text are put together from: plain, at most about 100 columns. */
const WIDTH = 100;

/** `1234567` as `1,234,567`, whatever the language of the machine. */
export function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function heading(text: string): string {
  return text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 1)}…`;
}

export function wrapped(text: string, lead: string): string[] {
  const lines: string[] = [];
  const indent = ' '.repeat(lead.length);
  let words: string[] = [];
  let length = lead.length;
  const flush = () => {
    lines.push((lines.length === 0 ? lead : indent) + words.join(' '));
    words = [];
    length = lead.length;
  };
  for (const word of text.split(' ')) {
    if (words.length > 0 && length + word.length + 1 > WIDTH) flush();
    words.push(word);
    length += word.length + 1;
  }
  flush();
  return lines;
}

/** Two columns; what is long goes on under itself. */
export function labelled(rows: readonly (readonly [label: string, text: string])[]): string[] {
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows.flatMap(([label, text]) => wrapped(text, `  ${label.padEnd(width)}  `));
}

/** Texts of the ledger come from outside: on a page they are one line each. */
export function clean(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
  return line.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, ' ').trimEnd();
}
