// SPDX-License-Identifier: GPL-2.0-only
// The ACPI tables that a machine's firmware may have besides QEMU's own: qemu/acpi/NAME.asl, compiled to NAME.aml by
// `npm run acpi`.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError, UsageError } from '../host/errors.ts';
import { projectRoot } from '../host/places.ts';

/** A compiled table for QEMU's -acpitable. */
export interface AcpiTable {
  path: string;
  /** SHA-256 of its bytes. */
  id: string;
}

/** Where the tables and their sources lie. */
export const acpiFolder = path.join(projectRoot, 'qemu', 'acpi');

/** Names of the tables that ship, in order: those that have a source. */
export function acpiTableNames(): string[] {
  return readdirSync(acpiFolder)
    .filter((name) => name.endsWith('.asl'))
    .map((name) => name.slice(0, -'.asl'.length))
    .sort();
}

/**
 * The tables of those names, in that order.
 * @throws InfraError when a table is not there or is damaged; UsageError when QEMU could not take its path.
 */
export function acpiTables(names: readonly string[], folder = acpiFolder): AcpiTable[] {
  return names.map((name) => {
    const file = path.join(folder, `${name}.aml`);
    // QEMU reads a:b as two files, and has no way to write a colon in a name (hw/acpi/core.c:acpi_table_add, 7.2).
    if (file.includes(':')) throw new UsageError(`QEMU takes no ACPI table from ${file}: a colon is in its path`);
    return { path: file, id: createHash('sha256').update(readTable(file)).digest('hex') };
  });
}

function readTable(file: string): Buffer {
  const rebuild = { hint: '`npm run acpi` compiles the tables (it needs iasl of the package acpica-tools).' };
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    throw new InfraError(`the ACPI table ${file} cannot be read`, { ...rebuild, cause });
  }
  const fault = tableFault(bytes);
  if (fault !== undefined) throw new InfraError(`the ACPI table ${file} is damaged: ${fault}`, rebuild);
  return bytes;
}

/** What is wrong with the frame of an ACPI table (its length and checksum), or undefined. */
export function tableFault(bytes: Uint8Array): string | undefined {
  const header = 36;
  if (bytes.length < header) return `it has ${bytes.length} bytes, a header alone has ${header}`;
  const length = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32LE(4);
  if (length !== bytes.length) return `it has ${bytes.length} bytes and says that it has ${length}`;
  const sum = bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
  return sum === 0 ? undefined : 'its checksum is wrong';
}
