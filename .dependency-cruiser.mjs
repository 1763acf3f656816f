// SPDX-License-Identifier: GPL-2.0-only
// Which folder of harness/ may import which: the list in docs/architecture.md, held by CI. A folder may always import itself.
export const folders = {
  // C, built by guest/image.
  agent: [],
  host: [],
  results: ['host'],
  compare: ['host', 'results'],
  history: ['host', 'results', 'compare'],
  report: ['host', 'results', 'compare', 'history'],
  verdict: ['host', 'results'],
  kernel: ['host'],
  machine: ['host'],
  firmware: ['host'],
  guest: ['host', 'kernel', 'machine', 'firmware'],
  storage: ['host', 'guest'],
  poison: ['host', 'guest', 'machine', 'firmware', 'storage'],
  suite: ['host'],
  scenario: ['host', 'results', 'verdict', 'machine', 'guest', 'storage', 'poison', 'suite'],
  explore: [],
  run: [
    'host',
    'results',
    'compare',
    'history',
    'report',
    'verdict',
    'kernel',
    'machine',
    'firmware',
    'guest',
    'storage',
    'poison',
    'suite',
    'scenario',
    'explore',
  ],
  cli: [
    'host',
    'results',
    'compare',
    'history',
    'report',
    'verdict',
    'kernel',
    'machine',
    'firmware',
    'guest',
    'storage',
    'poison',
    'suite',
    'scenario',
    'run',
  ],
};

/** What starts a guest: scenario/ plans and steps never do. */
const startsGuests = '^harness/(guest/(guest|checkpoints|accelerator|shell)|machine/qemu)\\.ts$';

/**
 * Which shelf of kernel/ may import what of the other shelves: each builds on those before it. Of build/, configuring a
 * kernel needs how make is run, and a series which makefile names a file and how errors of a compiler read.
 */
const kernelShelves = {
  stock: [],
  source: ['stock/'],
  series: ['source/', 'build/(makefile|build-output)\\.ts$'],
  config: ['build/(make|makefile|build-tree)\\.ts$'],
  lines: ['source/', 'series/', 'executed/'],
  executed: [],
  functions: ['source/', 'series/'],
  build: ['stock/', 'source/', 'series/', 'config/', 'lines/', 'executed/'],
};

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    {
      name: 'harness-imports-no-tests-or-scripts',
      severity: 'error',
      from: { path: '^harness/' },
      to: { path: '^(test|scripts|bench)/' },
    },
    {
      name: 'harness-imports-only-what-users-install',
      severity: 'error',
      from: { path: '^harness/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    ...Object.entries(folders).map(([folder, allowed]) => ({
      name: `${folder}-imports-only-what-it-may`,
      severity: 'error',
      from: { path: `^harness/${folder}/` },
      to: { path: '^harness/', pathNot: `^harness/(${[folder, ...allowed].join('|')})/` },
    })),
    {
      name: 'host-builds-on-none-of-its-shelves',
      severity: 'error',
      from: { path: '^harness/host/[^/]+\\.ts$' },
      to: { path: '^harness/host/[^/]+/' },
    },
    {
      name: 'shelves-of-host-are-apart',
      severity: 'error',
      from: { path: '^harness/host/([^/]+)/' },
      to: { path: '^harness/host/[^/]+/', pathNot: '^harness/host/$1/' },
    },
    // The root of kernel/ resolves and lists kernels with what the shelves do.
    ...Object.entries(kernelShelves).map(([shelf, allowed]) => ({
      name: `kernel-${shelf}-builds-on-the-shelves-before-it`,
      severity: 'error',
      from: { path: `^harness/kernel/${shelf}/` },
      to: {
        path: '^harness/kernel/([^/]+/|(resolve|list)\\.ts$)',
        pathNot: `^harness/kernel/(${[`${shelf}/`, ...allowed].join('|')})`,
      },
    })),
    {
      name: 'scenarios-and-verdicts-start-no-guest',
      severity: 'error',
      from: { path: '^harness/(scenario|storage|poison|verdict)/' },
      to: { path: startsGuests },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js'] },
  },
};
