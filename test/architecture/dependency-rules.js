/**
 * The arrows between the rooms, as dependency-cruiser checks them:
 * `domain <- {events, packed} <- {access, books, views, backtest, audit} <- apps`; whoever keeps events knows the engine's port and never an
 * adapter; `platform` and `statistics` know nobody. Type-only imports count as well: a type is knowledge.
 */

const TEST_CODE = '\\.(test|fixture|conformance)\\.ts$';
const WORKER = '\\.worker\\.ts$';
/** Where the parts are put together: the only places that may name an adapter. */
const COMPOSITION_ROOTS = [
  '^apps/ledger/(main|app\\.module|service)\\.ts$',
  '^apps/cli/',
  WORKER,
  TEST_CODE,
  '^test/',
];

/**
 * A room sees itself and the named rooms of ours; npm packages are another rule's business. A worker is the main
 * program of its thread, so it may name an adapter as well.
 */
function sees(room, ...others) {
  const seen = (paths) =>
    paths.map((path) => (path.endsWith('.ts') ? `^libs/${path.replace('.', '\\.')}$` : `^libs/${path}/`));
  const names = ['itself', ...others.map((other) => other.split('/').at(-1).replace('.ts', ''))];
  const rule = (suffix, from, paths) => ({
    name: `${room}-sees-only-${names.join('-')}${suffix}`,
    severity: 'error',
    from,
    to: { path: '^(libs|apps|test)/', pathNot: seen(paths) },
  });
  return [
    rule('', { path: `^libs/${room}/`, pathNot: [TEST_CODE, WORKER] }, [room, ...others]),
    rule('-in-workers', { path: `^libs/${room}/.*${WORKER}` }, [room, ...others, 'event-store']),
  ];
}

const PORT = 'event-store/event-store.ts';

export default {
  forbidden: [
    {
      name: 'domain-is-alone',
      comment: 'The domain is pure: it imports itself, and one package behind each of two files.',
      severity: 'error',
      from: { path: '^libs/domain/', pathNot: [TEST_CODE, '^libs/domain/(time/zone|rules/cel)\\.ts$'] },
      to: { pathNot: '^libs/domain/' },
    },
    {
      name: 'only-zone-knows-temporal',
      severity: 'error',
      from: { path: '^libs/domain/time/zone\\.ts$' },
      to: { pathNot: ['^libs/domain/', '(^|/)temporal-polyfill(/|$)'] },
    },
    {
      name: 'only-cel-knows-cel',
      severity: 'error',
      from: { path: '^libs/domain/rules/cel\\.ts$' },
      to: { pathNot: ['^libs/domain/', '(^|/)@marcbachmann/cel-js(/|$)'] },
    },
    ...sees('events', 'domain'),
    ...sees('packed', 'domain'),
    ...sees('books', 'domain', 'events', 'platform', PORT),
    ...sees('access', 'domain', 'events', 'platform', PORT),
    ...sees('views', 'domain', 'events', 'packed', 'platform', 'statistics', 'signals', PORT),
    ...sees('signals', 'domain', 'statistics'),
    ...sees('backtest', 'domain', 'events', 'packed', 'platform', PORT),
    ...sees('audit', 'domain', 'events', 'platform', PORT),
    ...sees('event-store', 'platform'),
    ...sees('platform'),
    ...sees('statistics'),
    {
      name: 'adapters-only-in-composition-roots',
      severity: 'error',
      from: { pathNot: ['^libs/event-store/([^/]+/|engines\\.ts$)', ...COMPOSITION_ROOTS] },
      to: { path: '^libs/event-store/[^/]+/' },
    },
    {
      name: 'one-adapter-does-not-know-another',
      severity: 'error',
      from: { path: '^libs/event-store/([^/]+)/', pathNot: TEST_CODE },
      to: { path: '^libs/event-store/[^/]+/', pathNot: '^libs/event-store/$1/' },
    },
    {
      name: 'no-app-imports-another',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/[^/]+/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-do-not-know-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'what-ships-imports-no-tests',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TEST_CODE },
      to: { path: [TEST_CODE, '^test/'] },
    },
    {
      name: 'what-ships-imports-no-dev-dependency',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: TEST_CODE },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
