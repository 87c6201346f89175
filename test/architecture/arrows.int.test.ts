/**
 * Aim: the rooms of the house know only whom they may (docs/architecture.md). Each rule is first shown a tree that
 * breaks it: a rule that cannot fail protects nothing.
 */
import { describe, expect, it } from '@jest/globals';
import { cruise, cruiseSample, REPOSITORY } from './cruise.ts';

const X = 'export const x = 1;\n';
const importing = (...paths: string[]): string => paths.map((path) => `import '${path}';\n`).join('');

const BROKEN: readonly {
  readonly rule: string;
  readonly what: string;
  readonly files: Record<string, string>;
}[] = [
  {
    rule: 'domain-is-alone',
    what: 'the domain imports platform',
    files: { 'libs/domain/a.ts': importing('../platform/clock.ts'), 'libs/platform/clock.ts': X },
  },
  {
    rule: 'domain-is-alone',
    what: "the domain imports one of Node's modules",
    files: { 'libs/domain/a.ts': importing('node:fs') },
  },
  {
    rule: 'domain-is-alone',
    what: 'the domain imports Temporal beside its one file',
    files: { 'libs/domain/money/a.ts': importing('temporal-polyfill') },
  },
  {
    rule: 'domain-is-alone',
    what: 'the domain imports only a type',
    files: {
      'libs/domain/a.ts': "import type { X } from '../books/b.ts';\nexport type Y = X;\n",
      'libs/books/b.ts': 'export type X = 1;\n',
    },
  },
  {
    rule: 'only-zone-knows-temporal',
    what: 'the file of time zones imports something else',
    files: { 'libs/domain/time/zone.ts': importing('temporal-polyfill', 'pino') },
  },
  {
    rule: 'only-cel-knows-cel',
    what: 'the file of rules imports something else',
    files: { 'libs/domain/rules/cel.ts': importing('@marcbachmann/cel-js', 'pino') },
  },
  {
    rule: 'events-sees-only-itself-domain',
    what: 'events import books',
    files: { 'libs/events/a.ts': importing('../books/b.ts'), 'libs/books/b.ts': X },
  },
  {
    rule: 'books-sees-only-itself-domain-events-platform-event-store',
    what: 'books import views',
    files: { 'libs/books/a.ts': importing('../views/b.ts'), 'libs/views/b.ts': X },
  },
  {
    rule: 'views-sees-only-itself-domain-events-packed-platform-statistics-signals-event-store',
    what: 'views import books',
    files: { 'libs/views/a.ts': importing('../books/b.ts'), 'libs/books/b.ts': X },
  },
  {
    rule: 'views-sees-only-itself-domain-events-packed-platform-statistics-signals-event-store-in-workers',
    what: 'the thread of the views imports books',
    files: { 'libs/views/views.worker.ts': importing('../books/b.ts'), 'libs/books/b.ts': X },
  },
  {
    rule: 'backtest-sees-only-itself-domain-events-packed-platform-event-store',
    what: 'a backtest imports books',
    files: { 'libs/backtest/a.ts': importing('../books/b.ts'), 'libs/books/b.ts': X },
  },
  {
    rule: 'packed-sees-only-itself-domain',
    what: 'the packed form imports a view',
    files: { 'libs/packed/a.ts': importing('../views/b.ts'), 'libs/views/b.ts': X },
  },
  {
    rule: 'audit-sees-only-itself-domain-events-platform-event-store',
    what: 'audit imports views',
    files: { 'libs/audit/a.ts': importing('../views/b.ts'), 'libs/views/b.ts': X },
  },
  {
    rule: 'event-store-sees-only-itself-platform',
    what: 'the engine imports the domain',
    files: { 'libs/event-store/a.ts': importing('../domain/b.ts'), 'libs/domain/b.ts': X },
  },
  {
    rule: 'platform-sees-only-itself',
    what: 'platform imports the domain',
    files: { 'libs/platform/a.ts': importing('../domain/b.ts'), 'libs/domain/b.ts': X },
  },
  {
    rule: 'signals-sees-only-itself-domain-statistics',
    what: 'a detector imports a view',
    files: { 'libs/signals/a.ts': importing('../views/b.ts'), 'libs/views/b.ts': X },
  },
  {
    rule: 'statistics-sees-only-itself',
    what: 'statistics import the domain',
    files: { 'libs/statistics/a.ts': importing('../domain/b.ts'), 'libs/domain/b.ts': X },
  },
  {
    rule: 'adapters-only-in-composition-roots',
    what: 'books name an adapter',
    files: { 'libs/books/a.ts': importing('../event-store/sqlite/b.ts'), 'libs/event-store/sqlite/b.ts': X },
  },
  {
    rule: 'adapters-only-in-composition-roots',
    what: 'a controller names an adapter',
    files: {
      'apps/ledger/acts/acts.controller.ts': importing('../../../libs/event-store/sqlite/b.ts'),
      'libs/event-store/sqlite/b.ts': X,
    },
  },
  {
    rule: 'one-adapter-does-not-know-another',
    what: 'an adapter imports another',
    files: { 'libs/event-store/esdb/a.ts': importing('../sqlite/b.ts'), 'libs/event-store/sqlite/b.ts': X },
  },
  {
    rule: 'no-app-imports-another',
    what: 'the command line imports the service',
    files: { 'apps/cli/a.ts': importing('../ledger/b.ts'), 'apps/ledger/b.ts': X },
  },
  {
    rule: 'libs-do-not-know-apps',
    what: 'a library imports the service',
    files: { 'libs/platform/a.ts': importing('../../apps/ledger/b.ts'), 'apps/ledger/b.ts': X },
  },
  {
    rule: 'what-ships-imports-no-tests',
    what: 'what ships imports a fixture',
    files: { 'libs/platform/a.ts': importing('./b.fixture.ts'), 'libs/platform/b.fixture.ts': X },
  },
  {
    rule: 'what-ships-imports-no-dev-dependency',
    what: 'what ships imports a tool of the tests',
    files: { 'libs/platform/a.ts': importing('fast-check') },
  },
  {
    rule: 'no-cycles',
    what: 'two files import each other',
    files: { 'libs/books/a.ts': importing('./b.ts'), 'libs/books/b.ts': importing('./a.ts') },
  },
  {
    rule: 'everything-resolves',
    what: 'a file that is not there is imported',
    files: { 'libs/books/a.ts': importing('./missing.ts') },
  },
];

const IN_ORDER: Record<string, string> = {
  'libs/domain/time/zone.ts': importing('temporal-polyfill'),
  'libs/domain/rules/cel.ts': importing('@marcbachmann/cel-js'),
  'libs/domain/act/a.ts': importing('../time/zone.ts', '../rules/cel.ts'),
  'libs/domain/act/a.unit.test.ts': importing('./a.ts', 'fast-check'),
  'libs/events/a.ts': importing('../domain/act/a.ts'),
  'libs/platform/a.ts': importing('node:fs', 'pino'),
  'libs/event-store/event-store.ts': X,
  'libs/event-store/sqlite/a.ts': importing('../event-store.ts', '../../platform/a.ts'),
  'libs/books/a.ts': importing('../events/a.ts', '../event-store/event-store.ts', '../platform/a.ts'),
  'libs/views/a.ts': importing('../events/a.ts', '../event-store/event-store.ts', '../domain/act/a.ts'),
  'libs/views/views.worker.ts': importing('./a.ts', '../event-store/sqlite/a.ts'),
  'apps/ledger/main.ts': importing('../../libs/event-store/sqlite/a.ts', '../../libs/books/a.ts'),
};

describe('the arrows between the rooms', () => {
  it.each(BROKEN)('$rule notices that $what', async ({ rule, files }) => {
    const { violations } = await cruiseSample(files);
    expect(violations.map((violation) => violation.rule)).toContain(rule);
  });

  it('finds no fault with a tree in order', async () => {
    expect((await cruiseSample(IN_ORDER)).violations).toEqual([]);
  });

  it('hold in this repository', async () => {
    const { modules, violations } = await cruise(REPOSITORY, ['apps', 'libs', 'test']);
    expect(modules).toBeGreaterThan(10);
    expect(violations).toEqual([]);
  });
});
