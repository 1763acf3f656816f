// SPDX-License-Identifier: GPL-2.0-only
// Compiling ACPI source. Only for whoever changes a table, and for the tests: the compiled tables ship.

import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runProgram } from '../host/program.ts';

/** The compiler, of Debian's package acpica-tools. */
export const aslCompiler = 'iasl';

/**
 * Compiles `source` to `target`. `revision` overrides the table's own; that of a DSDT decides how wide integers are.
 * @throws InfraError with what the compiler said, warnings included; `target` is as it was then.
 */
export async function compileAsl(source: string, target: string, revision?: number): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-asl-'));
  try {
    const override = revision === undefined ? [] : ['-r', String(revision)];
    await runProgram([aslCompiler, '-we', '-vr', '-vs', ...override, '-p', path.join(folder, 'table'), source]);
    copyFileSync(path.join(folder, 'table.aml'), target);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
