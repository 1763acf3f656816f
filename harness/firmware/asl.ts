// SPDX-License-Identifier: GPL-2.0-only
// Compiles ACPI source. Only needed to change a table, and by the tests: the compiled tables are in the repository.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runProgram } from '../host/program.ts';

/** The compiler, from the Debian package acpica-tools. */
export const aslCompiler = 'iasl';

/**
 * Compiles `source` to `target`. Warnings are errors.
 * @param options `revision` overrides the table's own; the revision of a DSDT decides how wide integers are (ACPI 6.5, 19.6.29). `define`: a
 *   symbol of the preprocessor
 * @throws InfraError with the compiler's output. `target` is unchanged then.
 */
export async function compileAsl(
  source: string,
  target: string,
  { revision, define }: { revision?: number | undefined; define?: string | undefined } = {},
): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-asl-'));
  try {
    const override = revision === undefined ? [] : ['-r', String(revision)];
    const defined = define === undefined ? [] : ['-D', define];
    const made = path.join(folder, 'table');
    await runProgram([aslCompiler, '-we', '-vr', '-vs', ...override, ...defined, '-p', made, source]);
    copyFileSync(path.join(folder, 'table.aml'), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
