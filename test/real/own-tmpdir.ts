// SPDX-License-Identifier: GPL-2.0-only
// Real tests run two files at a time. Each worker has a TMPDIR of its own, and so its own scratch folders: what the harnesses of the other
// worker leave for a moment is not this one's.

import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const { VITEST_POOL_ID, TMPDIR } = process.env;
const name = `hazmat-real-${process.getuid?.() ?? 0}-${VITEST_POOL_ID ?? '0'}`;
// A worker that is used for the next file has it already.
if (path.basename(TMPDIR ?? '') !== name) {
  const folder = path.join(os.tmpdir(), name);
  mkdirSync(folder, { recursive: true });
  process.env.TMPDIR = folder;
}
