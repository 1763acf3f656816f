// SPDX-License-Identifier: GPL-2.0-only
// virtio-pmem devices on QEMU's command line: pure. QEMU syncs the file of such a device when the guest asks for a flush
// (hw/virtio/virtio-pmem.c:worker_cb, 7.2). Memory without a file has nothing that it could sync, so each flush fails.

import type { Machine } from './machine.ts';

type VirtioPmemMachine = Pick<Machine, 'virtio-pmem'>;

/** The devices that have a file: QEMU's name of the memory backend, and its bytes. */
export function virtioPmemMemories({
  'virtio-pmem': devices = [],
}: VirtioPmemMachine): { id: string; bytes: number }[] {
  return devices.flatMap(({ size, flush }, index) => (flush === 'fails' ? [] : [{ id: nameOf(index), bytes: size }]));
}

/** The modules that drive them. */
export function virtioPmemModules({ 'virtio-pmem': devices }: VirtioPmemMachine): string[] {
  return devices === undefined ? [] : ['virtio_pmem'];
}

/** The devices, with their backends. `files`: one for each of `virtioPmemMemories`, escaped. */
export function virtioPmemArgv(machine: VirtioPmemMachine, files: readonly string[], share: 'on' | 'off'): string[] {
  const withFile = virtioPmemMemories(machine).map(({ id }) => id);
  return (machine['virtio-pmem'] ?? []).flatMap(({ size }, index) => {
    const id = nameOf(index);
    const file = files[withFile.indexOf(id)];
    const backend = file === undefined ? 'memory-backend-ram' : 'memory-backend-file';
    const place = file === undefined ? '' : `,share=${share},mem-path=${file}`;
    return [
      ...['-object', `${backend},id=${id}${place},size=${size / 2 ** 20}M`],
      ...['-device', `virtio-pmem-pci,id=virtio-pmem${index},memdev=${id}`],
    ];
  });
}

function nameOf(index: number): string {
  return `virtio-pmem${index}-memory`;
}
