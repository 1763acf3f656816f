// SPDX-License-Identifier: GPL-2.0-only
// Kernel packages for a small Debian archive, and an apt root that reads it, for tests.

import path from 'node:path';
import { Apt } from '../../../harness/host/debian/apt.ts';
import type { TestPackage } from '../../host/archive.ts';

/** An apt root for the archive in FOLDER/archive. */
export function aptOfArchive(folder: string, warn?: (text: string) => void): Apt {
  return new Apt({
    root: path.join(folder, 'cache/apt'),
    mirror: { main: `copy:${folder}/archive`, security: `copy:${folder}/security` },
    sourceOptions: 'trusted=yes',
    ...(warn === undefined ? {} : { warn }),
  });
}

/** The source of line 9.1, for a point release. */
export function source(point: string, tarball: Buffer | string = ''): TestPackage {
  return {
    name: 'linux-source-9.1',
    version: `9.1.${point}-1`,
    files: { 'usr/src/linux-source-9.1.tar.xz': tarball },
  };
}

/** A kernel of line 9.1 in one package, as up to 6.18. */
export function whole(point: string): TestPackage {
  const release = `9.1.${point}+deb99-amd64`;
  return {
    name: `linux-image-${release}`,
    version: `9.1.${point}-1`,
    depends: 'kmod',
    files: {
      [`boot/vmlinuz-${release}`]: `image ${point}`,
      [`boot/config-${release}`]: 'CONFIG_X=y\n',
      [`boot/System.map-${release}`]: '',
      [`usr/lib/modules/${release}/modules.builtin`]: 'kernel/drivers/dax/dax.ko\n',
      [`usr/lib/modules/${release}/modules.order`]: '',
      [`usr/lib/modules/${release}/kernel/sound/beep.ko`]: 'sound',
    },
  };
}

/** A kernel in four packages, as from 6.19 on. */
export function split(version: string, release: string): TestPackage[] {
  const modules = `usr/lib/modules/${release}`;
  const pkg = (kind: string, files: Record<string, string>): TestPackage => ({
    name: `linux-${kind}-${release}`,
    version,
    files,
  });
  return [
    pkg('binary-unsigned', { [`${modules}/vmlinuz.unsigned`]: 'split image' }),
    pkg('modules', { [`${modules}/kernel/README`]: '' }),
    pkg('base', { [`${modules}/config`]: '', [`${modules}/System.map`]: '', [`${modules}/modules.builtin`]: '' }),
  ];
}
