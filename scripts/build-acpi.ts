// SPDX-License-Identifier: GPL-2.0-only
// Compiles every qemu/acpi/*.asl to the .aml next to it: `npm run acpi`. iasl is in Debian's package acpica-tools.

import path from 'node:path';
import { acpiFolder, acpiTableNames } from '../harness/firmware/acpi.ts';
import { compileAsl } from '../harness/firmware/asl.ts';
import { renderError } from '../harness/host/errors.ts';

try {
  for (const name of acpiTableNames()) {
    await compileAsl(path.join(acpiFolder, `${name}.asl`), path.join(acpiFolder, `${name}.aml`));
    console.log(`qemu/acpi/${name}.aml`);
  }
} catch (error) {
  console.error(renderError(error));
  process.exitCode = 3;
}
