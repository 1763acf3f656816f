// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';
import { isOutsideKernel, planModules, quotedIncludes } from '../../../harness/kernel/series/touched-modules.ts';

const files: Record<string, string> = {
  'fs/Makefile': 'obj-y += super.o\nobj-$(CONFIG_XFS_FS) += xfs/\n',
  'fs/xfs/Makefile': 'obj-$(CONFIG_XFS_FS) += xfs.o\nxfs-y += a.o libxfs/b.o\n',
  'drivers/md/Makefile': 'obj-$(CONFIG_DM) += dm-mod.o dm-zero.o\nobj-y += dm-builtin.o\ndm-mod-y += dm.o\n',
  'drivers/md/dm-builtin.c': '#include "dm-core.h"\n',
  'drivers/md/dm-core.h': '#include "dm-inner.h"\n',
  'drivers/gone/Makefile': 'obj-$(CONFIG_GONE) += gone.o\n',
  'drivers/cut/Kbuild': 'obj-m += cut.o\n',
};
const tree = { read: (file: string): string | undefined => files[file] };
const config = parseConfig('CONFIG_XFS_FS=m\nCONFIG_DM=m\n');
const modules = new Set(['kernel/fs/xfs/xfs.ko', 'kernel/drivers/md/dm-mod.ko', 'kernel/drivers/md/dm-zero.ko']);
const plan = (...touched: string[]) => planModules(touched, tree, config, modules);

test('sources and headers of modules: the folders with the Makefile are built, the sources must be in it', () => {
  expect(plan('fs/xfs/libxfs/b.c', 'fs/xfs/libxfs/b.h', 'fs/xfs/Makefile', 'drivers/md/dm.c')).toEqual({
    folders: ['drivers/md', 'fs/xfs'],
    sources: ['fs/xfs/libxfs/b.c', 'drivers/md/dm.c'],
    refused: [],
  });
});

test('what goes into no kernel does not matter', () => {
  expect(plan('Documentation/x.rst', 'MAINTAINERS', 'tools/testing/nvdimm/test/nfit.c')).toEqual({
    folders: [],
    sources: [],
    refused: [],
  });
  expect(['fs/xfs/a.c', 'Makefile', 'Kbuild', 'mm/Kconfig'].filter(isOutsideKernel)).toEqual([]);
});

test.each([
  ['fs/super.c', 'is built into the image'],
  ['mm/memory-failure.c', 'is in a folder that builds no module'],
  ['include/linux/dax.h', 'is a header that the image includes'],
  ['fs/xfs/Kconfig', 'changes Kconfig, and the stock configuration cannot change'],
  ['drivers/md/dm-builtin.c', 'is built into the image'],
  ['drivers/md/dm-core.h', 'is included by drivers/md/dm-builtin.c, which is built into the image'],
  ['drivers/md/dm-inner.h', 'is included by drivers/md/dm-builtin.c, which is built into the image'],
  ['drivers/gone/gone.c', 'is not part of the stock kernel: its option is off'],
  ['drivers/cut/cut.c', 'is part of kernel/drivers/cut/cut.ko, which the cache does not keep'],
  ['fs/xfs/stray.c', 'is in no rule of its Makefile'],
  ['Makefile', 'is in a folder that builds no module'],
  ['fs/fs.h', 'is in a folder without a module of the stock kernel'],
])('%s %s', (file, why) => {
  expect(plan('fs/xfs/a.c', file).refused).toEqual([{ file, why }]);
});

test('the paths that a file includes in quotes', () => {
  const text = '#include <linux/mm.h>\n#include "../nvdimm/nd.h"\n # include "bus.h"\n// #include "no.h"\n';
  expect(quotedIncludes(text, 'drivers/dax/pmem.c')).toEqual(['drivers/nvdimm/nd.h', 'drivers/dax/bus.h']);
});
