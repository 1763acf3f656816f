// SPDX-License-Identifier: GPL-2.0-only
// The ACPI tables that a machine's firmware may have besides QEMU's own: qemu/acpi/NAME.asl, compiled to NAME.aml by
// `npm run acpi`, and variants of them, which have the same source.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError, UsageError } from '../host/errors.ts';
import { bytesHash } from '../host/key.ts';
import { projectRoot } from '../host/places.ts';

/** A compiled table for QEMU's -acpitable. */
export interface AcpiTable {
  path: string;
  /** SHA-256 of its bytes. */
  id: string;
}

/** The folder of the tables and their sources. */
export const acpiFolder = path.join(projectRoot, 'qemu', 'acpi');

/** A table that is made from the source of another one, with a symbol of the preprocessor defined. */
const variants: Record<string, { of: string; define: string }> = { 'ars-few': { of: 'ars', define: 'FEW' } };

/** Names of the tables that ship, sorted. */
export function acpiTableNames(): string[] {
  const sources = readdirSync(acpiFolder).filter((name) => name.endsWith('.asl'));
  return [...sources.map((name) => name.slice(0, -'.asl'.length)), ...Object.keys(variants)].sort();
}

/** What a table is compiled from. */
export function acpiSource(name: string): { file: string; define: string | undefined } {
  const { of = name, define } = variants[name] ?? {};
  return { file: path.join(acpiFolder, `${of}.asl`), define };
}

/**
 * The tables of these names, in this order.
 * @throws InfraError when a table is missing or damaged; UsageError when QEMU cannot read it from its path.
 */
export function acpiTables(names: readonly string[], folder = acpiFolder): AcpiTable[] {
  return names.map((name) => {
    const file = path.join(folder, `${name}.aml`);
    // QEMU reads a:b as two files, and a colon cannot be escaped (hw/acpi/core.c:acpi_table_add, 7.2).
    if (file.includes(':'))
      throw new UsageError(`QEMU cannot read the ACPI table ${file}: there is a colon in its path`);
    return { path: file, id: bytesHash(readTable(file)) };
  });
}

function readTable(file: string): Buffer {
  const rebuild = { hint: '`npm run acpi` compiles the tables. It needs iasl, from the Debian package acpica-tools.' };
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

/** What is wrong with the length or checksum of an ACPI table; undefined when both are right. */
export function tableFault(bytes: Uint8Array): string | undefined {
  const header = 36;
  if (bytes.length < header) return `it has ${bytes.length} bytes, fewer than the ${header} of a header`;
  const length = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32LE(4);
  if (length !== bytes.length) return `it has ${bytes.length} bytes, but its header says ${length}`;
  const sum = bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
  return sum === 0 ? undefined : 'its checksum is wrong';
}
