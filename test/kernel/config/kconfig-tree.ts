// SPDX-License-Identifier: GPL-2.0-only
// A small tree of Kconfig files for tests.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readKconfig } from '../../../harness/kernel/config/kconfig.ts';
import type { Kconfig } from '../../../harness/kernel/config/kconfig-model.ts';

/** Writes a tree whose top file is Kconfig, reads it, and takes it away. */
export function kconfigOf(files: Record<string, string>): Kconfig {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-kconfig-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    return readKconfig(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
