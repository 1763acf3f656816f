// SPDX-License-Identifier: GPL-2.0-only
// Which programs a build needs, by the configuration that it will have. Checked before anything is fetched: what is missing
// is reported within a second, not after the source was downloaded and read in.

import { buildNeeds, requireBuildNeeds as requirePrograms, type Need } from '../../host/needs.ts';
import type { Config } from '../dot-config.ts';

/**
 * Programs that only some configurations need, by option. Without pahole olddefconfig turns DEBUG_INFO_BTF off, and with it
 * members of struct module (lib/Kconfig.debug, 6.12: `depends on PAHOLE_VERSION >= 116`); older kernels fail when they are
 * linked (scripts/link-vmlinux.sh:gen_btf, 5.10). The others compress the image (arch/x86/boot/compressed/Makefile), under
 * the names that the top Makefile gives them (KGZIP, KBZIP2, KLZOP, LZMA, LZ4, XZ, ZSTD).
 */
const needsByOption: readonly { option: string; need: Need }[] = [
  { option: 'DEBUG_INFO_BTF', need: { what: 'pahole', package: 'dwarves', why: 'CONFIG_DEBUG_INFO_BTF needs it' } },
  ...compression('KERNEL_GZIP', 'gzip', 'gzip'),
  ...compression('KERNEL_BZIP2', 'bzip2', 'bzip2'),
  ...compression('KERNEL_LZMA', 'lzma', 'xz-utils'),
  ...compression('KERNEL_XZ', 'xz', 'xz-utils'),
  ...compression('KERNEL_LZO', 'lzop', 'lzop'),
  ...compression('KERNEL_LZ4', 'lz4', 'lz4'),
  ...compression('KERNEL_ZSTD', 'zstd', 'zstd'),
];

function compression(option: string, what: string, debianPackage: string): { option: string; need: Need }[] {
  return [{ option, need: { what, package: debianPackage, why: `CONFIG_${option} compresses the image with it` } }];
}

/**
 * What is known about the configuration of a stock kernel before it is fetched: it has BTF (.config in Debian's
 * linux-headers packages of 5.10, 6.1, 6.12, 7.2 and 7.3).
 */
export const anyStockConfig: Config = new Map([['DEBUG_INFO_BTF', 'y']]);

/** The programs and files that a build needs. `goal`: modules are built without an image, which nothing compresses then. */
export function buildNeedsOf(config: Config, goal: 'kernel' | 'modules'): Need[] {
  const conditional = new Set(needsByOption.map(({ need }) => need.what));
  // xz unpacks the source, whatever the configuration is.
  const always = buildNeeds.filter(({ what }) => !conditional.has(what) || what === 'xz');
  const wanted = needsByOption.filter(
    ({ option }) => config.get(option) === 'y' && (goal === 'kernel' || !option.startsWith('KERNEL_')),
  );
  return [...always, ...wanted.map(({ need }) => need).filter(({ what }) => !always.some((one) => one.what === what))];
}

/** @throws InfraError naming every program and file that is missing, and the command that installs them. */
export function requireBuildNeeds(config: Config, goal: 'kernel' | 'modules'): void {
  requirePrograms(buildNeedsOf(config, goal));
}
