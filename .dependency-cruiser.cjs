// The drawing of the house, held by `npm run house`. Calls go down the floors, facts come up, only ids cross.

/** Which rooms a room may call, besides kernel and platform. */
const FLOORS = {
  identity: [],
  catalogue: [],
  pricing: [],
  pools: ['identity', 'catalogue', 'pricing'],
  tenders: ['identity', 'catalogue', 'pools'],
  allocation: ['pricing'],
  auctions: ['identity', 'pricing', 'tenders', 'allocation'],
  awards: ['identity', 'pricing', 'tenders', 'allocation', 'auctions'],
  contracts: ['identity', 'pricing', 'tenders', 'awards'],
  subscriptions: ['identity', 'catalogue', 'pricing', 'pools', 'contracts'],
  ledger: ['identity'],
  billing: ['identity', 'catalogue', 'pricing', 'pools', 'contracts', 'subscriptions', 'ledger'],
  payments: ['identity', 'contracts', 'subscriptions', 'ledger', 'billing'],
};

const rooms = Object.keys(FLOORS);
/** Every folder of src: one that is not drawn here has no floor. */
const DRAWN = `^src/(kernel|platform|${rooms.join('|')})/`;
const DOOR = '(\\.(service|queries|events|module)\\.ts$|/rules/)';

module.exports = {
  forbidden: [
    {
      name: 'kernel-imports-nothing',
      comment: 'The kernel is words everyone speaks: it knows no library, no platform and no room.',
      severity: 'error',
      from: { path: '^src/kernel/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: '^src/kernel/' },
    },
    {
      name: 'platform-knows-no-room',
      comment: 'The platform carries every room and knows none.',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: `^src/(${rooms.join('|')})/` },
    },
    ...rooms.map((room) => ({
      name: `floor-of-${room}`,
      comment: `${room} may call ${['kernel', 'platform', ...FLOORS[room]].join(', ')}: an arrow never runs up.`,
      severity: 'error',
      from: { path: `^src/${room}/` },
      to: { path: '^src/', pathNot: `^src/(${['kernel', 'platform', room, ...FLOORS[room]].join('|')})/` },
    })),
    {
      name: 'drawn',
      comment: 'A folder that is not on the drawing neither calls nor is called: give it a floor first.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/[^/]+/', pathNot: DRAWN },
    },
    {
      name: 'drawn-caller',
      comment: 'A folder that is not on the drawing neither calls nor is called: give it a floor first.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: DRAWN },
      to: {},
    },
    {
      name: 'stands-alone',
      comment: 'The product needs neither its tests nor its demonstration, benchmarks and scripts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { path: '^(test|demo|bench|scripts|dist)/' },
    },
    {
      name: 'through-the-door',
      comment: 'Another room is entered by its service, queries, events, module or rules; the rest is private.',
      severity: 'error',
      from: { path: `^src/(${rooms.join('|')})/` },
      to: { path: `^src/(${rooms.join('|')})/`, pathNot: ['^src/$1/', DOOR] },
    },
    {
      name: 'rules-are-pure',
      comment: 'Rules see rules and the kernel only: no Nest, no TypeORM, no node:, no package.',
      severity: 'error',
      from: { path: '^src/[^/]+/rules/', pathNot: '\\.spec\\.ts$' },
      to: { pathNot: ['^src/[^/]+/rules/', '^src/kernel/'] },
    },
    {
      name: 'no-circles',
      comment: 'A circle has no inside and no outside.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nobody-calls-the-entrance',
      comment: 'main, worker, cli and app put the house together; no room knows them.',
      severity: 'error',
      from: { path: '^src/[^/]+/' },
      to: { path: '^src/[^/]+\\.ts$' },
    },
    {
      name: 'declared-dependencies',
      comment: 'What runs in production is in "dependencies".',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: false,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
