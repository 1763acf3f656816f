// SPDX-License-Identifier: GPL-2.0-only
// The persistent memory of a machine as layers see it.

import { cxlOf, type CxlDevice } from './cxl.ts';
import type { Machine } from './machine.ts';

/** Bytes of each NVDIMM and of each virtio-pmem device, and the CXL devices; undefined for a machine without such devices. */
export function memoryOf(machine: Machine): {
  nvdimms: number[];
  virtioPmem: number[] | undefined;
  cxl: CxlDevice[] | undefined;
} {
  return {
    nvdimms: machine.nvdimms.map(({ size }) => size),
    virtioPmem: machine['virtio-pmem']?.map(({ size }) => size),
    cxl: cxlOf(machine),
  };
}
