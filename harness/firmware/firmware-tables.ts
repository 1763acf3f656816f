// SPDX-License-Identifier: GPL-2.0-only
// The files for QEMU's -acpitable, by what a machine's firmware has: tables that ship, and tables that contain the address
// of the window and are therefore generated.

import path from 'node:path';
import { writeWholeFile } from '../host/atomic-file.ts';
import { bytesHash } from '../host/key.ts';
import { cacheRoot } from '../host/places.ts';
import { acpiTables, type AcpiTable } from './acpi.ts';
import { einjTable } from './einj-table.ts';
import { hestTable } from './hest-table.ts';

/** Where the guest finds the platform firmware: the guest-physical address of its window, and the doorbell's I/O port. */
export interface PlatformAddress {
  window: number;
  port: number;
}

/**
 * The tables of a machine's firmware (`ars`, `ghes`, `einj`), in this order. Without an address, only those that ship.
 * @throws InfraError when one that ships is missing or damaged.
 */
export function firmwareTables(firmware: readonly string[], address: PlatformAddress | undefined): AcpiTable[] {
  return firmware.flatMap((name) => {
    const shipped = name === 'ghes' ? ['hed'] : name === 'einj' ? [] : [name];
    return [...acpiTables(shipped), ...(address === undefined ? [] : writtenTables(name, address))];
  });
}

function writtenTables(name: string, { window, port }: PlatformAddress): AcpiTable[] {
  if (name === 'ghes') return [keepTable('hest', hestTable(window))];
  return name === 'einj' ? [keepTable('einj', einjTable(window, port))] : [];
}

/** Writes a table into the cache, under a name by its content. */
function keepTable(name: string, bytes: Buffer): AcpiTable {
  const id = bytesHash(bytes);
  const folder = path.join(cacheRoot(), 'acpi');
  const stem = `${name}-${id.slice(0, 20)}`;
  writeWholeFile(path.join(folder, `${stem}.aml`), bytes, { makeFolders: true });
  const [table] = acpiTables([stem], folder);
  if (table === undefined) throw new Error('acpiTables returned no table');
  return table;
}
