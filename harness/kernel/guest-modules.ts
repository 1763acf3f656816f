// SPDX-License-Identifier: GPL-2.0-only
// The kernel modules that guests use. A kernel may have one built in, or not at all: that is reported, not an error.

/**
 * Loaded first, without being asked: without these there is no channel to the harness. A kernel that differs in any other module goes on
 * from the same boot (BootPlan.bootOf).
 */
export const earlyModules = [
  'virtio_pci', // the bus of the channel to the harness
  'virtio_console', // the channel itself
  'crc32c_intel', // the fast CRC for XFS and ext4; since 6.14 part of the kernel's library
  'crc32c_generic', // the same without the instruction
] as const;

/** In the initramfs, for a scenario to load. */
export const laterModules = [
  'nfit', // NVDIMMs as ACPI describes them
  'nd_pmem', // namespaces as block devices
  'libnvdimm', // the core below nfit and nd_pmem
  'nd_btt', // sector-atomic namespaces
  'nd_e820', // memmap=nn!ss pmem
  'dax', // the core of DAX devices
  'device_dax', // /dev/dax*
  'dax_pmem', // devdax namespaces
  'dax_pmem_core', // the same before 5.19
  'kmem', // devdax as system memory
  'dax_hmem', // soft-reserved memory
  'xfs',
  'ext4',
  'libcrc32c', // what XFS used before 6.14
  'dm_mod', // device mapper with linear, striped and error
  'dm_log_writes', // records writes, passes DAX
  'dm_writecache', // pmem as a write cache
  'dm_snapshot',
  'dm_flakey', // drops or fails I/O
  'dm_dust', // bad blocks; Debian does not build it
  'dm_delay',
  'dm_zero',
  'dm_thin_pool',
  'dm_mirror',
  'hwpoison_inject', // debugfs hwpoison/corrupt-pfn
  'mce_inject', // machine checks from within
  'einj', // ACPI error injection
  'cxl_acpi', // CXL as ACPI describes it
  'cxl_pci', // CXL memory devices
  'cxl_mem', // what they offer
  'cxl_pmem', // their persistent memory, for libnvdimm
  'dax_cxl', // their volatile memory, for DAX
  'virtio_pmem', // pmem without ACPI
  'nfit_test', // emulated NVDIMMs of the kernel's own tests (build/test-modules.ts)
  'loop',
  'brd', // RAM disks: block devices that are not pmem
] as const;

/** All of them. */
export const guestModules: readonly string[] = [...earlyModules, ...laterModules];
