// SPDX-License-Identifier: GPL-2.0-only
// Which room may import which: the list in docs/architecture.md, held by CI. A room may always import itself.
const rooms = {
  host: [],
  results: ['host'],
  kernel: ['host'],
  machine: ['host'],
  firmware: ['host'],
  guest: ['host', 'kernel', 'machine', 'firmware'],
  storage: ['host', 'guest'],
  poison: ['host', 'guest', 'machine', 'firmware', 'storage'],
  verdict: ['host', 'guest', 'results'],
  scenario: ['host', 'kernel', 'machine', 'firmware', 'guest', 'storage', 'poison', 'verdict', 'results'],
  cli: ['host', 'kernel', 'machine', 'firmware', 'guest', 'storage', 'poison', 'verdict', 'results', 'scenario'],
};

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '\\.d\\.ts$' }, to: {} },
    ...Object.entries(rooms).map(([room, allowed]) => ({
      name: `${room}-imports-only-what-it-may`,
      severity: 'error',
      from: { path: `^harness/${room}/` },
      to: { path: '^harness/', pathNot: `^harness/(${[room, ...allowed].join('|')})/` },
    })),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.mjs', '.js'] },
  },
};
