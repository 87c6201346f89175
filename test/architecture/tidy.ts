/** The rules of style that a machine can check: each takes what it looks at and says what is wrong with it. */
import { basename } from 'node:path';
import { declaredNames, withoutCommentsAndText } from './source-files.ts';

export const MAX_LINES = 450;
/** Tables of cases and suites may be longer. */
export const MAX_TEST_LINES = 600;

const BANNED_WORDS = new Map([
  ['manager', 'says nothing of what it does'],
  ['helper', 'says nothing of what it does'],
  ['helpers', 'says nothing of what it does'],
  ['util', 'says nothing of what it does'],
  ['utils', 'says nothing of what it does'],
  ['utilities', 'says nothing of what it does'],
  ['impl', 'says nothing of what it does'],
  ['user', 'an employee, a customer or a caller is meant'],
  ['users', 'employees, customers or callers are meant'],
  ['gift', 'an act is meant'],
  ['gifts', 'acts are meant'],
]);
/** Rooms in which "transaction" could only mean an act; elsewhere it is what a database does. */
const ACT_ROOMS = /^(libs\/(domain|events|books)|apps)\//;

function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase());
}

export function badName(name: string, path: string): string | undefined {
  // `user_version`: a name somebody else gave, such as a database's.
  if (/^[a-z]+(_[a-z]+)+$/.test(name)) return undefined;
  const words = wordsOf(name);
  for (const word of words) {
    const why = BANNED_WORDS.get(word);
    if (why !== undefined) return `${name}: ${why}`;
  }
  if (/^I[A-Z][a-z]/.test(name)) return `${name}: a name says what a thing is, not that it is an interface`;
  if (/^Base[A-Z]|[a-z]Base$/.test(name)) return `${name}: names its place in a hierarchy`;
  if (ACT_ROOMS.test(path) && words.includes('transaction')) return `${name}: an act is meant`;
  return undefined;
}

export function badNames(source: string, path: string): string[] {
  const file = basename(path).replace(/\.[jt]s$/, '');
  return [file, ...declaredNames(source)].flatMap((name) => badName(name, path) ?? []);
}

export function badFileName(path: string): string | undefined {
  const name = basename(path);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.[jt]s$/.test(name))
    return `${path}: not in kebab-case`;
  if (name === 'index.ts') return `${path}: hides where things live`;
  if (/\.test\.ts$/.test(name) && !/\.(unit|int|e2e|long)\.test\.ts$/.test(name)) {
    return `${path}: a test says what it needs: unit, int, e2e or long`;
  }
  return undefined;
}

export function tooLong(source: string, path: string): string | undefined {
  const lines = source.split('\n').length - 1;
  const testCode = path.startsWith('test/') || /\.(test|fixture|conformance)\.ts$/.test(path);
  const max = testCode ? MAX_TEST_LINES : MAX_LINES;
  return lines < max ? undefined : `${lines} lines: split it by ideas, at ${max} at the latest`;
}

// Put together from parts, so that this file does not accuse itself.
const LEFT_OVER = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'HA' + 'CK'].join('|')})\\b`);

export function leftOvers(source: string): string[] {
  return source
    .split('\n')
    .flatMap((line, i) => (LEFT_OVER.test(line) ? [`line ${i + 1}: ${line.trim()}`] : []));
}

/** A test that runs alone, or not at all without saying why. */
export function silencedTests(source: string): string[] {
  return (
    withoutCommentsAndText(source).match(
      /\b(describe|it|test)\s*\.\s*only\b|\b(fdescribe|fit|xit|xdescribe|xtest)\s*\(/g,
    ) ?? []
  );
}

/** Our names for packages, as an import or a resolution states them. */
export function importedPackages(source: string): string[] {
  const found = source.matchAll(
    /(?:\b(?:from|import)\s*['"]|\b(?:import|require|require\.resolve|import\.meta\.resolve)\s*\(\s*['"]|node_modules\/)(?!node:)((?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*)/g,
  );
  return [...found].map((match) => match[1] ?? '');
}

/** `| `name` | reason |` rows of the list of dependencies. */
export function listedDependencies(markdown: string): Map<string, string> {
  const rows = markdown.matchAll(/^\|\s*`([^`]+)`\s*\|\s*(.+?)\s*\|\s*$/gm);
  const listed = new Map<string, string>();
  for (const [, name = '', reason = ''] of rows) {
    if (listed.has(name)) throw new Error(`${name} is listed twice`);
    listed.set(name, reason);
  }
  return listed;
}

export function dependencyFaults(
  packages: readonly string[],
  imported: ReadonlySet<string>,
  listed: ReadonlyMap<string, string>,
): string[] {
  const faults: string[] = [];
  for (const name of packages) {
    const reason = listed.get(name);
    if (reason === undefined) faults.push(`${name} has no line with its reason`);
    else if (!imported.has(name) && !reason.includes('Not imported:')) {
      faults.push(
        `${name} is imported nowhere, and its line does not say what it is for ("Not imported: …")`,
      );
    } else if (imported.has(name) && reason.includes('Not imported:')) {
      faults.push(`${name} is imported, and its line says it is not`);
    }
  }
  for (const name of listed.keys()) {
    if (!packages.includes(name)) faults.push(`${name} is listed and not a dependency`);
  }
  return faults;
}

const NOT_A_TITLE = /^(about|choice of|choosing|decision|notes?|on|use of|usage of)\b/i;

/** A decision's title states the decision: a subject and what it does, not a topic. */
export function badDecisionTitle(file: string, markdown: string): string | undefined {
  const title = /^# (.+)$/m.exec(markdown)?.[1];
  if (title === undefined) return `${file}: no title`;
  const words = title.split(/\s+/);
  const verb =
    /^(is|are|has|have|keeps?|serves?|owns?|uses?|decides?|may|must|come|comes|are|live|lives|holds?)$/;
  if (words.length < 5 || NOT_A_TITLE.test(title) || !words.some((word) => verb.test(word))) {
    return `${file}: "${title}" names a topic; state the decision in a sentence`;
  }
  const slug = title
    .toLowerCase()
    .replace(/@/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  if (!/^\d{4}-/.test(file) || file.slice(5, -'.md'.length) !== slug) {
    return `${file}: should be called ${file.slice(0, 4)}-${slug}.md`;
  }
  return undefined;
}

export const TOP_LEVEL = new Set([
  'apps',
  'libs',
  'test',
  'docker',
  'docs',
  'policies',
  '.ci',
  'nest-cli.json',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'README.md',
  'LICENSE',
]);

export function strangers(entries: readonly string[]): string[] {
  return entries.filter((entry) => !TOP_LEVEL.has(entry) && !/^\.[a-z]/.test(entry));
}

/** `npm run x` and `npm x` in a text that package.json does not know. */
export function unknownScripts(markdown: string, scripts: readonly string[]): string[] {
  const named = [...markdown.matchAll(/\bnpm (?:run(?: --silent)? )?([a-z][\w:-]*)/g)].map(
    (match) => match[1] ?? '',
  );
  const own = new Set([...scripts, 'ci', 'install', 'audit']);
  return [...new Set(named.filter((name) => !own.has(name)))];
}

/** Relative links of a text, without their anchors. */
export function relativeLinks(markdown: string): string[] {
  return [...markdown.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(
    (match) => match[1] ?? '',
  );
}
