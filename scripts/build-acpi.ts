// SPDX-License-Identifier: GPL-2.0-only
// Compiles the tables of qemu/acpi: `npm run acpi`. iasl is in Debian's package acpica-tools.

import path from 'node:path';
import { acpiFolder, acpiSource, acpiTableNames } from '../harness/firmware/acpi.ts';
import { compileAsl } from '../harness/firmware/asl.ts';
import { renderError } from '../harness/host/errors.ts';

try {
  for (const name of acpiTableNames()) {
    const { file, define } = acpiSource(name);
    await compileAsl(file, path.join(acpiFolder, `${name}.aml`), { define });
    console.log(`qemu/acpi/${name}.aml`);
  }
} catch (error) {
  console.error(renderError(error));
  process.exitCode = 3;
}
