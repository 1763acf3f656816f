// SPDX-License-Identifier: GPL-2.0-only
// Which folder of harness/ may import which: the list in docs/architecture.md, held by CI. A folder may always import itself.
const folders = {
  host: [],
  results: ['host'],
  compare: ['host', 'results'],
  report: ['host', 'results', 'compare'],
  verdict: ['host', 'results'],
  kernel: ['host'],
  machine: ['host'],
  firmware: ['host'],
  guest: ['host', 'kernel', 'machine', 'firmware'],
  storage: ['host', 'guest'],
  poison: ['host', 'guest', 'machine', 'firmware', 'storage'],
  scenario: ['host', 'results', 'verdict', 'machine', 'guest', 'storage', 'poison'],
  run: [
    'host',
    'results',
    'compare',
    'report',
    'verdict',
    'kernel',
    'machine',
    'firmware',
    'guest',
    'storage',
    'poison',
    'scenario',
  ],
  cli: [
    'host',
    'results',
    'compare',
    'report',
    'verdict',
    'kernel',
    'machine',
    'firmware',
    'guest',
    'storage',
    'poison',
    'scenario',
    'run',
  ],
};

/** What starts a guest: scenario/ plans and steps never do. */
const startsGuests = '^harness/(guest/(guest|checkpoints|accelerator|shell)|machine/qemu)\\.ts$';

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    ...Object.entries(folders).map(([folder, allowed]) => ({
      name: `${folder}-imports-only-what-it-may`,
      severity: 'error',
      from: { path: `^harness/${folder}/` },
      to: { path: '^harness/', pathNot: `^harness/(${[folder, ...allowed].join('|')})/` },
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
