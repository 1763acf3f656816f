// SPDX-License-Identifier: GPL-2.0-only
// Kconfig files with one example of each reason for which an option may be dropped, for tests.

import { kconfigOf } from './kconfig-tree.ts';

export const dropping = kconfigOf({
  Kconfig: `
config MODULES
	bool "modules"
config X86
	def_bool y
	select ARCH_LAZY
	select HAS_MC if MC
config ARCH_LAZY
	bool
config HAS_MC
	bool
config MC
	bool "machine checks"
config HOTPLUG
	bool "hotplug"
config HOTREMOVE
	bool "hotremove"
	depends on HOTPLUG
config ZONE_DEVICE
	bool "device memory"
	depends on HOTREMOVE
config FS_DAX
	bool "dax"
	depends on MMU_LESS || ZONE_DEVICE
config FAILURE
	bool "memory failure"
	depends on HAS_MC
config LINE
	bool "line"
	depends on HOTREMOVE && FOREIGN
config CRC
	tristate
config XFS
	tristate "xfs"
	select CRC
config XFS_RT
	bool "realtime"
	depends on XFS = y
config PMEM
	tristate "pmem"
	depends on LIBNVDIMM
config LIBNVDIMM
	tristate "nvdimm"
config VOLUNTARY
	bool "voluntary"
	depends on !ARCH_LAZY
config EXPERTS
	bool "for experts" if EXPERT
config EXPERT
	bool "expert"
config PROTECT
	bool "protector"
	depends on $(cc-option,-fstack-protector)
config RING
	bool "ring"
	depends on RING2
config RING2
	bool "ring"
	depends on RING
config CPUS
	int "cpus"
	range 2 8
config TEXT
	string "text"
	depends on EXPERT
choice
	prompt "compression"
config GZIP
	bool "gzip"
config XZ
	bool "xz"
endchoice
`,
});
