// SPDX-License-Identifier: GPL-2.0-only
// Dead files, exports and dependencies: `npm run dead`. Entries are what a person or CI starts; tests come from vitest.config.ts.

import type { KnipConfig } from 'knip';

/**
 * With tests as entries (the default), an export that only its own file uses is unneeded. Without them (--production), an
 * export for a unit test is fine as long as its own file uses it; otherwise only tests keep it alive.
 */
const config: KnipConfig = {
  entry: [
    'scripts/*.{ts,mjs}!',
    'harness/report/html/page/main.tsx!',
    'bench/*.ts!',
    'test/results/{dying-harness,play}.ts',
  ],
  ignoreExportsUsedInFile: process.argv.includes('--production'),
  // Exports for tests say so in their doc comment.
  tags: ['-internal'],
  // Programs of the system; harness/host/needs.ts has the list.
  ignoreBinaries: [
    'make',
    'gcc',
    'ld',
    'nm',
    'objdump',
    'objcopy',
    'flock',
    'script',
    'unshare',
    'prlimit',
    'b4',
    'podman',
    'buildah',
  ],
  project: ['harness/**/*.{ts,tsx}!', 'scripts/**!', 'bench/**!', 'test/**/*.ts', '*.{ts,mjs}'],
};
export default config;
