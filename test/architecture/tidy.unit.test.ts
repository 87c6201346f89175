/** Aim: the habits of the house are kept. Each rule is first shown something that breaks it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { REPOSITORY } from './cruise.ts';
import { filesUnder, sourceFiles } from './source-files.ts';
import {
  badDecisionTitle,
  badFileName,
  badName,
  badNames,
  dependencyFaults,
  importedPackages,
  leftOvers,
  listedDependencies,
  MAX_LINES,
  MAX_TEST_LINES,
  relativeLinks,
  silencedTests,
  strangers,
  tooLong,
  unknownScripts,
} from './tidy.ts';

const NOT_OURS = new Set(['node_modules', 'dist', 'data', 'coverage', '.git', '.tmp']);

const text = (path: string): string => readFileSync(join(REPOSITORY, path), 'utf8');
const sources = ['apps', 'libs', 'test', '.ci']
  .flatMap((folder) => sourceFiles(folder))
  .map((file) => relative(REPOSITORY, file));
const documents = ['README.md', ...filesUnder('docs', /\.md$/).map((file) => relative(REPOSITORY, file))];

/** Every file's faults under one rule, each with the file's name. */
function faults(
  paths: readonly string[],
  rule: (source: string, path: string) => readonly string[],
): string[] {
  return paths.flatMap((path) => rule(text(path), path).map((fault) => `${path}: ${fault}`));
}

describe('names', () => {
  it.each([
    ['PolicyManager', 'libs/books/a.ts'],
    ['dateUtils', 'libs/books/a.ts'],
    ['clock-helper', 'libs/books/a.ts'],
    ['EventStoreImpl', 'libs/books/a.ts'],
    ['userId', 'libs/books/a.ts'],
    ['giftCount', 'libs/books/a.ts'],
    ['IEventStore', 'libs/books/a.ts'],
    ['BaseView', 'libs/views/a.ts'],
    ['ViewBase', 'libs/views/a.ts'],
    ['transactionId', 'libs/domain/a.ts'],
  ])('%s is noticed', (name, path) => {
    expect(badName(name, path)).toBeDefined();
  });
  it.each([
    ['transactionDepth', 'libs/views/a.ts'],
    ['database', 'libs/views/a.ts'],
    ['Item', 'libs/domain/a.ts'],
    ['IO', 'libs/platform/a.ts'],
    ['user_version', 'libs/views/a.ts'],
    ['baseUrl', 'test/a.ts'],
  ])('%s passes', (name, path) => {
    expect(badName(name, path)).toBeUndefined();
  });
  it('are looked for in what a file declares', () => {
    expect(
      badNames('class A { helper(): void {} }\nfunction f(user: string) {}', 'libs/books/a.ts'),
    ).toHaveLength(2);
  });
  it('are those of the domain', () => {
    expect(faults(sources, badNames)).toEqual([]);
  });
});

describe('files', () => {
  it.each([
    'libs/books/BookWriter.ts',
    'libs/books/book_writer.ts',
    'libs/books/index.ts',
    'libs/books/a.test.ts',
  ])('%s is noticed', (path) => {
    expect(badFileName(path)).toBeDefined();
  });
  it('are named in kebab-case, tests by what they need', () => {
    expect(sources.flatMap((path) => badFileName(path) ?? [])).toEqual([]);
  });
  it('a long one is noticed', () => {
    expect(tooLong('x\n'.repeat(MAX_LINES), 'libs/a.ts')).toBeDefined();
    expect(tooLong('x\n'.repeat(MAX_LINES - 1), 'libs/a.ts')).toBeUndefined();
    expect(tooLong('x\n'.repeat(MAX_TEST_LINES), 'libs/a.unit.test.ts')).toBeDefined();
  });
  it('are short enough to be read', () => {
    expect(faults(sources, (source, path) => [tooLong(source, path) ?? []].flat())).toEqual([]);
  });
  it('a stranger at the top level is noticed', () => {
    expect(strangers(['apps', 'src', '.gitignore', 'jest.config.js'])).toEqual(['src', 'jest.config.js']);
  });
  it('of the top level are the agreed ones', () => {
    expect(strangers(readdirSync(REPOSITORY).filter((entry) => !NOT_OURS.has(entry)))).toEqual([]);
  });
});

describe('left-overs', () => {
  it('are noticed', () => {
    expect(leftOvers(`a\n// ${'TO'}${'DO'}: later`)).toHaveLength(1);
    expect(silencedTests('describe.only("x", () => {}); xit("y", () => {}); it . only("z")')).toHaveLength(3);
    expect(silencedTests('// it.only(\nconst x = "it.only(";')).toEqual([]);
  });
  it('are none', () => {
    expect(faults(sources, leftOvers)).toEqual([]);
    expect(faults(documents, leftOvers)).toEqual([]);
    expect(faults(sources, silencedTests)).toEqual([]);
  });
});

describe('dependencies', () => {
  const table =
    '| Package | Reason |\n|---|---|\n| `a` | does a |\n| `@b/c` | Not imported: runs the tests |\n';
  it('their faults are noticed', () => {
    const listed = listedDependencies(table);
    expect(dependencyFaults(['a', '@b/c'], new Set(['a']), listed)).toEqual([]);
    expect(dependencyFaults(['a', '@b/c', 'd'], new Set(['a', 'd']), listed)).toHaveLength(1);
    expect(dependencyFaults(['a', '@b/c'], new Set(), listed)).toHaveLength(1);
    expect(dependencyFaults(['a', '@b/c'], new Set(['a', '@b/c']), listed)).toHaveLength(1);
    expect(dependencyFaults(['a'], new Set(['a']), listed)).toHaveLength(1);
    expect(() => listedDependencies(`${table}| \`a\` | again |\n`)).toThrow('twice');
  });
  it('imports are found', () => {
    const source =
      "import x from '@b/c/d';\nimport 'e';\nconst f = await import('f');\nimport type { G } from \"g.h\";";
    expect(importedPackages(source)).toEqual(['@b/c', 'e', 'f', 'g.h']);
  });
  it('are each in use and each have their reason', () => {
    const manifest = JSON.parse(text('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const packages = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    const imported = new Set(sources.flatMap((path) => importedPackages(text(path))));
    expect(
      dependencyFaults(packages, imported, listedDependencies(text('docs/adr/dependencies.md'))),
    ).toEqual([]);
  });
});

describe('documents', () => {
  it('a decision that only names a topic is noticed', () => {
    expect(badDecisionTitle('0001-database-choice.md', '# Database choice')).toBeDefined();
    expect(badDecisionTitle('0001-x.md', '# The engine is SQLite in one file')).toContain('should be called');
    expect(
      badDecisionTitle('0001-the-engine-is-sqlite-in-one-file.md', '# The engine is SQLite in one file'),
    ).toBeUndefined();
  });
  it('decisions state what was decided', () => {
    const decisions = readdirSync(join(REPOSITORY, 'docs/adr')).filter((file) => file !== 'dependencies.md');
    expect(decisions.length).toBeGreaterThan(0);
    expect(decisions.flatMap((file) => badDecisionTitle(file, text(`docs/adr/${file}`)) ?? [])).toEqual([]);
  });
  it('a command that is not there is noticed', () => {
    expect(unknownScripts('npm run nothing && npm ci && npm test -- x', ['test'])).toEqual(['nothing']);
  });
  it('name only commands that package.json has', () => {
    const scripts = Object.keys((JSON.parse(text('package.json')) as { scripts: object }).scripts);
    expect(faults(documents, (markdown) => unknownScripts(markdown, scripts))).toEqual([]);
  });
  it('a link that leads nowhere is noticed', () => {
    expect(relativeLinks('[a](b.md#c) [d](https://example.com) [e](#f)')).toEqual(['b.md']);
  });
  it('link only to what is there', () => {
    expect(
      faults(documents, (markdown, path) =>
        relativeLinks(markdown).filter((link) => !existsSync(join(REPOSITORY, dirname(path), link))),
      ),
    ).toEqual([]);
  });
});
