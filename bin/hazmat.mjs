#!/usr/bin/env node
// SPDX-License-Identifier: GPL-2.0-only
// The TypeScript is run as it stands (tsx, in this very process), so there is never a stale build.

try {
  process.cwd();
} catch {
  process.stderr.write('hazmat: the working directory no longer exists: change to one that does\n');
  process.exit(2);
}

// Imported only now: it needs a working directory.
const { register } = await import('tsx/esm/api');
register();
await import('../harness/cli/main.ts');
