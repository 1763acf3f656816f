// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { builtinObjects, objectEnd } from '../../../harness/kernel/build/makefile.ts';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';

const makefile = `
ccflags-y += -I $(src)
obj-$(CONFIG_XFS_FS)	+= xfs.o
xfs-y			+= xfs_trace.o
xfs-y			+= $(addprefix libxfs/, \\
			   xfs_ag.o \\
			   xfs_rmap.o \\
			   )
xfs-$(CONFIG_FS_DAX)	+= xfs_notify_failure.o
xfs-$(CONFIG_XFS_RT)	+= xfs_rtalloc.o # real time
obj-y			+= md-autodetect.o
obj-$(CONFIG_TWO)	+= two.o
two-objs		:= half.o
obj-$(CONFIG_BCACHE)	+= bcache/
`;
const config = parseConfig(
  'CONFIG_XFS_FS=m\nCONFIG_FS_DAX=y\n# CONFIG_XFS_RT is not set\nCONFIG_TWO=y\nCONFIG_NAME="a b"\n',
);

test.each([
  ['xfs_trace.o', { kind: 'module', name: 'xfs' }],
  ['libxfs/xfs_rmap.o', { kind: 'module', name: 'xfs' }],
  ['xfs_notify_failure.o', { kind: 'module', name: 'xfs' }],
  ['xfs_rtalloc.o', { kind: 'off' }],
  ['md-autodetect.o', { kind: 'builtin' }],
  ['half.o', { kind: 'builtin' }],
  ['nonesuch.o', { kind: 'unknown' }],
])('%s ends where it is built into', (object, end) => {
  expect(objectEnd(makefile, config, object)).toEqual(end);
});

test('lists what goes into the image', () => {
  expect(builtinObjects(makefile, config)).toEqual(['md-autodetect.o', 'two.o', 'half.o']);
});

test('an object that is in a module and in the image counts as in the image', () => {
  expect(objectEnd('obj-m += a.o\nobj-y += b.o\na-y := c.o\nb-y := c.o\n', config, 'c.o')).toEqual({ kind: 'builtin' });
});
