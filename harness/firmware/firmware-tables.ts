// SPDX-License-Identifier: GPL-2.0-only
// From what a machine's firmware has to the files for QEMU's -acpitable: those that ship, and those that name the window
// and are therefore written for each address of it.

import { createHash } from 'node:crypto';
import path from 'node:path';
import { writeWholeFile } from '../host/atomic-file.ts';
import { cacheRoot } from '../host/places.ts';
import { acpiTables, type AcpiTable } from './acpi.ts';
import { einjTable } from './einj-table.ts';
import { hestTable } from './hest-table.ts';

/** Where a guest meets the platform: the guest-physical address of the window, and the doorbell's I/O port. */
export interface MeetingPlace {
  window: number;
  port: number;
}

/**
 * The tables of a machine's firmware, by its words (`ars`, `ghes`, `einj`), in that order. Without a meeting place only
 * those that ship.
 * @throws InfraError when one that ships is not there or is damaged.
 */
export function firmwareTables(firmware: readonly string[], place: MeetingPlace | undefined): AcpiTable[] {
  return firmware.flatMap((name) => {
    const shipped = name === 'ghes' ? ['hed'] : name === 'einj' ? [] : [name];
    return [...acpiTables(shipped), ...(place === undefined ? [] : writtenTables(name, place))];
  });
}

function writtenTables(name: string, { window, port }: MeetingPlace): AcpiTable[] {
  if (name === 'ghes') return [keepTable('hest', hestTable(window))];
  return name === 'einj' ? [keepTable('einj', einjTable(window, port))] : [];
}

/** Puts a table where QEMU can read it, under a name of its content. */
function keepTable(name: string, bytes: Buffer): AcpiTable {
  const id = createHash('sha256').update(bytes).digest('hex');
  const folder = path.join(cacheRoot(), 'acpi');
  const stem = `${name}-${id.slice(0, 20)}`;
  writeWholeFile(path.join(folder, `${stem}.aml`), bytes, { makeFolders: true });
  const [table] = acpiTables([stem], folder);
  if (table === undefined) throw new Error('one name gives one table');
  return table;
}
