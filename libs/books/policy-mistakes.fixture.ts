/**
 * The mistakes that people make in policies, each in a document of its own in which ▸ stands at the place where
 * the mistake is expected to be shown, with its code and what its advice has to name.
 */

export const MARK = '▸';

/** A policy of one limit, in which the lines of these fields read otherwise. */
export function limit(...lines: readonly string[]): string {
  const fields = ['id: a', 'per: [employee]', 'window: week', 'allow: { count: 10 }', 'beyond: decline'];
  return `currency: GBP\nlimits:\n${listed(fields, lines)}`;
}
export function rule(...lines: readonly string[]): string {
  const fields = ['id: r', 'when: act.retailMinor > 5000', 'then: warn', 'message: Too much.'];
  return `currency: GBP\nrules:\n${listed(fields, lines)}`;
}
/** `-per` takes the field out; a missing field is shown where its object begins. */
function listed(fields: readonly string[], lines: readonly string[]): string {
  const nameOf = (line: string) => line.replaceAll(/[-▸'"]/g, '').split(/[:\s]/, 1)[0];
  const kept = fields.filter((field) => !lines.some((line) => nameOf(line) === nameOf(field)));
  const all = [...kept, ...lines.filter((line) => !line.startsWith('-'))];
  if (lines.some((line) => line.startsWith('-'))) all[0] = `${MARK}${all[0]}`;
  return all.map((line, i) => `${i === 0 ? '  - ' : '    '}${line}\n`).join('');
}
const when = (condition: string) => rule(`when: ${condition}`);

export type Row = readonly [what: string, document: string, code: string, advice: RegExp];

export const YAML: readonly Row[] = [
  // The text as YAML.
  ['a tab', 'currency: GBP\nlimits:\n▸\t- id: a', 'yaml-tab', /blanks/],
  [
    'a line indented otherwise',
    'currency: GBP\nlimits:\n  - id: a\n     ▸per: [book]',
    'yaml-indentation',
    /same column/,
  ],
  ['a list that steps back', 'limits:\n  - id: a\n ▸- id: b', 'yaml-indentation', /same column/],
  ['a colon in a text', rule('message: ▸Note: ask first.'), 'yaml-colon-in-text', /quotes/],
  ['a field without a colon', 'currency: GBP\n▸limits\nrules: []', 'yaml-colon-missing', /colon and a blank/],
  ['a dash beside its field', 'currency: GBP\nlimits: ▸- id: a', 'yaml-dash', /next line/],
  [
    'a condition that begins with a quoted text',
    when('"barista" ▸in employee.roles'),
    'yaml-text-after-quotes',
    /\| ?"/,
  ],
  ['a condition that begins with !', when('▸!("barista" in employee.roles)'), 'yaml-tag', /quotes/],
  ['a type of another YAML', limit('title: ▸!!timestamp 2026-12-01'), 'yaml-tag', /leave the tag out/],
  ['a glob that begins with *', limit('appliesTo: { items: [▸*latte] }'), 'yaml-alias-unknown', /"\*latte"/],
  ['an alias within what it repeats', 'a: &a [▸*a]', 'yaml-alias-inside-itself', /Write out/],
  ['a name on an alias', 'a: &b ▸*c', 'yaml-anchor', /in full/],
  ['too many aliases', `a: &a 1\nb: [${'*a, '.repeat(100)}▸*a]`, 'yaml-too-many-aliases', /in full/],
  ['a reserved character', limit('title: ▸@home'), 'yaml-reserved-character', /"@…"/],
  ['a wrong escape', limit('title: "50▸\\% off"'), 'yaml-escape', /single quotes/],
  ['a text that is not closed', 'currency: "GBP▸', 'yaml-quotes', /Close it/],
  [
    'a bracket that is not closed',
    'currency: GBP\nlimits: [{ id: a }\n▸rules: []',
    'yaml-bracket',
    /Write \]/,
  ],
  ['two documents', 'currency: GBP\n▸---\nlimits: []', 'yaml-several-documents', /one document/],
  ['a directive', '▸%FOO\n---\ncurrency: GBP', 'yaml-directive', /Take the line out/],
  ['another YAML', '▸%YAML 1.1\n---\ncurrency: GBP', 'yaml-version', /YAML 1\.2/],
  ['a list and then a field', '- a\n▸b: 1', 'yaml-malformed', /the one above/],
  ['deep nesting', `a: ${'['.repeat(64)}▸[${']'.repeat(65)}`, 'nested-too-deeply', /Close the brackets/],
  ['a field given twice', limit('window: day', '▸window: month'), 'key-twice', /Keep the one/],
  ['a key that is a list', '? ▸[a]\n: b', 'key-not-text', /Write a name/],
  [
    'a merge key',
    'currency: GBP\nlimits:\n  - ▸<<: { beyond: warn }\n    id: a\n    per: [book]\n    window: day\n    allow: { count: 1 }\n    beyond: warn\n',
    'merge-key',
    /Write out/,
  ],
  // Figures.
  ['pounds with pence', limit('allow: { ▸costMinor: 12.50 }'), 'figure-fractional', /for 12\.50 write 1250/],
  ['round pounds', limit('allow: { ▸costMinor: 12.00 }'), 'figure-not-plain', /for 12\.00 write 1200/],
  ['half a coffee', limit('allow: { ▸count: 1.5 }'), 'figure-fractional', /whole number/],
  ['an exponent', limit('allow: { ▸count: 1e3 }'), 'figure-not-plain', /Write 1000/],
  ['leading noughts', limit('allow: { ▸count: 010 }'), 'figure-not-plain', /Write 10,/],
  ['octal digits', limit('allow: { ▸count: 0o17 }'), 'figure-not-plain', /Write 15,/],
  ['sixteens', limit('allow: { ▸count: 0x10 }'), 'figure-not-plain', /Write 16,/],
  ['a plus', limit('allow: { ▸count: +5 }'), 'figure-not-plain', /Write 5,/],
  ['less than nothing', limit('allow: { ▸count: -1 }'), 'figure-negative', /Write 0/],
  ['a currency sign', limit('allow: { ▸retailMinor: £500 }'), 'figure-not-a-number', /50000 for 500\.00/],
  ['commas for thousands', limit('allow: { ▸costMinor: "50,000" }'), 'figure-not-a-number', /without quotes/],
  [
    'underscores for thousands',
    limit('allow: { ▸costMinor: 50_000 }'),
    'figure-not-a-number',
    /without quotes/,
  ],
  ['a figure in quotes', limit('allow: { ▸count: "10" }'), 'figure-not-a-number', /without quotes/],
  ['no figure', limit('allow: { ▸count: }'), 'figure-not-a-number', /Write/],
  [
    'more digits than numbers keep',
    limit('allow: { count: ▸99999999999999999 }'),
    'number-too-large',
    /smaller/,
  ],
  ['no end', limit('allow: { count: ▸.inf }'), 'number-not-finite', /leave the field out/],
  // The document.
  ['nothing at all', '▸# only a comment', 'not-an-object', /currency: GBP/],
  ['a list', '▸- currency: GBP', 'not-an-object', /currency: GBP/],
  ['no currency', '▸limits: []', 'currency-missing', /currency: GBP/],
  ["another currency than the book's", '▸currency: USD', 'currency-mismatch', /currency: GBP/],
  ['small letters', '▸currency: gbp', 'currency-mismatch', /currency: GBP/],
  ['a field nobody knows', 'currency: GBP\n▸limit: []', 'unknown-field', /Did you mean limits\?/],
  ['no for a consequence', 'currency: GBP\n▸uncovered: no', 'uncovered-unknown', /allow, warn/],
  ['true for a consequence', 'currency: GBP\n▸uncovered: true', 'uncovered-unknown', /allow, warn/],
  ['a title that reads as a number', 'currency: GBP\n▸title: 2026', 'not-text', /"2026"/],
  ['a title that reads as true', 'currency: GBP\n▸title: true', 'not-text', /"true"/],
  ['an empty title', 'currency: GBP\n▸title: ""', 'text-empty', /characters/],
  ['a title without end', `currency: GBP\n▸title: ${'x'.repeat(201)}`, 'text-too-long', /200/],
  ['a title of two lines', 'currency: GBP\n▸title: |\n  one\n  two\n', 'text-malformed', /one line/],
  ['limits that are no list', 'currency: GBP\n▸limits: { id: a }', 'not-a-list', /dash/],
  ['a limit that is a word', 'currency: GBP\nlimits: [▸coffees]', 'not-an-object', /id/],
  [
    'too many rules',
    `currency: GBP\n▸rules: [${Array.from({ length: 201 }, (_, i) => `{ id: r${i}, when: act.count > ${i}, then: warn, message: m }`).join(', ')}]`,
    'too-many-guardrails',
    /like ones together/,
  ],
  [
    'more mistakes than are listed',
    `▸currency: GBP\n${Array.from({ length: 501 }, (_, i) => `x${i}: 1`).join('\n')}`,
    'more-mistakes',
    /Correct those/,
  ],
  // Ids.
  ['no id', limit('-id'), 'id-missing', /weekly-coffees/],
  ['blanks in an id', limit('▸id: weekly coffees'), 'id-malformed', /hyphens/],
  ['an id of digits', limit('▸id: 7'), 'id-malformed', /hyphens/],
  ["an id of the ledger's own", limit('▸id: uncovered'), 'id-reserved', /another/],
  [
    'an id given twice',
    `${limit()}rules:\n  - when: act.count > 1\n    ▸id: a\n    then: warn\n    message: m\n`,
    'id-duplicate',
    /of its own/,
  ],
  // A limit.
  ['a field of a limit', limit('▸windows: week'), 'unknown-field', /Did you mean window\?/],
  ['no per', limit('-per'), 'field-missing', /employee/],
  ['per without brackets', limit('▸per: employee'), 'not-a-list', /\[employee\]/],
  ['per nothing', limit('▸per: []'), 'per-empty', /per: \[book\]/],
  ['a dimension misspelt', limit('per: [▸employe]'), 'dimension-unknown', /Did you mean employee\?/],
  ['a dimension nobody knows', limit('per: [▸store]'), 'dimension-unknown', /location/],
  ['a dimension twice', limit('per: [customer, ▸customer]'), 'duplicate-value', /Take one/],
  ['filters without names', limit('▸appliesTo: [comp]'), 'not-an-object', /kinds/],
  ['a filter misspelt', limit('appliesTo: { ▸kind: [comp] }'), 'unknown-field', /Did you mean kinds\?/],
  ['a filter without brackets', limit('appliesTo: { ▸kinds: comp }'), 'not-a-list', /\[comp\]/],
  ['a filter of nothing', limit('appliesTo: { ▸roles: [] }'), 'list-empty', /leave the field out/],
  [
    'a filter too long',
    limit(`appliesTo: { ▸reasons: [${Array.from({ length: 501 }, (_, i) => `r${i}`).join(', ')}] }`),
    'list-too-long',
    /500/,
  ],
  ['a void', limit('appliesTo: { kinds: [▸void] }'), 'kind-unknown', /comp, replacement/],
  ['a kind misspelt', limit('appliesTo: { kinds: [▸refnud] }'), 'kind-unknown', /Did you mean refund\?/],
  [
    'a trigger misspelt',
    limit('appliesTo: { triggers: [▸recover] }'),
    'trigger-unknown',
    /Did you mean recovery\?/,
  ],
  ['a role that reads as true', limit('appliesTo: { roles: [▸true] }'), 'not-text', /"true"/],
  ['no window', limit('-window'), 'window-missing', /week/],
  ['a window misspelt', limit('▸window: weekly'), 'window-unknown', /Did you mean week\?/],
  ['a length for a window', limit('▸window: P7D'), 'window-unknown', /\{ rolling: P7D \}/],
  ['a window that says nothing', limit('▸window: {}'), 'window-unknown', /rolling: P7D/],
  [
    'a window that says two things',
    limit('▸window: { every: week, rolling: P7D }'),
    'window-ambiguous',
    /either/,
  ],
  [
    'a day of the week misspelt',
    limit('window: { every: week, ▸startsOn: mon }'),
    'starts-on-unknown',
    /monday/,
  ],
  [
    'a first day of a month',
    limit('window: { every: month, ▸startsOn: monday }'),
    'starts-on-useless',
    /every: week/,
  ],
  ['a rolling month', limit('window: { ▸rolling: P1M }'), 'rolling-malformed', /P30D/],
  ['seven days in words', limit('window: { ▸rolling: 7 days }'), 'rolling-malformed', /P7D/],
  [
    'a fiscal window otherwise written',
    limit('▸window: 4-4-5'),
    'fiscal-window-malformed',
    /\{ fiscal: month \}/,
  ],
  [
    'a fiscal window without a calendar',
    limit('window: { ▸fiscal: quarter }'),
    'fiscal-calendar-missing',
    /fiscalCalendar/,
  ],
  ['no allowance', limit('-allow'), 'field-missing', /count: 10/],
  ['an allowance without a measure', limit('▸allow: 10'), 'not-an-object', /count: 10/],
  ['an allowance of nothing named', limit('▸allow: {}'), 'allow-empty', /count: 10/],
  ['a measure misspelt', limit('allow: { ▸costminor: 500 }'), 'measure-unknown', /Did you mean costMinor\?/],
  ['a measure nobody knows', limit('allow: { ▸amount: 500 }'), 'measure-unknown', /costMinor/],
  ['no consequence', limit('-beyond'), 'field-missing', /decline/],
  ['a consequence misspelt', limit('▸beyond: declin'), 'consequence-unknown', /Did you mean decline\?/],
  ['whenMissing without use', limit('▸whenMissing: warn'), 'when-missing-useless', /Leave whenMissing out/],
  ['what is carried, bare', limit('▸carryOver: 5'), 'not-an-object', /upTo: 5/],
  ['nothing carried', limit('carryOver: { ▸upTo: 0 }'), 'carry-over-nothing', /leave carryOver out/],
  ['carried for ever', limit('carryOver: { upTo: 5, ▸for: ever }'), 'carry-over-life', /for: 1/],
  [
    'carried out of what has no end',
    limit('window: lifetime', '▸carryOver: { upTo: 5 }'),
    'carry-over-useless',
    /week/,
  ],
  [
    'carried, of two measures',
    limit('allow: { count: 1, costMinor: 5 }', 'carryOver: { ▸upTo: 5 }'),
    'carry-over-ambiguous',
    /count: 5/,
  ],
  [
    'carried of what has no bound',
    limit('carryOver: { upTo: { ▸costMinor: 5 } }'),
    'carry-over-unbounded',
    /count/,
  ],
  // Holds and who ends them.
  ['a hold in a word', 'currency: GBP\n▸hold: PT30M', 'not-an-object', /for: PT30M/],
  ['a field of a hold', 'currency: GBP\nhold: { ▸until: PT30M }', 'unknown-field', /for, then/],
  ['a hold in words', 'currency: GBP\nhold: { ▸for: 30 minutes }', 'hold-for-malformed', /P/],
  ['a hold of a bare figure', 'currency: GBP\nhold: { ▸for: 30 }', 'hold-for-malformed', /PT30M/],
  ['a hold without end', 'currency: GBP\nhold: { ▸for: P90D }', 'hold-for-too-long', /P31D/],
  ['an end of a hold', 'currency: GBP\nhold: { ▸then: decline }', 'hold-then-unknown', /expire, accept/],
  ['an authority without a dash', 'currency: GBP\n▸authority: { role: lead }', 'not-a-list', /- \{ role/],
  ['nobody with authority', 'currency: GBP\n▸authority: []', 'authority-empty', /Without the section/],
  ['an authority that is a word', 'currency: GBP\nauthority: [▸lead]', 'not-an-object', /role/],
  [
    'an authority without figures',
    'currency: GBP\nauthority:\n  - ▸role: lead',
    'field-missing',
    /costMinor/,
  ],
  [
    'an authority over nothing',
    'currency: GBP\nauthority:\n  - role: lead\n    ▸upTo: {}',
    'up-to-empty',
    /costMinor/,
  ],
  [
    'an authority said twice',
    'currency: GBP\nauthority:\n  - { role: lead, upTo: { count: 1 } }\n  - { ▸role: lead, upTo: { count: 2 } }',
    'authority-duplicate',
    /once/,
  ],
  // A rule.
  ['a field of a rule', rule('▸if: act.count > 1'), 'unknown-field', /when, then/],
  ['no condition', rule('-when'), 'field-missing', /act\.kind/],
  ['no message', rule('-message'), 'field-missing', /one sentence/],
  ['a condition that is true', rule('▸when: true'), 'not-text', /act\.kind/],
  ['an empty condition', rule('▸when: ""'), 'condition-invalid', /act\.kind/],
  ['a field misspelt', when('act.▸retailMinr > 5'), 'condition-invalid', /Did you mean act\.retailMinor\?/],
  ['a field nobody knows', when('act.▸colour == "red"'), 'condition-invalid', /fields of act are/],
  ['a field without its owner', when('▸retailMinor > 5'), 'condition-invalid', /act\.retailMinor/],
  ['a dimension as a variable', when('▸customer == ""'), 'condition-invalid', /act\.customer/],
  ['a word without quotes', when('act.kind == ▸refund'), 'condition-invalid', /"refund"/],
  [
    'a word that a field never has',
    when('act.kind == ▸"refnud"'),
    'condition-invalid',
    /Did you mean "refund"\?/,
  ],
  ['one equals sign', when('act.kind ▸= "refund"'), 'condition-invalid', /==/],
  ['and in words', when('act.count > 1 ▸and act.sku == ""'), 'condition-invalid', /&& for and/],
  ['a text compared with a number', when('▸act.kind == 5'), 'condition-invalid', /texts in quotes/],
  ['an amount in quotes', when('▸act.retailMinor > "5000"'), 'condition-invalid', /Numbers stand bare/],
  ['pounds in a condition', when('▸act.retailMinor > 50.00'), 'condition-invalid', /write 5000/],
  [
    'a time compared with a text',
    when('▸act.occurredAt > "2026-12-01"'),
    'condition-invalid',
    /timestamp\("2026/,
  ],
  [
    'a list compared with a text',
    when('▸employee.roles == "barista"'),
    'condition-invalid',
    /"barista" in employee\.roles/,
  ],
  ['a value that is no condition', when('▸act.retailMinor'), 'condition-invalid', /Compare it/],
  ['a regular expression', when('act.sku▸.matches("a+")'), 'condition-invalid', /startsWith/],
  ['null', when('act.incident == ▸null'), 'condition-invalid', /""/],
  ['an open text', when("act.kind == ▸'refund"), 'condition-invalid', /Close it/],
  ['an open bracket', when('(act.count > 1▸'), 'condition-invalid', /./],
  [
    'a condition over two lines',
    rule('when: |\n      act.kind == "refund" &&\n        act.▸amount > 5'),
    'condition-invalid',
    /fields of act are/,
  ],
  ['a consequence of a rule', rule('▸then: refuse'), 'consequence-unknown', /decline/],
  // Private words.
  [
    'a nudge without a dash',
    `${limit()}▸nudge: { limit: a, message: You have {left} left }`.replace(
      'You have {left} left',
      '"{left} left"',
    ),
    'not-a-list',
    /- \{ limit/,
  ],
  ['no nudges in a list', `${limit()}▸nudge: []`, 'nudge-empty', /Without the section/],
  ['a nudge that is a word', `${limit()}nudge: [▸a]`, 'not-an-object', /message/],
  [
    'a field of a nudge',
    `${limit()}nudge: [{ limit: a, ▸text: m, message: m }]`,
    'unknown-field',
    /limit, message/,
  ],
  ['a nudge of nothing', `${limit()}nudge: [▸{ message: m }]`, 'field-missing', /limit: weekly-coffees/],
  ['a nudge without words', `${limit()}nudge: [▸{ limit: a }]`, 'field-missing', /message/],
  [
    'a nudge of no limit',
    `${limit('id: coffees')}nudge: [{ ▸limit: cofees, message: m }]`,
    'nudge-limit-unknown',
    /Did you mean coffees\?/,
  ],
  [
    'a nudge of what is shared',
    `${limit('per: [location]')}nudge: [{ ▸limit: a, message: m }]`,
    'nudge-not-own',
    /per: \[employee\]/,
  ],
  [
    'a nudge of what never ends',
    `${limit('window: { rolling: P7D }')}nudge: [{ ▸limit: a, message: m }]`,
    'nudge-without-end',
    /by the day, week/,
  ],
  [
    'two nudges of one limit',
    `${limit()}nudge: [{ limit: a, message: m }, { ▸limit: a, message: n }]`,
    'nudge-duplicate',
    /one thing/,
  ],
  [
    'a placeholder misspelt',
    `${limit()}nudge: [{ limit: a, ▸message: "{lft} left" }]`,
    'nudge-placeholder-unknown',
    /Did you mean \{left\}\?/,
  ],
  [
    'a percentage with its sign',
    `${limit()}nudge: [{ limit: a, message: m, ▸unusedPercent: 50% }]`,
    'nudge-percent',
    /unusedPercent: 50/,
  ],
  [
    'a window that is over',
    `${limit()}nudge: [{ limit: a, message: m, ▸passedPercent: 100 }]`,
    'nudge-percent',
    /0 to 99/,
  ],
];

export const JSON_ROWS: readonly Row[] = [
  ['a comma too many', '{"currency":"GBP",▸}', 'json-malformed', /Take out the comma/],
  ['single quotes', "{▸'currency':'GBP'}", 'json-malformed', /double quotes/],
  ['a comment', '{▸// pounds\n"currency":"GBP"}', 'json-malformed', /no comments/],
  ['an open bracket', '{"currency":"GBP"▸', 'json-malformed', /Close every bracket/],
  ['a name given twice', '{"currency":"GBP",\n ▸"currency":"GBP"}', 'key-twice', /Keep the one/],
  [
    'more digits than numbers keep',
    '{"currency":"GBP","x":▸12345678901234567890}',
    'number-not-exact',
    /fewer digits/,
  ],
  ['deep nesting', `{"a":${'['.repeat(31)}▸[${']'.repeat(32)}}`, 'nested-too-deeply', /Close brackets/],
  [
    'a dimension misspelt',
    '{\n "currency": "GBP",\n "limits": [\n  {"id": "a", "window": "day", "allow": {"count": 1}, "beyond": "warn",\n   "per": ["book", ▸"employe"]}\n ]\n}',
    'dimension-unknown',
    /employee/,
  ],
  [
    'round pounds',
    '{"currency": "GBP", "limits": [{"id": "a", "per": ["book"], "window": "day",\n "allow": {▸"costMinor": 12.00}, "beyond": "warn"}]}',
    'figure-not-plain',
    /1200/,
  ],
  [
    'a field of a condition misspelt, after an escape',
    '{"currency": "GBP", "rules": [{"id": "r", "then": "warn", "message": "m",\n "when": "act.kind == \\"comp\\" && act.▸colour > 5"}]}',
    'condition-invalid',
    /fields of act/,
  ],
];

/** The place that is marked; both count from 1. */
export function placeOf(document: string): { line: number; column: number } {
  const [before, rest] = document.split(MARK);
  if (before === undefined || rest === undefined) throw new Error('the document has no mark');
  const lines = before.split('\n');
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
